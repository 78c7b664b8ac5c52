"""Ranks symbols for a question: the postings of its words give the files to look into, their source says how well they fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from math import log, sqrt
from pathlib import Path

from rlm_tui.repository.generated import is_generated
from rlm_tui.repository.history import History
from rlm_tui.repository.question import Asked
from rlm_tui.repository.schema import LAST, SHIFT
from rlm_tui.repository.scoring import (
    Reader,
    Source,
    bodies,
    body_score,
    file_score,
    name_score,
    path_score,
    text_score,
)
from rlm_tui.repository.secrets import is_secret
from rlm_tui.repository.store import Store
from rlm_tui.repository.symbols import File, Match, Symbol
from rlm_tui.repository.walk import read

_FILES = 300
"""So many files are looked into."""
_BYTES = 20_000_000
"""So much of them is read."""
_TERMS = 48
"""So many words of a long question count, those that say most."""
_WHOLE = 10.0
"""What the words of a question weigh together, however many they are."""
_DEFINED = 1.5
"""What a word counts, for the choice of files, that is in a name they define, on top of being in them."""
_SIMILAR = 30
"""So many files that similar commits touched are looked into, whatever they say themselves."""
_ALONE = 6.0
"""How much more a name counts when it is the whole question; in one of so many words, twice as much."""
_SAMPLES = re.compile(r"(?:^|/)(?:examples?|samples?|docs?|docs_src|benchmarks?|bench|scripts)/")
_KINDS = {"module": 0.7, "variable": 0.6, "constant": 0.6}
WEIGHTS = {
    "exact name": 3.0,
    "name": 0.2,
    "doc": 0.1,
    "body": 0.4,
    "file": 0.25,
    "path": 1.0,
    "named file": 6.0,
    "history": 0.5,
    "recent": 0.5,
}
"""What each part of a score counts."""
_OF_FILE = frozenset(("file", "path", "named file", "history", "recent"))
"""The parts that all definitions of a file have together: they go to those that fit best by themselves."""


@dataclass(slots=True)
class Scored:
    """A definition, or a file as such, with the parts of its score as they were measured."""

    file: File
    identity: int
    start: int
    factor: float
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def own(self) -> float:
        """What it earns without its file."""
        return sum(WEIGHTS[part] * value for part, value in self.parts.items() if part not in _OF_FILE)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is looked for in every file: words with their weights, names, and what the past says of paths."""

    asked: Asked
    weights: Mapping[str, float]
    reader: Reader
    named: Mapping[int, float]
    similar: Mapping[str, float]
    recent: Mapping[str, float]


