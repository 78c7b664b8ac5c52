"""Source text with its comments and strings blanked out, so that what is counted or searched in it is code.

Every character that goes becomes a blank, and line ends stay: offsets and lines are those of the source.
"""

from __future__ import annotations

import re
from functools import cache

from rlm_tui.repository.indexer import idioms_of

_ESCAPE = r"|\\."
"""Outside of a string: what it escapes begins none."""
_SHOWN = re.compile(r"[^\n]")
_COMMENT = ("#", "//", "/*", "--", "<!--")


def code_of(text: str, language: str, *, strings: bool = False) -> str:
    """Return `text` with its comments blanked out, and its strings unless `strings` are kept; equally long."""

    def blank(match: re.Match[str]) -> str:
        piece = match.group()
        kept = piece.startswith("\\") or (strings and not piece.startswith(_COMMENT))
        return piece if kept else _SHOWN.sub(" ", piece)

    return _unread(language).sub(blank, text)


@cache
def _unread(language: str) -> re.Pattern[str]:
    return re.compile(idioms_of(language).unread + _ESCAPE, re.DOTALL)
