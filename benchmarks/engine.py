"""What the engine itself costs, with models that answer at once or after a fixed wait: run `python benchmarks/engine.py`.

Each figure stands beside what the same work costs without the engine, measured in the same process, so that the ratios say
something on any machine. The sandbox, the repository and the record are real; only the models are not.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from rlm_tui.engine.run import Engine, Models, Question, Run
from rlm_tui.models.conversation import Manner, body
from rlm_tui.models.protocol import Cell, Delta, Output, Reply, Request, StreamItem, Text, Usage
from rlm_tui.records.events import Bounds, Route
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repl.protocol import Limits, Sandbox
from rlm_tui.repository.repository import Repository

REPEATS = 5
TRIVIAL = "x = 1\nprint(x)"


@dataclass
class Fixed:
    """A model that says what `script` says for the n-th turn of a conversation, after `seconds`."""

    script: Callable[[Request, int], str]
    seconds: float = 0.0
    requests: list[Request] = field(default_factory=list)
    name = "fixed"
    is_language_model = True
    window = 200_000
    secrets = ()

    async def stream(self, request: Request) -> AsyncIterator[StreamItem]:
        """Answer with a cell when the script's text begins with a colon, else with text."""
        self.requests.append(request)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        turn = sum(isinstance(block, Output) for message in request.messages for block in message.blocks)
        said = self.script(request, turn)
        if said.startswith(":"):
            yield Delta("code", said[1:])
            yield Reply((Cell(f"c{turn}", said[1:]),), Usage(100, 10))
        else:
            yield Delta("text", said)
            yield Reply((Text(said),), Usage(100, 10))

    def price(self, usage: Usage) -> float | None:
        """Everything costs a little."""
        return usage.total / 1e6

    async def close(self) -> None:
        """Nothing to give back."""


def twenty(request: Request, turn: int) -> str:
    """Nineteen trivial cells and an answer."""
    if turn == 0:
        return ":print(len(repo.files))"
    return f":{TRIVIAL}" if turn < 19 else "done"


def fan_out(request: Request, turn: int) -> str:
    """One cell that asks 64 queries, and an answer."""
    if not request.cells:
        return "answer"
    return ':print(len(llm_query_batched([f"question {i}" for i in range(64)])))' if turn == 0 else "done"


def tree(request: Request, turn: int) -> str:
    """Eight sub-agents of three turns each below a root of two turns."""
    first = request.messages[0].blocks[0]
    if isinstance(first, Text) and first.text.startswith("# Task\nPart"):
        return ":print(grep('nothing'))" if turn < 2 else "part"
    return ':print(rlm_query_batched([f"Part {i}" for i in range(8)]))' if turn == 0 else "done"


@dataclass
class Bench:
    """What all measurements share."""

    repository: Repository
    sandbox: Sandbox
    folder: Path

    async def run(self, root: Fixed, sub: Fixed, route: Route, slots: int) -> tuple[float, Run]:
        """Return the seconds that a run takes, and the run."""
        engine = Engine(self.repository, self.sandbox, Models(root, sub), RunStore(self.folder), Bounds(), slots)
        start = time.perf_counter()
        run = engine.ask(Question("benchmark", route=route))
        end = await run.wait()
        seconds = time.perf_counter() - start
        if end.answer != "done":
            raise SystemExit(f"the run failed: {end.error}")
        return seconds, run

    async def median(self, make: Callable[[], tuple[Fixed, Fixed]], route: Route, slots: int) -> float:
        """Return the median of some runs."""
        return statistics.median([(await self.run(*make(), route, slots))[0] for _ in range(REPEATS)])

    async def bare_cells(self) -> float:
        """Return the seconds of the same 19 cells in the same sandbox, without an engine."""

        async def nothing(name: str, args: object, kwargs: object) -> list[object]:
            return []

        from rlm_tui.engine.host import functions

        start = time.perf_counter()
        session = await self.sandbox.session(functions(), nothing, {}, Limits())
        for _ in range(19):
            await session.run(TRIVIAL)
        await session.close()
        return time.perf_counter() - start


async def gathered(number: int, seconds: float) -> float:
    """Return what so many waits at once cost asyncio itself."""
    start = time.perf_counter()
    await asyncio.gather(*(asyncio.sleep(seconds) for _ in range(number)))
    return time.perf_counter() - start


def tell(what: str, seconds: float, beside: str, other: float) -> None:
    """Print one figure, and its ratio to another."""
    print(f"{what:24}{seconds * 1e3:8.1f} ms   {beside} {other * 1e3:.1f} ms, ratio {seconds / other:.2f}")


def characters(request: Request) -> tuple[int, int]:
    """Return how many characters of text a request carries on the wire, and how many of them are marked for the cache."""
    wire = body(request, "fixed", request.max_tokens, Manner())
    total = marked = 0
    blocks: list[object] = [wire.get("system", []), [message["content"] for message in wire["messages"]]]  # type: ignore[attr-defined]
    while blocks:
        block = blocks.pop(0)
        if isinstance(block, list):
            blocks[:0] = block
        elif isinstance(block, dict):
            total += len(str(block.get("text") or block.get("content") or block.get("input", {}).get("code", "")))
            marked = total if "cache_control" in block else marked
    return total, marked


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "repository").mkdir()
        (folder / "repository" / "a.py").write_text("def a():\n    return 1\n")
        repository = Repository.open(folder / "repository", folder / "cache")
        repository.scan()
        sandbox = await open_sandbox()
        bench = Bench(repository, sandbox, folder / "runs")
        await bench.run(Fixed(twenty), Fixed(twenty), "repl", 8)  # imports, fork server, page cache

        whole = await bench.median(lambda: (Fixed(twenty), Fixed(twenty)), "repl", 8)
        bare = statistics.median([await bench.bare_cells() for _ in range(REPEATS)])
        tell("20 trivial steps", whole, "19 cells without an engine", bare)
        print(f"{'':24}{whole / 20 * 1e3:8.2f} ms a step")
        fan = await bench.median(lambda: (Fixed(fan_out), Fixed(fan_out, 0.1)), "repl", 64)
        tell("64 queries of 100 ms", fan, "64 sleeps in asyncio", await gathered(64, 0.1))
        deep = await bench.median(lambda: (Fixed(tree, 0.05), Fixed(tree, 0.05)), "rlm", 8)
        tell("8 sub-agents x 3 x 50 ms", deep, "critical path", 0.25)

        root = Fixed(twenty)
        await bench.run(root, root, "repl", 8)
        sizes = [characters(request) for request in root.requests]
        total, marked = sum(size for size, _ in sizes), sum(part for _, part in sizes)
        print(
            f"{'prompt over 20 steps':24}{total:8,} characters, {marked / total:.0%} marked for the cache; "
            f"system prompt {len(root.requests[0].system):,}, first {sizes[0][0]:,}, last {sizes[-1][0]:,}"
        )
        await sandbox.close()
        repository.close()


if __name__ == "__main__":
    asyncio.run(main())
