"""The user's keys: read, refused with a reason, shown where keys are shown, and really working."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen_stage import Stage, opened

from rlm_tui.ui.actions import ACTIONS
from rlm_tui.ui.browse import BrowseScreen
from rlm_tui.ui.help import HelpScreen
from rlm_tui.ui.keymap import Keymap, read_keymap
from rlm_tui.ui.status import Footer


@pytest.mark.parametrize(
    "written, identity, keys",
    [
        ({"follow": "f"}, "calls.follow", ("f",)),
        ({"calls.follow": "F5 ctrl+F"}, "calls.follow", ("f5", "ctrl+f")),
        ({"calls": {"follow": ["w", "W"]}}, "calls.follow", ("w", "W")),
        ({"browse": "ctrl+]"}, "ask.browse", ("ctrl+right_square_bracket",)),
        ({"trace.sibling_next": "> n2"}, None, ()),
        ({"trace.sibling_next": "> ."}, "trace.sibling(1)", ("greater_than_sign", "full_stop")),
        ({"quit": "Q"}, "everywhere.quit", ("Q",)),
    ],
)
def test_keys_are_read(written: dict[str, object], identity: str | None, keys: tuple[str, ...]) -> None:
    keymap = read_keymap(written)
    if identity is None:
        assert keymap.chosen == {} and "is no key" in keymap.problems[0]
    else:
        assert keymap == Keymap({identity: keys})


@pytest.mark.parametrize(
    "written, told",
    [
        ({"frob": "x"}, "no such action"),
        ({"nowhere.follow": "x"}, "no such action"),
        ({"calls.follow": "x"}, "x is calls.cancel_call already"),
        ({"calls.follow": ""}, "give one to 4 keys"),
        ({"calls.follow": "a b c d e"}, "give one to 4 keys"),
        ({"calls.follow": 3}, "give a key"),
        ({"calls.follow": "\x1b[A"}, "is no key"),
        ({"calls.follow": "ctrl+"}, "is no key"),
        ({"prompt.send": "s"}, "writes a character there"),
        ({"answer.scroll": "w"}, "belongs to the widget"),
        ({"calls.follow": "ctrl+c"}, "always interrupts"),
    ],
)
def test_what_cannot_be_followed_is_told_and_left_out(written: dict[str, object], told: str) -> None:
    keymap = read_keymap(written | {"everywhere.help": "f2"})
    assert keymap.chosen == {"everywhere.help": ("f2",)}
    assert len(keymap.problems) == 1 and told in keymap.problems[0]


def test_keys_can_be_exchanged() -> None:
    assert read_keymap({"calls.follow": "x", "calls.cancel_call": "F"}).problems == ()


WORDS = st.sampled_from([action.word for action in ACTIONS]) | st.text(max_size=8)


@given(st.dictionaries(WORDS, st.text(max_size=8) | st.integers(), max_size=6))
def test_whatever_is_written_no_key_does_two_things_in_one_place(written: dict[str, object]) -> None:
    keymap = read_keymap(written)
    for place in {action.place for action in ACTIONS}:
        keys = [key for action in ACTIONS if action.place == place for key in keymap.keys(action)]
        assert len(keys) == len(set(keys))


async def test_the_users_keys_work_and_are_shown(stage: Stage) -> None:
    stage.keys = {"ask.browse": "ctrl+b", "everywhere.help": "f2"}
    async with opened(stage, (200, 40)) as on:
        await on.press("tab", "b")
        assert not isinstance(on.screen, BrowseScreen)
        assert "Ctrl+B browse" in on.screen.query_one(Footer).render().plain
        await on.press("ctrl+b")
        assert isinstance(on.screen, BrowseScreen)
        await on.press("escape", "f1")
        assert not isinstance(on.screen, HelpScreen)
        await on.press("f2")
        assert isinstance(on.screen, HelpScreen) and "Ctrl+B" in on.page.text


async def test_what_is_wrong_with_the_keys_is_said(stage: Stage) -> None:
    stage.keys = {"[red]": "\x1b]52;c;eA==\x07"}
    async with opened(stage) as on:
        await on.settle()
        assert "[keys] [red]: there is no such action" in on.notice
