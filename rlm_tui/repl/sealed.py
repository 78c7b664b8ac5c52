"""The default sandbox: a sealed CPython child per session, forked from a warm server that is started once a process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from rlm_tui.repl.frames import text
from rlm_tui.repl.pipe import Done, Pipe
from rlm_tui.repl.protocol import JSON, CellResult, GuestFunction, HostCall, Limits, SandboxError, Variable
from rlm_tui.repl.values import encode

_START_SECONDS = 20.0
_GRACE_SECONDS = 1.0
"""How long an interrupted cell may take to end before its process is killed."""
_PROVEN = ("file", "write", "stat", "socket", "fork", "exec", "signal")
_LEAST_MEMORY = 128 << 20
_PROCESS_CLOCK = 2
"""CPUCLOCK_SCHED: with a pid, the id of the clock that counts a process's CPU time (see the kernel's posix-timers)."""


class SealedSandbox:
    """A fork server and its children. The server starts with the first session."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._numbers = 0
        self._forks: dict[int, asyncio.Future[tuple[int, int]]] = {}
        self._exits: dict[int, asyncio.Future[int]] = {}
        self._sessions: set[SealedSession] = set()
        self._closed = False
        self.landlock = 0

    @property
    def name(self) -> str:
        """`sealed`."""
        return "sealed"

    async def session(
        self, functions: Sequence[GuestFunction], call: HostCall, variables: Mapping[str, JSON], limits: Limits
    ) -> SealedSession:
        """Start a child. Raises SandboxError when it cannot be started or does not prove that it is sealed."""
        session = SealedSession(self, functions, call, variables, limits)
        await session.start()
        self._sessions.add(session)
        return session

    async def close(self) -> None:
        """End every child and the server."""
        self._closed = True
        for session in list(self._sessions):
            await session.close()
        await self._end_server()

    def forget(self, session: SealedSession) -> None:
        """A session has been closed."""
        self._sessions.discard(session)

    # -- the fork server

    async def fork(self, memory: int) -> tuple[int, int, socket.socket]:
        """Return pid, pidfd and our end of the pipe of a new child. Raises SandboxError."""
        if self._closed:
            raise SandboxError("the sandbox has been closed")
        async with self._lock:
            if self._control is None:
                await self._start_server()
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._numbers += 1
                number = self._numbers
                future = self._forks[number] = asyncio.get_running_loop().create_future()
                request = json.dumps({"id": number, "memory": max(memory, _LEAST_MEMORY)}).encode()
                if self._control is None:
                    raise SandboxError("the sandbox's fork server has ended")
                socket.send_fds(self._control, [request], [theirs.fileno()])
            pid, pidfd = await asyncio.wait_for(future, _START_SECONDS)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            ours.close()
            if isinstance(error, asyncio.CancelledError) and not self._server_ended():
                raise
            raise SandboxError(f"the sandbox's fork server does not answer: {error!r}") from error
        except SandboxError:
            ours.close()
            raise
        finally:
            self._forks.pop(number, None)
        self._exits[pid] = asyncio.get_running_loop().create_future()
        return pid, pidfd, ours

    async def exit_code(self, pid: int) -> int | None:
        """Return how a child ended: its exit code, or minus the signal's number; None when that is not told within 1 s."""
        future = self._exits.get(pid)
        if future is None:
            return None
        try:
            return await asyncio.wait_for(future, 1.0)
        except (TimeoutError, asyncio.CancelledError):
            return None
        finally:
            self._exits.pop(pid, None)

    async def _start_server(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        server = _spawn(theirs)
        ours.setblocking(False)
        try:
            hello = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(ours, 4096), _START_SECONDS)
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
        asyncio.get_running_loop().add_reader(ours, self._on_control)

    def _server_ended(self) -> bool:
        return self._server is None or self._server.poll() is not None

    def _on_control(self) -> None:
        assert self._control is not None
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._control, 4096, 1)
        except BlockingIOError:
            return
        except OSError:
            packet, descriptors = b"", []
        if not packet:
            self._drop_control()
            return
        told = json.loads(packet)
        if "exited" in told:
            future = self._exits.get(told["exited"])
            if future is not None and not future.done():
                future.set_result(told["status"])
            return
        fork = self._forks.get(told["id"])
        if fork is None or fork.done():
            for descriptor in descriptors:  # whoever asked has given up; the child ends with its pipe
                os.close(descriptor)
        elif "pid" in told:
            fork.set_result((told["pid"], descriptors[0]))
        else:
            fork.set_exception(SandboxError(f"no child can be started: {told['failed']}"))

    def _drop_control(self) -> None:
        """The server has ended, and its children with it; the next session starts another."""
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        for future in self._forks.values():
            if not future.done():
                future.set_exception(SandboxError("the sandbox's fork server has ended"))

    async def _end_server(self) -> None:
        self._drop_control()
        if self._server is not None:
            server, self._server = self._server, None
            try:
                await asyncio.to_thread(server.wait, 2.0)
            except subprocess.TimeoutExpired:
                server.kill()
                await asyncio.to_thread(server.wait)


