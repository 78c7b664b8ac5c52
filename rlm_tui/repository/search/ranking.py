"""Ranks symbols for a question: the postings of its words give the files to look into, their source says how well they fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import nsmallest
from math import log, sqrt
from pathlib import Path
from typing import TypeVar

from rlm_tui.repository.files.walk import read
from rlm_tui.repository.index.schema import LAST, SHIFT
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.search.history import History
from rlm_tui.repository.search.looking import TEST, Looker, Page, Scored, Source, factor_of, files_named, subject_of
from rlm_tui.repository.search.question import Asked
from rlm_tui.repository.symbols import File, Match, Symbol

_Key = TypeVar("_Key", int, str)
_FILES = 200
"""So many files are looked into."""
_BYTES = 20_000_000
"""So much of them is read."""
_TERMS = 48
"""So many words of a long question count, those that say most."""
_WHOLE = 10.0
"""What the words of a question weigh together, however many they are."""
_DEFINED = 1.5
"""What a word counts, for the choice of files, that is in a name they define, on top of being in them."""
_NAMED = 10
"""So many files whose names stand in the question are looked into before all others."""
_FIRST = 60
"""So many files that define what is named, or that similar commits touched, are looked into whatever they say themselves."""
_LOOKED = 80
"""In so many of them the definitions are scored."""
_SIZE = 2_000
"""Bytes from which on a file is long enough to have words by chance."""
_ALONE = 6.0
"""How much more a name counts when it is the whole question; in one of so many words, twice as much."""
OWN = {
    "exact name": ("exact name", 2.5),
    "name": ("name", 0.05),
    "doc": ("doc", 0.1),
    "body": ("body", 0.4),
    "joined": ("body", 0.1),
    "held": ("words held", 0.1),
}
OF_FILE = {
    "file": ("file", 0.3),
    "file joined": ("file", 0.1),
    "defines": ("file", 0.1),
    "path": ("path", 1.2),
    "named file": ("path", 4.0),
    "tests": ("tests", 0.1),
    "history": ("history", 1.0),
    "recent": ("history", 0.5),
}
"""What is measured of a definition and of its file, the part of the score that it is told as, and what it counts.

