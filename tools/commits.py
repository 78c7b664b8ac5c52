"""Find the commits that touched something."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Commit


@tool(owners=("Symbol", "File", "Module"))
def commits(repository: Repository, target: str = "", k: int = 20) -> list[Commit]:
    """List the latest commits that touched a target (or anything), newest first: its git history."""
    return repository.versions.commits(target, max(1, min(k, 500)))
