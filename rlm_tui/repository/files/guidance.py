"""What a repository says to agents about itself: AGENTS.md, else CLAUDE.md. It is advice, and never permission."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.repository.files.walk import read
from rlm_tui.repository.sanitize import plain_text

_NAMES = ("AGENTS.md", "CLAUDE.md")
_LONGEST = 8_000
"""Characters that are handed on; the rest is said to be left out."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """The text of a file of guidance, bounded; `length` is how long all of it is."""

    name: str
    text: str
    length: int

    @property
    def told(self) -> str:
        """What people are told of it."""
        part = f", the first {len(self.text):,} of {self.length:,} characters" if self.length > len(self.text) else ""
        return f"guided by {self.name} of the repository{part}: advice, not permission"


def guidance(root: Path) -> Guidance | None:
    """Return what the repository at `root` says to agents, None where it says nothing; links are not followed. Blocks."""
    for name in _NAMES:
        try:
            raw = read(root, os.fsencode(name))
        except OSError:  # not there, a link, a pipe
            continue
        text = plain_text(raw.decode("utf-8", "replace")).strip()
        if text:
            return Guidance(name, text[:_LONGEST], len(text))
    return None
