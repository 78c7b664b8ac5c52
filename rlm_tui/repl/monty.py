"""The other sandbox, for where nothing can be sealed: Monty, a Python interpreter in Rust, in worker processes of its own.

It needs `pydantic-monty`. It runs a part of Python: no threads, no generators, no inheritance, few modules; see docs/security.md.
A cell that runs out of time, or is interrupted, loses its variables: Monty makes no promise about its heap then.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Literal, cast

from rlm_tui.repl.monty_code import prepare
from rlm_tui.repl.monty_prelude import prelude
from rlm_tui.repl.output import Output
from rlm_tui.repl.pipe import too_many_calls
from rlm_tui.repl.protocol import JSON, CellResult, GuestFunction, HostCall, Limits, SandboxError, Variable
from rlm_tui.repl.values import encode
from rlm_tui.repository.sanitize import sanitize

if TYPE_CHECKING:
    from pydantic_monty import AsyncMonty, AsyncMontySession, AsyncSnapshot

_WORKERS = 64
_KEPT_OUTPUT = 16 << 20
"""Characters of a cell's output that are kept whole; they are kept here, not in the worker."""
_LETTING_GO_SECONDS = 0.1
_OWN_CALLS = 100
"""Stops of the interpreter that no cell is asked to count: names looked up, calls of our own."""
_VALUES = 400_000
_TEXT = 32 << 20
_FEED = re.compile(r"<python-input-(\d+)>")


class MontySandbox:
    """A pool of Monty workers, started with the first session."""

    def __init__(self) -> None:
        try:
            import pydantic_monty  # noqa: F401
        except ImportError as error:
            raise SandboxError("pydantic-monty is not installed") from error
        self._pool: AsyncMonty | None = None
        self._starting = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._sessions: set[MontySession] = set()

    @property
    def name(self) -> str:
        """`monty`."""
        return "monty"

    async def session(
        self, functions: Sequence[GuestFunction], call: HostCall, variables: Mapping[str, JSON], limits: Limits
    ) -> MontySession:
        """Start a worker. Raises SandboxError."""
        session = MontySession(self, functions, call, variables, limits)
        await session.start()
        self._sessions.add(session)
        return session

    async def pool(self) -> AsyncMonty:
        """Return the pool, started. Raises SandboxError."""
        from pydantic_monty import AsyncMonty

        async with self._starting:
            if self._pool is None:
                try:
                    self._pool = await self._stack.enter_async_context(AsyncMonty(max_processes=_WORKERS))
                except (OSError, RuntimeError) as error:
                    raise SandboxError(f"Monty does not start: {error}") from error
            return self._pool

    async def close(self) -> None:
        """End every worker."""
        for session in list(self._sessions):
            await session.close()
        if self._pool is not None:
            self._pool = None
            await self._stack.aclose()
            # Monty's own threads are still letting go of Python objects; should the interpreter end now, one of them would
            # abort the whole process (seen in 5 of 12 exits with 1.4.0, in none of 12 with this pause).
            await asyncio.sleep(_LETTING_GO_SECONDS)

    def forget(self, session: MontySession) -> None:
        """Drop a session that has been closed."""
        self._sessions.discard(session)


class _Dead(Exception):
    """The worker is gone, or cannot be trusted with its variables any more; the message says why."""


