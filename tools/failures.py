"""Read tracebacks."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.errors.frame_places import failures as placed
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Failure


@tool(hidden=True)
def failures(repository: Repository, text: str) -> list[Failure]:
    """Find the errors in a traceback, test output or log, and where their frames are in this checkout now.

    Each frame has .path .line .symbol .text as they are now, .written and .function as given, and .how it was placed.
    """
    return placed(repository, text)
