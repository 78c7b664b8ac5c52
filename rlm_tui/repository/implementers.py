"""Which types of Go satisfy an interface: those that have all of its methods; nothing in their source says so."""

from __future__ import annotations

from rlm_tui.repository.resolution import Resolution
from rlm_tui.repository.symbols import Symbol

_DEEP = 6


def implementers(names: Resolution, interface: Symbol) -> list[Symbol]:
    """Return the types that declare all methods of `interface` themselves; one without methods has none."""
    required = _required(names, interface)
    if not required:
        return []
    owners = set.intersection(*(_owners(names, name) for name in required))
    return [
        symbol
        for folder, name in sorted(owners)
        for symbol in names.named(name, names.family(interface))
        if symbol.path.rpartition("/")[0] == folder and symbol.kind in {"struct", "type"} and not symbol.parent
    ]


def _required(names: Resolution, interface: Symbol, depth: int = 0) -> set[str]:
    """Return the names of an interface's methods, those of embedded interfaces included."""
    view = names.view(interface.path)
    place = view.place(interface) if view else -1
    found = (
        {s.name for i, s in enumerate(view.symbols) if view.scopes[i] == place and s.kind == "method"}
        if view
        else set()
    )
    for base in names.bases(interface) if depth < _DEEP else ():
        found |= _required(names, base, depth + 1)
    return found


def _owners(names: Resolution, method: str) -> set[tuple[str, str]]:
    """Return the types that declare a method: folder and name."""
    found = [s for s in names.named(method, "go") if s.kind == "method" and s.signature.startswith("func")]
    return {(s.path.rpartition("/")[0], s.qualified.rpartition(".")[0]) for s in found}
