"""Make a patch from a text and its replacement."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def edit_patch(repository: Repository, path: str, old: str, new: str) -> str:
    """Make the diff that puts `new` for `old`, a text that stands once in a file.

    Writes nothing. old="" makes a new file; diffs can be added up. Raises ValueError where `old` does not stand once.
    """
    return repository.patches.edit(path, old, new)
