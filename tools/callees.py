"""Find what a symbol calls."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge


@tool(owners=("Symbol",))
def callees(repository: Repository, symbol: str) -> list[Edge]:
    """List what a symbol calls, in order.

    Returns edges, as callers does.
    """
    return repository.callees(symbol)
