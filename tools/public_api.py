"""Find what a module offers."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Remark


@tool(owners=("File", "Module"))
def public_api(repository: Repository, module: str) -> list[Remark]:
    """List the exported and public names of a file, module or class, through re-exports.

    Returns remarks: .symbol .text (how it is exported, "as x: " under another name)
    """
    return repository.analyses.public_api(module)
