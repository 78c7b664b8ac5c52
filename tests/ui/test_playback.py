"""A recorded run played again: its own time, faster, paused, step by step."""

from __future__ import annotations

import asyncio

from sample_runs import finished

from rlm_tui.records.events import StepStarted
from rlm_tui.records.tree import Tree
from rlm_tui.ui.playback import Playback


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_events_come_when_they_are_due() -> None:
    events, clock = finished().events, Clock()
    first = events[0].ts
    playback = Playback("x", events, clock)
    seen = []

    async def listen() -> None:
        async for event in playback.events():
            seen.append(event)  # noqa: PERF401 - looked at while it grows

    task = asyncio.ensure_future(listen())
    await settle()
    assert seen == [event for event in events if event.ts <= first]
    playback.pause()
    clock.now += 1_000
    await settle()
    assert playback.now == first and len(seen) < len(events)
    playback.hasten(1)
    playback.pause()
    clock.now += 1
    playback.hasten(0)  # wakes it, as the timer would
    await settle()
    assert playback.speed == 4 and playback.now == min(first + 4, events[-1].ts)
    assert seen == [event for event in events if event.ts <= first + 4]
    for _ in range(5):
        playback.hasten(1)
    assert playback.speed == 16
    for _ in range(5):
        playback.hasten(-1)
    assert playback.speed == 1
    playback.cancel()
    await asyncio.wait_for(task, 10)
    assert seen == list(events)
    whole = Tree.of(events)
    assert (playback.tree.answer, playback.tree.end) == (whole.answer, whole.end)


async def test_a_step_goes_to_what_happens_next() -> None:
    events = finished().events
    playback = Playback("x", events, Clock())
    playback.pause()
    seen = []

    async def listen() -> None:
        async for event in playback.events():
            seen.append(event)  # noqa: PERF401 - looked at while it grows

    task = asyncio.ensure_future(listen())
    playback.step()
    await settle()
    while not isinstance(seen[-1], StepStarted):
        before = len(seen)
        playback.step()
        await settle()
        assert len(seen) > before
    assert playback.paused
    assert playback.now == seen[-1].ts
    playback.cancel()
    await asyncio.wait_for(task, 10)


async def test_an_empty_record_ends_at_once() -> None:
    playback = Playback("x", [])
    assert [event async for event in playback.events()] == []
    assert playback.now == 0.0
