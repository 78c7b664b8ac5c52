"""Whatever happens to the program, the terminal is left as it was found, and the record is whole."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_repository import make_small_repository
from terminal import Terminal, needs_tmux, opened_program

pytestmark = [needs_tmux, pytest.mark.xdist_group("terminal")]

BROKEN = {
    "drawing": "from rlm_tui.ui.page import Page; Page.render_line = lambda self, y: 1 // 0",
    "handler": "from rlm_tui.ui.prompt import Prompt; Prompt.action_send = lambda self: 1 // 0",
    "loop": "from rlm_tui.ui.app import RlmApp; RlmApp.send = lambda self, text: sys.exit(7)",
}


@pytest.fixture
def code() -> str:
    return ""


@pytest.fixture
def window(tmp_path: Path, code: str) -> Iterator[Terminal]:
    repository = make_small_repository(tmp_path / "shop")
    script = tmp_path / "broken.py"
    script.write_text(
        f"import sys\nif __name__ == '__main__':\n    {code}\n    from rlm_tui.cli import main\n    main()\n"
    )
    with opened_program(repository, tmp_path, python=[str(script)] if code else []) as opened:
        yield opened


def assert_sane(window: Terminal) -> None:
    """Ask the terminal itself: it echoes, edits lines, and tmux says that no mode of the program is left."""
    assert window.modes() == {"alternate_on": "0", "cursor_flag": "1", "mouse_any_flag": "0", "mouse_sgr_flag": "0"}
    window.press("C-l")
    window.type("stty -a | grep -oE -- '-?(echo|icanon|isig|icrnl) ' | tr -d '\\n'; echo ':'is")
    window.press("Enter")
    window.wait_for("icrnl isig icanon echo :is")


@pytest.mark.parametrize("number, said", [("TERM", 143), ("INT", 130), ("HUP", 129)])
def test_signals_end_it_in_good_order(window: Terminal, number: str, said: int) -> None:
    window.wait_for("no language model")
    window.signal(getattr(signal, f"SIG{number}"))
    window.wait_for(f"code:{said}")
    assert_sane(window)


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN.keys())
def test_a_mistake_of_ours_leaves_the_terminal_sane(window: Terminal, code: str) -> None:
    if "render_line" not in code:
        window.wait_for("no language model")
        window.type("who calls send?")
        window.press("Enter")
    window.wait_for("code:7" if "exit" in code else "code:1")
    if "exit" not in code:
        assert "this is a mistake of ours" in " ".join(window.screen().split())
    assert_sane(window)


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_it_is_stopped_and_goes_on(window: Terminal, number: signal.Signals) -> None:
    window.wait_for("no language model")
    window.signal(number)
    window.wait_for("Stopped")
    window.press("Enter")
    window.type("fg")
    window.press("Enter")
    window.wait_for("no language model", without="Stopped")
    window.type("who calls send?")
    window.press("Enter")
    window.wait_for("payment.py")
    assert window.modes()["alternate_on"] == "1"
    window.press("Tab", "q")
    window.wait_for("-m rlm_tui ;", without="payment.py")
    assert_sane(window)
