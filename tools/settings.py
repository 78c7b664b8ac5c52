"""Find where settings are read."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Setting


@tool()
def settings(repository: Repository, name: str = "", scope: str = "", limit: int = 200) -> list[Setting]:
    """List where an environment variable or configuration key (or any) is read.

    Returns settings: .name .kind .default .symbol
    """
    return repository.analyses.settings(name, scope, max(1, min(limit, 2_000)))
