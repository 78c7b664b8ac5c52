"""Find the tests of a symbol."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge


@tool(owners=("Symbol",))
def tests(repository: Repository, symbol: str, depth: int = 4, limit: int = 100) -> list[Edge]:
    """List the uses by which tests reach a symbol, directly or through others, nearest first.

    Returns edges: .source is the test, .distance 1 a direct use.
    """
    return repository.analyses.tests(symbol, max(1, min(depth, 10)), max(1, min(limit, 1_000)))
