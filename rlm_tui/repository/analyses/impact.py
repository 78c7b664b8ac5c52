"""What a change of a symbol can reach, and which tests reach it: uses of uses, followed from the symbol outwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.parsing.tests_by_path import is_test_path
from rlm_tui.repository.symbols import Edge, Hit, Symbol, Tier

_MOST_FILES = 800
"""So many files are looked at for users of users: those whose names stand in few files are followed first."""

Weigh = Callable[[Symbol], int]
"""In how many files the name of a symbol stands."""


def impact(graph: Graph, weigh: Weigh, symbol: Symbol, depth: int, limit: int) -> list[Edge]:
    """Return up to `limit` uses of `symbol`, uses of its users and so on, nearest first, each definition once, tests after code.

    Overriding methods count as users, and so do callers of the method that `symbol` overrides: a call of that may run this one.
    Guesses are told at their distance and not followed. `depth` bounds the distance. Direct uses are all told; users are
    followed as far as `_MOST_FILES` go.
    """
    found: list[Edge] = []
    for edges in _levels(graph, weigh, symbol, depth):
        found += edges
        if len(found) >= limit:
            break
    return found[:limit]


def tests(graph: Graph, weigh: Weigh, symbol: Symbol, named: Sequence[Hit], depth: int, limit: int) -> list[Edge]:
    """Return up to `limit` uses in test code by which it reaches `symbol`, directly or through others, nearest first.

    `target` is what the test uses: the symbol itself, or at a greater distance what leads to it. `named` are lines of test code
    that hold the symbol's name: where no edge tells of their file they follow the direct uses, as guesses.
    """
    found: list[Edge] = []
    for distance, edges in enumerate(_levels(graph, weigh, symbol, depth), 1):
        found += [edge for edge in edges if _in_test(edge)]
        if distance == 1:
            told = {edge.path for edge in found}
            found += [
                Edge("use", hit.path, hit.line, hit.text, None, symbol, Tier.GUESS)
                for hit in named
                if hit.path not in told
            ]
        if len(found) >= limit:
            break
    return found[:limit]


def _levels(graph: Graph, weigh: Weigh, symbol: Symbol, depth: int) -> Iterator[list[Edge]]:
    """Give the uses by distance; of each definition that uses something only the first, of a file level one a file."""
    seen: set[Symbol | str] = {symbol}
    level = [symbol]
    left = _MOST_FILES
    for distance in range(1, depth + 1):
        edges: list[Edge] = []
        further: list[Symbol] = []
        for user in level if distance == 1 else sorted(level, key=weigh):
            left -= weigh(user) if distance > 1 else 0
            if left < 0:
                break
            for edge in _users(graph, user):
                key = edge.source or edge.path
                if key in seen:
                    continue
                if edge.tier != Tier.GUESS:
                    seen.add(key)
                    if edge.source is not None and not _in_test(edge):
                        further.append(edge.source)
                edges.append(replace(edge, distance=distance))
        yield sorted(dict.fromkeys(edges), key=_rank)
        level = further


def _users(graph: Graph, symbol: Symbol) -> list[Edge]:
    """Return who is affected by `symbol`: what refers to it, overrides it, or calls the method that it overrides."""
    edges = graph.references(symbol)
    if symbol.kind == "method":
        edges += [*graph.overriders(symbol), *graph.dispatched(symbol)]
    return edges


def _rank(edge: Edge) -> tuple[bool, bool, bool]:
    return (edge.tier == Tier.GUESS, _in_test(edge), edge.source is None)


def _in_test(edge: Edge) -> bool:
    return edge.source.is_test if edge.source else is_test_path(edge.path)
