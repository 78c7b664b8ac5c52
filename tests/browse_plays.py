"""What the keys of the browser, the prompt's lists, the sessions and the settings do: the plays of `tests/ui/test_keys.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sample_runs import finished
from screen_stage import Screenful
from textual.widgets import OptionList

from rlm_tui.ui.actions import ACTIONS, Place
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.browse import BrowseScreen
from rlm_tui.ui.browse_parts import Found, Rows, Search
from rlm_tui.ui.code_view import CodeScreen
from rlm_tui.ui.completion import Choices
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.jump import JumpScreen
from rlm_tui.ui.picker import Picker
from rlm_tui.ui.runs import RunsScreen

Play = Callable[[Screenful], Awaitable[None]]


async def browser(on: Screenful) -> None:
    await on.press("tab", "b", *"charge")
    screen = on.screen
    assert isinstance(screen, BrowseScreen)
    await on.press("a")
    assert screen.query_one(Search).value == "chargea"
    await on.press("backspace", "tab")
    assert on.app.focused is screen.query_one(Found)
    await on.press("tab", "tab")
    assert isinstance(on.app.focused, Search)
    await on.press("shift+tab")
    assert on.app.focused is on.page
    for key in ("slash", "i"):
        await on.press(key)
        assert isinstance(on.app.focused, Search)
        await on.press("tab")
    await on.press("i", *["backspace"] * 6, *"pay")
    await on.press("down")
    assert screen.query_one(Found).highlighted == 1
    await on.press("up")
    assert screen.query_one(Found).highlighted == 0
    await on.press("enter")
    assert on.app.focused is on.page
    await on.press("right", "right")
    assert screen.query_one(Rows).option_count == 2
    await on.press("left")
    assert screen.query_one(Rows).option_count == 1
    await on.press("enter")
    assert str(screen.query_one("#details").border_title).startswith("test_pay")
    await on.press("backspace")
    assert str(screen.query_one("#details").border_title).startswith("Order.pay")
    await on.press("o")
    assert isinstance(on.screen, CodeScreen)
    await on.press("escape", "E")
    assert "no terminal" in on.line("#crumbs")
    await on.press("escape")
    assert isinstance(on.screen, AskScreen) and on.prompt.text == ""
    await on.press("b", *"pay", "enter", "a")
    assert on.prompt.text == "@Order.pay "


async def complete(on: Screenful) -> None:
    await on.press(*"@charge", "tab")
    assert on.prompt.text == "@Gateway.charge "
    assert not on.screen.query_one(Choices).is_open


async def decline(on: Screenful) -> None:
    await on.press(*"@charge")
    assert on.screen.query_one(Choices).is_open
    await on.press("escape")
    assert not on.screen.query_one(Choices).is_open and on.app.focused is on.prompt


async def picker(on: Screenful) -> None:
    await on.ask()
    await on.press(*"how", "enter", "ctrl+r")
    assert isinstance(on.screen, Picker)
    options = on.screen.query_one(OptionList)
    for key, row in (("down", 1), ("up", 0), ("ctrl+r", 1)):
        await on.press(key)
        assert options.highlighted == row
    await on.press("enter")
    assert isinstance(on.screen, AskScreen) and on.prompt.text == "why"
    await on.press("ctrl+r", "escape")
    assert isinstance(on.screen, AskScreen) and on.prompt.text == "why"


async def edit(on: Screenful) -> None:
    await on.press("a", "ctrl+g")
    assert "no terminal" in on.notice and on.prompt.text == "a"


async def sessions(on: Screenful) -> None:
    events = finished().events
    path = on.stage.runs.path(events[0].run_id)
    path.parent.mkdir(parents=True)
    path.write_text("".join(event.model_dump_json() + "\n" for event in events))
    await on.press("tab", "r", "slash", "z")
    assert isinstance(on.screen, RunsScreen) and "0 of 1" in on.line("#crumbs")
    await on.press("escape", "R")
    assert "nothing to go on with" in on.line("#crumbs")
    for key in ("d", "delete"):
        await on.press(key)
        assert isinstance(on.screen, Confirm)
        await on.press("n" if key == "d" else "escape")
        assert path.exists()
    await on.press("p")
    assert isinstance(on.screen, AskScreen) and on.app.playback is not None
    await on.press("p")
    assert on.app.playback.paused and "replay paused at 1x" in on.notice
    before = len(on.app.shown.calls), on.app.shown.last
    await on.press("s", "s", "s")
    assert (len(on.app.shown.calls), on.app.shown.last) > before
    for key, speed in (("plus", 4), ("equals_sign", 16), ("plus", 16), ("minus", 4)):
        await on.press(key)
        assert on.app.playback.speed == speed
    await on.press("escape")
    await on.settle()
    assert on.app.playback is None and on.app.shown.end is not None
    await on.press("p", "s", "plus", "minus")
    assert on.app.playback is None
    await on.press("r", "d", "y")
    assert not path.exists()


async def setup(on: Screenful) -> None:
    """The keys of the set-up are pressed in `tests/ui/test_setup.py`, on a real workspace; a stage has none."""
    for key in ("S", "comma"):
        await on.press("tab", key)
        assert "nothing can be set here" in on.notice


async def jump(on: Screenful) -> None:
    await on.ask()
    await on.press("ctrl+o")
    assert isinstance(on.screen, JumpScreen)
    await on.press("escape", "ctrl+o", "a")
    assert isinstance(on.screen, AskScreen) and on.app.focused is on.calls


PLAYS: dict[tuple[Place, str], Play] = {
    **{("browse", action.name): browser for action in ACTIONS if action.place == "browse"},
    **{("picker", action.name): picker for action in ACTIONS if action.place == "picker"},
    **{("confirm", action.name): sessions for action in ACTIONS if action.place == "confirm"},
    **{("runs", name): sessions for name in ("play", "resume", "delete", "search")},
    **{("ask", name): sessions for name in ("pause", "step", "hasten(1)", "hasten(-1)")},
    **{(action.place, action.name): setup for action in ACTIONS if action.place in ("setup", "settings", "value")},
    **{("ask", name): setup for name in ("setup", "settings")},
    ("everywhere", "jump"): jump,
    ("jump", "back"): jump,
    ("ask", "browse"): browser,
    ("ask", "history"): picker,
    ("ask", "edit"): edit,
    ("prompt", "complete"): complete,
    ("prompt", "decline"): decline,
}
