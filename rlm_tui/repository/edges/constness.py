"""C++: of two methods that differ in `const` alone, a call means the one that the object before the dot allows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.facts import ReferenceFact
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.overloads import Overloads

_KEEPS = re.compile(r"\)\s*const\b[^()]*$")
_DEEP = 4
_FIXED = "const "


def keeps(method: Symbol) -> bool:
    """Tell whether a method leaves its object as it is: `int size() const`."""
    return _KEEPS.search(method.signature) is not None


def is_fixed(overloads: Overloads, view: View, call: ReferenceFact, depth: int = 0) -> bool:
    """Tell whether the object of a call is declared `const`; without one before the dot, that of the method around."""
    written = call.receiver.replace("->", ".")
    if written in {"", "this"}:
        scope = call.scope
        while scope >= 0 and view.symbols[scope].kind != "method":
            scope = view.scopes[scope]
        return scope >= 0 and keeps(view.symbols[scope])
    while depth < _DEEP:
        depth += 1
        if written.endswith("()"):
            head, _, name = written[:-2].rpartition(".")
            inner = ReferenceFact(name, call.line, "call", head, call.scope, "()")
            return overloads.gives_fixed(view, inner, depth)
        found = overloads.written(view, written, call.scope, call.line)
        if not found.startswith("=") and not found.endswith("()"):
            return found.startswith(_FIXED)
        written = found.removeprefix("=").replace("::", ".").replace("->", ".")
    return False
