"""What the linker of C and C++ brings: functions of other files, without an import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rlm_tui.repository.edges.meanings import Meaning
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.symbols import Tier

if TYPE_CHECKING:
    from rlm_tui.repository.edges.resolution import Resolution

_MOST_TWINS = 24
"""So many functions of one name may be overloads, or be built for as many systems."""


def linked(names: Resolution, view: View, name: str, every: bool) -> list[Meaning]:
    """Return what the linker brings: of several, those beside an included header, or nearest to `view`; macros never.

    Overloads may stand in several files: of `every` one, the nearest come first.
    """
    tops = [s for s in names.named(name, view.family) if not s.signature.startswith(("static ", "#"))]
    tops = [s for s in tops if s.kind != "macro" and names.is_top(s)]
    tops = [s for s in tops if s.kind == "function"] or (tops if len(tops) == 1 else [])
    tops = [s for s in tops if not s.is_test] or tops
    if len(tops) > 1:
        included = names.included(view)
        near = {s.path: _nearness(view, s.path, included) for s in tops}
        nearest = max(near.values())
        tops = sorted(tops, key=lambda s: near[s.path], reverse=True) if every else tops
        tops = [s for s in tops if every or near[s.path] == nearest]
    return [Meaning(symbol, (), Tier.IMPORT) for symbol in tops] if len(tops) <= _MOST_TWINS else []


def enclosing(view: View, scope: int, found: Sequence[Meaning]) -> list[Meaning]:
    """Return those of `found` that stand in a namespace around `scope`, or in none."""
    around = f"{view.symbols[scope].qualified}." if scope >= 0 else ""
    spaces = [(m, m.symbol.qualified.removesuffix(m.symbol.name)) for m in found if m.symbol]
    return [meaning for meaning, space in spaces if around.startswith(space)]


def _nearness(view: View, path: str, included: frozenset[str]) -> tuple[bool, int]:
    """Tell whether a file stands beside a header that `view` includes, and how much of the way to it is the same."""
    shared = 0
    for ours, theirs in zip(view.folder.split("/"), path.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        shared += 1
    return path.rpartition(".")[0] in included, shared
