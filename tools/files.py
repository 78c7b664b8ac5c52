"""Stands behind `repo.files`."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def files(repository: Repository, start: int = 0, stop: int = 100, match: str = "") -> dict[str, object]:
    """Return a page of the files whose path holds `match`, and how many there are."""
    wanted = match.lower()
    found = [file for file in repository.files() if wanted in file.path.lower()] if wanted else repository.files()
    return {"items": list(found[start:stop]), "total": len(found)}
