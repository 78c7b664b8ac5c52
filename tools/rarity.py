"""Tell how rare words are."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(unlisted=True)
def rarity(repository: Repository, words: list[str]) -> dict[str, int]:
    """Count, for each word in any of its forms, the files whose text or names hold it."""
    return repository.rarity(words[:100])
