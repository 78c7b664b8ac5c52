"""Pictures of every screen, in words. After a wanted change: `pytest tests/ui/test_pictures.py --snapshot-update`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sample_runs import answering
from screen_pictures import picture
from screen_stage import Screenful, Stage, opened
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from rlm_tui.engine.fanout import Plan

LIVE = len(answering().events)
THEMES = ("ink", "paper", "contrast")


class Words(SingleFileSnapshotExtension):
    """One text file a picture."""

    _write_mode = WriteMode.TEXT
    _file_extension = "txt"


async def welcome(on: Screenful) -> None:
    await on.settle()


async def waiting(on: Screenful) -> None:
    await on.ask(LIVE - 10)


async def running(on: Screenful) -> None:
    await on.ask(LIVE + 18)


async def done(on: Screenful) -> None:
    await on.ask()


async def calls(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down")


async def trace(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "enter")


async def code(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "1")
    await on.press("c")


async def fan_out(on: Screenful) -> None:
    await on.ask(LIVE + 18)
    (approve,) = on.stage.approvers
    asyncio.ensure_future(approve("0", Plan("map_query", 0, 24, "claude-haiku-5-5", 90_000, 0.4)))  # noqa: RUF006
    await on.pilot.pause()


async def timeline(on: Screenful) -> None:
    await on.ask()
    await on.press(*"/timeline", "enter")


async def help_screen(on: Screenful) -> None:
    await on.press("f1")


async def themes(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "T")


STATES = (welcome, waiting, running, done, calls, trace, code, fan_out, timeline, help_screen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.__name__))
async def test_picture(
    stage: Stage, snapshot: SnapshotAssertion, state: Callable[[Screenful], Awaitable[None]], size: tuple[int, int]
) -> None:
    async with opened(stage, size) as on:
        await state(on)
        await on.settle()
        assert await picture(on.app, on.pilot, THEMES) == snapshot(extension_class=Words)
