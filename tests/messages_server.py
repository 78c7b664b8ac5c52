"""A scripted Messages API on loopback: real sockets, HTTP/1.1 with keep-alive, server-sent events in chunks.

    async with MessagesServer([cell("print(1)"), text("It is 1.")]) as server: ... server.url ... server.requests

    with serving_thread(script) as server: ...          # from synchronous tests: its own loop in its own thread

    python tests/messages_server.py                     # a process of its own; prints the URL, serves until killed

A script is a list of answers, or a function from the request's body to an answer. Requests that the real API would refuse are
refused with its words, so a client's mistake shows here and not in front of a user.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from messages_answers import (
    Answer,
    Json,
    cell,
    cut_at_stop,
    error,
    frames,
    message,
    page,
    rate_limited,
    redacted,
    silent,
    text,
    thinking,
    tool_use,
)
from messages_checks import PromptCache, marked_share, refusal

__all__ = [
    "Answer",
    "Json",
    "MessagesServer",
    "Received",
    "Script",
    "cell",
    "error",
    "marked_share",
    "page",
    "rate_limited",
    "redacted",
    "serving_thread",
    "silent",
    "text",
    "thinking",
    "tool_use",
]

Script = Sequence[Answer] | Callable[[Json], Answer]


@dataclass(slots=True)
class Received:
    """A request as it came: path, headers in lower case, parsed body. `outcome` tells how its answer ended."""

    path: str
    headers: dict[str, str]
    body: Json
    outcome: str = "open"
    """open, done, cut (as scripted) or left (the client went before the end)."""


class MessagesServer:
    """Serves a script. `open` streams now, `peak` at once at most, `connections` accepted in all."""

    def __init__(self, script: Script, *, key: str | None = None, strict: bool = True, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.open = 0
        self.peak = 0
        self._script = script
        self._key = key
        self._strict = strict
        self._port = port
        self._next = 0
        self._cache = PromptCache()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The base URL to give to a client."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def bodies(self) -> list[Json]:
        """The bodies of all requests so far."""
        return [request.body for request in self.requests]

    async def __aenter__(self) -> MessagesServer:
        """Listen, on a free port unless one was named."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self._port, limit=64 * 1024 * 1024, backlog=512
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settled(self, outcome: str, number: int = 1, seconds: float = 5.0) -> None:
        """Wait until so many requests have ended in this way; `TimeoutError` when they do not."""
        async with asyncio.timeout(seconds):
            while sum(request.outcome == outcome for request in self.requests) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass  # the client went, or the server closes: both are the end of this connection
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _version = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        try:
            parsed = json.loads(content) if content else {}
        except ValueError:
            parsed = {}
        request = Received(target, headers, parsed)
        self.requests.append(request)
        answer = self._answer(method, request)
        if answer.first_delay == float("inf"):
            await self._hold(reader, request)
            return False
        await asyncio.sleep(answer.first_delay)
        try:
            return await self._send(reader, writer, request, answer)
        except OSError:
            request.outcome = "left"
            return False

    def _answer(self, method: str, request: Received) -> Answer:
        if method != "POST" or request.path.split("?")[0] != "/v1/messages":
            return error(404, "not_found_error", f"Not found: {request.path}")
        sent = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if not sent or (self._key is not None and sent != self._key):
            return error(401, "authentication_error", "invalid x-api-key")
        if self._strict and (why := refusal(request.body)):
            return error(400, "invalid_request_error", why)
        if callable(self._script):
            return self._script(request.body)
        if self._next >= len(self._script):
            return error(400, "invalid_request_error", "the script has no answer left")
        self._next += 1
        return self._script[self._next - 1]

    async def _send(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Received, answer: Answer
    ) -> bool:
        if answer.body is not None:
            content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            return await self._whole(writer, request, answer, content)
        answer, sequence = cut_at_stop(answer, request.body.get("stop_sequences", []))
        counts = answer.counts or self._cache.counts(request.body, answer)
        whole = message(answer, request.body["model"], counts, sequence)
        if not request.body.get("stream"):
            return await self._whole(writer, request, answer, json.dumps(whole).encode())
        lines = {
            "content-type": answer.content_type or self._stream_type(request),
            "transfer-encoding": "chunked",
        }
        writer.write(_head(answer.status, {**lines, "cache-control": "no-cache", **answer.headers}))
        self.open += 1
        self.peak = max(self.peak, self.open)
        left = asyncio.ensure_future(reader.read(1))  # a client that goes is noticed while nothing is written
        try:
            return await self._stream(
                writer, request, answer, left, self._framed(request, list(frames(answer, whole, counts)))
            )
        finally:
            self.open -= 1
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)

    def _stream_type(self, request: Received) -> str:
        """The content type of a stream."""
        return "text/event-stream; charset=utf-8"

    def _framed(self, request: Received, events: list[bytes]) -> list[bytes]:
        """The events as they go over the wire."""
        return events

    async def _stream(
        self,
        writer: asyncio.StreamWriter,
        request: Received,
        answer: Answer,
        left: asyncio.Future[bytes],
        events: list[bytes],
    ) -> bool:
        sent = 0
        for number, event in enumerate([*events, b""]):
            for raw in [raw for at, raw in answer.splice if at == number]:
                writer.write(_chunk(raw))
            if number == answer.cut_events:
                await writer.drain()
                request.outcome = "cut"
                return False
            if number == answer.hold_events:
                await writer.drain()
                await left
                request.outcome = "left"
                return False
            if not event:
                break
            if answer.event_delay:
                await asyncio.wait([left], timeout=answer.event_delay)
            if answer.cut_bytes is not None and sent + len(event) > answer.cut_bytes:
                writer.write(_chunk(event[: answer.cut_bytes - sent]))
                await writer.drain()
                request.outcome = "cut"
                return False
            if left.done():
                request.outcome = "left"
                return False
            writer.write(_chunk(event))
            sent += len(event)
            await writer.drain()
        left.cancel()  # before the end is told: the next request may follow at once, and its bytes are not ours to read
        await asyncio.gather(left, return_exceptions=True)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        request.outcome = "done"
        return True

    async def _whole(self, writer: asyncio.StreamWriter, request: Received, answer: Answer, content: bytes) -> bool:
        lines = {"content-type": answer.content_type or "application/json", "content-length": str(len(content))}
        writer.write(_head(answer.status, {**lines, **answer.headers}) + content)
        await writer.drain()
        request.outcome = "done"
        return True

    async def _hold(self, reader: asyncio.StreamReader, request: Received) -> None:
        await reader.read(1)
        request.outcome = "left"


