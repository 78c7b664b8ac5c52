"""Find who imports a module."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Import


@tool(owners=("File", "Module"))
def importers(repository: Repository, module: str) -> list[Import]:
    """List who imports a file or module.

    Returns imports: .path .line .text .target .inside
    """
    return repository.importers(module)
