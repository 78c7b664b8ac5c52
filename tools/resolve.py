"""Stands behind `repo["name"]`."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File, Module, Slice, Span, Symbol


@tool(hidden=True)
def resolve(repository: Repository, target: str) -> File | Module | Symbol | Slice:
    """Return the file, module or symbol that `target` names; for a span, its text."""
    found = repository.resolve(target)
    return repository.slice(str(found)) if isinstance(found, Span) else found
