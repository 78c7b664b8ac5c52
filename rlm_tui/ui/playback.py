"""Plays a recorded run again, in its own time or faster: to the screen it is a run like any other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

from rlm_tui.records.events import CallEnded, CallStarted, CellEnded, Event, RunEnded, StepStarted, TurnEnded
from rlm_tui.records.tree import Tree

SPEEDS = (1, 4, 16)
"""How many times faster than it was recorded."""
_NOTABLE = (CallStarted, StepStarted, TurnEnded, CellEnded, CallEnded, RunEnded)
"""Where a single step of a replay ends."""


class Playback:
    """A recorded run as it happens again; see `session.LiveRun`. Lives on the event loop that reads `events`."""

    def __init__(self, run_id: str, events: Sequence[Event], clock: Callable[[], float] = time.monotonic) -> None:
        """Begin at the first event, at the speed of the recording. `clock` gives seconds."""
        self.id = run_id
        self.tree = Tree()
        self.speed = SPEEDS[0]
        self.paused = False
        self._events = events
        self._clock = clock
        self._at = events[0].ts if events else 0.0
        self._since = clock()
        self._stepping = False
        self._finishing = False
        self._changed = asyncio.Event()

    @property
    def now(self) -> float:
        """The time in the recording, in seconds since the epoch."""
        if self.paused:
            return self._at
        end = self._events[-1].ts if self._events else 0.0
        return min(end, self._at + (self._clock() - self._since) * self.speed)

    async def events(self) -> AsyncIterator[Event]:
        """Yield every event when it is due; ends after the last."""
        for event in self._events:
            await self._due(event)
            self.tree.apply(event)
            yield event

    def cancel(self, call_id: str = "0", *, hard: bool = False) -> None:
        """Show the rest at once."""
        self._finishing = True
        self._changed.set()

    def pause(self) -> None:
        """Pause, or go on."""
        self._settle()
        self.paused = not self.paused

    def step(self) -> None:
        """Pause, and show what happens next."""
        self._settle()
        self.paused = self._stepping = True

    def hasten(self, by: int) -> None:
        """Take the next speed, or the one before."""
        self._settle()
        place = SPEEDS.index(self.speed) + by
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, place))]

    def _settle(self) -> None:
        """Count the time anew from here: what comes next holds from now on."""
        self._at, self._since = self.now, self._clock()
        self._changed.set()

    async def _due(self, event: Event) -> None:
        while not self._finishing:
            if self._stepping:
                self._stepping = not isinstance(event, _NOTABLE)
                self._at = max(self._at, event.ts)
                return
            wait = None if self.paused else (event.ts - self.now) / self.speed
            if wait is not None and wait <= 0:
                return
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                return
        await asyncio.sleep(0)
