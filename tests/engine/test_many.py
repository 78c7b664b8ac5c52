"""Much at once: many sub-agents, several runs, and a navigator in place of a language model."""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine_runs import Script, bench
from messages_server import Answer, Json, cell, text

from rlm_tui.engine.run import Engine, Models, Question
from rlm_tui.models.navigator.model import Navigator
from rlm_tui.records.events import Bounds
from rlm_tui.records.tree import Tree


async def test_thirty_sub_agents_share_eight_slots(tmp_path: Path) -> None:
    def script(body: Json) -> Answer:
        first = body["messages"][0]["content"][0]["text"]
        if "# Task\nPart " in first:
            return cell("print(grep('retry'))") if len(body["messages"]) == 1 else text("part")
        if len(body["messages"]) > 1:
            return text("done")
        return cell('results = rlm_query_batched([f"Part {i}" for i in range(30)])\nprint(results.count("part"))')

    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question("all of it?", route="rlm"))
        end = await run.wait()
        assert made.server.peak <= 8
    assert end.answer == "done"
    assert run.tree.calls["0"].steps[0].output == "30\n"
    assert [call.task for call in run.tree.calls.values()][1:] == [f"Part {i}" for i in range(30)]
    assert run.tree.live == 0


async def test_runs_side_by_side_do_not_mix(tmp_path: Path) -> None:
    def script(body: Json) -> Answer:
        task = body["messages"][0]["content"][0]["text"].splitlines()[1]
        return cell(f"grep('x'); print({task!r})") if len(body["messages"]) == 1 else text(f"answer to {task}")

    async with bench(tmp_path, script) as made:
        runs = [made.engine.ask(Question(f"question {i}", route="repl")) for i in range(6)]
        ends = await asyncio.gather(*(run.wait() for run in runs))
        for number, (run, end) in enumerate(zip(runs, ends, strict=True)):
            assert end.answer == f"answer to question {number}"
            assert Tree.of(made.runs.read(run.id)) == run.tree
            assert run.tree.calls["0"].steps[0].output == f"question {number}\n"
        assert len(made.runs.list()) == 6


async def test_the_navigator_takes_a_language_model_s_place(tmp_path: Path) -> None:
    async with bench(tmp_path, Script()) as made:
        navigator = Navigator()
        engine = Engine(made.repository, made.engine.sandbox, Models(navigator, navigator), made.runs, Bounds())
        run = engine.ask(Question("where is the retry policy?"))
        end = await run.wait()
        await engine.close()
        assert not made.server.requests
    assert run.tree.start is not None
    assert (run.tree.start.route, run.tree.start.language_model) == ("repl", False)
    assert (end.status, end.code) == ("done", 0)
    assert any(one.ok and one.path == "src/shop/payment.py" for one in run.tree.citations)
    assert all(one.ok for one in run.tree.citations)
