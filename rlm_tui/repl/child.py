"""The guest's main loop: sealed, it reads frames from its pipe, runs cells, and asks the host for what it cannot do.

Standard library only. The main thread runs cells, since only there can an interrupt be raised; a second thread reads the
pipe and hands each reply to the thread that waits for it, so that host calls from several threads run in parallel.
"""

from __future__ import annotations

import itertools
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, cast

from rlm_tui.repl import cells, combinators, frames, guest, seal
from rlm_tui.repl.guest_record import HostError, Record
from rlm_tui.repl.lazy import Lazy, Repo
from rlm_tui.repl.output import Output

_Reply = tuple[bool, object]


class Child:
    """One session, from the first frame to the end of the pipe, whose descriptors are `source` and `sink`."""

    def __init__(self, memory: int, source: int, sink: int) -> None:
        self._memory, self._source, self._sink = memory, source, sink
        self._main = threading.get_ident()
        self._sending = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[_Reply]] = {}
        self._work: queue.SimpleQueue[dict[str, object]] = queue.SimpleQueue()
        self._interruptible = self._shielded = self._pending = False
        self._kinds: dict[str, type[Record]] = {}
        self._cells: cells.Cells | None = None

    def serve(self, proof: dict[str, int], landlock: int) -> None:
        """Report the proof of the seal, then run cells until the host closes the pipe (which ends the process)."""
        sys.setswitchinterval(0.001)  # so that a reply is not kept waiting for long by a thread that computes
        signal.signal(signal.SIGINT, self._on_interrupt)
        threading.Thread(target=self._read, daemon=True).start()
        self._send({"t": "ready", "proof": proof, "landlock": landlock}, [])
        while True:
            message = self._work.get()
            if message["t"] == "start":
                self._start(message)
            elif self._cells is not None:
                number = cast(int, message["id"])
                self._report(number, self._cells.run(number, str(message["code"]), self._guard))

    def _report(self, number: object, result: cells.Result) -> None:
        try:
            self._send_result(number, result)
        except ValueError as error:  # only the answer is not bounded yet
            self._send_result(
                number, {**result, "status": "error", "answer": "", "ready": False, "error": f"answer is {error}"}
            )

    def _send_result(self, number: object, result: cells.Result) -> None:
        parts: list[bytes] = []
        told = {key: frames.text(value, parts) if isinstance(value, str) else value for key, value in result.items()}
        self._send({"t": "done", "id": number, **told}, parts)

    def _start(self, message: dict[str, object]) -> None:
        functions: dict[str, Callable[..., object]] = {}
        owned: dict[str, dict[str, Callable[..., object]]] = {}
        for name, signature, doc, owners, hidden in cast("list[list[Any]]", message["functions"]):
            for owner in owners:
                owned.setdefault(owner, {})[name] = cells.method(self.ask, name, doc)
            if not hidden:
                functions[name] = cells.Method(self.ask, name, signature, doc)
            elif name == "plan_queries":
                plan = cells.Method(self.ask, name, signature, doc)
                given: dict[str, Callable[..., object]] = {**functions, name: plan, "text_of": guest.text_of}
                functions.update(combinators.bound(given))
        self._kinds.update(guest.bound_kinds(self.ask, owned))
        shown = cast(int, message["output"])
        variables = cast("dict[str, Any]", message["variables"])
        output = Output(shown, self._memory // 8)
        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = output  # type: ignore[assignment,misc]
        self._cells = cells.Cells({**functions, **self._kinds}, output)
        for name, value in variables.items():
            facts = name == "repo" and isinstance(value, dict)
            self._cells.give(name, Repo(self.ask, value, functions) if facts else value)

    def ask(self, name: str, *args: object, **kwargs: object) -> object:
        """Call a host function. Raises HostError with the host's message, TypeError for what cannot be handed over."""
        parts: list[bytes] = []
        number = next(self._numbers)
        message = {
            "t": "call", "id": number, "name": name,
            "args": [_hand_over(value, parts) for value in args],
            "kwargs": {key: _hand_over(value, parts) for key, value in kwargs.items()},
        }  # fmt: skip
        reply: queue.SimpleQueue[_Reply] = queue.SimpleQueue()
        self._waiting[number] = reply
        try:
            self._send(message, parts)
            ok, value = reply.get()
        finally:
            self._waiting.pop(number, None)
        if not ok:
            raise HostError(value)
        return value

    def _read(self) -> None:
        reader = frames.FrameReader(frames.FROM_HOST)
        while data := os.read(self._source, 1 << 18):
            for frame in reader.feed(data):
                try:
                    message = frames.unpack(frame, frames.FROM_HOST, lambda tagged: guest.decode(self._kinds, tagged))
                except MemoryError:
                    os._exit(1)
                del frame
                if message["t"] == "reply":
                    number = message["id"]
                    waiting = self._waiting.get(number) if isinstance(number, int) else None
                    if waiting is not None:
                        waiting.put((message["ok"] is True, message["value"]))
                else:
                    self._work.put(message)
                del message
        os._exit(0)

    def _send(self, message: dict[str, object], parts: list[bytes]) -> None:
        data = memoryview(frames.pack(message, parts, frames.FROM_GUEST))
        main = threading.get_ident() == self._main
        # An interrupt in the middle of a frame would leave the pipe useless: it waits until the frame is out.
        self._shielded = self._shielded or main
        try:
            with self._sending:
                while data:
                    data = data[os.write(self._sink, data) :]
        finally:
            if main:
                self._shielded = False
                if self._pending:
                    self._pending = False
                    raise KeyboardInterrupt

    def _guard(self, work: Callable[[], None]) -> None:
        self._pending = False
        try:
            self._interruptible = True
            work()
        finally:
            self._interruptible = False

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._interruptible and self._shielded:
            self._pending = True
        elif self._interruptible:
            raise KeyboardInterrupt


def _hand_over(value: object, parts: list[bytes]) -> object:
    """Return an argument as JSON: records as their locators, containers as lists and objects."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return frames.text(value, parts)
    if isinstance(value, Record):
        return frames.text(value.locator, parts)
    if isinstance(value, dict):
        items = {str(key): _hand_over(item, parts) for key, item in value.items()}
        return {"@": "dict", "items": list(items.items())} if "@" in items else items
    if isinstance(value, list | tuple | set | frozenset | Lazy):
        return [_hand_over(item, parts) for item in value]
    raise TypeError(
        f"a host function cannot be given a {type(value).__name__}: hand over text, numbers, lists, dicts or records"
    )


def main(memory: int, parent: int, source: int, sink: int, *, landlock: bool = True) -> None:
    """Seal this process, prove it, and serve. Never returns."""
    try:
        abi = seal.seal(memory, parent, landlock=landlock)
    except seal.SealError as error:
        os.write(sink, frames.pack({"t": "failed", "why": str(error)}, [], frames.FROM_GUEST))
        os._exit(1)
    Child(memory, source, sink).serve(seal.proof(), abi)
