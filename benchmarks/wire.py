"""What a language model's turn costs us beside the bare SDK, in one run against one scripted server on loopback.

python benchmarks/wire.py
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from messages_answers import Answer, Json, text, tool_use
from messages_checks import marked_share

from rlm_tui.models.anthropic import AnthropicModel, Endpoint
from rlm_tui.models.conversation import Manner, body
from rlm_tui.models.protocol import Cell, Message, Output, Request, Text

TRIVIAL, LONG_TEXT, LONG_CODE, SLOW = 10, 77, 78, 80
"""What the scripted server tells its answers by: the request's max_tokens."""

ANSWERS = {
    LONG_TEXT: text("x" * 12 * 2000),
    LONG_CODE: tool_use("repl", {"code": "x = 1\n" * 4000}),
    SLOW: text("ok").slow(first=0.1),
}

Ask = Callable[[int], Awaitable[int]]
"""Asks for one completion by its max_tokens and returns how many items it yielded."""


def script(sent: Json) -> Answer:
    """Answer for the server's process."""
    return ANSWERS.get(sent["max_tokens"], text("ok"))


def conversation(steps: int) -> tuple[Message, ...]:
    """An agent's conversation after so many trivial steps."""
    turns = [Message("user", (Text("# Task\n" + "Count the functions. " * 10),))]
    for number in range(steps):
        turns.append(Message("assistant", (Text("Next."), Cell(f"toolu_{number}", "print(1)"))))
        turns.append(Message("user", (Output(f"toolu_{number}", "1\n"), Text("turns left: 9"))))
    return tuple(turns)


def request(most: int, steps: int = 10) -> Request:
    """The agent's next turn."""
    return Request("You write cells. " * 200, conversation(steps), cells=True, max_tokens=most)


async def cpu(ask: Ask, most: int, times: int) -> tuple[float, int]:
    """Seconds of this process's CPU and items, over so many completions."""
    start, items = time.process_time(), 0
    for _ in range(times):
        items += await ask(most)
    return time.process_time() - start, items


async def together(ask: Ask) -> float:
    """Seconds that 64 completions of 100 ms take at once."""
    start = time.perf_counter()
    await asyncio.gather(*(ask(SLOW) for _ in range(64)))
    return time.perf_counter() - start


async def compare(url: str) -> None:
    """Print our figures beside those of the bare SDK."""
    start = time.process_time()
    endpoint = Endpoint("key", base_url=url)
    await endpoint.warm()
    print(f"SDK imported and client made: {time.process_time() - start:.2f} CPU-s")
    import anthropic

    client = anthropic.AsyncAnthropic(api_key="key", base_url=url, max_retries=0)
    model: AnthropicModel = endpoint.model("claude-sonnet-5-5")

    async def ours(most: int) -> int:
        return len([item async for item in model.stream(request(most))])

    async def bare(most: int) -> int:
        wire = body(request(most), "claude-sonnet-5-5", most, Manner())
        stream = await client.messages.create(**wire, stream=True)  # type: ignore[call-overload]  # plain JSON, not its types
        return len([event async for event in stream])

    for ask in (ours, bare):
        await cpu(ask, TRIVIAL, 10)
    for what, most, times in (
        ("a trivial step", TRIVIAL, 200),
        ("2,000 pieces of text", LONG_TEXT, 3),
        ("of code", LONG_CODE, 3),
    ):
        (mine, items), (theirs, events) = await cpu(ours, most, times), await cpu(bare, most, times)
        print(f"{what}: {mine / times * 1000:.2f} ms ({mine / items * 1e6:.0f} us an item)", end="; ")
        print(
            f"bare SDK {theirs / times * 1000:.2f} ms ({theirs / events * 1e6:.0f} us an event); {mine / theirs:.2f} x"
        )
    our_times, bare_times = [], []
    for _ in range(3):  # each time on new connections, and the best of each, because other work disturbs both
        fresh, client = (
            Endpoint("key", base_url=url),
            anthropic.AsyncAnthropic(api_key="key", base_url=url, max_retries=0),
        )
        model = fresh.model("claude-sonnet-5-5")
        await fresh.warm()
        our_times.append(await together(ours))
        bare_times.append(await together(bare))
        await asyncio.gather(fresh.close(), client.close())
    print(f"64 of 100 ms at once: {min(our_times) * 1000:.0f} ms; bare SDK {min(bare_times) * 1000:.0f} ms")


def count() -> None:
    """Print how much of what 20 trivial steps send stands before a cache mark."""
    bodies = [body(request(TRIVIAL, steps), "m", TRIVIAL, Manner()) for steps in range(20)]
    sizes = [len(str(sent)) for sent in bodies]
    marked = sum(size * marked_share(sent) for size, sent in zip(sizes, bodies, strict=True))
    print(f"20 trivial steps: {marked / sum(sizes):.0%} of the characters sent are marked for the cache")


def main() -> None:
    """Serve from a process of its own, so that its work is not counted as ours."""
    tests = Path(__file__).parent.parent / "tests"
    command = [sys.executable, str(tests / "messages_server.py"), "--script", "wire:script"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(Path(__file__).parent)}
    ) as server:
        try:
            assert server.stdout is not None
            asyncio.run(compare(server.stdout.readline().strip()))
            count()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
