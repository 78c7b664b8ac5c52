"""What is asked of the terminal itself: its clipboard, its bell, its notifications."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from screen_stage import Stage, opened

from rlm_tui.ui.attention import Notify, attention
from rlm_tui.ui.clipboard import by_tmux, sequence
from rlm_tui.ui.terminal_app import TerminalApp


def test_the_clipboard_is_asked_for_in_one_sequence() -> None:
    told = base64.b64encode("漢\x1b".encode()).decode()
    assert sequence("漢\x1b", {}) == f"\x1b]52;c;{told}\x07"


def test_inside_screen_it_is_wrapped_in_pieces() -> None:
    told = sequence("x" * 3_000, {"STY": "1.pts"})
    pieces = told.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert "".join(pieces) == sequence("x" * 3_000, {}) and max(map(len, pieces)) <= 700


def test_tmux_takes_the_text_on_its_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tmux"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/text\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert by_tmux("$(touch x); -- 漢", {"TMUX": "/tmp/socket"})
    assert (tmp_path / "arguments").read_text() == "load-buffer -w -\n"
    assert (tmp_path / "text").read_text() == "$(touch x); -- 漢"
    program.write_text("#!/bin/sh\nexit 1\n")
    assert not by_tmux("x", {"TMUX": "/tmp/socket"})
    assert not by_tmux("x", {})


@pytest.mark.parametrize(
    "how, told",
    [
        ("off", ""),
        ("bell", "\x07"),
        ("osc9", "\x1b]9;done: why, x ]52 y\x1b\\"),
        ("osc777", "\x1b]777;notify;rlm-tui;done: why, x ]52 y\x1b\\"),
    ],
)
def test_a_notification_says_no_more_than_its_words(how: Notify, told: str) -> None:
    assert attention(how, "done: why; x \x1b]52\x07\n y", {}) == told


def test_inside_tmux_a_notification_is_passed_through() -> None:
    assert attention("osc9", "done", {"TMUX": "x"}) == "\x1bPtmux;\x1b\x1b]9;done\x1b\x1b\\\x1b\\"


@pytest.mark.parametrize("after, called", [(30.0, []), (20.0, ["done: Why can two threads that refresh"])])
async def test_only_a_long_run_calls(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, after: float, called: list[str]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(TerminalApp, "draw_attention", lambda app, text: seen.append(text))
    async with opened(stage) as on:
        on.app.session.notify_after = after
        await on.ask()
        assert [text[:38] for text in seen] == called
