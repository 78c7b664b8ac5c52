"""Remove dead code."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository

_MOST = 1_000
"""So many definitions are removed at once."""


@tool(hidden=True)
def removal_patch(repository: Repository, scope: str = "") -> dict[str, object]:
    """Make the patch that removes dead code: patch, removed, left.

    Writes nothing. Dead is what nothing uses and nothing outside can reach. "patch" is a unified diff, "" for nothing to remove;
    "removed" and "left" are Remarks: .text says why an unused one stays (public, used by tests, not to be cut out).
    """
    found = repository.refactorings.remove(repository.analyses.unused(scope, kept=False, limit=_MOST))
    return {"patch": found.patch, "removed": found.removed, "left": found.left}
