"""Find where a program is entered."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.analyses.entry_points import entry_points as found
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hit


@tool(hidden=True)
def entry_points(repository: Repository, limit: int = 60) -> list[Hit]:
    """List main functions, declared scripts, containers, make targets and plain HTTP routes; .text begins with the kind."""
    return found(repository, max(1, min(limit, 500)))