What a file has is shared among its definitions: the one that fits best by itself gets all of it, the second half, ...
The weights are round numbers near the best for 1,168 commit messages and issues of 46 repositories; weights learnt on five sixths
of the repositories are a point or two worse on the last sixth, and around these numbers the result is flat. Tried, and of no use
where they were not learnt: how many import a file, words of the title apart, pairs of words, one line that holds many, all
messages about a file as one text, words of the best hits as further words, what calls or is called, what changed together.
"""


class Ranking:
    """Ranks the symbols of a store for questions; `source` reads a file, `past` gives the history of files."""

    def __init__(self, store: Store, source: Source, past: Callable[[Sequence[str]], History]) -> None:
        self._store = store
        self._past = past
        self._source = source
        self._priors: tuple[object, dict[int, float], dict[int, float]] = (None, {}, {})

    def rank(
        self, text: str, k: int, within: Callable[[str], bool], kind: str = "", without_tests: bool = False
    ) -> list[Match]:
        """Return the `k` symbols that fit `text` best, of the files that `within` admits, and of `kind` when it is given.

        Tests come later, unless the text asks for them. The parts of a score are sums over the words of the question, each
        weighted by how rare it is; `why` names them.
        """
        asked = Asked.of(text)
        weighed: list[tuple[float, Scored, dict[str, float]]] = []
        for group in self.scored(asked, within):
            kept = [one for one in group if kind in ("", one.kind) and not (without_tests and one.is_test)]
            for place, one in enumerate(sorted(kept, key=lambda one: -_own(one)), 1):
                told = dict.fromkeys((part for part, _ in (*OWN.values(), *OF_FILE.values())), 0.0)
                for features, share in ((OWN, one.factor), (OF_FILE, one.factor / place)):
                    for feature, (part, weight) in features.items():
                        told[part] += share * weight * one.parts.get(feature, 0.0)
                weighed.append((sum(told.values()), one, told))
        best = nsmallest(k, weighed, key=lambda item: (-item[0], item[1].file.path, item[1].start))
        found: list[Match] = []
        for total, one, told in best:
            symbols = [_as_symbol(one.file)] if one.identity & LAST == LAST else self._store.symbols.at([one.identity])
            found.extend(Match(symbol, round(total, 2), why(told)) for symbol in symbols)
        return found

    def scored(self, asked: Asked, within: Callable[[str], bool]) -> Iterator[list[Scored]]:
        """Yield the definitions of each file that was looked into closely, with the parts of their scores."""
        weights, chosen = self._choose(asked)
        named = self._named(asked)
        paths = self._store.paths()
        history = self._past(paths)
        files = files_named(asked.files, paths)
        similar = history.similar(asked.terms, _WHOLE)
        first = [
            *self._identities(_best(files)[:_NAMED]),
            *(identity >> SHIFT for identity in _best(named)),
            *self._identities(_best(similar)),
        ]
        looker = Looker(self._store, self._source, asked, weights, named)
        pages: list[Page] = []
        size = 0
        for identity in dict.fromkeys([*first[:_FIRST], *chosen]):
            file = self._store.file_at(identity)
            if file is None or not within(file.path):
                continue
            page = looker.page(identity, file)
            page.parts["named file"] = files.get(file.path, 0.0)
            page.parts["history"] = similar.get(file.path, 0.0)
            page.parts["recent"] = history.recent.get(file.path, 0.0)
            pages.append(page)
            size += file.size
            if len(pages) == _FILES or size > _BYTES:
                break
        by_subject: dict[str, float] = {}
        for page in pages:
            if page.file.is_test:
                subject = subject_of(page.file.path)
                by_subject[subject] = max(by_subject.get(subject, 0.0), page.parts["file"])
        meant: dict[int, float] = {}
        for identity, surety in named.items():
            meant[identity >> SHIFT] = max(meant.get(identity >> SHIFT, 0.0), surety)
        _, exact = OWN["exact name"]
        ordered = sorted(
            pages, key=lambda page: -page.factor * (_of_file(page) + exact * meant.get(page.identity, 0.0))
        )
        for page in ordered[:_LOOKED]:
            page.parts["tests"] = 0.0 if page.file.is_test else by_subject.get(subject_of(page.file.path), 0.0)
            yield looker.definitions(page)

    def _identities(self, paths: Sequence[str]) -> list[int]:
        return [stamp.id for stamp in map(self._store.stamp, paths) if stamp]

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

    def _priors_of(self, about_tests: bool) -> dict[int, float]:
        """Return by id what a file counts whatever is asked: less for tests, built code, and the longer it is."""
        generation = self._store.generation
        if self._priors[0] != generation:
            plain, demoted = dict[int, float](), dict[int, float]()
            for identity, file in self._store.listed():
                usual = 4 + log(1 + file.size / _SIZE)
                plain[identity] = factor_of(file) / usual
                demoted[identity] = plain[identity] * (TEST if file.is_test else 1.0)
            self._priors = (generation, plain, demoted)
        _, plain, demoted = self._priors
        return plain if about_tests else demoted


def _best(worth: Mapping[_Key, float]) -> list[_Key]:
    """Return what is worth most first; of what is worth the same, the least."""
    return sorted(worth, key=lambda one: (-worth[one], one))


def _of_file(page: Page) -> float:
    return sum(weight * page.parts.get(feature, 0.0) for feature, (_, weight) in OF_FILE.items())


def _own(one: Scored) -> float:
    return one.factor * sum(weight * one.parts.get(feature, 0.0) for feature, (_, weight) in OWN.items())


def why(told: Mapping[str, float]) -> str:
    """Return the parts in words, the weighty ones, that add up to the score in tenths: `name 3.1, body 1.2`."""
    shown: list[str] = []
    total, before = 0.0, 0
    for part, value in told.items():
        total += value
        # Tenths of the sum, not of the part: what rounding takes here it gives there.
        tenths = round(10 * round(round(total, 2), 1))
        if tenths > before:
            shown.append(f"{part} {(tenths - before) / 10:.1f}")
        before = tenths
    return ", ".join(shown)


def _as_symbol(file: File) -> Symbol:
    name = file.path.rpartition("/")[2]
    return Symbol(
        name, name, "module", file.path, 1, max(1, file.lines), "", "", "", file.module, file.language, file.is_test
    )


def reading(root: Path, store: Store) -> Source:
    """Return what reads the files under `root` for a ranking: not secrets, nor what lies outside."""

    def source(path: str) -> bytes:
        return b"" if store.secrets.closed(path) else read(root, store.raw(path) or path.encode())

    return source
