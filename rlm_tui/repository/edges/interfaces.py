"""Which types satisfy an interface where nothing in their source says so (Go): those that have all of its methods."""

from __future__ import annotations

from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.parsing.written import split
from rlm_tui.repository.symbols import Symbol

_DEEP = 6
_MOST_INTERFACES = 16
"""So many interfaces are told of one method, those that ask for the most methods first."""
_Type = tuple[str, str]
"""A type by its folder and its name."""


class Interfaces:
    """Matches types and interfaces by their methods. For one generation of the index."""

    def __init__(self, names: Resolution) -> None:
        self._names = names
        self._asked: dict[Symbol, frozenset[str]] = {}
        self._owned: dict[tuple[str, str], frozenset[_Type]] = {}

    def implementers(self, interface: Symbol) -> list[Symbol]:
        """Return the types that declare all methods of `interface` themselves; one without methods has none."""
        required = self._required(interface)
        if not required:
            return []
        family = self._names.family(interface)
        owners = frozenset.intersection(*(self._owners(name, family) for name in required))
        return [
            symbol
            for folder, name in sorted(owners)
            for symbol in self._names.named(name, family)
            if symbol.path.rpartition("/")[0] == folder and symbol.kind in {"struct", "type"} and not symbol.parent
        ]

    def implemented(self, owner: Symbol, method: Symbol) -> list[Symbol]:
        """Return the methods of interfaces which `owner` satisfies, that `method` stands for; of many interfaces, the widest."""
        family, itself = self._names.family(owner), (owner.path.rpartition("/")[0], owner.name)
        found: list[tuple[int, Symbol]] = []
        for other in self._names.named(method.name, family):
            view = self._names.view(other.path) if not _has_receiver(other) and other.kind == "method" else None
            place = view.owner(view.place(other)) if view else -1
            if view is None or place < 0 or _parameters(other) != _parameters(method):
                continue
            required = self._required(view.symbols[place])
            if all(itself in self._owners(name, family) for name in required):
                found.append((-len(required), other))
        return [other for _, other in sorted(found, key=lambda pair: pair[0])[:_MOST_INTERFACES]]

    def _required(self, interface: Symbol, depth: int = 0) -> frozenset[str]:
        """Return the names of an interface's methods, those of embedded interfaces included."""
        if interface not in self._asked:
            view = self._names.view(interface.path)
            place = view.place(interface) if view else -1
            inside = zip(view.symbols, view.scopes, strict=True) if view else ()
            found = {symbol.name for symbol, scope in inside if scope == place and symbol.kind == "method"}
            for base in self._names.bases(interface) if depth < _DEEP else ():
                found |= self._required(base, depth + 1)
            self._asked[interface] = frozenset(found)
        return self._asked[interface]

    def _owners(self, method: str, family: str) -> frozenset[_Type]:
        """Return the types that declare a method."""
        if (method, family) not in self._owned:
            found = [s for s in self._names.named(method, family) if s.kind == "method" and _has_receiver(s)]
            self._owned[method, family] = frozenset(
                (s.path.rpartition("/")[0], s.qualified.rpartition(".")[0]) for s in found
            )
        return self._owned[method, family]


def _has_receiver(method: Symbol) -> bool:
    return method.signature.startswith("func")


def _parameters(method: Symbol) -> int:
    """Return how many parameters a method takes."""
    after = method.signature.rpartition(f"{method.name}(")[2]
    return len(split(f"({after}"))
