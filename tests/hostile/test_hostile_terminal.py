"""The real program in a terminal that goes away: it ends, whether or not a signal tells it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize("question", [b"", b"where is first\r"])
def test_the_program_ends_with_its_terminal(tmp_path: Path, question: bytes) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository/app.py").write_text("def first(): pass\n")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    folders = {name: str(tmp_path / name) for name in ("RLM_TUI_CACHE_DIR", "RLM_TUI_RUNS_DIR", "XDG_CONFIG_HOME")}
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "rlm_tui", str(tmp_path / "repository")],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**kept, **folders, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    try:
        seen = b""
        end = time.monotonic() + 30
        while b"Ctrl+Q" not in seen and time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                seen += os.read(ours, 65536)
        assert b"Ctrl+Q" in seen
        os.write(ours, question)
        os.close(ours)
        assert process.wait(20) in (1, 129)
    finally:
        process.kill()
        process.wait()
