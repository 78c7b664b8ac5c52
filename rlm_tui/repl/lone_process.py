"""Guests that are processes of their own: each a Python of its own, where there is no fork server (macOS)."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.repl.protocol import SandboxError


@dataclass(slots=True)
class LoneProcess:
    """A guest that the program started itself, and our end of its standard input and output."""

    process: subprocess.Popen[bytes]
    pipe: socket.socket

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when it has ended."""
        self.process.send_signal(number)

    def cpu_seconds(self) -> float:
        """Return 0.0: it is not known."""
        return 0.0

    async def end(self) -> int | None:
        """Kill it, and return how it ended."""
        self.process.kill()
        return await asyncio.to_thread(self.process.wait)


class LoneProcesses:
    """Starts a warm-up, a seal and a session in one process; slower than a fork server (about 0.2 s), and as sealed."""

    async def start(self, memory: int) -> LoneProcess:
        """Return a new guest, which seals itself to `memory` bytes. Raises SandboxError."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                return LoneProcess(_spawn(theirs.fileno(), memory), ours)
            except OSError as error:
                ours.close()
                raise SandboxError(f"Python does not start for cells: {error.strerror}") from error

    async def close(self) -> None:
        """Do nothing: each process is ended by its session."""


def _spawn(pipe: int, memory: int) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("fork_server.py")
    # A session of its own: Ctrl+C at the terminal is for the program, which interrupts cells itself.
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", str(script), "alone", str(memory)],
        env={},
        cwd="/",
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
