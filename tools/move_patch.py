"""Move definitions to another file."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def move_patch(repository: Repository, symbols: str | list[str], path: str, keep: bool = False) -> dict[str, object]:
    """Make the same of moving symbols to a file.

    Writes nothing. `symbols` are functions, classes, types or constants at the top of one file, `path` another file, new or not.
    Imports are adapted everywhere; keep=True leaves the old ones possible. "targets", "sites", "guesses", "mentions" are as
    rename_patch has them; read "notes". Raises ValueError with what keeps them there, and what to do about it.
    """
    found = repository.refactorings.move([symbols] if isinstance(symbols, str) else symbols, path, keep=keep)
    return {
        "patch": found.patch,
        "path": found.path,
        "targets": found.targets,
        "sites": found.sites,
        "guesses": found.guesses,
        "mentions": found.mentions,
        "notes": found.notes,
    }
