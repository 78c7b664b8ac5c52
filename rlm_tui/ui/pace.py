"""How often the screen is drawn while things happen below it."""

from __future__ import annotations

import time
from collections.abc import Callable

DRAWS = 0.1
"""Seconds between two draws while a run lives."""
STILL_DRAWS = 1.0
"""The same where motion is to be reduced."""
REST = 5.0
"""Times its own duration that pass between the beginnings of two draws: a huge run is drawn less often, not more slowly."""


class Pace:
    """Draws where something has come in, and once a second while something is on its way, for the times on the screen."""

    def __init__(self, draw: Callable[[], None]) -> None:
        self._draw = draw
        self._dirty = False
        self._second = 0
        self._indexing = False
        self._rested = 0.0

    def touch(self) -> None:
        """Note that something has come in: the next tick draws."""
        self._dirty = True

    def draw_now(self) -> None:
        """Draw what has come in, without waiting for the next tick."""
        self._dirty = False
        self._draw()

    def is_new(self, second: int) -> bool:
        """Whether nothing was drawn on a tick in this second yet."""
        return second != self._second

    def tick(self, second: int, *, lives: bool, indexing: bool) -> None:
        """Draw if it is time to: `lives` is whether a run is on its way; the end of indexing is drawn too."""
        if not (self._dirty or (self.is_new(second) and (lives or indexing or self._indexing))):
            return
        began = time.monotonic()
        if began < self._rested:
            return
        self._second, self._indexing = second, indexing
        self.draw_now()
        self._rested = began + REST * (time.monotonic() - began)