def _head(status: int, headers: dict[str, str]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Overloaded"
    lines = [f"HTTP/1.1 {status} {phrase}", "request-id: req_scripted"]
    return ("\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items())]) + "\r\n\r\n").encode(
        "latin-1"
    )


def _chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n" if content else b""


@contextlib.contextmanager
def serving_thread(script: Script, *, key: str | None = None, strict: bool = True) -> Iterator[MessagesServer]:
    """Serve from a thread with a loop of its own, for synchronous tests and subprocesses."""
    server = MessagesServer(script, key=key, strict=strict)
    loop = asyncio.new_event_loop()
    up, down = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with server:
            up.set()
            await down.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True, name="messages-server")
    thread.start()
    if not up.wait(10):
        raise RuntimeError("the scripted server did not come up within 10 s")
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join(10)
        loop.close()


async def _serve(script: Script, port: int) -> None:
    async with MessagesServer(script, port=port) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve a script as a process: `--script module:name`, the demo root unless told."""
    parser = argparse.ArgumentParser(description="A scripted Messages API on loopback")
    parser.add_argument("--script", default="messages_demo:demo", help="module:name of a list of answers or a function")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    module, _, name = options.script.partition(":")
    script: Script = getattr(importlib.import_module(module), name)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(script, options.port))


if __name__ == "__main__":
    main()
