"""Find dead code."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Remark


@tool()
def unused(repository: Repository, scope: str = "", kept: bool = False, limit: int = 50) -> list[Remark]:
    """List definitions that no code but tests uses; kept=True: those left out, and why.

    Returns remarks: .value 0 not public, 1 public, 2 something may use it; fewer than limit are all there are.
    """
    return repository.analyses.unused(scope, kept=kept, limit=max(1, min(limit, 1_000)))