class SealedSession:
    """One child at a time; a new one takes its place when it has died."""

    def __init__(
        self,
        sandbox: SealedSandbox,
        functions: Sequence[GuestFunction],
        call: HostCall,
        variables: Mapping[str, JSON],
        limits: Limits,
    ) -> None:
        self._sandbox, self._functions, self._call = sandbox, functions, call
        self._variables, self._limits = variables, limits
        self._turn = asyncio.Lock()
        self._cell = 0
        self._known: tuple[Variable, ...] = ()
        self._pipe: Pipe | None = None
        self._pid = self._pidfd = -1
        self._why = ""
        self._interrupted: Literal["", "time", "asked"] = ""
        self._closed = False

    async def start(self) -> None:
        """Start the child and check its proof. Raises SandboxError."""
        self._pid, self._pidfd, ours = await self._sandbox.fork(self._limits.memory)
        self._why = ""
        names = frozenset(function.name for function in self._functions)
        pipe = Pipe(self._call, names, self._limits.output, self._kill)
        try:
            await asyncio.get_running_loop().create_connection(lambda: pipe, sock=ours)
            self._pipe = pipe
            told = await asyncio.wait_for(asyncio.shield(pipe.ready), _START_SECONDS)
            self._check(told)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            self._kill("it did not start")
            await self._bury()
            if isinstance(error, asyncio.CancelledError) and not pipe.ready.cancelled():
                raise
            raise SandboxError("a sandbox child ended before it was ready") from error
        except SandboxError:
            self._kill("it is not sealed")
            await self._bury()
            raise
        parts: list[bytes] = []
        listed = [[f.name, f.signature, f.doc, list(f.owners), f.hidden] for f in self._functions]
        given = {name: encode(value, parts) for name, value in self._variables.items()}
        pipe.send({"t": "start", "functions": listed, "variables": given, "output": self._limits.output}, parts)

    def _check(self, told: dict[str, object]) -> None:
        if told["t"] == "failed":
            raise SandboxError(f"the child could not seal itself: {told.get('why')}")
        proof = told.get("proof")
        open_doors = [
            door
            for door in _PROVEN
            if not (isinstance(proof, dict) and type(proof.get(door)) is int and proof[door] > 0)
        ]
        if open_doors:
            raise SandboxError(f"the child is not sealed: {', '.join(open_doors)} still work in it")
        landlock = told.get("landlock")
        self._sandbox.landlock = landlock if isinstance(landlock, int) else 0

    async def run(self, code: str) -> CellResult:
        """Run one cell. Raises SandboxError only when a dead child cannot be replaced, or after `close`."""
        async with self._turn:
            if self._closed:
                raise SandboxError("the session has been closed")
            notice = ""
            if self._pipe is None or self._pipe.closed.is_set():
                notice = await self._replace()
            assert self._pipe is not None
            result = await self._run(self._pipe, code)
            return result if not notice else _with_notice(result, notice)

    async def _replace(self) -> str:
        notice = ""
        if self._pipe is not None:  # it died between two cells, so nobody has been told
            notice = await self._obituary()
        await self.start()
        return notice

    async def _run(self, pipe: Pipe, code: str) -> CellResult:
        self._cell += 1
        self._interrupted = ""
        loop = asyncio.get_running_loop()
        pipe.done = loop.create_future()
        parts: list[bytes] = []
        pipe.start_clock()
        pipe.send({"t": "run", "id": self._cell, "code": text(code, parts)}, parts)
        begun = self._cpu_seconds()
        watch = loop.create_task(self._watch(pipe, begun))
        try:
            done = await pipe.done
        except asyncio.CancelledError:
            if not pipe.closed.is_set():  # we are cancelled, not the child gone: its state is unknown, so it ends
                self._kill("its cell was cancelled")
                raise
            return CellResult("", 0, await self._obituary(), "dead", "", False, (), pipe.computed)
        finally:
            watch.cancel()
            pipe.done = None
        if done.number != self._cell:
            self._kill("it spoke of a cell that does not run")
            return CellResult("", 0, await self._obituary(), "dead", "", False, (), pipe.computed)
        self._known = done.variables
        return self._result(pipe, done)

    def _result(self, pipe: Pipe, done: Done) -> CellResult:
        status: Literal["ok", "error", "timeout"] = "ok" if done.status == "ok" else "error"
        error = done.error
        if done.status == "interrupted":
            pipe.cancel_calls()
            status = "timeout"
            if self._interrupted == "time":
                error += (
                    f"\nThe cell was stopped after {self._limits.seconds:g} s of computing. Its variables are kept."
                )
            else:
                error += "\nThe cell was interrupted. Its variables are kept."
        return CellResult(
            done.output, done.omitted, error, status, done.answer, done.ready, done.variables, pipe.computed
        )

    async def _watch(self, pipe: Pipe, begun: float) -> None:
        """Interrupt the cell at its limit of computing time, and kill its process a second later."""
        limit = self._limits.seconds
        while True:
            used = max(pipe.computed, self._cpu_seconds() - begun)
            if used >= limit:
                break
            await asyncio.sleep(max(limit - used, 0.01))
        self._interrupted = "time"
        self._signal(signal.SIGINT)
        await asyncio.sleep(_GRACE_SECONDS)
        self._kill(f"it did not stop after {limit:g} s of computing")

    async def interrupt(self) -> None:
        """Stop the running cell: an interrupt first, and the end of the process if it does not end within a second."""
        pipe = self._pipe
        if pipe is None or pipe.done is None or pipe.done.done():
            return
        done = pipe.done
        self._interrupted = self._interrupted or "asked"
        self._signal(signal.SIGINT)
        await asyncio.wait([done], timeout=_GRACE_SECONDS)
        if not done.done():
            self._kill("it did not stop when interrupted")
            await asyncio.wait([done], timeout=_GRACE_SECONDS)

    async def close(self) -> None:
        """End the child."""
        if not self._closed:
            self._closed = True
            self._sandbox.forget(self)
            self._kill("the session was closed")
            await self._bury()

    # -- the child's process

    def _signal(self, number: signal.Signals) -> None:
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def _kill(self, why: str) -> None:
        self._why = self._why or why
        self._signal(signal.SIGKILL)
        if self._pipe is not None:
            self._pipe.close()

    async def _obituary(self) -> str:
        """Bury the child; return why it ended and what is lost with it."""
        why = self._why
        self._signal(signal.SIGKILL)  # it may have closed its pipe and live on
        code = await self._bury()
        lost = ", ".join(variable.name for variable in self._known)
        self._known = ()
        return (
            f"The sandbox process has ended: {why or _cause(code, self._limits.memory)}. Lost: {lost or 'no variables'}. "
            "The next cell starts in a fresh process."
        )

    async def _bury(self) -> int | None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        code = await self._sandbox.exit_code(self._pid)
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pid = self._pidfd = -1
        return code

    def _cpu_seconds(self) -> float:
        try:
            return time.clock_gettime(~self._pid << 3 | _PROCESS_CLOCK)
        except OSError:  # the process has ended
            return 0.0


def _cause(code: int | None, memory: int) -> str:
    if code is None or code in (-signal.SIGKILL, 1):
        return f"it was killed or out of memory (its limit is {memory >> 20} MB)"
    if code < 0:
        return f"it crashed ({signal.Signals(-code).name})"
    return f"the cell ended it (exit code {code})"


def _with_notice(result: CellResult, notice: str) -> CellResult:
    return CellResult(
        f"[{notice}]\n{result.output}", result.omitted, result.error, result.status, result.answer, result.ready,
        result.variables, result.seconds,
    )  # fmt: skip


def _spawn(control: socket.socket) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("fork_server.py")
    with control:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", str(script), str(control.fileno())],
            env={},
            cwd="/",
            pass_fds=(control.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C at the terminal is for the program, which interrupts cells itself
        )
