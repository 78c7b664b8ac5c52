"""Find past commits that were about the same."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.search.similar_commits import similar_commits as similar
from rlm_tui.repository.symbols import Commit


@tool(hidden=True)
def similar_commits(repository: Repository, words: str, k: int = 10) -> list[Commit]:
    """List the past commits whose messages are closest to some words."""
    return similar(repository, words, max(1, min(k, 100)))
