"""The program's side of the fork server: starts it once, asks it for children, hears how they ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rlm_tui.repl.protocol import SandboxError

START_SECONDS = 20.0
_EXIT_SECONDS = 1.0
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""A thread of a numeric library would not survive the fork."""
_PROCESS_CLOCK = 2
"""With a pid, the id of the clock that counts a process's CPU time (CPUCLOCK_SCHED in the kernel's posix-timers.h)."""


@dataclass(slots=True)
class ForkedProcess:
    """A child of the fork server: its pid, a descriptor that stands for it, our end of its pipe, and how it ended."""

    pid: int
    pidfd: int
    pipe: socket.socket
    exited: asyncio.Future[int]

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, without any race with another process of the same pid."""
        if self.pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, number)

    def cpu_seconds(self) -> float:
        """Return the CPU time it has used."""
        try:
            return time.clock_gettime(~self.pid << 3 | _PROCESS_CLOCK) if self.pidfd >= 0 else 0.0
        except OSError:  # it has ended
            return 0.0

    async def end(self) -> int | None:
        """Kill it, and return how it ended; None when the fork server does not tell within 1 s."""
        self.send_signal(signal.SIGKILL)
        try:
            return await asyncio.wait_for(asyncio.shield(self.exited), _EXIT_SECONDS)
        except TimeoutError:
            return None
        finally:
            if self.pidfd >= 0:
                os.close(self.pidfd)
                self.pidfd = -1


class ForkServer:
    """A warm Python, started with the first child and again after it has ended.

    `landlock` false does without Landlock; `math` has numpy, scipy and sympy loaded, as far as they are installed.
    """

    def __init__(self, *, landlock: bool = True, math: bool = False) -> None:
        self._landlock, self._math = landlock, math
        self._starting = asyncio.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._numbers = 0
        self._forks: dict[int, asyncio.Future[tuple[int, int]]] = {}
        self._exits: dict[int, asyncio.Future[int]] = {}

    async def start(self, memory: int) -> ForkedProcess:
        """Return a new child, sealed to `memory` bytes. Raises SandboxError."""
        async with self._starting:
            control = self._control or await self._warm_up()
        loop = asyncio.get_running_loop()
        with ExitStack() as opened:
            ours, theirs = socket.socketpair()
            opened.enter_context(ours)
            self._numbers += 1
            number = self._numbers
            future = self._forks[number] = loop.create_future()
            try:
                with theirs:
                    request = json.dumps({"id": number, "memory": memory, "landlock": self._landlock}).encode()
                    socket.send_fds(control, [request], [theirs.fileno()])
                pid, pidfd = await asyncio.wait_for(future, START_SECONDS)
            except (OSError, TimeoutError) as error:
                raise SandboxError(f"the sandbox's fork server does not answer: {error!r}") from error
            finally:
                self._forks.pop(number, None)
            opened.pop_all()
        return ForkedProcess(pid, pidfd, ours, self._exits[pid])

    async def close(self) -> None:
        """End the server, and with it every child. Idempotent."""
        self._hang_up()
        if self._server is not None:
            server, self._server = self._server, None
            try:
                await asyncio.to_thread(server.wait, 2.0)
            except subprocess.TimeoutExpired:
                server.kill()
                await asyncio.to_thread(server.wait)

    async def _warm_up(self) -> socket.socket:
        await self.close()  # an earlier server that has ended by itself
        folders = _math_folders() if self._math else []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        server = _spawn(theirs, folders)
        try:
            hello = await asyncio.wait_for(loop.sock_recv(ours, 4096), START_SECONDS)
        except (OSError, TimeoutError):
            hello = b""
        if hello != b'{"ready":true}':
            ours.close()
            server.kill()
            told = server.communicate()[1].decode(errors="replace").strip().splitlines()
            raise SandboxError(f"the sandbox's fork server does not start: {told[-1] if told else 'no answer'}")
        if server.stderr is not None:
            server.stderr.close()
        self._server, self._control = server, ours
        loop.add_reader(ours, self._hear, ours)
        return ours

    def _hear(self, control: socket.socket) -> None:
        try:
            packet, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        except BlockingIOError:
            return
        except OSError:
            packet, descriptors = b"", []
        if not packet:
            self._hang_up()
            return
        told = json.loads(packet)
        if "exited" in told:
            exited = self._exits.get(told["exited"])
            if exited is not None and not exited.done():
                exited.set_result(told["status"])
            return
        fork = self._forks.get(told["id"])
        if fork is None or fork.done():
            for descriptor in descriptors:  # whoever asked has given up, and the child ends with its pipe
                os.close(descriptor)
        elif "pid" in told:
            self._exits[told["pid"]] = asyncio.get_running_loop().create_future()
            fork.set_result((told["pid"], descriptors[0]))
        else:
            fork.set_exception(SandboxError(f"no sandbox child can be started: {told['failed']}"))

    def _hang_up(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        for future in self._forks.values():
            if not future.done():
                future.set_exception(SandboxError("the sandbox's fork server has ended"))
        for exited in self._exits.values():
            if not exited.done():
                exited.set_result(-signal.SIGKILL)  # its children ended with it


def _math_folders() -> list[str]:
    """Return where the packages of the extra `math` are installed. Raises SandboxError when none is."""
    specs = filter(None, map(find_spec, ("numpy", "scipy", "sympy")))
    found = {str(Path(spec.origin).parents[1]): None for spec in specs if spec.origin}
    if not found:
        raise SandboxError(
            "neither numpy, scipy nor sympy is installed: pip install 'rlm-tui[math]', or leave out --math"
        )
    return list(found)


def _spawn(control: socket.socket, math_folders: list[str]) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("fork_server.py")
    with control:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", str(script), str(control.fileno()), *math_folders],
            env=dict.fromkeys(_ONE_THREAD, "1") if math_folders else {},
            cwd="/",
            pass_fds=(control.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C at the terminal is for the program, which interrupts cells itself
        )
