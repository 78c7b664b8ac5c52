"""Find where an error is raised."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hit


@tool()
def raises(repository: Repository, name: str, scope: str = "", limit: int = 200) -> list[Hit]:
    """List where an exception or error is raised, thrown or returned; "panic" and the like: called.

    Returns hits: .symbol is the function.
    """
    return repository.analyses.raises(name, scope, max(1, min(limit, 2_000)))
