"""Find who calls a symbol."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge


@tool(owners=("Symbol",))
def callers(repository: Repository, symbol: str) -> list[Edge]:
    """List the calls of a symbol, surest first.

    Returns edges: .source .target .path .line .kind .tier .via .text (tier 1-4 sure, 5 a guess)
    """
    return repository.callers(symbol)
