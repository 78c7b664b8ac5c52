"""Where a guest runs: a process with a pipe to it, whoever started it."""

from __future__ import annotations

import signal
import socket
from typing import Protocol


class Process(Protocol):
    """A guest that has just been started, and waits for its first frame."""

    @property
    def pipe(self) -> socket.socket:
        """Our end of its pipe; whoever takes it closes it."""
        ...

    def send_signal(self, number: signal.Signals) -> None:
        """Send SIGINT or SIGKILL; nothing happens when it has ended."""
        ...

    def cpu_seconds(self) -> float:
        """Return the CPU time it has used; 0.0 when that is not known, or it has ended."""
        ...

    async def end(self) -> int | None:
        """Kill it and give back what it held: its exit code, or minus a signal's number; None when that is not known."""
        ...


class Origin(Protocol):
    """Starts guests. Whatever it is, each guest must prove that it is sealed before a cell runs in it."""

    async def start(self, memory: int) -> Process:
        """Start one that may use `memory` bytes. Raises SandboxError."""
        ...

    async def close(self) -> None:
        """End them all. Idempotent."""
        ...
