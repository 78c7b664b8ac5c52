"""Follow a null value back."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hit


@tool(unlisted=True)
def null_sources(repository: Repository, path: str, line: int, message: str = "", limit: int = 8) -> list[Hit]:
    """List where the value that was null, None or undefined at a line may come from, likeliest first; .text says why.

    `message` is the error's: it may name what was asked of the value.
    """
    return repository.nulls.sources(repository.resolve(path).path, line, message, max(1, min(limit, 30)))
