"""Ranks symbols for a question: which words count, and how much each part of a symbol that has them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from math import log, sqrt

from rlm_tui.repository.generated import is_generated
from rlm_tui.repository.schema import Candidate
from rlm_tui.repository.store import Store
from rlm_tui.repository.symbols import Match, Symbol
from rlm_tui.repository.words import split, words

_STOP = frozenset(
    words(
        "a an and are as at be by can could do does did for from get gets has have how i if in into is it its me my of on or our"
        " should show tell that the their there these they this to use used uses using was we what when where which who why will"
        " with would you your about all any code file files find function class method module repository repo project please"
        " explain give list happen happens work works make makes decide decided define defined implement implemented line lines"
    )
)
_CODE = re.compile(
    r"`([^`\n]+)`|\b([A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)+|\w+_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|[A-Z]{2,}[a-z]\w*)\b"
)
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_CANDIDATES = 600
# Weights of the parts, found on the history of eight repositories and rounded; each may be off by half without much harm.
_NAME, _DOC, _BODY, _PATH, _EXACT = 1.6, 0.3, 1.0, 1.0, 12.0
_LEAD = 0.75
"""What the first line of a long question (a title) counts on top of the whole."""
_FILE = 0.5
"""What the other definitions of a file that fit add to each of them."""
_LONG = 0.3
"""How much the words of a long body are discounted against those of one of `_USUAL` lines."""
_USUAL = 30
_SAMPLES = re.compile(r"(?:^|/)(?:examples?|samples?|docs?|docs_src|benchmarks?|bench|scripts)/")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart: its stemmed words, and the identifiers that it names as code."""

    terms: tuple[str, ...]
    exact: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Asked:
        """Take `text` apart; a question of nothing but common words keeps them."""
        exact: list[str] = []
        for quoted, plain in _CODE.findall(text):
            names = _IDENTIFIER.findall(quoted or plain)
            exact.extend(names[-1:] if not quoted or len(names) < 4 else ())
        found = list(dict.fromkeys(words(text)))
        terms = [word for word in found if word not in _STOP] or found
        if len(text.split()) == 1 and _IDENTIFIER.fullmatch(text.strip()):
            exact.append(text.strip())
        return cls(tuple(terms[:40]), tuple(dict.fromkeys(exact)))


def rank(store: Store, text: str, k: int, within: Callable[[str], bool]) -> list[Match]:
    """Return the `k` symbols that fit `text` best, of the files that `within` admits.

    The parts of a score are sums over the words of the question, each weighted by how rare it is; `why` names them.
    """
    asked = Asked.of(text)
    if not asked.terms and not asked.exact:
        return []
    lead = Asked.of(text.strip().partition("\n")[0])
    scored: defaultdict[Symbol, Score] = defaultdict(Score)
    for question, weight in ((asked, 1.0 + _LEAD),) if lead.terms == asked.terms else ((asked, 1.0), (lead, _LEAD)):
        for candidate in store.search(question.terms, _CANDIDATES):
            if within(candidate.symbol.path):
                scored[candidate.symbol].add(candidate, question.terms, weight)
    for name in asked.exact:
        found = [symbol for symbol in store.symbols_named(name) if within(symbol.path)]
        for symbol in found:
            scored[symbol].exact += _EXACT / sqrt(len(found))
    for symbol, score in scored.items():
        score.factor = _factor(symbol, "test" in asked.terms)
    by_file: defaultdict[str, list[float]] = defaultdict(list)
    for symbol, score in scored.items():
        by_file[symbol.path].append(score.total)
    for path, totals in by_file.items():
        totals.sort(reverse=True)
        by_file[path] = [sum(total / place for place, total in enumerate(totals[1:6], 2))]
    for symbol, score in scored.items():
        score.file = _FILE * by_file[symbol.path][0]
    best = nsmallest(k, scored.items(), key=lambda item: (-item[1].total - item[1].file, item[0].path, item[0].start))
    return [Match(symbol, round(score.total + score.file, 2), score.why) for symbol, score in best]


@dataclass(slots=True)
class Score:
    """The parts of one symbol's score; `file` is what its neighbours add, and `factor` applies to all others."""

    exact: float = 0.0
    name: float = 0.0
    doc: float = 0.0
    body: float = 0.0
    path: float = 0.0
    file: float = 0.0
    factor: float = 1.0

    def add(self, candidate: Candidate, terms: Sequence[str], weight: float) -> None:
        """Add what a candidate has of `terms`; a long question does not weigh more than a short one."""
        symbol = candidate.symbol
        weight /= sqrt(len(terms))
        covering = weight * (0.5 + candidate.words / len(terms))
        lines = log(2 + symbol.end - symbol.start) / log(1 + _USUAL)
        words_of_path = _words_of_path(symbol.path)
        self.name += _NAME * covering * candidate.name * _fitting(symbol.name, terms)
        self.doc += _DOC * covering * candidate.text
        self.body += _BODY * covering * candidate.body / (1 - _LONG + _LONG * lines)
        self.path += _PATH * weight * sum(1 for term in terms if term in words_of_path)

    @property
    def total(self) -> float:
        """What the symbol earns by itself."""
        return self.factor * (self.exact + self.name + self.doc + self.body + self.path)

    @property
    def why(self) -> str:
        """The parts in words, the weighty ones, that add up to the score in tenths: `name 3.1, body 1.2`."""
        parts = {"exact name": self.exact, "name": self.name, "doc": self.doc, "body": self.body, "path": self.path}
        discounted = {part: self.factor * value for part, value in parts.items()}
        told: list[str] = []
        total, before = 0.0, 0
        for part, value in {**discounted, "file": self.file}.items():
            total += value
            # Tenths of the sum, not of the part: what rounding takes here it gives there.
            tenths = round(10 * round(round(total, 2), 1))
            if tenths > before:
                told.append(f"{part} {(tenths - before) / 10:.1f}")
            before = tenths
        return ", ".join(told)


@lru_cache(maxsize=20_000)
def _words_of_path(path: str) -> frozenset[str]:
    return frozenset(words(path))


def _factor(symbol: Symbol, about_tests: bool) -> float:
    """Return what a symbol is discounted by: tests (unless asked for), generated and vendored code, samples, variables, files."""
    factor = 0.4 if symbol.is_test and not about_tests else 1.0
    if is_generated(symbol.path):
        factor *= 0.5
    elif _SAMPLES.search(symbol.path):
        factor *= 0.6
    return factor * {"module": 0.7, "variable": 0.6, "constant": 0.6}.get(symbol.kind, 1.0)


def _fitting(name: str, terms: Sequence[str]) -> float:
    """Return how much of a symbol's own name was asked for: `send` answers "send" better than `send_all_later`."""
    own = split(name)
    return 0.7 + 0.3 * sum(1 for word in own if word in terms) / len(own) if own else 0.7
