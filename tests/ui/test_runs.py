"""The list of runs: searching, damaged records, deleting, going on, hostile records."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_runs import HOSTILE, finished
from screen_stage import Screenful, Stage, opened
from textual.widgets import OptionList

from rlm_tui.records.events import RunStarted
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.runs import RunsScreen


def record(stage: Stage, run_id: str, *, question: str = "why?", repository: str = "shop", cut: int = 0) -> Path:
    events = [event.model_copy(update={"run_id": run_id}) for event in finished().events]
    assert isinstance(events[0], RunStarted)
    events[0] = events[0].model_copy(update={"question": question, "repository": repository})
    path = stage.runs.path(run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [event.model_dump_json() + "\n" for event in events]
    path.write_text("".join(lines[: len(lines) - cut]))
    return path


async def listed(on: Screenful) -> list[str]:
    if isinstance(on.screen, AskScreen):
        await on.press("tab", "r")
    assert isinstance(on.screen, RunsScreen)
    options = on.screen.query_one(OptionList)
    return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]


async def test_runs_are_searched(stage: Stage) -> None:
    record(stage, "1-a", question="who calls send?")
    record(stage, "2-b", question="where is the retry?", repository="gin", cut=2)
    async with opened(stage) as on:
        assert len(await listed(on)) == 2
        await on.press("slash", *"retry gin")
        assert [line.split()[3:5] for line in await listed(on)] == [["unfinished", "gin"]]
        assert "1 of 2" in on.line("#crumbs")
        await on.press("escape")
        assert len(await listed(on)) == 2
        await on.press("slash", *"unfinished", "enter", "enter")
        assert on.app.shown_id == "2-b"


async def test_damaged_records_are_shown_as_such(stage: Stage) -> None:
    whole = record(stage, "1-whole")
    lines = whole.read_text().splitlines(keepends=True)
    record(stage, "2-middle").write_text("".join([*lines[:20], "{not json}\n", *lines[20:]]))
    stage.runs.path("3-start").write_bytes(b"\xff\x00 nothing\n" + whole.read_bytes())
    stage.runs.path("4-empty").write_text("")
    async with opened(stage) as on:
        shown = await listed(on)
        assert sum("damaged" in line for line in shown) == 2 and any("3-start.jsonl" in line for line in shown)
        await on.press("slash", *"3-start", "enter", "enter")
        assert isinstance(on.screen, RunsScreen) and "this record cannot be read" in on.line("#crumbs")
        await on.press("escape", "slash", *"2-middle", "enter", "enter")
        assert on.app.shown_id == "2-middle" and "shown as far as it can be read" in on.notice
        assert on.app.shown.root is not None


async def test_deleting_asks_first(stage: Stage) -> None:
    paths = [record(stage, f"{number}-x") for number in range(3)]
    async with opened(stage) as on:
        await listed(on)
        await on.press("d")
        assert isinstance(on.screen, Confirm)
        await on.press("escape")
        assert all(path.exists() for path in paths)
        await on.press("down", "d", "y")
        assert [path.exists() for path in paths] == [True, False, True]
        assert len(await listed(on)) == 2
        paths[0].unlink()
        await on.press("end", "delete", "y")
        assert "the record" in on.line("#crumbs")


async def test_an_unfinished_run_is_gone_on_with(stage: Stage) -> None:
    record(stage, "1-cut", cut=3)
    async with opened(stage) as on:
        await listed(on)
        await on.press("R")
        assert on.stage.resumed == ["1-cut"] and isinstance(on.screen, AskScreen)


async def test_a_question_ends_a_replay(stage: Stage) -> None:
    record(stage, "1-x")
    async with opened(stage) as on:
        await listed(on)
        await on.press("p")
        assert on.app.playback is not None and "replay playing at 1x" in on.notice
        await on.press("i", *"how", "enter")
        assert on.app.playback is None and [text for text, _ in on.stage.asked] == ["how"]
        assert on.app.shown is on.stage.run.tree


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15), (20, 6)])
async def test_hostile_records_are_only_text(stage: Stage, size: tuple[int, int]) -> None:
    record(stage, "1-x", question=HOSTILE, repository=HOSTILE)
    async with opened(stage, size) as on:
        await listed(on)
        for keys in (("d",), ("n",), ("enter",)):
            await on.press(*keys)
            lines = on.app.screen._compositor.render_strips(on.app.size)
            drawn = "".join(segment.text for line in lines for segment in line)
            assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(drawn)
