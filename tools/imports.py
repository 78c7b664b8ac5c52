"""Find what a module imports."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Import


@tool(owners=("File", "Module"))
def imports(repository: Repository, module: str) -> list[Import]:
    """List what a file or module imports.

    Returns imports; .inside tells whether the target is in this repository.
    """
    return repository.imports(module)
