"""The palette: every word of the registry, as it is written."""

from __future__ import annotations

from screen_stage import Stage, opened
from textual.command import CommandList


async def test_what_stands_in_brackets_is_shown(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press("ctrl+p")
        await on.pilot.pause(0.5)
        listed = on.screen.query_one(CommandList)
        shown = "\n".join(str(listed.get_option_at_index(at).prompt) for at in range(listed.option_count))
        assert "[BASE] [--staged] [PATH...]" in shown
