"""Stands behind `repo.modules`."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def modules(repository: Repository, start: int = 0, stop: int = 100, match: str = "") -> dict[str, object]:
    """Return a page of the modules whose name or path holds `match`, and how many there are."""
    repository.wait()  # else a module that is not parsed yet would have "0 symbols"
    wanted = match.lower()
    found = [module for module in repository.modules() if wanted in f"{module.name} {module.path}".lower()]
    return {"items": found[start:stop], "total": len(found)}
