"""What the sandbox costs: start of a child, a cell, a host call, a large string.

Run: `python benchmarks/sandbox.py [sealed|monty]`. Each figure stands beside a bare counterpart measured in the same run: `exec`
of the same code in this process, a round trip of one byte to a forked process, a fork that exits at once, a copy of the same
bytes over a socket pair.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, cast

from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repl.protocol import JSON, GuestFunction, Limits, Session

CELLS = 300
CALLS = 2_000
LARGE = 8_000_000
CODE = "x = [n * n for n in range(10)]\nlen(x)"


async def median(times: int, action: Callable[[], Awaitable[object]]) -> float:
    """Return the median seconds of an action."""
    spans = []
    for _ in range(times):
        begun = time.perf_counter()
        await action()
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


def bare_exec() -> float:
    """Seconds of compiling and running the same cell here."""
    spans = []
    for _ in range(CELLS):
        begun = time.perf_counter()
        exec(compile(CODE, "<cell>", "exec"), {})
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


def bare_round_trip() -> float:
    """Seconds of one byte to a forked process and back, over a socket pair."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        while byte := theirs.recv(1):
            theirs.send(byte)
        os._exit(0)
    theirs.close()
    spans = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        ours.send(b"x")
        ours.recv(1)
        spans.append(time.perf_counter() - begun)
    ours.close()
    os.waitpid(pid, 0)
    return statistics.median(spans)


def bare_fork() -> float:
    """Seconds of forking this process and waiting for the end of the child."""
    spans = []
    for _ in range(20):
        begun = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


def bare_copy() -> float:
    """Seconds of copying the large string over a socket pair, between two threads."""
    ours, theirs = socket.socketpair()
    data = b"x" * LARGE
    begun = time.perf_counter()
    writer = threading.Thread(target=ours.sendall, args=[data])
    writer.start()
    left = LARGE
    while left:
        left -= len(theirs.recv(1 << 18))
    writer.join()
    return time.perf_counter() - begun


async def call(name: str, args: Sequence[JSON], kwargs: Mapping[str, JSON]) -> object:
    """Answer host calls: `echo` gives back its argument, `large` a long string."""
    return "x" * LARGE if name == "large" else args[0]


async def measure(choice: Literal["sealed", "monty"]) -> None:
    """Measure one sandbox and print a table."""
    bare = {"fork": bare_fork(), "exec": bare_exec(), "round trip": bare_round_trip(), "copy": bare_copy()}
    functions = [GuestFunction("echo", "echo(x)", ""), GuestFunction("large", "large()", "")]
    begun = time.perf_counter()
    sandbox = await open_sandbox(choice)
    first = time.perf_counter() - begun

    async def start() -> None:
        await (await sandbox.session(functions, call, {}, Limits())).close()

    started = await median(20, start)
    session: Session = await sandbox.session(functions, call, {}, Limits())
    cell = await median(CELLS, lambda: session.run(CODE))
    begun = time.perf_counter()
    await session.run(f"for n in range({CALLS}): echo(n)")
    host_call = (time.perf_counter() - begun) / CALLS
    large = await median(5, lambda: session.run("y = large()"))
    await sandbox.close()
    print(f"{sandbox.name}: start of the sandbox with its self-check {first * 1e3:.0f} ms")
    for name, seconds, counterpart in (
        ("start and end of a session", started, "fork"),
        ("a cell", cell, "exec"),
        ("a host call", host_call, "round trip"),
        (f"a string of {LARGE // 1_000_000} MB from the host", large, "copy"),
    ):
        print(f"{name:32} {seconds * 1e3:8.3f} ms   {seconds / bare[counterpart]:6.1f} x bare {counterpart}")


if __name__ == "__main__":
    asyncio.run(measure(cast(Literal["sealed", "monty"], sys.argv[1] if len(sys.argv) > 1 else "sealed")))
