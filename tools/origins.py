"""Find where a message comes from."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.analyses.message_origins import origins as found
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hit


@tool(hidden=True)
def origins(repository: Repository, message: str, limit: int = 10) -> list[Hit]:
    """List the lines of code that may have written a message, likeliest first."""
    return found(repository, message, max(1, min(limit, 50)))
