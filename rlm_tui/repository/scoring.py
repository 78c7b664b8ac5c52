"""Scores the definitions of one file for a question, by the frequencies of its words in the source: BM25 for each part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rlm_tui.repository.schema import Outline
from rlm_tui.repository.words import BREAKS, split, words

_SATURATION = 1.2
"""k1 of BM25: how soon a further occurrence of a word adds little."""
_LENGTH, _LENGTH_FILE = 0.6, 0.4
"""b of BM25: how much a long definition, and a long file, is held to have said more."""
_BODY, _WHOLE, _TEXT, _NAME, _PATH = 60, 900, 12, 2.5, 4
"""Words of a usual body, file, signature with documentation, name, path."""
_OUTER = 0.5
"""What a word of the name around a definition counts against one of its own."""

Counts = Mapping[str, float]


class Reader:
    """Counts the words of a question in texts, however they are written: `maxRetries` has "retri"."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = frozenset(terms)
        self._known: dict[bytes, tuple[str, ...]] = {}

    def count(self, tokens: Sequence[bytes]) -> Counter[str]:
        """Return how often each word of the question is in `tokens` (identifiers as written)."""
        found: Counter[str] = Counter()
        known = self._known
        for token, times in Counter(tokens).items():
            terms = known.get(token)
            if terms is None:
                terms = known[token] = tuple(
                    word for word in split(token.decode("utf-8", "replace")) if word in self._terms
                )
            for term in terms:
                found[term] += times
        return found


@dataclass(slots=True)
class Part:
    """The words of the question in one part of a definition, and how many words that part has."""

    counts: Counter[str] = field(default_factory=Counter)
    length: int = 0

    def add(self, reader: Reader, plain: bytes) -> None:
        """Count a piece of text in which everything but identifiers is spaces."""
        tokens = plain.split()
        self.counts.update(reader.count(tokens))
        self.length += len(tokens)


def bm25(counts: Counts, length: float, usual: float, slope: float, weights: Mapping[str, float]) -> float:
    """Return the sum over the words of their weight, times how much their frequency says."""
    if not counts:
        return 0.0
    norm = _SATURATION * (1 - slope + slope * length / usual)
    return sum(weights[term] * count * (1 + _SATURATION) / (count + norm) for term, count in counts.items())


def bodies(source: bytes, outlines: Sequence[Outline], reader: Reader) -> list[Part]:
    """Return the words in each definition without those in the definitions inside it; the last is what is outside of all."""
    plain = source.translate(BREAKS)
    found = [Part() for _ in range(len(outlines) + 1)]
    spans = [(o.start_byte, o.end_byte, i) for i, o in enumerate(outlines) if o.start_byte < o.end_byte]
    edges = sorted([(start, 1, -end, i) for start, end, i in spans] + [(end, 0, 0, i) for _, end, i in spans])
    around = [-1]
    position = 0
    for where, opens, _, i in edges:
        if where > position:
            found[around[-1]].add(reader, plain[position:where])
            position = where
        if opens:
            around.append(i)
        elif i in around:
            around.remove(i)
    found[-1].add(reader, plain[position:])
    return found


def body_score(part: Part, weights: Mapping[str, float]) -> float:
    """Return what the own text of a definition says about the question."""
    return bm25(part.counts, part.length, _BODY, _LENGTH, weights)


def file_score(parts: Sequence[Part], weights: Mapping[str, float]) -> float:
    """Return what the whole text of a file says about the question."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)
    return bm25(counts, sum(part.length for part in parts), _WHOLE, _LENGTH_FILE, weights)


def text_score(outline: Outline, reader: Reader, weights: Mapping[str, float]) -> float:
    """Return what the signature and the documentation of a definition say about the question."""
    part = Part()
    part.add(reader, f"{outline.signature} {outline.doc}".encode().translate(BREAKS))
    return bm25(part.counts, part.length, _TEXT, _LENGTH, weights)


def name_score(outline: Outline, weights: Mapping[str, float]) -> float:
    """Return what the name of a definition says: `send` answers "send" better than `send_all_later` does."""
    own = split(outline.name)
    counts = {term: 1.0 for term in own if term in weights}
    outer = outline.qualified.removesuffix(outline.name)
    around = words(outer) if outer else []
    for term in around:
        if term in weights:
            counts[term] = counts.get(term, 0.0) + _OUTER
    return bm25(counts, len(own) + _OUTER * len(around), _NAME, _LENGTH, weights)


def path_score(path: str, weights: Mapping[str, float]) -> float:
    """Return what the path of a file says; its own name counts more than the folders."""
    folder, _, name = path.rpartition("/")
    own, around = _words(name.partition(".")[0] or name), _words(folder)
    counts = {term: 1.0 for term in own if term in weights}
    for term in dict.fromkeys(around):
        if term in weights:
            counts[term] = counts.get(term, 0.0) + _OUTER
    return bm25(counts, len(own) + _OUTER * len(around), _PATH, _LENGTH, weights)


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(words(text))


Source = Callable[[str], bytes]
"""Reads the file at a path; raises `OSError` or `PermissionError` where there is nothing to read."""
