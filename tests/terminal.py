"""Drives the real program in a real terminal: tmux."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

_numbers = itertools.count()


class Terminal:
    """One tmux server of its own, with one window."""

    def __init__(self, columns: int, rows: int) -> None:
        self._socket = f"rlm-tui-test-{os.getpid()}-{next(_numbers)}"
        self._size = ("-x", str(columns), "-y", str(rows))

    def start(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], shell: str = "sh") -> None:
        """Run a shell in the window and type `command` into it."""
        pairs = [item for name, value in environment.items() for item in ("-e", f"{name}={value}")]
        # tmux sets TERM itself, after what it was told
        shell = f"env -u COLUMNS -u LINES TERM={environment.get('TERM', 'xterm-256color')} PS1='$ ' {shell}"
        self._tmux("-f", "/dev/null", "new-session", "-d", *self._size, *pairs, "-c", str(folder), shell)
        self.type(" ".join(command))
        self.press("Enter")

    def press(self, *keys: str) -> None:
        """Press keys by their tmux names: Enter, Escape, C-c, Up."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type text as it stands."""
        self._tmux("send-keys", "-l", "--", text)

    def screen(self, *, colours: bool = False) -> str:
        """Return what the window shows, with its colours as escape sequences if asked."""
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def pane_process(self) -> int:
        """Return the process id of the shell in the window."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def program(self) -> int:
        """Return the process id of what runs in the shell."""
        found = subprocess.run(["pgrep", "-P", str(self.pane_process())], capture_output=True, text=True, check=True)
        return int(found.stdout.split()[0])

    def signal(self, number: int) -> None:
        """Send a signal to what runs in the shell."""
        os.kill(self.program(), number)

    def modes(self) -> dict[str, str]:
        """Return which screen the terminal shows, whether it shows its cursor, and which mouse modes are on."""
        names = ("alternate_on", "cursor_flag", "mouse_any_flag", "mouse_sgr_flag")
        told = self._tmux("display-message", "-p", ",".join(f"#{{{name}}}" for name in names))
        return dict(zip(names, told.strip().split(","), strict=True))

    def wait_for(self, text: str, seconds: float = 30.0, *, without: str | None = None) -> str:
        """Return the screen once it shows `text`, and no `without`; fail with the screen as it was when it never does."""
        end = time.monotonic() + seconds
        while text not in (screen := self.screen()) or (without is not None and without in screen):
            if time.monotonic() > end:
                pytest.fail(f"{text!r} did not appear within {seconds:.0f} s. The screen:\n{screen}")
            time.sleep(0.05)
        return screen

    def close(self) -> None:
        """End the server and everything in it."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-L", self._socket, *arguments], capture_output=True, text=True, check=True)
        return done.stdout


@contextmanager
def terminal(columns: int = 120, rows: int = 40) -> Iterator[Terminal]:
    """Open a terminal for a `with` block."""
    opened = Terminal(columns, rows)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def opened_program(
    repository: Path,
    state: Path,
    *,
    options: Sequence[str] = (),
    python: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    size: tuple[int, int] = (120, 40),
) -> Iterator[Terminal]:
    """Open the program in a shell in `repository`, keeping what it writes under `state`; `code:N` follows its end.

    `python` are arguments of the interpreter in the place of `-m rlm_tui`.
    """
    wanted = {
        "RLM_TUI_CACHE_DIR": str(state / "cache"),
        "RLM_TUI_RUNS_DIR": str(state / "runs"),
        "XDG_CONFIG_HOME": str(state / "config"),
        "ANTHROPIC_API_KEY": "",
        "ANTHROPIC_BASE_URL": "",
        "TERM": "xterm-256color",
    }
    with terminal(*size) as opened:
        command = [sys.executable, *(python or ["-m", "rlm_tui"]), *options, ";", "echo", "'code:'$?"]
        opened.start(command, repository, wanted | dict(environment or {}), "bash --norc --noprofile")
        yield opened
