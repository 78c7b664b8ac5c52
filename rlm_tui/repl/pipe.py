"""The host's end of a child's pipe: checks every frame, answers host calls, and keeps the clock of the running cell.

Nothing that comes from the child is believed: a frame that is not exactly what it should be ends the child.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from rlm_tui.repl import frames
from rlm_tui.repl.protocol import JSON, HostCall, Limits, Variable
from rlm_tui.repl.values import encode
from rlm_tui.repository.sanitize import sanitize

_CALLS = 64
"""Host calls in flight, and bytes of their arguments, above which the pipe is not read until some are answered."""
_CALL_BYTES = 8 << 20
_ERROR = 20_000


@dataclass(frozen=True, slots=True)
class Done:
    """A cell's end as the child tells it, checked and cleaned."""

    number: int
    status: str
    error: str
    output: str
    omitted: int
    answer: str
    ready: bool
    variables: tuple[Variable, ...]


class Pipe(asyncio.Protocol):
    """Frames to and from one child. `broken` is called with the reason when the child must be killed."""

    def __init__(self, call: HostCall, names: frozenset[str], limits: Limits, broken: Callable[[str], None]) -> None:
        self._call, self._names, self._limits, self._broken = call, names, limits, broken
        self._reader = frames.FrameReader(frames.FROM_GUEST)
        self._transport: asyncio.Transport | None = None
        self._calls: dict[asyncio.Task[None], int] = {}
        self._made = 0
        self._paused = False
        self._read = asyncio.Event()  # cleared while the child has not read what it was sent
        self._read.set()
        self._patience: asyncio.TimerHandle | None = None
        self.ready: asyncio.Future[dict[str, object]] = asyncio.get_running_loop().create_future()
        self.done: asyncio.Future[Done] | None = None
        self.closed = asyncio.Event()
        self._computed = 0.0
        self._since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End what waits: the child has closed its end, or died."""
        self.stop_clock()
        self._be_patient()
        self.cancel_calls()
        self.closed.set()
        for future in (self.ready, self.done):
            if future is not None and not future.done():
                future.set_exception(ConnectionResetError("the child has ended"))
                future.exception()  # asyncio would log it, should nobody wait for it

    def data_received(self, data: bytes) -> None:
        """Take what came; at the first byte that cannot be right, the child is ended."""
        try:
            for frame in self._reader.feed(data):
                self._take(frames.unpack(frame, frames.FROM_GUEST), sum(map(len, frame.parts)) + len(frame.json))
        except frames.FrameError as error:
            self.close()
            self._broken(f"it wrote {error} to the host")

    def _take(self, message: dict[str, object], size: int) -> None:
        kind = message.get("t")
        if kind == "call":
            self._start_call(message, size)
        elif kind == "done" and self.done is not None and not self.done.done():
            self.stop_clock()
            self.done.set_result(_read_done(message, self._limits.output))
        elif kind in ("ready", "failed") and not self.ready.done():
            self.ready.set_result(message)
        else:
            raise frames.FrameError("an unexpected frame")

    def send(self, message: dict[str, object], parts: list[bytes]) -> None:
        """Write a frame. Raises ValueError when it is too large."""
        data = frames.pack(message, parts, frames.FROM_HOST)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Close this end; idempotent."""
        self.cancel_calls()
        if self._transport is not None:
            self._transport.abort()

    # -- host calls

    def _start_call(self, message: dict[str, object], size: int) -> None:
        number, name, args, kwargs = (message.get(key) for key in ("id", "name", "args", "kwargs"))
        if type(number) is not int or not 0 < number < 1 << 53 or type(name) is not str:
            raise frames.FrameError("a call without a number or a name")
        if type(args) is not list or type(kwargs) is not dict:
            raise frames.FrameError("a call without arguments")
        self._made += 1
        if self._made > self._limits.calls:  # answered at once, while the clock runs on
            self._refuse(number, too_many_calls(self._limits.calls))
            return
        answering = self._answer(number, name, cast("list[JSON]", args), cast("dict[str, JSON]", kwargs))
        task = asyncio.get_running_loop().create_task(answering)
        if not self._calls:
            self.stop_clock()
        self._calls[task] = size
        task.add_done_callback(self._call_ended)
        self._hold_back()

    async def _answer(self, number: int, name: str, args: list[JSON], kwargs: dict[str, JSON]) -> None:
        parts: list[bytes] = []
        try:
            if name not in self._names:
                raise LookupError("there is no such host function")
            answer = await self._call(name, args, kwargs)
            while not self._read.is_set():  # one reply at a time, else large ones pile up here
                await self._read.wait()
            value = encode(answer, parts)
            self.send({"t": "reply", "id": number, "ok": True, "value": value}, parts)
        except Exception as error:  # noqa: BLE001 - the contract: whatever a host function raises becomes a HostError
            self._refuse(number, f"{error}"[:_ERROR] or type(error).__name__)

    def _refuse(self, number: int, why: str) -> None:
        parts: list[bytes] = []
        value = frames.text(why, parts)
        self.send({"t": "reply", "id": number, "ok": False, "value": value}, parts)

    def _call_ended(self, task: asyncio.Task[None]) -> None:
        self._calls.pop(task, None)
        if not self._calls and self.done is not None and not self.done.done():
            self._since = time.monotonic()
        self._hold_back()

    def pause_writing(self) -> None:
        """Read nothing more from a child that does not read what it is sent, and give it only so long to do so."""
        self._read.clear()
        self._patience = asyncio.get_running_loop().call_later(self._limits.seconds, self._give_up)
        self._hold_back()

    def resume_writing(self) -> None:
        """Go on: the child has read."""
        self._read.set()
        self._be_patient()
        self._hold_back()

    def _give_up(self) -> None:
        self.close()
        self._broken("it did not read what it was told")

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hold_back(self) -> None:
        """Read from the child only while there is room for what it asks, and for what it is told."""
        full = not self._read.is_set() or len(self._calls) >= _CALLS or sum(self._calls.values()) > _CALL_BYTES
        if full == self._paused or self._transport is None or self._transport.is_closing():
            return
        self._paused = full
        if full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def cancel_calls(self) -> None:
        """Cancel the host calls in flight; their replies are never sent."""
        for task in list(self._calls):
            task.cancel()

    # -- the clock: seconds of computing, without waiting for host calls

    def start_clock(self) -> None:
        """Start from zero, and count the cell's host calls from zero."""
        self._computed, self._made = 0.0, 0
        self._since = None if self._calls else time.monotonic()

    def stop_clock(self) -> None:
        """Stop, and keep what was counted."""
        self._computed = self.computed
        self._since = None

    @property
    def waiting(self) -> bool:
        """Whether the cell waits for the host."""
        return bool(self._calls)

    @property
    def computed(self) -> float:
        """Seconds that the running, or the last, cell has computed."""
        return self._computed + (time.monotonic() - self._since if self._since is not None else 0.0)


