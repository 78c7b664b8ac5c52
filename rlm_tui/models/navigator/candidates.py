"""Ranks the places that may answer a question in free words, from what was printed about them.

A word counts the more the fewer files hold it (as in BM25); a place the more of the question's words its name, its
docstring, its own lines, its path and what stands around it hold. Nothing here knows any repository.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rlm_tui.models.navigator.phrases import ABSTRACT
from rlm_tui.models.navigator.reading import TESTS, Definition, Printed, Use
from rlm_tui.models.navigator.understand import Intent
from rlm_tui.repository.search.words import stem, words
from rlm_tui.repository.symbols import Hit, Span

_MOST_NEEDLES = 12
_ABSTRACT = frozenset(map(stem, ABSTRACT))
_WORD = re.compile(r"[a-z]+")
_COUNTED = re.compile(r"^word (.+): (\d+) files$")
_FILES = re.compile(r"^about ([\d,]+) files in all$")
PROSE = re.compile(r"\.(?:md|rst|txt|adoc|json|ya?ml|toml|lock|cfg|ini|html|css)$")
_NAME, _DOC, _BODY, _PATH, _WITHIN, _AROUND, _CALLER = 1.0, 0.7, 0.9, 0.4, 0.5, 0.4, 0.25
_TOGETHER, _FOUND, _IN_TESTS, _IN_PROSE, _BODILESS = 0.4, 1.0, 0.6, 0.35, 0.2
_PROSE_LINE = re.compile(r"^[^=(){}\[\];]*(?:[a-z]{2,}[,.]? +){4}[^=(){}\[\];]*$")
_SAID = 0.4
"""What a line of prose, within a docstring or comment, counts beside a line of code: the code decides, the prose tells of it."""
SAID = re.compile(r"^\s*(?:#|//|/?\*|--|;|>>>|[:@](?:param|returns?|raises?|throws|type)|\"\"\"|''')")
"""Lines of comments and docstrings, as far as they show it by how they begin."""
_ASKS_WHAT_SETS = re.compile(r"\b(?:decid|determin|chos|choos|set\b|sets\b|defaults?\b|limit)", re.IGNORECASE)
_ASKS_HOW = re.compile(r"\W*(?:how|why|what happens)\b", re.IGNORECASE)
_DECLARED = frozenset({"interface", "type", "trait", "constant", "variable"})
"""Kinds that say what there is, and not how it works."""
_SETS = re.compile(r"(?<![=!<>])(?::?=)(?![=>])")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_SET = 1.3
"""What a line that assigns counts where the question is what decides."""
_ENOUGH = 2.0
"""What one word can count at most: a place that holds another word is better than one that holds the same again."""


_PLACES = 60
_EARLY = 5
"""How much the first places of a ranking count above those behind them, as in reciprocal rank fusion (Cormack et al., 2009)."""
_NEAR = 10
_Ranked = TypeVar("_Ranked")


def fused(found: Sequence[_Ranked], seen: Sequence[_Ranked]) -> list[_Ranked]:
    """Return all that was `found`, then what else was `seen` on a closer look, which puts the second to the tenth in order.

    These stand by the sum of their reciprocal ranks in both. The first stays first, and what is among the first ten stays there:
    the closer look brings more of what is right among the first five, but judges neither the very first place nor the far ones
    better.
    """
    worth: dict[_Ranked, float] = {}
    for ranking in (found, seen):
        for rank, item in enumerate(dict.fromkeys(ranking)):
            worth[item] = worth.get(item, 0.0) + 1 / (_EARLY + rank)
    every = list(worth)
    return [*every[:1], *sorted(every[1:_NEAR], key=lambda item: -worth[item]), *every[_NEAR:]]


@dataclass(frozen=True, slots=True)
class Needle:
    """A word of the question, and the `text` of it that `grep` is asked for; `stem` is "" for a code name, meant as written."""

    text: str
    stem: str
    word: str

    def in_line(self, line: str) -> bool:
        """Tell whether a line holds the word in any of its forms."""
        return self.stem in words(line) if self.stem else self.text in line


def needles(intent: Intent) -> list[Needle]:
    """Return what to look for: the code names of a question, then its words."""
    lasts = [name.rpartition("/")[2].rpartition(".")[2] for name in intent.names]
    names = [Needle(last, "", last) for last in lasts]
    named = {word for name in intent.names for word in words(name)}
    written = {stem(word): word for word in reversed(_WORD.findall(intent.text.lower()))}
    plain = [Needle(_root(term), term, written.get(term, term)) for term in intent.terms if term not in named]
    found = {needle.text: needle for needle in (*names, *plain) if len(needle.text) > 1}
    return list(found.values())[:_MOST_NEEDLES]


def _root(term: str) -> str:
    """Return the letters that every form of a stemmed word begins with: retr, for retri (retry, retries)."""
    return term[:-1] if len(term) > 3 and term.endswith("i") else term


def weigh(sought: Sequence[Needle], text: str) -> dict[Needle, float]:
    """Return how much each word tells, from the counts printed: the rarer, the more; what is nowhere tells nothing."""
    files: dict[str, int] = {}
    total = 1_000
    for line in text.splitlines():
        if counted := _COUNTED.match(line):
            files[counted[1]] = int(counted[2])
        elif told := _FILES.match(line):
            total = max(10, int(told[1].replace(",", "")))
    if not files:
        return dict.fromkeys(sought, 1.0)
    return {
        needle: math.log(1 + total / (1 + files[needle.word])) * (0.5 if needle.stem in _ABSTRACT else 1.0)
        if files.get(needle.word)
        else 0.0
        for needle in sought
    }


@dataclass(slots=True)
class Candidate:
    """A definition, or a file where a hit stands outside any, with what speaks for it.

    `hits` are its own lines, those of definitions within it left out. `found` is the score of `find`, 1 for the best.
    """

    path: str
    qualified: str
    definition: Definition | None = None
    hits: list[Hit] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    found: float = 0.0
    score: float = 0.0
    held: tuple[str, ...] = ()

    @property
    def locator(self) -> str:
        """What to hand to `repo[...]`."""
        if self.definition is not None:
            return self.definition.locator
        return f"{self.path}::{self.qualified}" if self.qualified else self.path

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.qualified or self.path.rpartition("/")[2]

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others."""
        return (self.path, self.qualified)

    @property
    def place(self) -> str:
        """Its citation: the whole definition, or the lines that were seen of it."""
        if self.definition is not None:
            return str(self.definition.span)
        lines = [hit.line for hit in self.hits]
        return str(Span(self.path, min(lines), max(lines))) if lines else self.path


