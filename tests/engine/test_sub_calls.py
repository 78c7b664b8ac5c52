"""Queries and sub-agents: order, failures, scopes, depth, and what reaches the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_runs import SUB, Script, bench, said
from messages_server import Answer, cell, error, silent, text

from rlm_tui.engine.memo import Memo
from rlm_tui.engine.run import Question
from rlm_tui.records.events import Bounds
from rlm_tui.records.tree import Call, Tree


def calls(tree: Tree) -> list[Call]:
    return [call for call in tree.calls.values() if call.id != "0"]


async def test_a_batch_keeps_its_order_and_one_failure_is_one_slot(tmp_path: Path) -> None:
    def query(prompt: str) -> Answer:
        number = int(prompt.split()[-1])
        return (
            error(400, "invalid_request_error", "no")
            if number == 13
            else text(f"answer {number}").slow((64 - number) / 2_000)
        )

    code = """
results = llm_query_batched([f"number {i}" for i in range(64)])
print(all(r == f"answer {i}" for i, r in enumerate(results) if i != 13), results[13])
"""
    script = Script(root=[cell(code), text("done")], query=query)
    async with bench(tmp_path, script, slots=16) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        output = said(made.server.bodies[-1], 2)
        assert made.server.peak <= 16
    assert "True Error: " in output
    assert end.status == "done"
    assert len(calls(run.tree)) == 64
    failed = [call for call in calls(run.tree) if call.phase != "done"]
    assert [(call.phase, call.task) for call in failed] == [("failed", "number 13")]
    root = run.tree.root
    assert root is not None
    assert len(root.steps[0].children) == 64
    assert root.steps[0].tools[0].result.startswith("64 x text, 1 failed")


async def test_a_fat_prompt_is_recorded_once(tmp_path: Path) -> None:
    script = Script(root=[cell('print(llm_query("x" * 300_000), grep("retry"))'), text("done")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await run.wait()
        (query,) = calls(run.tree)
    assert len(query.message) == 300_000
    assert run.path.stat().st_size < 400_000


async def test_misuse_is_told_before_anything_is_spent(tmp_path: Path) -> None:
    code = """
for wrong in (lambda: llm_query_batched("abc"), lambda: llm_query_batched(["x"] * 300), lambda: llm_query("x", model="gpt")):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
print(llm_query_batched(["", 3, "fine"]), rlm_query_batched([{"job": 1}, {"task": "t", "scope": "no/where"}]))
"""
    script = Script(root=[cell(code), text("done")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
        output = said(made.server.bodies[-1], 2)
    for part in (
        "prompts is a list, not str", "300 prompts in one batch: at most 256", f"use '{SUB}'", "a prompt is text, not empty",
        "a prompt is text, not int", "'an answer'", "not job", "no/where",
    ):  # fmt: skip
        assert part in output, (part, output)
    assert len(calls(run.tree)) == 1


async def test_sub_agents_see_their_scope_and_answer_in_order(tmp_path: Path) -> None:
    code = """
print(rlm_query_batched([{"task": "Describe it: " + m.name, "scope": m} for m in repo.modules if m.name in ("shop", "web")]))
"""
    script = Script(
        root=[cell(code), text("Both.")],
        agents={
            "Describe it: shop": [cell("print(repo.files); print(repo.scope)"), text("a shop")],
            "Describe it: web": [cell("print(repo.files); print(grep('Gateway'))"), text("a page")],
        },
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
        bodies = made.server.bodies
    assert "['a shop', 'a page']" in said(bodies[-1], 2)
    shop, web = calls(run.tree)
    assert (shop.kind, shop.depth, shop.label, shop.scope, shop.model) == ("agent", 1, "src/shop", ("src/shop",), SUB)
    assert "payment.py" in shop.steps[0].output
    assert "cart.js" not in shop.steps[0].output
    assert "Gateway" not in web.steps[0].output
    systems = {said(body).splitlines()[1]: body["system"][0]["text"] for body in bodies}
    assert "rlm_query" in systems[script.question]
    assert "rlm_query" not in systems["Describe it: shop"]
    assert "You are a sub-agent" in systems["Describe it: shop"]


async def test_sub_agents_go_no_deeper_than_allowed(tmp_path: Path) -> None:
    code = 'print(rlm_query("Go down"))'
    script = Script(
        root=[cell(code), text("up")], agents={"Go down": [cell('print(rlm_query("Further"))'), text("bottom")]}
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
        (child,) = calls(run.tree)
    assert "no sub-agent can be started here (depth 1 of 1)" in child.steps[0].output
    async with bench(tmp_path / "repl", script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await run.wait()
    assert not calls(run.tree), "the repl route has no sub-agents"


async def test_two_levels_with_one_slot_do_not_deadlock(tmp_path: Path) -> None:
    down = 'print(rlm_query_batched(["A", "B"]), llm_query_batched(["x", "y"]))'
    below = [cell('print(llm_query_batched(["x", "y"]))'), text("leaf")]
    script = Script(
        root=[cell('print(rlm_query_batched(["Go down", "Go down too"]))'), text("up")],
        agents={
            "Go down": [cell(down), text("mid")],
            "Go down too": [cell(down), text("mid")],
            "A": [*below, *below],
            "B": [*below, *below],
        },
    )
    async with bench(tmp_path, script, slots=1, bounds=Bounds(depth=2)) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        end = await run.wait()
        assert made.server.peak == 1
    assert end.answer == "up"
    assert len(calls(run.tree)) == 2 + 4 + 4 + 8
    assert {call.phase for call in calls(run.tree)} == {"done"}


async def test_context_goes_to_the_sub_agent_and_the_model_is_chosen_by_name(tmp_path: Path) -> None:
    script = Script(
        root=[
            cell('print(rlm_query("Read it", context="a diff", model="root"), llm_query("q", model="root"))'),
            text("up"),
        ],
        agents={"Read it": [cell("print(context * 2)"), text("read")]},
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
    agent, query = calls(run.tree)
    assert "a diffa diff" in agent.steps[0].output
    assert agent.model == query.model == run.tree.calls["0"].model


async def test_the_other_names_of_the_field_work_too(tmp_path: Path) -> None:
    code = 'found = grep("retry")\nresult = llm_batch(["a", "b"])[1]\nFINAL_VAR("result")'
    script = Script(root=[cell(code)])
    async with bench(tmp_path, script) as made:
        end = await made.engine.ask(Question(script.question, route="repl")).wait()
    assert end.answer == "an answer"


async def test_a_cell_that_ends_takes_its_sub_calls_with_it(tmp_path: Path) -> None:
    """The cell's own thread still waits for a query when the process is ended by another."""
    code = """
import os, threading, time
threading.Thread(target=lambda: llm_query("slow")).start()
time.sleep(0.3)
os._exit(1)
"""
    script = Script(root=[cell(code), cell("print(grep('retry'))"), text("done")], query=lambda prompt: silent())
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        await made.server.settled("left")
    assert end.status == "done"
    (query,) = calls(run.tree)
    assert query.phase == "cancelled"
    root = run.tree.root
    assert root is not None
    assert [step.status for step in root.steps] == ["failed", "done", "done"]


