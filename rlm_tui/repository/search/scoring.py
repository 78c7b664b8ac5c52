"""Scores texts for a question by how often they have its words: BM25, over identifiers split and stemmed as the index does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rlm_tui.repository.search.words import compounds, split, words

_SATURATION = 1.2
"""k1 of BM25: how soon a further occurrence of a word adds little."""
_LENGTH = 0.6
"""b of BM25: how much a long text is held to have said more."""
_OUTER = 0.5
"""What a word of the name around a definition, or of the folders around a file, counts against one of its own."""

T = TypeVar("T")


@dataclass(slots=True)
class Text:
    """What a text has of a question: its words, sets of them that stand in one identifier, and all words it has."""

    counts: Counter[str] = field(default_factory=Counter)
    joined: Counter[tuple[str, ...]] = field(default_factory=Counter)
    length: int = 0


class Reader:
    """Counts the words of a question in texts, however they are written: `maxRetries` has "retri".

    `weights` tells what each word weighs; `aliases` which words something written in one, or in two, stands for.
    """

    def __init__(self, weights: Mapping[str, float], aliases: Mapping[str, tuple[str, ...]]) -> None:
        self._weights = weights
        self._aliases = aliases
        self._known: dict[bytes, tuple[str, ...]] = {}

    def telling(self, tokens: Sequence[bytes]) -> dict[bytes, int]:
        """Return the identifiers (as written) that have words of the question, and how often each is among `tokens`."""
        known = self._known
        found: dict[bytes, int] = {}
        for token, times in Counter(tokens).items():
            terms = known.get(token)
            if terms is None:
                terms = known[token] = self._terms(token.decode("utf-8", "replace"))
            if terms:
                found[token] = times
        return found

    def text(self, telling: Mapping[bytes, int], length: int) -> Text:
        """Return what a text of `length` words has, given its identifiers that `telling` returned."""
        text = Text(length=length)
        for token, times in telling.items():
            terms = self._known[token]
            for term in terms:
                text.counts[term] += times
            if len(terms) > 1:
                text.joined[terms] += times
        return text

    def read(self, plain: bytes) -> Text:
        """Return what a piece of text has in which everything but identifiers is spaces."""
        tokens = plain.split()
        return self.text(self.telling(tokens), len(tokens))

    def words(self, text: Text, usual: float, slope: float = _LENGTH) -> float:
        """Return the sum over the words of their weight, times how much their frequency says in a text of this length."""
        return bm25(text.counts, text.length / usual, slope, self._weights) if text.counts else 0.0

    def joined(self, text: Text, usual: float, slope: float = _LENGTH) -> float:
        """Return the same for words that stand together in one identifier."""
        if not text.joined:
            return 0.0
        weights = {terms: sum(self._weights[term] for term in terms) for terms in text.joined}
        return bm25(text.joined, text.length / usual, slope, weights)

    def _terms(self, identifier: str) -> tuple[str, ...]:
        weights, aliases = self._weights, self._aliases
        found = {word for word in split(identifier) if word in weights}
        for compound in compounds(identifier):
            if compound in aliases:
                found.update(word for word in aliases[compound] if word in weights)
        return tuple(sorted(found)) if found else ()


def bm25(counts: Mapping[T, float], length: float, slope: float, weights: Mapping[T, float]) -> float:
    """Return the sum of the weights, each times how much its count says; `length` is 1 for a usual text."""
    norm = _SATURATION * (1 - slope + slope * length)
    return sum(weights[key] * count * (1 + _SATURATION) / (count + norm) for key, count in counts.items())


def name_counts(name: str, around: str, weights: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """Return the words of the question in a name, and the length of the name; what stands around it counts less."""
    own, outer = split(name), dict.fromkeys(words(around))
    counts = dict.fromkeys((word for word in own if word in weights), 1.0)
    for word in outer:
        if word in weights:
            counts[word] = counts.get(word, 0.0) + _OUTER
    return counts, len(own) + _OUTER * len(outer)