class Candidates:
    """All places seen so far, and their ranking for the words of one question."""

    def __init__(self, sought: Sequence[Needle], *, wants_tests: bool, asked: str = "") -> None:
        self._known: dict[tuple[str, str], Candidate] = {}
        self._weights: Mapping[Needle, float] = dict.fromkeys(sought, 1.0)
        self._order: list[Candidate] = []
        self._wants_tests = wants_tests
        self._asks_what_sets = _ASKS_WHAT_SETS.search(asked) is not None
        self._asks_how = _ASKS_HOW.match(asked) is not None

    def weigh(self, weights: Mapping[Needle, float]) -> None:
        """Take in how much each word tells."""
        self._weights, self._order = weights, []

    def add(self, printed: Printed) -> None:
        """Take in the matches, definitions and hits that a cell printed."""
        self._order = []
        top = max((item.score for item in printed.definitions), default=0.0) or 1.0
        for item in printed.definitions:
            known = self._known.setdefault(item.key, Candidate(*item.key))
            known.found = max(known.found, item.score / top)
            if known.definition is None or item.doc:
                known.definition = item if item.why or known.definition is None else _merged(known.definition, item)
        for hit in printed.hits:
            known = self._known.setdefault((hit.path, hit.symbol), Candidate(hit.path, hit.symbol))
            if all(hit.line != other.line for other in known.hits):
                known.hits.append(hit)

    def called(self, uses: Sequence[Use], among: Iterable[Candidate]) -> None:
        """Take in who calls some of the candidates."""
        self._order = []
        for item in among:
            name = item.label.rpartition(".")[2]
            item.callers = [use.source for use in uses if use.target.rpartition(".")[2] == name]

    def ranked(self) -> list[Candidate]:
        """Return the candidates, best first."""
        if self._order:
            return self._order
        whole = sum(self._weights.values()) or 1.0
        for item in self._known.values():
            self._score(item, whole)
        self._order = sorted(self._known.values(), key=lambda item: (-item.score, item.path, item.qualified))
        return self._order

    def files(self, most: int) -> list[str]:
        """Return the files that hold the best candidates, best first."""
        worth: dict[str, float] = {}
        for item in self.ranked()[:_PLACES]:
            worth[item.path] = worth.get(item.path, item.score) + 0.1 * item.score
        return sorted(worth, key=lambda path: -worth[path])[:most]

    def coverage(self) -> float:
        """Return how much of the words the best place holds, by their weight, of 1."""
        whole = sum(self._weights.values()) or 1.0
        weight = {needle.word: worth for needle, worth in self._weights.items()}
        best = next(iter(self.ranked()), None)
        return sum(weight[word] for word in best.held) / whole if best else 0.0

    def missing(self) -> list[str]:
        """Return the words that are nowhere."""
        return [needle.word for needle, weight in self._weights.items() if not weight]

    def places(self) -> list[tuple[str, str]]:
        """Return path and name of the best candidates, best first."""
        return [(item.path, item.qualified) for item in self.ranked()[:_PLACES]]

    def worth(self, line: str) -> float:
        """Return the sum of the weights of the question's words that a line holds; prose counts less."""
        held = sum(weight for needle, weight in self._weights.items() if weight and needle.in_line(line))
        return held * _telling(line) if held else 0.0

    def deciding(self, line: str) -> float:
        """Return the worth of a line as a place to read: comments count less, and what assigns more where that is asked."""
        worth = self.worth(line)
        if _PROSE_LINE.match(line):
            return worth
        if SAID.match(line):
            return worth * _SAID
        worth -= (1 - _SAID) * (worth - self.worth(_QUOTED.sub(" ", line)))  # a message tells of it, as a comment does
        return worth * _SET if self._asks_what_sets and _SETS.search(line) else worth

    def _score(self, item: Candidate, whole: float) -> None:
        name, doc = set(words(item.qualified)), set(words(item.definition.doc if item.definition else ""))
        path = set(words(item.path))
        around = set(words(" ".join(self._around(item))))
        callers = set(words(" ".join(item.callers)))
        members = self.within(item)
        held: dict[str, float] = {}
        total = 0.0
        for needle, weight in self._weights.items():
            count = sum(_telling(hit.text) for hit in item.hits if needle.in_line(hit.text))
            own = (
                _NAME * _holds(needle, name, item.qualified) + _DOC * _holds(needle, doc) + _BODY * count / (count + 1)
            )
            inner = sum(_telling(hit.text) for hit in members if needle.in_line(hit.text))
            value = (
                own
                + _WITHIN * inner / (inner + 1)
                + _PATH * _holds(needle, path)
                + _AROUND * _holds(needle, around)
                + _CALLER * _holds(needle, callers)
            )
            if value and weight:
                held[needle.word] = weight
                total += weight * min(value, _ENOUGH)
        coverage = sum(held.values()) / whole
        together = max((self.worth(hit.text) for hit in item.hits), default=0.0) / whole
        item.held = tuple(sorted(held, key=lambda word: -held[word]))
        item.score = total / whole * (0.15 + 0.85 * coverage) + _TOGETHER * together + _FOUND * item.found
        if not self._wants_tests and TESTS.search(item.path):
            item.score -= _IN_TESTS
        if PROSE.search(item.path):
            item.score -= _IN_PROSE
        if self._asks_how and item.definition is not None and item.definition.kind in _DECLARED:
            item.score -= _BODILESS
        if item.definition is None or item.definition.span.start == item.definition.span.end:
            item.score -= _BODILESS

    def starts_within(self, item: Candidate) -> set[int]:
        """Return the lines where the members of a definition begin, as far as they were printed."""
        members = (
            known
            for key, known in self._known.items()
            if key[0] == item.path and key[1].startswith(f"{item.qualified}.")
        )
        return {known.definition.span.start for known in members if known.definition is not None}

    def within(self, item: Candidate) -> list[Hit]:
        """Return the hits in the members of a definition."""
        if not item.qualified:
            return []
        inside = f"{item.qualified}."
        keys = (key for key in self._known if key[0] == item.path and key[1].startswith(inside))
        return [hit for key in keys for hit in self._known[key].hits]

    def _around(self, item: Candidate) -> Iterable[str]:
        """Yield the names and docstrings of the definitions around one."""
        owner = item.qualified.rpartition(".")[0]
        while owner:
            yield owner
            around = self._known.get((item.path, owner))
            if around is not None and around.definition is not None:
                yield around.definition.doc
            owner = owner.rpartition(".")[0]


def _telling(line: str) -> float:
    return _SAID if _PROSE_LINE.match(line) else 1.0


def _holds(needle: Needle, found: set[str], text: str = "") -> bool:
    if needle.stem:
        return needle.stem in found
    return needle.text in text.split(".")


def _merged(known: Definition, item: Definition) -> Definition:
    """Return the definition with the docstring of one line and the score of the other."""
    return Definition(item.span, item.kind, item.qualified, item.doc, known.score, known.why)
