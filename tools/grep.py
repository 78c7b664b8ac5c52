"""Search the text of files."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hit


@tool()
def grep(
    repository: Repository,
    pattern: str,
    scope: str | None = None,
    glob: str = "",
    ignore_case: bool = False,
    literal: bool = False,
    limit: int = 200,
) -> list[Hit]:
    """Search lines with a regular expression (Rust syntax); the first `limit` hits, so `limit` of them may not be all.

    scope: a file, folder or module; glob: "*.py". Returns hits: .path .line .text .symbol
    """
    return repository.grep(
        pattern, scope, glob=glob, ignore_case=ignore_case, literal=literal, limit=max(1, min(limit, 2_000))
    )
