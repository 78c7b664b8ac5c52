"""What the engine costs, and beside it `rlms` where that is installed: run `python benchmarks/engine.py`.

Both ask one server on loopback, in a process of its own, which waits for a set time before it answers and says the same to both.
Sandbox, SDK, repository and record are real. Each figure stands beside what the same waiting costs alone, measured in the same
process, so that the ratios say something on any machine.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE)]

from messages_server import Answer, Json, cell, marked_share, serving_thread, text  # noqa: E402 - stands in tests

from rlm_tui.engine.run import Engine, Models, Question  # noqa: E402
from rlm_tui.models.anthropic import Endpoint  # noqa: E402
from rlm_tui.records.events import Bounds, Route  # noqa: E402
from rlm_tui.records.store import RunStore  # noqa: E402
from rlm_tui.repl.choose import open_sandbox  # noqa: E402
from rlm_tui.repository.repository import Repository  # noqa: E402

REPEATS = 5
STEPS, QUERIES, AGENTS = 20, 64, 8
MODEL = "claude-sonnet-5"
STEP, FAN_OUT, TREE = "Benchmark of steps", "Benchmark of queries", "Benchmark of agents"
WAITS = {STEP: 0.0, FAN_OUT: 0.1, TREE: 0.05}
"""Seconds before an answer; in the second, before those of the queries only."""
PART, QUERY = "Part number ", "Query number "


def script(body: Json) -> Answer:
    """Say what the conversation calls for: as a tool call to us, in a fence to others."""
    said = json.dumps(body["messages"][:2])
    turn = sum(message["role"] == "assistant" for message in body["messages"])
    if PART in said and TREE not in said:
        return _cell(
            body, "print('nothing')" if "tools" not in body else "print(grep('nothing'))", turn, 2, "part"
        ).slow(WAITS[TREE])
    if TREE in said:
        code = f"r = rlm_query_batched([f'{PART}{{i}}' for i in range({AGENTS})])\nprint(len(r))"
        return _cell(body, code, turn, 1, "done").slow(WAITS[TREE])
    if FAN_OUT in said:
        code = f"r = llm_query_batched([f'{QUERY}{{i}}' for i in range({QUERIES})])\nprint(len(r))"
        return _cell(body, code, turn, 1, "done")
    if STEP in said:
        return _cell(
            body, "print(len(repo.files))" if not turn and "tools" in body else "x = 1\nprint(x)", turn, 19, "done"
        )
    return text("answer").slow(WAITS[FAN_OUT])


def _cell(body: Json, code: str, turn: int, cells: int, end: str) -> Answer:
    if "tools" in body:
        return cell(code) if turn < cells else text(end)
    code = code if turn < cells else f'answer["content"] = "{end}"\nanswer["ready"] = True'
    return text(f"```repl\n{code}\n```")


class Ours:
    """This engine, open on a small repository."""

    def __init__(self, folder: Path, url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = folder
        self.repository = Repository.open(make_repository(folder / "repository"), folder / "cache")
        self.repository.scan()
        self.sandbox = self.loop.run_until_complete(open_sandbox())
        self.endpoint = Endpoint("key", base_url=url)
        self.loop.run_until_complete(self.endpoint.warm())

    def run(self, question: str, route: Route, slots: int) -> None:
        """Ask, once."""
        model = self.endpoint.model(MODEL)
        engine = Engine(
            self.repository, self.sandbox, Models(model, model), RunStore(self.folder / "runs"), Bounds(), slots
        )

        async def work() -> str:
            end = await engine.ask(Question(question, route=route)).wait()
            return end.answer or end.error

        if (answer := self.loop.run_until_complete(work())) != "done":
            raise SystemExit(f"the run failed: {answer}")

    def bare(self, seconds: float, number: int) -> float:
        """Return the seconds that so many requests at once take, each after such a wait: what asyncio itself makes of it."""

        async def work() -> float:
            start = time.perf_counter()
            await asyncio.gather(*(asyncio.sleep(seconds) for _ in range(number)))
            return time.perf_counter() - start

        return self.loop.run_until_complete(work())

    def close(self) -> None:
        """Give everything back."""
        self.loop.run_until_complete(self.endpoint.close())
        self.loop.run_until_complete(self.sandbox.close())
        self.repository.close()


def peer() -> Callable[[str], None] | None:
    """Return what asks `rlms` once; None where it is not installed."""
    if importlib.util.find_spec("rlm") is None:
        return None
    rlm = importlib.import_module("rlm")

    def ask(question: str) -> None:
        depth = 2 if question == TREE else 1
        one = rlm.RLM(
            backend="anthropic",
            backend_kwargs={"api_key": "key", "model_name": MODEL},
            max_depth=depth,
            max_concurrent_subcalls=AGENTS,
        )
        said = one.completion("def a():\n    return 1\n", root_prompt=question).response
        if said != "done":
            raise SystemExit(f"rlms failed: {said[:300]}")

    return ask


def make_repository(folder: Path) -> Path:
    """Write a repository of one file."""
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("def a():\n    return 1\n")
    return folder


def median(work: Callable[[], object]) -> float:
    """Return the median seconds of some repeats, after one that is not counted."""
    seconds = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def tell(what: str, seconds: float, least: str, other: float, beside: float | None) -> None:
    """Print a figure, its ratio to the least that is possible, and to what `rlms` needs."""
    rlms = "rlms not installed" if beside is None else f"rlms {beside * 1e3:8.1f} ms, ratio {seconds / beside:.2f}"
    print(f"{what:28}{seconds * 1e3:8.1f} ms   {least} {other * 1e3:.1f} ms, ratio {seconds / other:.2f}   {rlms}")


def timed(folder: Path, url: str) -> None:
    """Measure steps, the fan-out and the tree, ours and theirs in turn."""
    os.environ.update(ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY="key")
    ours, theirs = Ours(folder, url), peer()
    bare = ours.loop.run_until_complete(_sdk(url))
    rows: tuple[tuple[str, str, Route, int, str, float], ...] = (
        (f"{STEPS} trivial steps", STEP, "repl", 8, f"{STEPS} bare SDK calls", bare),
        (f"{QUERIES} queries of 100 ms", FAN_OUT, "repl", QUERIES, "sleeps in asyncio", ours.bare(0.1, QUERIES)),
        (f"{AGENTS} sub-agents x 3 x 50 ms", TREE, "rlm", AGENTS, "critical path", 0.25),
    )
    for what, question, route, slots, least, other in rows:
        seconds = median(lambda q=question, r=route, s=slots: ours.run(q, r, s))  # type: ignore[misc]
        tell(what, seconds, least, other, median(lambda q=question: theirs(q)) if theirs else None)  # type: ignore[misc]
        if question == STEP:
            print(f"{'':28}{seconds / STEPS * 1e3:8.2f} ms a step")
    ours.close()


async def _sdk(url: str) -> float:
    """Return the seconds of so many streamed requests in a row with the SDK alone, after one that is not counted."""
    import anthropic
    from anthropic.types import MessageParam

    message: MessageParam = {"role": "user", "content": FAN_OUT}
    began = 0.0
    async with anthropic.AsyncAnthropic(api_key="key", base_url=url) as client:
        for number in range(STEPS + 1):
            stream = await client.messages.create(model=MODEL, max_tokens=100, messages=[message], stream=True)
            async for _ in stream:
                pass
            began = began or time.perf_counter() * (number == 0)
    return time.perf_counter() - began


def characters(part: object) -> int:
    """Return how many characters of text a part of a prompt has."""
    if isinstance(part, list):
        return sum(map(characters, part))
    if isinstance(part, dict):
        return sum(characters(part[key]) for key in ("text", "content", "input", "code") if key in part)
    return len(part) if isinstance(part, str) else 0


def sizes(folder: Path) -> None:
    """Count the characters that the prompts of twenty trivial steps have, ours and theirs, and how many are marked."""
    for name in ("rlm-tui", "rlms"):
        with serving_thread(script) as server:
            os.environ.update(ANTHROPIC_BASE_URL=server.url)
            if name == "rlm-tui":
                ours = Ours(folder / "sizes", server.url)
                ours.run(STEP, "repl", 8)
                ours.close()
            elif (theirs := peer()) is not None:
                theirs(STEP)
            else:
                print(f"{'':28}rlms not installed")
                continue
            bodies = [one.body for one in server.requests]
        lengths = [characters([body.get("system", ""), body["messages"]]) for body in bodies]
        marked = sum(marked_share(body) * length for body, length in zip(bodies, lengths, strict=True)) / sum(lengths)
        print(
            f"{f'prompts of {len(bodies)} steps, {name}':28}{sum(lengths):8,} characters, {marked:.0%} marked for the cache; "
            f"first {lengths[0]:,}, last {lengths[-1]:,}"
        )


def cold(folder: Path) -> None:
    """Time a process from its start to its first request, on a warm index; beside it the bare import of the SDK."""
    arrived: list[float] = []

    def first(body: Json) -> Answer:
        arrived.append(time.time())
        return script(body)

    repository = make_repository(folder / "cold")
    programs = {
        "bare SDK": "import anthropic; anthropic.Anthropic().messages.create"
        f"(model={MODEL!r}, max_tokens=9, messages=[{{'role': 'user', 'content': 'hello'}}])",
        "rlm-tui -p": f"import sys; sys.argv[1:] = ['-p', {STEP!r}, {str(repository)!r}, '--route', 'repl']\n"
        "from rlm_tui.cli import main; main()",
        "rlms": "from rlm import RLM; RLM(backend='anthropic', backend_kwargs="
        f"{{'api_key': 'key', 'model_name': {MODEL!r}}}).completion('x', root_prompt={STEP!r})",
    }
    if importlib.util.find_spec("rlm") is None:
        del programs["rlms"]
    homes = {f"XDG_{name}_HOME": str(folder / "home") for name in ("CACHE", "DATA", "STATE", "CONFIG")}
    with serving_thread(first) as server:
        for name, program in programs.items():
            seconds = []
            for _ in range(REPEATS + 1):
                arrived.clear()
                start = time.time()
                subprocess.run(
                    [sys.executable, "-c", program],
                    env={**os.environ, **homes, "ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "key"},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,  # what comes after the first request is not of interest
                )
                seconds.append(arrived[0] - start)
            print(f"{f'first request, {name}':28}{statistics.median(seconds[1:]) * 1e3:8.0f} ms")


def main() -> None:
    """Serve from a process of its own, measure, print."""
    command = [sys.executable, str(HERE.parent / "tests" / "messages_server.py"), "--script", "engine:script"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path[:2])}
        server = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
        stack.callback(server.terminate)
        assert server.stdout is not None
        timed(folder, server.stdout.readline().strip())
        sizes(folder)
        cold(folder)


if __name__ == "__main__":
    main()
