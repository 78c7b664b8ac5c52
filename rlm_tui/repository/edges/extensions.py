"""Functions that are declared for a type from outside, as in C# and Kotlin: `value.twice()` means `twice(value)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.resolution import Resolution

_ANY = frozenset(("object", "Object", "Any", "T", "TSource", "TResult", "E", "K", "V", "R"))
"""Types, and the usual names of type parameters, that any value has."""
_SAME = {"String": "string", "Boolean": "bool", "Int32": "int", "Int64": "long", "Object": "object"}


def extensions(names: Resolution, owner: Symbol, name: str) -> list[Symbol]:
    """Return the functions `name` that are declared for a class of this repository: their `this` has its type."""
    view = names.view(owner.path)
    if view is None or not view.scoping.extensions:
        return []
    found: list[Symbol] = []
    for symbol in names.named(name, view.family):
        other = names.view(symbol.path)
        if other and set(extended(names, other, other.place(symbol))).intersection(names.lineage(owner)):
            found.append(symbol)
    return found


def extended(names: Resolution, view: View, place: int) -> list[Symbol]:
    """Return the classes of this repository that the function at `place` extends."""
    before, _, last = view.types.get(place, {}).get("this", "").partition("`")[0].rpartition(".")
    found = names.dotted(view, before, last, -1) if last and view.scoping.extensions else []
    return [meaning.symbol for meaning in found if meaning.symbol and meaning.symbol.kind in CONTAINERS]


def foreign(names: Resolution, view: View, name: str, written: str) -> list[Symbol]:
    """Return the functions `name` that `view` sees and that extend a type from outside: `written`, "" when that is not known.

    Methods of the type itself come first, so that there are none of a name that the standard library's types have. Without a type
    known, there are none either where they extend several, or where a class of the repository has a method of that name.
    """
    if not view.scoping.extensions or name in view.scoping.standard:
        return []
    found: list[Symbol] = []
    others, types = False, set()
    for symbol in names.named(name, view.family):
        other = names.view(symbol.path)
        place = other.place(symbol) if other else -1
        extends = other.types.get(place, {}).get("this", "") if other else ""
        if other is None or not extends:
            others = others or symbol.kind == "method"
        elif (not written or _fits(extends, written)) and _reaches(names, view, other, symbol):
            found.append(symbol)
            types.add(extends)
    return [] if not written and (others or len(types) > 1) else found


def _reaches(names: Resolution, view: View, other: View, symbol: Symbol) -> bool:
    """Tell whether a file sees what extends a type from outside: its class (C#) or itself (Kotlin)."""
    if extended(names, other, other.place(symbol)):
        return False
    place = other.owner(other.place(symbol))
    seen = other.symbols[place] if place >= 0 else symbol
    return other.path == view.path or any(meaning.symbol == seen for meaning in names.bare(view, seen.name, -1))


def _fits(extends: str, written: str) -> bool:
    wanted, have = (_SAME.get(name, name) for name in (_last(extends), _last(written)))
    return wanted == have or wanted in _ANY


def _last(written: str) -> str:
    return written.partition("`")[0].rstrip("?").rpartition(".")[2]
