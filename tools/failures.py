"""Read tracebacks."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.frame_places import failures as placed
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Failure


@tool(hidden=True)
def failures(repository: Repository, text: str) -> list[Failure]:
    """Find the errors in a traceback, test output or log, and where their frames are in this checkout now.

    Returns failures: .kind .message .relation .frames, which are innermost first; .how says how each frame was placed.
    """
    return placed(repository, text)
