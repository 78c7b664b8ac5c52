"""Find circular imports."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Cycle


@tool()
def cycles(repository: Repository, scope: str = "") -> list[Cycle]:
    """List the circles of imports that involve a file or folder (or any), largest first.

    Returns cycles: .files .circle .kind (runtime, deferred: closed by imports in functions, type-only)
    """
    return repository.analyses.cycles(scope)
