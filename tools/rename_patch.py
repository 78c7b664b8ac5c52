"""Rename a definition."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def rename_patch(repository: Repository, symbol: str, new: str, guesses: bool = False) -> dict[str, object]:
    """Make the patch of a renaming: a dict of patch, sites, guesses, mentions, notes.

    Writes nothing. "patch" is a unified diff, "targets" the Symbols that change together (overrides too), "sites" the Hits that
    it changes; "guesses" (Hits) may mean the symbol, and are in the patch only with guesses=True; "mentions" (Hits) are comments,
    strings and texts, never in it. Raises ValueError where the new name is taken or no name.
    """
    found = repository.refactorings.rename(symbol, new, guesses=guesses)
    return {
        "patch": found.patch,
        "targets": found.targets,
        "sites": found.sites,
        "guesses": found.guesses,
        "mentions": found.mentions,
        "notes": found.notes,
    }
