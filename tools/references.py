"""Find every use of a symbol."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge


@tool(owners=("Symbol",))
def references(repository: Repository, symbol: str) -> list[Edge]:
    """List all uses of a symbol: calls, imports, types, values.

    Returns edges, as callers does.
    """
    return repository.references(symbol)