def too_many_calls(most: int) -> str:
    """Return what a cell is told that has made all the host calls it may."""
    return (
        f"this cell has made {most:,} host calls, the most it may: ask for more at once (grep, find, slices of repo.files), or "
        "go on in the next cell"
    )


def _read_done(message: dict[str, object], shown: int) -> Done:
    number, omitted = message.get("id"), message.get("omitted")
    texts = [message.get(key) for key in ("status", "error", "output", "answer")]
    rows = message.get("variables")
    if type(number) is not int or type(omitted) is not int or not 0 <= omitted < 1 << 53:
        raise frames.FrameError("a cell's end without its numbers")
    if any(type(text) is not str for text in texts) or type(message.get("ready")) is not bool or type(rows) is not list:
        raise frames.FrameError("a cell's end without its parts")
    status, error, output, answer = (sanitize(cast(str, text)) for text in texts)
    if status not in ("ok", "error", "interrupted") or len(error) > _ERROR or len(output) > shown + 1_000:
        raise frames.FrameError("a cell's end that is over its bounds")
    variables = []
    for row in cast("list[object]", rows)[:1_000]:
        if type(row) is not list or len(row) != 3 or any(type(text) is not str for text in row):
            raise frames.FrameError("a cell's end with a malformed variable")
        variables.append(Variable(*(sanitize(text)[:100] for text in cast("list[str]", row))))
    return Done(number, status, error, output, omitted, answer, message["ready"] is True, tuple(variables))
