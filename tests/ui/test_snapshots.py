"""Pictures of the screen, compared as SVG. After a wanted change: `pytest tests/ui/test_snapshots.py --snapshot-update`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest
from sample_runs import answering
from screen_stage import Screenful, Stage
from textual.app import App
from textual.pilot import Pilot

from rlm_tui.engine.fanout import Plan
from rlm_tui.ui.app import RlmApp

LIVE = len(answering().events)
STREAMING = LIVE + 18


class Compare(Protocol):
    def __call__(
        self, app: App[int], *, terminal_size: tuple[int, int], run_before: Callable[[Pilot[int]], Awaitable[None]]
    ) -> bool: ...


async def empty(on: Screenful) -> None:
    await on.settle()


async def running(on: Screenful) -> None:
    await on.ask(STREAMING)


async def done(on: Screenful) -> None:
    await on.ask()


async def trace(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "enter")


async def fan_out(on: Screenful) -> None:
    await on.ask(STREAMING)
    (approve,) = on.stage.approvers
    asked = Plan("map_query", 0, 24, "claude-haiku-5-5", 90_000, 0.4)
    waiting = asyncio.ensure_future(approve("0", asked))
    await on.pilot.pause()
    assert not waiting.done()


async def help_screen(on: Screenful) -> None:
    await on.press("f1")


async def browse(on: Screenful) -> None:
    await on.press("tab", "b", *"charge")
    await on.press("enter")


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    "state", [empty, running, done, trace, fan_out, help_screen, browse], ids=lambda state: str(state.__name__)
)
def test_picture(
    snap_compare: Compare,
    stage: Stage,
    state: Callable[[Screenful], Awaitable[None]],
    size: tuple[int, int],
    theme: str,
) -> None:
    stage.theme = theme
    app: RlmApp = stage.app()

    async def play(pilot: Pilot[int]) -> None:
        await state(Screenful(app, pilot, stage))

    assert snap_compare(app, terminal_size=size, run_before=play)