class MontySession:
    """One worker at a time; a new one takes its place when it is dead."""

    def __init__(
        self,
        sandbox: MontySandbox,
        functions: Sequence[GuestFunction],
        call: HostCall,
        variables: Mapping[str, JSON],
        limits: Limits,
    ) -> None:
        self._sandbox, self._functions, self._call = sandbox, functions, call
        self._variables, self._limits = variables, limits
        self._names = frozenset(function.name for function in functions)
        self._turn = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._worker: AsyncMontySession | None = None
        self._running: asyncio.Task[CellResult] | None = None
        self._feeds: dict[int, str] = {}
        self._feed = self._cell = self._made = 0
        self._set: dict[str, None] = {}
        self._output = Output(limits.output, _KEPT_OUTPUT)
        self._waited = 0.0
        self._closed = False

    async def start(self) -> None:
        """Check a worker out and run the prelude. Raises SandboxError."""
        from pydantic_monty import MontyError, ResourceLimits

        limits = ResourceLimits(
            max_feed_duration_secs=self._limits.seconds,
            max_total_sleep_secs=self._limits.seconds,
            max_memory=self._limits.memory,
            max_suspensions=10_000_000,
        )
        pool = await self._sandbox.pool()
        self._feed, self._feeds, self._set = 0, {}, {}
        self._output = Output(self._limits.output, _KEPT_OUTPUT)
        try:
            self._worker = await self._stack.enter_async_context(pool.checkout(limits=limits))
            await self._drive(prelude(self._functions), "the prelude")
            for name, value in self._variables.items():
                made = f"{name} = Repo(_given)" if name == "repo" and isinstance(value, dict) else f"{name} = _given"
                await self._drive(made, "the variables", {"_given": value})
        except (MontyError, OSError, RuntimeError, _Dead) as error:
            await self._discard()
            raise SandboxError(f"Monty cannot be prepared: {error}") from error

    async def run(self, code: str) -> CellResult:
        """Run one cell. Raises SandboxError only when a dead worker cannot be replaced, or after `close`."""
        async with self._turn:
            if self._closed:
                raise SandboxError("the session has been closed")
            if self._worker is None:
                await self.start()
            self._cell += 1
            self._made = 0
            self._waited = 0.0
            begun = time.monotonic()
            self._running = asyncio.create_task(self._run(code))
            try:
                await asyncio.wait([self._running])
                if not self._running.cancelled():
                    return self._running.result()
                why = "it was interrupted"
            except _Dead as dead:
                why = str(dead)
            except asyncio.CancelledError:
                self._running.cancel()
                await self._discard()
                raise
            finally:
                self._running = None
            lost = ", ".join(self._set) or "no variables"
            output, omitted = self._take_output()
            await self._discard()
            error = f"The sandbox worker has ended: {why}. Lost: {lost}. The next cell starts in a fresh one."
            seconds = time.monotonic() - begun - self._waited
            return CellResult(output, omitted, error, "dead", "", False, (), seconds)

    async def _run(self, code: str) -> CellResult:
        begun = time.monotonic()
        error = ""
        try:
            prepared = prepare(code)
            self._set.update(dict.fromkeys(prepared.names))
            error = await self._drive(prepared.code, f"<cell {self._cell}>")
        except ValueError as failure:
            error = f"ValueError: {failure}"
        seconds = time.monotonic() - begun - self._waited
        ended: list[object] = []
        told = await self._drive(f"_host('_ended', _end({list(self._set)!r}), {{}})", "the end", ended=ended)
        answer, ready, variables = _read_end(ended, self._set) if not told else ("", False, ())
        output, omitted = self._take_output()
        status: Literal["ok", "error"] = "error" if error or told else "ok"
        return CellResult(output, omitted, error or told, status, answer, ready, variables, seconds)

    def _take_output(self) -> tuple[str, int]:
        output, omitted = self._output.take(self._cell)
        return sanitize(output), omitted

    async def interrupt(self) -> None:
        """Stop the running cell; its variables are lost, and the result says so."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait([self._running])

    async def close(self) -> None:
        """End the worker."""
        if not self._closed:
            self._closed = True
            self._sandbox.forget(self)
            await self.interrupt()
            await self._discard()

    async def _discard(self) -> None:
        from pydantic_monty import MontyError

        self._worker = None
        stack, self._stack = self._stack, AsyncExitStack()
        try:
            await stack.aclose()
        except (MontyError, OSError, RuntimeError):
            return  # a worker that has crashed cannot be given back, which is what was wanted

    # -- one feed

    async def _drive(
        self, code: str, name: str, inputs: Mapping[str, JSON] | None = None, ended: list[object] | None = None
    ) -> str:
        """Feed code and answer its host calls; return the error it ended with, "" for none. Raises _Dead."""
        from pydantic_monty import MontyComplete, MontyCrashedError, MontyError

        if self._worker is None:
            raise _Dead("it is not there")
        self._feeds[self._feed] = name
        self._feed += 1
        try:
            snapshot = await self._worker.feed_start(
                code, inputs=None if inputs is None else dict(inputs), print_callback=self._print
            )
            stops = 0
            while not isinstance(snapshot, MontyComplete):
                stops += 1
                if stops > 2 * self._limits.calls + _OWN_CALLS:  # it catches the errors that tell it to stop
                    raise _Dead(f"it went on after {self._limits.calls:,} host calls, the most it may make")
                snapshot = await self._answer(snapshot, ended)
        except MontyCrashedError as error:
            raise _Dead(f"it crashed ({sanitize(str(error))[:200]})") from error
        except MontyError as error:
            return self._explain(error)
        return ""

    def _print(self, stream: str, text: str) -> None:
        self._output.write(text)

    def _explain(self, error: Exception) -> str:
        from pydantic_monty import MontyError, MontyRuntimeError, MontySyntaxError

        inner = error.exception() if isinstance(error, MontyError) else error
        if isinstance(inner, TimeoutError) and "time limit exceeded" in str(inner):
            raise _Dead(f"it computed for more than {self._limits.seconds:g} s")
        told = error.display() if isinstance(error, MontyRuntimeError | MontySyntaxError) else str(error)
        told = _FEED.sub(lambda match: self._feeds.get(int(match[1]), "<cell>"), sanitize(told))
        return (
            told
            if len(told) <= 4_000
            else f"{told[:2_000]}\n[... {len(told) - 4_000:,} characters left out ...]\n{told[-2_000:]}"
        )

    async def _answer(self, snapshot: AsyncSnapshot, ended: list[object] | None) -> AsyncSnapshot:
        from pydantic_monty import AsyncFunctionSnapshot, AsyncNameLookupSnapshot, MontyComplete

        if isinstance(snapshot, MontyComplete):
            return snapshot
        if isinstance(snapshot, AsyncNameLookupSnapshot):
            return await snapshot.resume()  # an undefined name: NameError
        if not isinstance(snapshot, AsyncFunctionSnapshot):
            return await snapshot.resume_auto()
        if snapshot.is_os_function:
            return await snapshot.resume_not_handled()
        if snapshot.function_name != "_host":
            return await snapshot.resume({"exception": NameError(f"name {snapshot.function_name!r} is not defined")})
        begun = time.monotonic()
        try:
            name, args, kwargs = _checked_call(snapshot.args)
            value = await self._host(name, args, kwargs, ended)
        except Exception as error:  # noqa: BLE001 - the contract: whatever a host function raises becomes an error in the cell
            return await snapshot.resume({"exception": RuntimeError(str(error) or type(error).__name__)})
        finally:
            self._waited += time.monotonic() - begun
        return await snapshot.resume({"return_value": value})

    async def _host(self, name: str, args: list[JSON], kwargs: dict[str, JSON], ended: list[object] | None) -> object:
        if name == "_ended" and ended is not None:
            ended[:] = args
            return None
        if name == "_names":
            return list(self._set)
        if name == "output_of":
            return self._output.output_of(cast(int, args[0]))
        if name not in self._names:
            raise LookupError("there is no such host function")
        self._made += 1
        if self._made > self._limits.calls:
            raise LookupError(too_many_calls(self._limits.calls))
        parts: list[bytes] = []
        value = encode(await self._call(name, args, kwargs), parts)
        return _unraw(value, parts)


def _checked_call(args: Sequence[object]) -> tuple[str, list[JSON], dict[str, JSON]]:
    budget = [_VALUES, _TEXT]
    name, given, named = (_checked(arg, budget) for arg in args) if len(args) == 3 else (None, None, None)
    if not isinstance(name, str) or not isinstance(given, list) or not isinstance(named, dict):
        raise TypeError("a host function is called by its name")
    return name, given, named


def _checked(value: object, budget: list[int]) -> JSON:
    """Return a value from the worker as JSON of bounded size. Raises TypeError or ValueError."""
    budget[0] -= 1
    if type(value) is str:
        budget[1] -= len(value)
    if min(budget) < 0:
        raise ValueError("too large to hand over")
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        return value.encode("utf-8", "replace").decode()
    if (type(value) is int and value.bit_length() <= 4_096) or (type(value) is float and math.isfinite(value)):
        return value
    if type(value) in (list, tuple):
        return [_checked(item, budget) for item in cast("Sequence[object]", value)]
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: _checked(item, budget) for key, item in value.items()}
    raise TypeError("a host function is given text, numbers, lists, dicts or records")


def _read_end(ended: Sequence[object], names: Mapping[str, None]) -> tuple[str, bool, tuple[Variable, ...]]:
    if len(ended) != 3 or not isinstance(ended[0], str) or not isinstance(ended[2], list):
        return "", False, ()
    rows = [
        row
        for row in ended[2]
        if isinstance(row, list) and len(row) == 3 and all(isinstance(text, str) for text in row)
    ]
    variables = tuple(
        Variable(*(sanitize(text)[:100] for text in row))
        for row in rows[-200:]
        if row[0] in names and row[1] != "module"
    )
    return sanitize(ended[0]), ended[1] is True, variables


def _unraw(value: object, parts: list[bytes]) -> object:
    """Put the long strings back, which need not travel apart here; the other tags are for the prelude."""
    if isinstance(value, dict):
        if value.get("@") == "raw":
            return parts[value["n"]].decode()
        return {key: _unraw(item, parts) for key, item in value.items()}
    return [_unraw(item, parts) for item in value] if isinstance(value, list | tuple) else value
