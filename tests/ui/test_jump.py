"""Jump mode: a letter beside everything that can be gone to."""

from __future__ import annotations

import pytest
from screen_stage import Stage, opened
from textual.geometry import Offset
from textual.widgets import OptionList, Static

from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.browse import BrowseScreen
from rlm_tui.ui.browse_parts import Found
from rlm_tui.ui.jump import LETTERS, JumpScreen


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15)])
async def test_every_letter_goes_to_its_place(stage: Stage, size: tuple[int, int]) -> None:
    async with opened(stage, size) as on:
        await on.ask()
        await on.press("tab", "ctrl+o")
        assert isinstance(on.screen, JumpScreen)
        labels = list(on.screen.query(Static))
        assert len(labels) > 3
        regions = [label.region.offset for label in labels]
        letters = LETTERS[: len(labels)]
        await on.press("escape")
        assert isinstance(on.screen, AskScreen)
        for letter, offset in zip(letters, regions, strict=True):
            await on.press("ctrl+o", letter)
            focused = on.app.focused
            assert focused is not None and focused.region.contains_point(offset)
            if isinstance(focused, OptionList) and offset != focused.region.offset:
                assert focused.highlighted is not None


async def test_rows_of_the_calls_are_gone_to(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.ask()
        await on.press("ctrl+o")
        places = {label.region.offset: letter for label, letter in zip(on.screen.query(Static), LETTERS, strict=False)}
        area = on.calls.content_region
        await on.press(places[area.offset + Offset(0, 2)])
        assert on.app.focused is on.calls and on.calls.cursor == on.calls.keys[2]


async def test_it_jumps_in_other_screens_and_a_wrong_letter_closes(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press("tab", "b", *"pay")
        await on.press("ctrl+o", "s")
        assert isinstance(on.screen, BrowseScreen) and on.app.focused is on.screen.query_one(Found)
        await on.press("ctrl+o", "M")
        assert isinstance(on.screen, BrowseScreen)
