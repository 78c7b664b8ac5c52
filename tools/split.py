"""Cut source into slices that fit a prompt."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.splitting import split as cut
from rlm_tui.repository.symbols import Slice


@tool(owners=("Module", "File", "Symbol"))
def split(repository: Repository, target: str, tokens: int = 8_000) -> list[Slice]:
    """Cut a module, file or symbol at its definitions into slices of at most about so many tokens.

    A definition that is longer is cut between lines. Files that cannot be shown (secrets, binaries) are left out.
    """
    return cut(repository, target, tokens)
