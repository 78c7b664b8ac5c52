"""ASCII only, no colour, no motion: on every screen, whatever it shows."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

import pytest
from rich.cells import cell_len
from sample_runs import HOSTILE, answering
from screen_cells import lines, styles
from screen_stage import Screenful, Stage, opened

from rlm_tui.ui.appearance import Appearance, in_ascii


async def done(on: Screenful) -> None:
    await on.ask()


async def running(on: Screenful) -> None:
    await on.ask(len(answering().events) + 18)


async def trace(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "enter")


async def code(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "1")


async def help_screen(on: Screenful) -> None:
    await on.press("f1")


async def themes(on: Screenful) -> None:
    await on.press("tab", "T")


SCREENS = (done, running, trace, code, help_screen, themes)
Reach = Callable[[Screenful], Awaitable[None]]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("reach", SCREENS, ids=lambda reach: str(reach.__name__))
async def test_ascii_only(stage: Stage, reach: Reach, size: tuple[int, int]) -> None:
    stage.appearance = Appearance(ascii=True)
    async with opened(stage, size) as on:
        await reach(on)
        shown = lines(on.app)
        assert all(line.isascii() for line in shown), [line for line in shown if not line.isascii()]
        assert {len(line) for line in shown} == {size[0]}


@pytest.mark.parametrize("reach", SCREENS, ids=lambda reach: str(reach.__name__))
@pytest.mark.parametrize("theme", ["ink", "paper", "contrast", "nord", "ansi-dark"])
async def test_no_colour(stage: Stage, reach: Reach, theme: str) -> None:
    stage.appearance, stage.theme = Appearance(colour=False), theme
    async with opened(stage) as on:
        await reach(on)
        coloured = [(text, style) for text, style in styles(on.app) if style.color or style.bgcolor]
        assert coloured == []


async def test_without_colour_the_cursor_is_seen_and_the_one_without_focus_differs(stage: Stage) -> None:
    stage.appearance = Appearance(colour=False)
    async with opened(stage) as on:
        await on.ask()
        await on.press("tab")
        root = [style for text, style in styles(on.app) if "root" in text]
        assert [style.reverse for style in root] == [True]
        await on.press("tab")
        root = [style for text, style in styles(on.app) if "root" in text]
        assert [(style.reverse, style.underline) for style in root] == [(False, True)]


@pytest.mark.parametrize(
    "text", ["▾ ● ✓ ✗ ⊘ ≋ ◐ …", "╭─╮│╰┼╯━┃", "█▌▏▁", "é naïve Ångström", "漢字", HOSTILE, "\u200d\u0301"]
)
def test_the_stand_in_is_ascii_and_as_wide(text: str) -> None:
    assert in_ascii(text).isascii()
    assert cell_len(in_ascii(text)) == cell_len(text)


def test_marks_stay_apart_in_ascii() -> None:
    from rlm_tui.ui.rows import MARKS

    assert len({in_ascii(mark) for mark in MARKS.values()}) == len(MARKS)
    assert in_ascii("é漢▸") == "e??>"


def test_what_the_environment_asks_for() -> None:
    assert Appearance.of({"NO_COLOR": "1"}, ascii_only=False, reduced_motion=True) == Appearance(False, False, False)
    assert Appearance.of({"NO_COLOR": ""}, ascii_only=True, reduced_motion=False) == Appearance(True, True, True)


async def test_no_color_is_taken_from_the_environment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stage.appearance = Appearance.of(os.environ, ascii_only=False, reduced_motion=False)
    async with opened(stage) as on:
        await on.ask()
        assert not any(style.color or style.bgcolor for _, style in styles(on.app))
