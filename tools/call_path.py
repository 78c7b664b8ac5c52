"""Find a chain of calls."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge


@tool()
def call_path(repository: Repository, a: str, b: str, limit: int = 12) -> list[Edge]:
    """Find the shortest chain of calls from symbol a to symbol b; [] without one."""
    return repository.call_path(a, b, max(1, min(limit, 50)))
