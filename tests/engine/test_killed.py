"""A process that is killed loses at most the step in flight."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from messages_server import Answer, Json, cell, serving_thread, silent
from small_repository import make_small_repository

from rlm_tui.records.export import markdown
from rlm_tui.records.store import RunStore
from rlm_tui.records.tree import Tree

PROGRAM = """
import asyncio, sys
from pathlib import Path
from rlm_tui.engine.run import Engine, Models, Question
from rlm_tui.models.anthropic import Endpoint
from rlm_tui.records.events import Bounds
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repository.repository import Repository

async def main(url, folder):
    repository = Repository.open(folder / "shop", folder / "cache")
    repository.scan()
    model = Endpoint(api_key="k", base_url=url).model("claude-sonnet-5")
    engine = Engine(repository, await open_sandbox(), Models(model, model), RunStore(folder / "runs"), Bounds())
    await engine.ask(Question("where is the retry policy?", route="repl")).wait()

asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
"""


def test_what_was_done_before_the_kill_is_in_the_record(tmp_path: Path) -> None:
    make_small_repository(tmp_path / "shop", git=False)

    def script(body: Json) -> Answer:
        return cell("print(grep('retry'))") if len(body["messages"]) == 1 else silent()

    with serving_thread(script) as server:
        child = subprocess.Popen([sys.executable, "-c", PROGRAM, server.url, str(tmp_path)])
        try:
            deadline = time.monotonic() + 30
            while len(server.requests) < 2 and time.monotonic() < deadline and child.poll() is None:
                time.sleep(0.02)
        finally:
            child.kill()
        assert child.wait() == -signal.SIGKILL
    store = RunStore(tmp_path / "runs")
    (info,) = store.list()
    assert info.status == "unfinished"
    tree = Tree.of(store.read(info.id))
    assert tree.root is not None
    assert "payment.py" in tree.root.steps[0].output
    assert "unfinished" in markdown(tree)
