"""Budgets and cancelling: what ends a run early, and what is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from engine_runs import Bench, Script, bench, said
from messages_server import Answer, Json, cell, silent, text

from rlm_tui.engine.run import Question, Run
from rlm_tui.records.events import Bounds, RunEnded

LOOK = cell('print(grep("retry policy"))')
BATCH = cell("results = llm_query_batched([f'number {i}' for i in range(20)])\nprint(results)")


async def until_calls(run: Run, number: int, phase: str = "running") -> None:
    """Wait until so many calls below the root are in this phase."""
    async for _ in run.events():
        if sum(call.phase == phase for call in run.tree.calls.values() if call.id != "0") >= number:
            return
    raise AssertionError("the run ended first")


async def test_calls_run_out_in_the_middle_of_a_batch(tmp_path: Path) -> None:
    script = Script(root=[BATCH, text("Eleven of twenty.")])
    async with bench(tmp_path, script, bounds=Bounds(calls=12)) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        sent = said(made.server.bodies[-1], 2)
    assert len(run.tree.calls) == 12
    assert sent.count("'an answer'") == 11
    assert sent.count("Error: not started: all 12 calls of the run are used") == 9
    assert "All calls of the run are used" in sent
    assert (end.status, end.code, end.answer) == ("budget", 5, "Eleven of twenty.")
    assert any("80%" in notice.text or "83%" in notice.text for notice in run.tree.notices)


async def test_tokens_run_out_and_one_reserved_answer_says_what_is_missing(tmp_path: Path) -> None:
    def query(prompt: str) -> Answer:
        return text("an answer").usage(1_000, 3_000)

    script = Script(root=[BATCH, text("A part of it.")], query=query)
    async with bench(tmp_path, script, bounds=Bounds(tokens=50_000)) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        last = made.server.bodies[-1]
    spent = run.tree.spent()
    assert spent.input + spent.output + spent.cache_read + spent.cache_write <= 50_000
    assert (end.status, end.code, end.answer) == ("budget", 5, "A part of it.")
    assert "50,000 tokens" in end.error
    assert last["tool_choice"] == {"type": "none"}
    assert "These sub-calls gave no result: number" in said(last, -1)
    phases = [call.phase for call in run.tree.calls.values()]
    assert phases.count("done") >= 5
    assert phases.count("budget") >= 5


async def test_a_budget_too_small_for_one_turn_is_told_without_a_request(tmp_path: Path) -> None:
    script = Script(root=[text("never")])
    async with bench(tmp_path, script, bounds=Bounds(tokens=100)) as made:
        end = await made.engine.ask(Question(script.question, route="repl")).wait()
        assert not made.server.requests
    assert (end.status, end.code, end.answer) == ("budget", 5, "")
    assert "100 tokens" in end.error


async def test_dollars_are_held(tmp_path: Path) -> None:
    def script(body: Json) -> Answer:
        answer = text("So far.") if body["tool_choice"] == {"type": "none"} else LOOK
        return answer.usage(1_000, min(4_000, body["max_tokens"]))

    async with bench(tmp_path, script, bounds=Bounds(dollars=0.25)) as made:
        run = made.engine.ask(Question("where is the retry policy?", route="repl"))
        end = await run.wait()
    dollars = run.tree.spent().dollars
    assert dollars is not None
    assert 0.1 < dollars <= 0.25
    assert (end.status, end.code) == ("budget", 5)


async def test_time_runs_out_and_the_answer_comes_from_what_is_there(tmp_path: Path) -> None:
    script = Script(
        root=[cell("print(llm_query_batched(['fast', 'slow']))"), text("What is there.")],
        query=lambda prompt: silent() if prompt == "slow" else text("an answer"),
    )
    async with bench(tmp_path, script, bounds=Bounds(seconds=6)) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        sent = said(made.server.bodies[-1], 2)
    assert (end.status, end.code, end.answer) == ("budget", 5, "What is there.")
    assert "'an answer', 'Error: the time of 6 s is used up'" in sent
    assert [call.phase for call in run.tree.calls.values()] == ["budget", "done", "cancelled"]


async def test_soft_cancel_answers_from_what_is_there(tmp_path: Path) -> None:
    release: list[int] = []

    def query(prompt: str) -> Answer:
        release.append(1)
        return text("an answer").slow(0.5 if len(release) > 4 else 0)

    script = Script(root=[BATCH, text("What there was.")], query=query)
    async with bench(tmp_path, script, slots=4) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await until_calls(run, 4, "done")
        run.cancel()
        end = await run.wait()
        last = made.server.bodies[-1]
    assert (end.status, end.code, end.error) == ("partial", 4, "stopped by the user")
    assert "last turn (stopped by the user)" in said(last, -1)
    queries = [call for call in run.tree.calls.values() if call.id != "0"]
    began = [call for call in queries if call.running is not None]
    assert 4 <= len(began) <= 8
    assert {call.phase for call in began} == {"done"}, "what runs is let end"
    assert {call.phase for call in queries if call.running is None} == {"cancelled"}, "what waits does not start"


async def test_a_cell_that_comes_after_the_soft_cancel_is_not_run_and_no_turns_are_promised(tmp_path: Path) -> None:
    script = Script(root=[LOOK, cell("print(2)").slow(0.5), text("What there was.")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        async for event in run.events():
            if event.kind == "cell_ended":
                run.cancel()
                break
        end = await run.wait()
        last = said(made.server.bodies[-1], -1)
    assert (end.status, end.answer) == ("partial", "What there was.")
    assert "this was not run: stopped by the user" in last and "This is your last turn" in last
    assert "turns left" not in last


async def test_hard_cancel_ends_everything_now_and_keeps_what_was_done(tmp_path: Path) -> None:
    def query(prompt: str) -> Answer:
        return text("an answer") if prompt.endswith(("0", "1")) else silent()

    script = Script(root=[BATCH], query=query)
    async with bench(tmp_path, script, slots=20) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await until_calls(run, 4, "done")
        run.cancel(hard=True)
        end = await asyncio.wait_for(run.wait(), 5)
        await made.server.settled("left", 16)
        recorded = list(made.runs.read(run.id))
    assert (end.status, end.code) == ("cancelled", 130)
    assert recorded[-1] == end
    phases = [call.phase for call in run.tree.calls.values()]
    assert (phases[0], phases.count("done"), phases.count("cancelled")) == ("cancelled", 4, 17)
    assert sum(event.kind == "call_ended" for event in recorded) == 21


@pytest.mark.parametrize("hard", [True, False])
async def test_one_call_can_be_cancelled(tmp_path: Path, hard: bool) -> None:
    slow = cell("import time\nfor _ in range(30): time.sleep(0.02); grep('x')")
    script = Script(
        root=[cell('print(rlm_query_batched(["Slow", "Fast"]))'), text("Both.")],
        agents={"Slow": [cell("print(6 * 7)"), slow, text("half")], "Fast": [LOOK, text("fast")]},
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        async for event in run.events():
            if event.kind == "tool_called" and event.call_id == "1":
                run.cancel("1", hard=hard)
                run.cancel("no such call")
                break
        end = await run.wait()
    assert (end.status, end.answer) == ("done", "Both.")
    stopped = run.tree.calls["1"]
    root = run.tree.root
    assert root is not None
    if hard:
        assert (stopped.phase, stopped.error) == ("cancelled", "cancelled by the user")
        assert "Error: cancelled by the user', 'fast'" in root.steps[0].output
        assert "cancelled by the user: Slow" in [notice.text for notice in run.tree.notices]
    else:
        assert (stopped.phase, stopped.result) == ("partial", "half")


async def test_a_run_that_never_begins_can_be_cancelled(tmp_path: Path) -> None:
    async with bench(tmp_path, Script()) as made:
        run = made.engine.ask(Question("why?", route="repl"))
        run.cancel(hard=True)
        end = await run.wait()
        assert (end.status, end.code) == ("cancelled", 130)
        assert not made.server.requests


async def test_closing_the_engine_ends_runs_with_whole_records(tmp_path: Path) -> None:
    async def begin(made: Bench) -> Run:
        run = made.engine.ask(Question(script.question, route="repl"))
        await until_calls(run, 1)
        return run

    script = Script(root=[BATCH], query=lambda prompt: silent())
    async with bench(tmp_path, script) as made:
        runs = [await begin(made), await begin(made)]
        await made.engine.close()
        for run in runs:
            (*_, last) = made.runs.read(run.id)
            assert isinstance(last, RunEnded)
            assert last.status == "cancelled"


async def test_what_a_failed_completion_cost_is_booked(tmp_path: Path) -> None:
    """The query breaks off in its stream: its tokens are on its ledger line, and in the run's sum."""

    def query(prompt: str) -> Answer:
        return text("x" * 400).usage(1_000, 9).failing(4, "invalid_request_error", "no more")

    script = Script(root=[cell('print(llm_query("q"), grep("retry"))'), text("done")], query=query)
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await run.wait()
        output = said(made.server.bodies[-1], 2)
    failed = run.tree.calls["1"]
    assert failed.phase == "failed"
    assert failed.tokens.input == 1_000
    assert failed.tokens.output > 0
    spent = run.tree.spent()
    noted = spent.input + spent.output + spent.cache_read + spent.cache_write - sum(last_turn(run))
    assert f"{noted:,} tokens" in output


async def test_a_completion_that_is_cancelled_half_way_is_booked(tmp_path: Path) -> None:
    """What the endpoint told at the beginning, and an estimate of what had streamed."""
    script = Script(root=[LOOK, text("word " * 400).usage(1_000, 500).slow(event=0.02)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        async for event in run.events():
            if event.kind == "streamed" and event.call_id == "0" and event.step == 2:
                run.cancel(hard=True)
                break
        end = await run.wait()
        recorded = list(made.runs.read(run.id))
    root = run.tree.root
    assert root is not None
    last = root.steps[-1]
    assert end.status == "cancelled"
    assert end.answer.startswith("word word"), "what had streamed is kept"
    assert last.status == "cancelled"
    assert last.tokens.input == 1_000
    assert len(last.text) // 5 <= last.tokens.output < 500
    assert last.tokens.dollars
    assert [event.kind for event in recorded].count("turn_ended") == 2


def last_turn(run: Run) -> tuple[int, int, int, int]:
    """Return the tokens of the root's last turn, which no note tells of any more."""
    root = run.tree.root
    assert root is not None
    last = root.steps[-1].tokens
    return last.input, last.output, last.cache_read, last.cache_write
