"""The default sandbox: a sealed CPython child per session, forked from a warm server that is started once a process.

Children may come from elsewhere too (see `Origin`): wherever that is, a child must prove that it is sealed.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from rlm_tui.repl.fork_client import START_SECONDS, ForkServer
from rlm_tui.repl.frames import text
from rlm_tui.repl.pipe import Done, Pipe
from rlm_tui.repl.process import Origin, Process
from rlm_tui.repl.protocol import JSON, CellResult, GuestFunction, HostCall, Limits, SandboxError, Variable
from rlm_tui.repl.values import encode

_GRACE_SECONDS = 1.0
"""How long an interrupted cell may take to end before its process is killed."""
_PROVEN = ("file", "write", "stat", "socket", "fork", "exec", "signal")
"""What a child tries after it has sealed itself, and must not be able to do (see `seal.proof`)."""
_IDLE_SECONDS = 5.0
"""How often a child without a running cell is looked at: a thread that it left behind must not compute for ever."""
_LEAST_MEMORY = 128 << 20


class SealedSandbox:
    """Sessions in sealed children, of a fork server unless they come from another origin. It starts with the first session."""

    def __init__(self, origin: Origin | None = None, name: str = "sealed") -> None:
        self._origin: Origin = origin or ForkServer()
        self._name = name
        self._sessions: set[SealedSession] = set()
        self._closed = False
        self.landlock = 0

    @property
    def name(self) -> str:
        """`sealed`, or what the origin is called."""
        return self._name

    async def session(
        self, functions: Sequence[GuestFunction], call: HostCall, variables: Mapping[str, JSON], limits: Limits
    ) -> SealedSession:
        """Start a child. Raises SandboxError when it cannot be started or does not prove that it is sealed."""
        session = SealedSession(self, functions, call, variables, limits)
        self._sessions.add(session)
        try:
            await session.start()
        except (SandboxError, asyncio.CancelledError):
            await session.close()
            raise
        return session

    async def close(self) -> None:
        """End every child and the server."""
        self._closed = True
        for session in list(self._sessions):
            await session.close()
        await self._origin.close()

    async def start(self, memory: int) -> Process:
        """Return a new child process for a session. Raises SandboxError."""
        if self._closed:
            raise SandboxError("the sandbox has been closed")
        return await self._origin.start(max(memory, _LEAST_MEMORY))

    def forget(self, session: SealedSession) -> None:
        """Drop a session that has been closed."""
        self._sessions.discard(session)


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
        self._process: Process | None = None
        self._why = ""
        self._interrupted: Literal["", "time", "asked"] = ""
        self._closed = False
        self._idle: asyncio.TimerHandle | None = None

    async def start(self) -> Pipe:
        """Start the child and check its proof. Raises SandboxError."""
        child = self._process = await self._sandbox.start(self._limits.memory)
        self._why = ""
        names = frozenset(function.name for function in self._functions)
        pipe = self._pipe = Pipe(self._call, names, self._limits, self._kill)
        try:
            await asyncio.get_running_loop().create_connection(lambda: pipe, sock=child.pipe)
            self._check(await asyncio.wait_for(pipe.ready, START_SECONDS))
            parts: list[bytes] = []
            listed = [[f.name, f.signature, f.doc, list(f.owners), f.hidden] for f in self._functions]
            given = {name: encode(value, parts) for name, value in self._variables.items()}
            pipe.send({"t": "start", "functions": listed, "variables": given, "output": self._limits.output}, parts)
        except (OSError, TimeoutError) as error:
            raise SandboxError(f"a sandbox child ended before it was ready: {await self._obituary()}") from error
        except ValueError as error:
            raise SandboxError(f"the variables of a session are {error}") from error
        except SandboxError:
            await self._obituary()
            raise
        return pipe

    def _check(self, told: dict[str, object]) -> None:
        if told["t"] == "failed":
            raise SandboxError(f"a sandbox child could not seal itself: {told.get('why')}")
        proof, landlock = told.get("proof"), told.get("landlock")
        refused = proof if isinstance(proof, dict) else {}
        doors = [door for door in _PROVEN if type(refused.get(door)) is not int or refused[door] <= 0]
        if doors:
            raise SandboxError(f"a sandbox child is not sealed: {', '.join(doors)} still work in it")
        self._sandbox.landlock = landlock if isinstance(landlock, int) else 0

    async def run(self, code: str) -> CellResult:
        """Run one cell. Raises SandboxError only when a dead child cannot be replaced, or after `close`."""
        async with self._turn:
            if self._closed:
                raise SandboxError("the session has been closed")
            if self._pipe is not None and not self._pipe.closed.is_set():
                return await self._run(self._pipe, code)
            # It died between two cells, so that nobody has been told; or with the last cell, which told.
            notice = f"[{await self._obituary()}]\n" if self._pipe is not None else ""
            result = await self._run(await self.start(), code)
            return replace(result, output=notice + result.output)

    async def _run(self, pipe: Pipe, code: str) -> CellResult:
        self._cell += 1
        self._interrupted = ""
        self._stop_looking()
        loop = asyncio.get_running_loop()
        pipe.done = loop.create_future()
        parts: list[bytes] = []
        pipe.start_clock()
        pipe.send({"t": "run", "id": self._cell, "code": text(code, parts)}, parts)
        watch = loop.create_task(self._watch(pipe, self._cpu_seconds()))
        try:
            done = await pipe.done
        except ConnectionError:
            return await self._dead(pipe)
        except asyncio.CancelledError:
            self._kill("its cell was cancelled")  # nobody waits for its end, so that its state would not be known
            raise
        finally:
            watch.cancel()
            pipe.done = None
        if done.number != self._cell:
            self._kill("it spoke of a cell that does not run")
            return await self._dead(pipe)
        self._look_again()
        self._known = done.variables
        return self._result(pipe, done)

    async def _dead(self, pipe: Pipe) -> CellResult:
        return CellResult("", 0, await self._obituary(), "dead", "", False, (), pipe.computed)

    def _result(self, pipe: Pipe, done: Done) -> CellResult:
        status: Literal["ok", "error", "timeout"] = "ok" if done.status == "ok" else "error"
        error = done.error
        if done.status == "interrupted":
            pipe.cancel_calls()
            status = "timeout"
            stop = (
                f"stopped after {self._limits.seconds:g} s of computing"
                if self._interrupted == "time"
                else "interrupted"
            )
            error += f"\nThe cell was {stop}. The variables are kept."
        return CellResult(
            done.output, done.omitted, error, status, done.answer, done.ready, done.variables, pipe.computed
        )

    async def _watch(self, pipe: Pipe, begun: float) -> None:
        """Interrupt the cell at its limit of computing time, and kill its process a second later.

        CPU time is looked at too, since a cell could keep one thread waiting for the host while others compute.
        """
        limit = self._limits.seconds
        while (used := max(pipe.computed, self._cpu_seconds() - begun)) < limit:  # noqa: ASYNC110 - a clock, no event
            await asyncio.sleep(max(limit - used, 0.01))
        self._interrupted = "time"
        self._signal(signal.SIGINT)
        await asyncio.sleep(_GRACE_SECONDS)
        self._kill(f"it did not stop after {limit:g} s of computing")

    def _look_again(self) -> None:
        before = self._cpu_seconds()
        self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._look, before)

    def _look(self, before: float) -> None:
        if self._cpu_seconds() - before > _IDLE_SECONDS / 5:
            self._kill("a thread went on computing after its cell had ended")
        else:
            self._look_again()

    def _stop_looking(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    async def interrupt(self) -> None:
        """Stop the running cell: an interrupt first, and the end of the process if it does not end within a second."""
        done = self._pipe.done if self._pipe is not None else None
        if done is None or done.done():
            return
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
        if self._process is not None:
            self._process.send_signal(number)

    def _kill(self, why: str) -> None:
        self._why = self._why or why
        self._signal(signal.SIGKILL)
        if self._pipe is not None:
            self._pipe.close()

    async def _obituary(self) -> str:
        """Bury the child; return why it ended and what is lost with it."""
        code = await self._bury()
        why = self._why or _cause(code, self._limits.memory)
        lost = ", ".join(variable.name for variable in self._known) or "no variables"
        self._known = ()
        return f"The sandbox process has ended: {why}. Lost: {lost}. The next cell starts in a fresh process."

    async def _bury(self) -> int | None:
        self._stop_looking()
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        process, self._process = self._process, None
        return await process.end() if process is not None else None

    def _cpu_seconds(self) -> float:
        return self._process.cpu_seconds() if self._process is not None else 0.0


def _cause(code: int | None, memory: int) -> str:
    if code is None or code in (-signal.SIGKILL, 1):
        return f"it was killed or out of memory (its limit is {memory >> 20} MB)"
    if code < 0:
        return f"it crashed ({signal.Signals(-code).name})"
    return f"the cell ended it (exit code {code})"
