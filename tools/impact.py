"""Find what a change reaches."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge


@tool(owners=("Symbol",))
def impact(repository: Repository, symbol: str, depth: int = 3, limit: int = 200) -> list[Edge]:
    """List what uses a symbol, what uses that, and so on, nearest first, tests last.

    Returns edges, with .distance; users with very common names are not followed further.
    """
    return repository.analyses.impact(symbol, max(1, min(depth, 10)), max(1, min(limit, 1_000)))
