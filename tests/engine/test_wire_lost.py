"""A wire that fails for good: what was found until then is kept, and its exit code tells it from one that never worked."""

from __future__ import annotations

from pathlib import Path

from engine_runs import Script, bench, said
from messages_server import Answer, Json, cell, error, text

from rlm_tui.engine.run import Question

LOOK = cell('print(grep("retry policy"))')
BATCH = cell("parts = llm_query_batched([f'number {i}' for i in range(30)])\nprint(len(parts), 'parts')")
GONE = error(401, "authentication_error", "this key was revoked")


async def test_a_wire_lost_after_work_leaves_what_was_found(tmp_path: Path) -> None:
    script = Script(root=[LOOK, BATCH, GONE])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        assert (end.status, end.code) == ("partial", 4)
        assert "this key was revoked" in end.error
        assert end.answer.startswith("No answer was written.\n\nPrinted last:\n30 parts")
        assert "Sub-calls that are done: number 0, number 1, " in end.answer
        assert end.answer.endswith("number 19 and 10 more")
        script.root = [text("nobody asks for the turns before")] * 2 + [text("The whole answer.")]
        asked = len(made.server.requests)
        again = await made.engine.resume(run.id).wait()
        assert (again.status, again.answer) == ("done", "The whole answer.")
        assert len(made.server.requests) == asked + 1, "and the run can be gone on with: nothing is paid twice"


async def test_a_wire_that_never_worked_has_its_own_code(tmp_path: Path) -> None:
    async with bench(tmp_path, Script(root=[error(503, "api_error", "gone", {"x-should-retry": "false"})])) as made:
        end = await made.engine.ask(Question("where is the retry policy?", route="repl")).wait()
    assert (end.status, end.code, end.answer) == ("failed", 3, "")


async def test_an_answer_that_was_under_way_is_kept(tmp_path: Path) -> None:
    script = Script(root=[LOOK, text("The first half", stop="max_tokens"), GONE])
    async with bench(tmp_path, script) as made:
        end = await made.engine.ask(Question(script.question, route="repl")).wait()
    assert (end.status, end.code, end.answer) == ("partial", 4, "The first half")


async def test_a_sub_agent_that_loses_the_wire_is_a_failed_slot(tmp_path: Path) -> None:
    def script(body: Json) -> Answer:
        first, turn = said(body), len(body["messages"])
        if first.startswith("# Task\npart"):
            return LOOK if turn == 1 else GONE
        return cell("print(rlm_query('part'))") if turn == 1 else text("Without it.")

    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question("where is the retry policy?", route="rlm"))
        end = await run.wait()
    assert (end.status, end.answer) == ("done", "Without it.")
    root = run.tree.root
    assert root is not None
    assert root.steps[0].output.startswith("Error: http://127.0.0.1")
    assert run.tree.calls["1"].phase == "failed"
