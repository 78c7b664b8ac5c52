"""Stands behind `repo.symbols`."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def symbols(repository: Repository, start: int = 0, stop: int = 100, match: str = "") -> dict[str, object]:
    """Return a page of the symbols whose qualified name holds `match` (or fits it as a glob), and how many there are."""
    found = repository.symbols(match)
    return {"items": list(found[start:stop]), "total": len(found)}
