"""The conversation without a screen, in a real terminal: lines, words, Ctrl+C and the ends."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_repository import make_small_repository
from terminal import Terminal, needs_tmux, opened_program

pytestmark = [needs_tmux, pytest.mark.xdist_group("terminal")]


@pytest.fixture
def environment() -> dict[str, str]:
    return {}


@pytest.fixture
def window(tmp_path: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    repository = make_small_repository(tmp_path / "shop")
    options = [] if environment else ["--plain"]
    with opened_program(repository, tmp_path, options=options, environment=environment) as opened:
        opened.wait_for("ask>")
        yield opened


def send(window: Terminal, line: str) -> None:
    window.type(line)
    window.press("Enter")


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}], ids=["flag", "dumb"])
def test_question_after_question(window: Terminal, tmp_path: Path) -> None:
    send(window, "who calls send?")
    screen = window.wait_for("Cited, and read again by the host:\n  1. src/shop/payment.py:31-33 checked")
    assert "Gateway.charge" in screen and "done root after" in screen
    assert window.modes()["alternate_on"] == "0"
    send(window, "1")
    window.wait_for("\n    31  def send(")
    send(window, "/calls")
    window.wait_for("\n  step 1 ")
    send(window, "/export")
    window.wait_for("report written to")
    assert "who calls send?" in next((tmp_path / "shop").glob("rlm-tui-report-*.md")).read_text()
    send(window, "/again")
    window.wait_for("/again\nroute repl")
    send(window, "/quit")
    window.wait_for("code:0")


def test_modes_are_commands_here_too(window: Terminal) -> None:
    send(window, "/help")
    window.wait_for("/review    Review changes")
    send(window, "/map")
    window.wait_for("Cited, and read again by the host")
    send(window, "/runs")
    window.wait_for("done  /map")
    send(window, "/frob")
    window.wait_for("/frob is no command")


def test_ctrl_c_clears_the_line_and_twice_ends(window: Terminal) -> None:
    window.type("half a quest")
    window.press("C-c")
    window.wait_for("Ctrl+C again ends.")
    send(window, "/help")
    window.wait_for("/export")
    window.press("C-c")
    window.press("C-c")
    window.wait_for("code:0")


def test_ctrl_d_ends(window: Terminal) -> None:
    window.press("C-d")
    window.wait_for("code:0")


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_and_the_terminal_echoes(window: Terminal, number: signal.Signals, code: int) -> None:
    window.type("half")
    window.wait_for("half")
    window.signal(number)
    window.wait_for(f"code:{code}")
    send(window, "stty -a | grep -o -- '-*echo '; echo do'ne'")
    lines = window.wait_for("\ndone").splitlines()
    assert "echo" in [line.strip() for line in lines]
