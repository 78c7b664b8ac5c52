"""Find symbols for a question."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Match


@tool()
def find(repository: Repository, words: str, k: int = 20, kind: str = "", without_tests: bool = False) -> list[Match]:
    """Rank the definitions that fit a question or identifiers best.

    kind: "class", "function", ... Returns matches: .symbol .score .why
    """
    return repository.find(words, max(1, min(k, 200)), kind, without_tests)
