"""JavaScript's objects as modules: what `require` gave, and what the keys of an object literal stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlm_tui.repository.edges.meanings import Meaning
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.symbols import Symbol, Tier

if TYPE_CHECKING:
    from rlm_tui.repository.edges.resolution import Resolution

VALUES = frozenset({"variable", "constant"})


def required(names: Resolution, view: View, name: str) -> list[Meaning]:
    """Return what a variable is that an import made: `const name = require("./file")`."""
    if view.family != "javascript" or name not in view.imported:
        return []
    variables = all(view.symbols[i].kind in VALUES for i in view.top[name])
    return [m for m in names.brought(view, name) if m.symbol or m.paths] if variables else []


def listed(names: Resolution, variable: Symbol, key: str, tier: Tier) -> list[Meaning]:
    """Return what a key of an object literal stands for: `const tools = { cut, paste: glue }`, or "return.cut" of a function."""
    view = names.view(variable.path)
    place = view.place(variable) if view else -1
    written = view.types.get(place, {}).get(key, "") if view else ""
    if view is None or not written.startswith("="):
        return []
    receiver, _, name = written[1:].rpartition(".")
    inside = view.scopes[place] if variable.kind in VALUES else place
    found = names.dotted(view, receiver, name, inside)
    return [Meaning(meaning.symbol, meaning.paths, max(meaning.tier, tier)) for meaning in found]


def whole(names: Resolution, view: View, meaning: Meaning) -> list[Meaning]:
    """Return what a bare name is as a whole: a symbol, or what a CommonJS module that `require` gave is."""
    if meaning.symbol:
        return [meaning]
    if view.family != "javascript":
        return []
    return [m for path in meaning.paths for m in names.exported(path, "default") if m.symbol]
