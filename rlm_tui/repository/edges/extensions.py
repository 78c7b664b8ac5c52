"""Functions that are declared for a class from outside: Kotlin's and C#'s extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.resolution import Resolution


def extensions(names: Resolution, owner: Symbol, name: str) -> list[Symbol]:
    """Return the functions `name` that are declared for a class from outside: their `this` has its type."""
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
    """Return the classes that the function at `place` extends."""
    before, _, last = view.types.get(place, {}).get("this", "").rpartition(".")
    found = names.dotted(view, before, last, -1) if last and view.scoping.extensions else []
    return [meaning.symbol for meaning in found if meaning.symbol and meaning.symbol.kind in CONTAINERS]
