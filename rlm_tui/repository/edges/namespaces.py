"""TypeScript's namespaces: what files without imports say in namespaces of one name is one namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlm_tui.repository.edges.views import View
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.resolution import Resolution


def merged(names: Resolution, view: View, namespace: str, name: str, around: bool = True) -> list[Symbol]:
    """Return what `name` is in `namespace` (or in one `around` it), of all files that open it: `namespace ts.server { ... }`.

    A file that imports is a module, and its namespaces are its own. Of implementation and declaration, the first counts; tests
    count for tests alone.
    """
    if not _joins(view):
        return []
    while namespace:
        qualified = f"{namespace}.{name}"
        found = [
            symbol
            for symbol in names.named(name, view.family)
            if symbol.qualified == qualified
            and (symbol.path == view.path or (symbol.visibility != "private" and _opened(names, symbol)))
            and (view.is_test or not symbol.is_test)
        ]
        if found:
            return [symbol for symbol in found if ".d." not in symbol.path] or found
        namespace = namespace.rpartition(".")[0] if around else ""
    return []


def _opened(names: Resolution, symbol: Symbol) -> bool:
    view = names.view(symbol.path)
    place = view.place(symbol) if view else -1
    around = view.scopes[place] if view and place >= 0 else -1
    return view is not None and around >= 0 and view.symbols[around].kind == "module" and _joins(view)


def _joins(view: View) -> bool:
    return view.scoping.namespaces_merge and not any(item.module for item in view.imports)
