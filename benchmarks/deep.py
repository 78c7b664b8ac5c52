"""A repository of ten million tokens asked through three levels, a tree of 500 calls: run `python benchmarks/deep.py`.

The root has a sub-agent for each of ten parts, each of those one for each of four packages, and each of those asks eleven or
twelve queries over the source of its package. The repository is written, indexed and read for real; the sandbox, the wire and the
record are real; only what the model says is scripted, by the server of the tests in a process of its own. It ends with an error
when the answer, the tree or the replayed record is not what it must be.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(Path(__file__).resolve().parent)]

from engine_runs import said  # noqa: E402 - stands in tests
from messages_server import Answer, Json, cell, text  # noqa: E402 - as above

from rlm_tui.engine.run import Engine, Models, Question  # noqa: E402
from rlm_tui.models.anthropic import Endpoint  # noqa: E402
from rlm_tui.records.events import Bounds  # noqa: E402
from rlm_tui.records.store import RunStore  # noqa: E402
from rlm_tui.records.tree import Tree  # noqa: E402
from rlm_tui.repl.choose import open_sandbox  # noqa: E402
from rlm_tui.repository.repository import Repository  # noqa: E402

PARTS, PACKAGES, FILES, FUNCTIONS = 10, 4, 25, 250
CALLS = 500
QUERIES = CALLS - 1 - PARTS - PARTS * PACKAGES
"""Asked by all packages together: what is left of the calls after the agents."""


def asked_by(part: int, package: int) -> int:
    """Return how many queries an agent of the third level asks."""
    number = part * PACKAGES + package
    return QUERIES // (PARTS * PACKAGES) + (number < QUERIES % (PARTS * PACKAGES))


def script(body: Json) -> Answer:
    """Say what the conversation calls for."""
    first = said(body)
    if not first.startswith("# Task\n"):
        return text("1")
    task = first.splitlines()[1]
    if sum(message["role"] == "assistant" for message in body["messages"]) == 1:
        return cell('answer["content"] = str(sum(map(int, found)))\nanswer["ready"] = True')
    words = task.split()
    if words[0] == "Count":
        slots = [{"task": f"Part {part}", "scope": f"part{part}"} for part in range(PARTS)]
        return cell(f"found = rlm_query_batched({slots!r})\nprint(len(found))")
    part = int(words[1])
    if words[0] == "Part":
        slots = [
            {"task": f"Package {part} {package}", "scope": f"part{part}/package{package}"}
            for package in range(PACKAGES)
        ]
        return cell(f"found = rlm_query_batched({slots!r})\nprint(len(found))")
    many = asked_by(part, int(words[2]))
    return cell(
        f"files = repo.files[:{many}]\nassert len(grep('def step_7_', limit=5)) > 0\n"
        "found = llm_query_batched([str(peek(file.path, 1, 300)) for file in files])\nprint(len(found))"
    )


def write_repository(folder: Path) -> int:
    """Write a repository of about ten million tokens; return its characters."""
    characters = 0
    for part in range(PARTS):
        for package in range(PACKAGES):
            where = folder / f"part{part}" / f"package{package}"
            where.mkdir(parents=True)
            for file in range(FILES):
                names = [f"step_{number}_{part}_{package}_{file}" for number in range(FUNCTIONS)]
                lines = [
                    f'def {name}(order, limit):\n    """Pass {name} on."""\n    total = order.total + {at} * limit\n'
                    f"    return {names[at - 1]}(order, total) if total < limit else total\n\n"
                    for at, name in enumerate(names)
                ]
                source = "\n".join(lines)
                characters += len(source)
                (where / f"file{file}.py").write_text(source)
    return characters


class Memory:
    """The most memory that this process and its children had together while it looked."""

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, _resident(os.getpid()))

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()


def _resident(process: int) -> int:
    """Return the resident bytes of this process (its children have limits of their own)."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def ask(repository: Repository, url: str, folder: Path) -> None:
    """Ask, check, and print what it took."""
    sandbox = await open_sandbox()
    endpoint = Endpoint("key", base_url=url)
    await endpoint.warm()
    model = endpoint.model("claude-sonnet-5")
    engine = Engine(repository, sandbox, Models(model, model), RunStore(folder / "runs"), Bounds(depth=2), slots=16)
    memory, began, used = Memory(), time.perf_counter(), time.process_time()
    before = _resident(os.getpid())
    run = engine.ask(Question("Count the files that a query has seen.", route="rlm"))
    end = await run.wait()
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    memory.stop()
    began = time.perf_counter()
    again = Tree.of(engine.runs.read(run.id))
    replay = time.perf_counter() - began
    await engine.close()
    await sandbox.close()
    calls = list(run.tree.calls.values())
    depths = [sum(call.kind == "agent" and call.depth == depth for call in calls) for depth in range(3)]
    broken = [
        what
        for what, right in (
            (f"status {end.status} {end.error}", end.status == "done"),
            (f"answer {end.answer!r}", end.answer == str(QUERIES)),
            (f"{len(calls)} calls, {depths} agents", len(calls) == CALLS and depths == [1, PARTS, PARTS * PACKAGES]),
            ("a call is not done", all(call.phase == "done" for call in calls)),
            ("the replayed tree differs", again == run.tree),
        )
        if not right
    ]
    if broken:
        raise SystemExit(f"the run is wrong: {'; '.join(broken)}")
    spent = run.tree.spent()
    print(f"calls                {len(calls)}: {depths} agents by depth, {QUERIES} queries; {spent.total:,} tokens")
    print(f"wall                 {wall:8.2f} s")
    print(f"CPU of the engine    {cpu / len(calls) * 1e3:8.2f} ms a call")
    print(f"memory               {memory.peak / 1e6:8.0f} MB at most, {before / 1e6:.0f} MB before the question")
    print(f"record               {run.path.stat().st_size / 1e6:8.1f} MB, replayed in {replay:.2f} s")


def main() -> None:
    """Write the repository, index it, serve, ask."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1024:
        raise SystemExit("at least 1,024 open files are needed: ulimit -n 1024")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        characters = write_repository(folder / "repository")
        repository = Repository.open(folder / "repository", folder / "cache")
        began = time.perf_counter()
        repository.scan()
        print(f"repository           ~{characters / 4e6:.1f}M tokens, indexed in {time.perf_counter() - began:.1f} s")
        path = os.pathsep.join(sys.path[:2])
        command = [sys.executable, str(TESTS / "messages_server.py"), "--script", "deep:script"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
        ) as server:
            try:
                assert server.stdout is not None
                asyncio.run(ask(repository, server.stdout.readline().strip(), folder))
            finally:
                server.terminate()
                repository.close()


if __name__ == "__main__":
    main()
