"""Ranks symbols for a question: which words count, and how much each part of a symbol that has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

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
_CANDIDATES = 400
_EXACT = 12.0
_GENERATED = re.compile(
    r"(?:^|/)(?:vendor|third_party|node_modules|dist|generated|gen)/|\.min\.|\.pb\.|_pb2|\.generated\."
)
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
    about_tests = any(term == "test" for term in asked.terms)
    scored: dict[Symbol, Match] = {}
    for candidate in store.search(asked.terms, _CANDIDATES):
        if within(candidate.symbol.path):
            scored[candidate.symbol] = _score(candidate, asked, about_tests)
    for name in asked.exact:
        for symbol in store.symbols_named(name):
            if within(symbol.path) and symbol not in scored:
                scored[symbol] = _score(Candidate(symbol, 0.0, 0.0, 0.0, 0), asked, about_tests)
    return sorted(scored.values(), key=lambda match: (-match.score, match.symbol.path, match.symbol.start))[:k]


def _score(candidate: Candidate, asked: Asked, about_tests: bool) -> Match:
    symbol = candidate.symbol
    exact = _EXACT if symbol.name in asked.exact else 0.0
    in_path = set(words(symbol.path))
    path = sum(1.0 for term in asked.terms if term in in_path)
    covered = candidate.words / max(1, len(asked.terms))
    fitting = _fitting(symbol, asked)
    name, doc, body = 1.2 * candidate.name * fitting, 0.6 * candidate.text, 0.8 * candidate.body
    total = (name + doc + body) * (0.5 + covered) + exact + 1.5 * path
    factor = 1.0
    if symbol.is_test and not about_tests:
        factor *= 0.4
    if _GENERATED.search(symbol.path):
        factor *= 0.5
    elif _SAMPLES.search(symbol.path):
        factor *= 0.6
    if symbol.kind in {"module", "variable", "constant"}:
        factor *= 0.7
    parts = [("exact name", exact), ("name", name), ("doc", doc), ("body", body), ("path", 1.5 * path)]
    why = ", ".join(f"{part} {value:.1f}" for part, value in parts if value >= 0.05)
    return Match(symbol, round(total * factor, 2), why if factor == 1.0 else f"{why}, x {factor:.1f}")


def _fitting(symbol: Symbol, asked: Asked) -> float:
    """Return how much of the symbol's own name was asked for: `send` answers "send" better than `send_all_later`."""
    own = split(symbol.name)
    return 0.6 + 0.4 * sum(1 for word in own if word in asked.terms) / len(own) if own else 0.6
