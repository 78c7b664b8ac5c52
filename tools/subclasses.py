"""Find subclasses and implementations."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge


@tool(owners=("Symbol",))
def subclasses(repository: Repository, symbol: str) -> list[Edge]:
    """List what inherits from a class or implements an interface or trait.

    Returns edges: .source is the subclass.
    """
    return repository.subclasses(symbol)
