"""Read source text."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Slice


@tool()
def peek(repository: Repository, target: str, start: int | None = None, end: int | None = None) -> Slice:
    """Read a symbol or a file, or lines start to end of its file, counted as in citations.

    target: "path", "path:10-40", "Class.name", or any record. Returns a slice: .path .start .end .text
    """
    return repository.slice(target, start, end)
