"""Pictures of every screen, in words. After a wanted change: `pytest tests/ui/test_pictures.py --snapshot-update`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from diff_plays import PATCH, SECOND, proposing, until
from sample_runs import answering, finished
from screen_pictures import picture
from screen_stage import Screenful, Stage, opened
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from rlm_tui.config import load_settings
from rlm_tui.engine.fanout import Plan
from rlm_tui.setup import Setup
from rlm_tui.ui.page import Page
from rlm_tui.workspace import open_workspace

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


async def patch(on: Screenful) -> None:
    on.stage.events = proposing(PATCH, SECOND).events
    await on.ask()
    await on.press("escape", "d")
    await until(on, lambda: "taken" in on.line("#crumbs"))


async def runs(on: Screenful) -> None:
    for number, script in enumerate((finished(), answering())):
        run_id = f"20260921-10150{number}-ab12"
        events = [event.model_copy(update={"run_id": run_id}) for event in script.events]
        path = on.stage.runs.path(run_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(event.model_dump_json() + "\n" for event in events))
    await on.press(*"/runs", "enter")
    await until(on, lambda: on.line("#crumbs").endswith("2"))


async def browse(on: Screenful) -> None:
    await on.press(*"/browse", "enter")
    await on.press(*"Gateway.charge", "enter")
    await until(on, lambda: "def charge" in on.screen.query_one("#text", Page).text)


STATES = (welcome, waiting, running, done, calls, trace, code, fan_out, timeline, help_screen, patch, runs, browse)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.__name__))
async def test_picture(
    stage: Stage,
    snapshot: SnapshotAssertion,
    state: Callable[[Screenful], Awaitable[None]],
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)
    async with opened(stage, size) as on:
        await state(on)
        await on.settle()
        assert await picture(on.app, on.pilot, THEMES) == snapshot(extension_class=Words)


@pytest.mark.parametrize("size", [(60, 20), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_picture_of_the_settings(
    stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    folders = {name: f"/home/me/{name}" for name in ("cache_dir", "runs_dir", "applied_dir")}
    own = {"budget": 0.5, "allow_secrets": ["*.pem"]}
    async with opened(stage, size) as on, open_workspace(stage.repository.root, load_settings({})) as workspace:
        settings = load_settings({**folders, **own})
        on.app.session.setup = Setup(workspace, settings, dict(own), Path("/home/me/config.toml"))
        await on.press(*"/settings", "enter")
        await on.press("down", "down")
        assert await picture(on.app, on.pilot, THEMES) == snapshot(extension_class=Words)
