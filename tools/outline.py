"""List the definitions inside of something."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Symbol


@tool(owners=("File", "Module", "Symbol"))
def outline(repository: Repository, target: str) -> list[Symbol]:
    """List the definitions in a file, module or symbol, in order.

    Returns symbols: .qualified .kind .path .start .end .signature .doc
    """
    return list(repository.outline(target))
