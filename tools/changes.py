"""Find what has changed."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hunk


@tool()
def changes(repository: Repository, base: str = "") -> list[Hunk]:
    """List the hunks of a diff with a branch or commit, of "a..b", or (without base) of what is not committed."""
    return repository.versions.changes(base)