@pytest.mark.parametrize("route", ["repl", "rlm"])
async def test_what_fails_below_does_not_end_the_run(tmp_path: Path, route: str) -> None:
    code = 'print(llm_query("q"), "|", rlm_query("Fail"))' if route == "rlm" else 'print(llm_query("q"))'
    script = Script(
        root=[cell(code), text("done")],
        agents={"Fail": [error(401, "authentication_error", "bad key")]},
        query=lambda prompt: error(400, "invalid_request_error", "prompt is too long"),
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm" if route == "rlm" else "repl"))
        end = await run.wait()
    assert (end.status, end.code) == ("done", 0)
    assert {call.phase for call in calls(run.tree)} == {"failed"}
    root = run.tree.root
    assert root is not None
    assert root.steps[0].output.count("Error: ") == len(calls(run.tree))


async def test_one_question_of_many_pieces_is_many_rows_that_can_be_told_apart(tmp_path: Path) -> None:
    code = """
pieces = [str(peek(path, 1, 2)) for path in ("src/shop/orders.py", "src/shop/payment.py", "web/cart.js")]
llm_query_batched(["What is this for?\\n\\n" + piece for piece in pieces])
llm_query_batched(["Same?", "Same?", ""])
"""
    script = Script(root=[cell(code), text("done")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await run.wait()
    labels = [call.label for call in calls(run.tree)]
    assert labels[:3] == ["src/shop/orders.py:1-2", "src/shop/payment.py:1-2", "web/cart.js:1-2"]
    assert labels[3:] == ["Same?", "Same?"]


async def test_an_answer_without_a_look_is_marked_for_the_parent_and_not_remembered(tmp_path: Path) -> None:
    def script() -> Script:
        code = 'print(rlm_query_batched(["Guess", {"task": "Say", "context": "handed in"}, "Look"], scope="web"))'
        return Script(
            root=[cell(code), text("done")],
            agents={
                "Guess": [text("It is fine."), text("It is fine, I am sure.")],
                "Say": [text("It says so."), text("It says so.")],
                "Look": [cell("grep('cart')"), text("Seen.")],
            },
        )

    scripts = [script(), script()]
    current = iter(scripts)
    now = next(current)
    outputs, asked = [], []
    async with bench(tmp_path, lambda body: now(body), memo=Memo(tmp_path / "memo")) as made:
        for _ in scripts:
            before = len(made.server.bodies)
            run = made.engine.ask(Question(now.question, route="rlm"))
            await run.wait()
            outputs.append(run.tree.calls["0"].steps[0].output)
            asked.append(len(made.server.bodies) - before)
            notices = [notice.text for notice in run.tree.notices]
            now = next(current, now)
    assert outputs[0].count("[answered without a look at the repository]") == 1
    assert "I am sure.\\n[answered without" in outputs[0] and "'Seen.'" in outputs[0]
    assert asked == [8, 4], "the guess is asked again, the others are remembered"
    assert any(notice.endswith("answered without a look at the repository") for notice in notices)
