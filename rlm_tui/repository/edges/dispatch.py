"""Dispatch: a call of a method may run any method that overrides or implements it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rlm_tui.repository.edges.interfaces import Interfaces
from rlm_tui.repository.edges.meanings import constructors
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import Edge, Symbol, Tier

if TYPE_CHECKING:
    from rlm_tui.repository.edges.graph import Graph

_MOST_VISITED = 4_000
"""So many symbols are looked at for a path of calls."""
_MOST_HEIRS = 200
"""So many subclasses are looked at for overriding methods."""
_MOST_DISPATCHED = 60
"""Of so many methods on the way the overriding ones are looked for."""
_MOST_BEHIND = 600
"""So many symbols are looked at where methods on the way may be overridden: in a large repository that is seconds."""


class Dispatch:
    """Finds which methods stand behind a method, and by which others it is reached. For one generation of the index."""

    def __init__(self, graph: Graph, names: Resolution) -> None:
        self._graph = graph
        self._names = names
        self._interfaces = Interfaces(names)
        self._overriders: dict[Symbol, list[Edge]] = {}

    def overridden(self, method: Symbol) -> list[Symbol]:
        """Return the methods of bases that `method` overrides or implements, nearest first."""
        if method.kind != "method" or method.name in constructors(method.language):
            return []
        owner = self._owner(method)
        if owner is None:
            return []
        bases = self._names.lineage(owner)[1:]
        found = [member for base in bases for member in self._names.own_members(base, method.name)]
        if self._names.matches_structurally(owner):
            found += self._interfaces.implemented(owner, method)
        return list(dict.fromkeys(member for member in found if member != method))

    def overriders(self, method: Symbol) -> list[Edge]:
        """Return the methods of subclasses, at any depth, that override or implement `method`: edges of kind override."""
        if method not in self._overriders:
            self._overriders[method] = list(self._found_overriders(method))
        return self._overriders[method]

    def implementers(self, interface: Symbol) -> list[Symbol]:
        """Return the types that satisfy an interface without saying so."""
        return self._interfaces.implementers(interface) if self._names.matches_structurally(interface) else []

    def _found_overriders(self, method: Symbol) -> Iterator[Edge]:
        owner = self._owner(method) if method.kind == "method" else None
        waiting, known = [owner] if owner else [], {owner}
        while waiting and len(known) < _MOST_HEIRS:
            for edge in self._graph.subclasses(waiting.pop()):
                if edge.source and edge.source not in known:
                    known.add(edge.source)
                    waiting.append(edge.source)
                    for s in self._names.own_members(edge.source, method.name):
                        yield Edge("override", s.path, s.start, s.signature, s, method, Tier.RECEIVER)

    def path(self, a: Symbol, b: Symbol, limit: int) -> list[Edge]:
        """Return the shortest chain of sure calls from `a` to `b`, of at most `limit` edges; [] without one.

        A call of a method may run one that overrides it. Chains where only the last call is so are looked for first.
        """
        return self._path(a, b, limit, set(self.overridden(b)), 0) or self._path(a, b, limit, set(), _MOST_DISPATCHED)

    def _path(self, a: Symbol, b: Symbol, limit: int, ends: set[Symbol], dispatched: int) -> list[Edge]:
        came: dict[Symbol, Edge | None] = {a: None}
        waiting = deque([(a, 0)])
        most = _MOST_BEHIND if dispatched else _MOST_VISITED
        while waiting and len(came) < most:
            symbol, depth = waiting.popleft()
            if depth >= limit:
                break
            for edge in self._followed(symbol):
                if edge.tier == Tier.GUESS:
                    continue
                reached = [edge]
                if not self.is_fixed(edge) and edge.target.kind == "method":
                    others = [b] if edge.target in ends else []
                    if dispatched > 0 and not others:
                        dispatched -= edge.target not in self._overriders
                        others = [e.source for e in self.overriders(edge.target) if e.source]
                    via, tier = edge.target.qualified, max(edge.tier, Tier.TYPE)
                    reached += [replace(edge, target=other, tier=tier, via=via) for other in others]
                for one in reached:
                    if one.target not in came:
                        came[one.target] = replace(one, source=symbol)
                        waiting.append((one.target, depth + 1))
                if b in came:
                    return _chain(came, b)
        return []

    def _followed(self, symbol: Symbol) -> list[Edge]:
        """Return what runs when `symbol` is called: of a class, its constructor."""
        if symbol.kind not in CONTAINERS:
            return self._graph.callees(symbol)
        makers = [
            maker
            for name in (symbol.name, *sorted(constructors(symbol.language)))
            for maker in self._names.members(symbol, name)
        ]
        return [edge for maker in makers for edge in self._graph.callees(maker)]

    def is_fixed(self, edge: Edge) -> bool:
        """Tell whether a call runs just what it names: `super().send()`."""
        view = self._names.view(edge.path)
        return view is not None and edge.text.partition(".")[0].removesuffix("()") == view.scoping.base

    def _owner(self, method: Symbol) -> Symbol | None:
        view = self._names.view(method.path)
        place = view.place(method) if view else -1
        return self._names.owner(view, place) if view and place >= 0 else None


def _chain(came: dict[Symbol, Edge | None], last: Symbol) -> list[Edge]:
    found: list[Edge] = []
    edge = came[last]
    while edge is not None:
        found.append(edge)
        edge = came[edge.source] if edge.source else None
    return found[::-1]
