"""Rename a definition."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def rename_patch(repository: Repository, symbol: str, new: str, guesses: bool = False) -> dict[str, object]:
    """Make the patch that renames a symbol with all its uses, imports and overrides; writes nothing.

    Returns a dict: "patch" (a unified diff), "targets" (Symbols that change together), "sites" (Hits that it changes), "guesses"
    (Hits that may mean the symbol: not in the patch unless guesses=True), "mentions" (Hits in comments, strings and texts:
    never in it) and "notes". Raises ValueError where the new name is taken or no name.
    """
    found = repository.renames.rename(symbol, new, guesses=guesses)
    return {
        "patch": found.patch,
        "targets": found.targets,
        "sites": found.sites,
        "guesses": found.guesses,
        "mentions": found.mentions,
        "notes": found.notes,
    }
