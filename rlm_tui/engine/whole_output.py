"""Fetches what was left out of a cell's output, for people: the model sees it only where it asks for it."""

from __future__ import annotations

import re

from rlm_tui.repl.protocol import CellResult, Session

MOST = 200_000
"""Characters of one output that are kept for people."""

_NAMED = re.compile(r"the whole text is output_of\((\d{1,9})\)")


async def whole_output(session: Session, result: CellResult, piece: int) -> str:
    """Return the whole output of a cell that was shortened, "" for none; `piece` characters of it can be read at once."""
    named = _NAMED.search(result.output)
    if not result.omitted or named is None or result.status == "dead":
        return ""
    found: list[str] = []
    for start in range(0, MOST, piece):
        part = await session.run(f"print(output_of({named[1]})[{start}:{start + piece}], end='')")
        if part.status != "ok" or not part.output:
            break
        found.append(part.output)
    return "".join(found)
