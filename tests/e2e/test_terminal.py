"""The real program in a real terminal, as a person at a keyboard meets it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_repository import make_small_repository
from terminal import Terminal, needs_tmux, terminal

pytestmark = [needs_tmux, pytest.mark.xdist_group("terminal")]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_small_repository(tmp_path / "shop")


@pytest.fixture
def options() -> list[str]:
    return []


@pytest.fixture
def window(repository: Path, tmp_path: Path, options: list[str]) -> Iterator[Terminal]:
    environment = {
        "RLM_TUI_CACHE_DIR": str(tmp_path / "cache"),
        "RLM_TUI_RUNS_DIR": str(tmp_path / "runs"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "ANTHROPIC_API_KEY": "",
        "ANTHROPIC_BASE_URL": "",
        "TERM": "xterm-256color",
    }
    with terminal(120, 40) as opened:
        opened.start([sys.executable, "-m", "rlm_tui", *options, ";", "echo", "'code:'$?"], repository, environment)
        yield opened


def test_ask_drill_export_quit(window: Terminal, repository: Path) -> None:
    window.wait_for("no language model")
    window.type("who calls send?")
    window.press("Enter")
    screen = window.wait_for("Gateway.charge")
    assert "root" in screen
    window.wait_for("✓")
    window.press("Tab")
    window.press("Enter")
    window.wait_for("Prompt")
    window.press("Escape")
    window.wait_for("Space fold")
    window.press("e")
    window.wait_for("rlm-tui-report-")
    report = next(repository.glob("rlm-tui-report-*.md")).read_text()
    assert "who calls send?" in report
    assert "src/shop/payment.py" in report
    window.press("q")
    window.wait_for("code:0")


def test_what_is_typed_at_once_comes_into_the_prompt(window: Terminal) -> None:
    window.type("who quits calls send?")  # a q of the app would end it
    window.wait_for("no language model")
    window.wait_for("who quits calls send?")  # on the screen of the program: the shell's is behind it
    window.press("Enter")
    window.wait_for("root")


@pytest.mark.parametrize("columns, rows", [(80, 24), (120, 40)])
def test_resize_keeps_the_program_alive(window: Terminal, columns: int, rows: int) -> None:
    window.wait_for("no language model")
    window.resize(columns, rows)
    window.type("where is backoff defined?")
    window.press("Enter")
    window.wait_for("payment.py")


def test_sigterm_leaves_the_terminal_sane(window: Terminal) -> None:
    window.wait_for("no language model")
    shell = window.pane_process()
    children = subprocess.run(["pgrep", "-P", str(shell)], capture_output=True, text=True, check=True).stdout.split()
    os.kill(int(children[0]), signal.SIGTERM)
    window.wait_for("code:143")
    window.type("stty -a | grep -o -- '-*echo '; echo done")
    window.press("Enter")
    lines = window.wait_for("\ndone").splitlines()
    assert "echo" in [line.strip() for line in lines]


@pytest.mark.parametrize("options", [["--scope", "web"]])
def test_the_screen_keeps_to_the_scope(window: Terminal) -> None:
    window.wait_for("no language model")
    window.type("where is backoff defined?")
    window.press("Enter")
    screen = window.wait_for("No definition here is called")
    assert "payment.py" not in screen
