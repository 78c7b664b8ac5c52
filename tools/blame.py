"""Find who changed lines last."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Blame


@tool(owners=("Symbol", "File"))
def blame(repository: Repository, target: str) -> list[Blame]:
    """List which commits last changed the lines of a file, symbol or span."""
    return repository.versions.blame(target)