class Ranking:
    """Ranks the symbols of a store for questions; `source` reads a file, `past` gives the history of files."""

    def __init__(self, store: Store, source: Source, past: Callable[[Sequence[str]], History]) -> None:
        self._store = store
        self._past = past
        self._source = source
        self._priors: tuple[object, dict[int, float]] = (None, {})

    def rank(self, text: str, k: int, within: Callable[[str], bool]) -> list[Match]:
        """Return the `k` symbols that fit `text` best, of the files that `within` admits.

        The parts of a score are sums over the words of the question, each weighted by how rare it is; `why` names them.
        """
        weighed: list[tuple[float, Scored, dict[str, float]]] = []
        for group in self.scored(text, within):
            for place, one in enumerate(sorted(group, key=lambda one: -one.factor * one.own), 1):
                share = one.factor / place
                told = {
                    part: WEIGHTS[part] * value * (share if part in _OF_FILE else one.factor)
                    for part, value in one.parts.items()
                }
                weighed.append((sum(told.values()), one, told))
        best = nsmallest(k, weighed, key=lambda item: (-item[0], item[1].file.path, item[1].start))
        found: list[Match] = []
        for total, one, told in best:
            symbols = [_as_symbol(one.file)] if one.identity & LAST == LAST else self._store.symbols_at([one.identity])
            found.extend(Match(symbol, round(total, 2), why(told)) for symbol in symbols)
        return found

    def scored(self, text: str, within: Callable[[str], bool]) -> Iterator[list[Scored]]:
        """Yield the definitions of each file that was looked into, with the parts of their scores."""
        asked = Asked.of(text)
        weights, chosen = self._choose(asked)
        history = self._past(self._store.paths())
        similar = history.similar(asked.terms, _WHOLE)
        sought = _Sought(asked, weights, Reader(weights), self._named(asked), similar, history.recent)
        stamps = map(self._store.stamp, sorted(similar, key=lambda path: (-similar[path], path))[:_SIMILAR])
        first = [*(identity >> SHIFT for identity in sought.named), *(stamp.id for stamp in stamps if stamp)]
        looked, size = 0, 0
        for identity in dict.fromkeys([*first, *chosen]):
            if looked == _FILES or size > _BYTES:
                break
            file = self._store.file_at(identity)
            if file is not None and within(file.path):
                looked += 1
                size += file.size
                yield self._look_into(identity, file, sought)

    def _choose(self, asked: Asked) -> tuple[dict[str, float], list[int]]:
        """Return the weights of the words, and the ids of the files that have them, those with the most first."""
        priors = self._priors_of(asked.about_tests)
        total = max(1, len(priors))
        rarity: dict[str, float] = {}
        having: dict[str, list[int]] = {}
        for term in asked.terms:
            having[term] = [i for i in self._store.files_with(term) if i in priors]
            rarity[term] = log(1 + (total - len(having[term]) + 0.5) / (len(having[term]) + 0.5))
        told = sorted(asked.terms, key=lambda term: -asked.terms[term] * rarity[term])[:_TERMS]
        whole = sum(asked.terms[term] * rarity[term] for term in told) or 1.0
        weights = {term: _WHOLE * asked.terms[term] * rarity[term] / whole for term in told}
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for identity in having[term]:
                scores[identity] += weight
            for identity in self._store.files_with(term, defined=True):
                scores[identity] += _DEFINED * weight
        return weights, sorted(
            (i for i in scores if i in priors), key=lambda identity: -scores[identity] * priors[identity]
        )

    def _named(self, asked: Asked) -> dict[int, float]:
        """Return the ids of the definitions that the question names, with how surely it means each."""
        found: dict[int, float] = {}
        alone = 1 + _ALONE / max(1, asked.length)
        for name, around in asked.names.items():
            rows = self._store.named(name)
            for identity, qualified, path in rows:
                fits = sum(1 for part in around if part in qualified.split(".") or part in re.split(r"[/.]", path))
                found[identity] = max(
                    found.get(identity, 0.0), alone * (1 + fits) / (1 + len(around)) / sqrt(len(rows))
                )
        return found

    def _look_into(self, identity: int, file: File, sought: _Sought) -> list[Scored]:
        outlines = self._store.outlines(identity)
        weights = sought.weights
        try:
            source = self._source(file.path)
        except OSError:  # gone, or closed to us, since it was indexed
            source = b""
        parts = bodies(source, outlines, sought.reader)
        whole = {
            "file": file_score(parts, weights),
            "path": path_score(file.path, weights),
            "named file": max((_ends(file.path, name) for name in sought.asked.files), default=0.0),
            "history": sought.similar.get(file.path, 0.0),
            "recent": sought.recent.get(file.path, 0.0),
        }
        tests_wanted = sought.asked.about_tests
        factor = _factor(file.path, file.language, file.is_test and not tests_wanted) * _KINDS["module"]
        found = [Scored(file, (identity << SHIFT) + LAST, 1, factor, {"body": body_score(parts[-1], weights), **whole})]
        for outline, part in zip(outlines, parts, strict=False):
            own = {
                "exact name": sought.named.get(outline.id, 0.0),
                "name": name_score(outline, weights),
                "doc": text_score(outline, sought.reader, weights),
                "body": body_score(part, weights),
            }
            factor = _factor(file.path, file.language, (file.is_test or outline.is_test) and not tests_wanted)
            factor *= _KINDS.get(outline.kind, 1.0)
            found.append(Scored(file, outline.id, outline.start, factor, {**own, **whole}))
        return found

    def _priors_of(self, about_tests: bool) -> dict[int, float]:
        """Return by id what a file counts whatever is asked: less for tests, built code, and the longer it is."""
        key = (self._store.generation, about_tests)
        if self._priors[0] != key:
            priors = {
                identity: _factor(file.path, file.language, file.is_test and not about_tests)
                / (4 + log(1 + file.size / 2_000))
                for identity, file in self._store.listed()
            }
            self._priors = (key, priors)
        return self._priors[1]


def why(told: Mapping[str, float]) -> str:
    """Return the parts in words, the weighty ones, that add up to the score in tenths: `name 3.1, body 1.2`."""
    shown: list[str] = []
    total, before = 0.0, 0
    for part in WEIGHTS:
        total += told.get(part, 0.0)
        # Tenths of the sum, not of the part: what rounding takes here it gives there.
        tenths = round(10 * round(round(total, 2), 1))
        if tenths > before:
            shown.append(f"{part} {(tenths - before) / 10:.1f}")
        before = tenths
    return ", ".join(shown)


def _ends(path: str, name: str) -> float:
    """Return how much of `name`, from its end, is the end of `path`: none when not even the file's own name."""
    mine, asked = path.split("/")[::-1], name.split("/")[::-1]
    same = 0
    for a, b in zip(mine, asked, strict=False):
        if a != b:
            break
        same += 1
    return same / (same + 1)


def _as_symbol(file: File) -> Symbol:
    name = file.path.rpartition("/")[2]
    return Symbol(
        name, name, "module", file.path, 1, max(1, file.lines), "", "", "", file.module, file.language, file.is_test
    )


def _factor(path: str, language: str, is_unwanted_test: bool) -> float:
    """Return what a file is discounted by: tests (unless asked for), generated and vendored code, samples, prose."""
    factor = 0.4 if is_unwanted_test else 1.0
    if is_generated(path):
        factor *= 0.5
    elif _SAMPLES.search(path):
        factor *= 0.6
    return factor * (0.5 if language in ("", "text") else 1.0)


def reading(root: Path, store: Store) -> Source:
    """Return what reads the files under `root` for a ranking: not secrets, nor what lies outside."""

    def source(path: str) -> bytes:
        return b"" if is_secret(path) else read(root, store.raw(path) or path.encode())

    return source
