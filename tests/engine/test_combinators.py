"""Queries over many pieces: the plan comes first, the number of calls is the one it names, and the user may decline."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_runs import ROOT, SUB, Script, bench
from messages_server import Answer, cell, text

from rlm_tui.engine.fanout import Plan
from rlm_tui.engine.run import Question, Run
from rlm_tui.records.events import Bounds
from rlm_tui.repl.choose import open_sandbox

DONE = text("it is in `src/shop/payment.py:1-3`")


def answers(prompt: str) -> Answer:
    """Say yes to what tells of a class, join parts by counting them, and name the last line else."""
    if "# Part 1" in prompt:
        return text(f"joined {prompt.count('# Part ')}")
    if "yes or no" in prompt:
        return text("**Yes**, it is." if "class " in prompt else "perhaps" if "backoff" in prompt else "No.")
    return text("about " + prompt.strip().splitlines()[-1].strip())


async def outputs(tmp_path: Path, *cells: str, bounds: Bounds | None = None) -> Run:
    script = Script(root=[*map(cell, cells), DONE], query=answers)
    async with bench(tmp_path, script, bounds=bounds) as b:
        run = b.engine.ask(Question(script.question, route="repl"))
        await run.wait()
    return run


def printed(run: Run, step: int = 1) -> str:
    assert run.tree.root is not None
    return run.tree.root.steps[step - 1].output + run.tree.root.steps[step - 1].error


def queries(run: Run) -> int:
    return sum(call.kind == "query" for call in run.tree.calls.values())


async def test_a_map_tells_its_plan_and_asks_about_each(tmp_path: Path) -> None:
    code = "found = map_query('what is it?', repo.symbols[:3], model='root')\nprint(len(found), found[0])"
    run = await outputs(tmp_path, code)
    first, second = printed(run).splitlines()[:2]
    assert first.startswith(f"map_query: 3 queries of {ROOT}, at most ")
    assert " tokens, $" in first
    assert second.startswith("3 about ")
    assert queries(run) == 3
    assert any(notice.text == first for notice in run.tree.notices)


@pytest.mark.parametrize("kind", ["sealed", "monty"])
async def test_what_an_analysis_remarks_on_is_asked_about_by_its_source(tmp_path: Path, kind: str) -> None:
    code = """found = longest(1)
print(map_query('x', found)[0])
print('about', str(found[0].symbol.source).splitlines()[-1].strip())"""
    sandbox = await open_sandbox(kind)
    script = Script(root=[cell(code), DONE], query=answers)
    async with bench(tmp_path, script) as b:
        b.engine.sandbox, own = sandbox, b.engine.sandbox
        run = b.engine.ask(Question(script.question, route="repl"))
        await run.wait()
        b.engine.sandbox = own
    await sandbox.close()
    _plan, answered, expected = printed(run).splitlines()
    assert answered == expected


async def test_a_filter_keeps_the_yes_and_counts_what_is_neither(tmp_path: Path) -> None:
    code = "kept = filter_query('is it a class?', ['class A', 'def f', 'backoff'])\nprint(kept)"
    run = await outputs(tmp_path, code)
    assert "kept 1 of 3 items; neither yes nor no: 1\n  2. backoff: perhaps" in printed(run)
    assert "['class A']" in printed(run)


async def test_a_reduction_makes_as_many_calls_as_it_says(tmp_path: Path) -> None:
    run = await outputs(tmp_path, "print(reduce_query('join', ['part ' + str(n) for n in range(20)], width=4))")
    assert printed(run).startswith(f"reduce_query: {5 + 2 + 1} queries of {SUB}")
    assert printed(run).strip().endswith("joined 2")
    assert queries(run) == 8


async def test_every_pair_is_asked_about(tmp_path: Path) -> None:
    run = await outputs(tmp_path, "pairs = cross_query('same?', ['a', 'b'], ['x', 'y', 'z'])\nprint(pairs[5])")
    assert "('b', 'z', 'about z')" in printed(run)
    assert queries(run) == 6


async def test_what_the_run_has_no_calls_for_does_not_begin(tmp_path: Path) -> None:
    run = await outputs(tmp_path, "map_query('x', list('abcdef'))", bounds=Bounds(calls=5))
    assert "only 4 calls of the run are left" in printed(run)
    assert queries(run) == 0


async def test_a_bound_that_may_be_exceeded_is_said(tmp_path: Path) -> None:
    run = await outputs(tmp_path, "map_query('x', list('abcdefghijklmnop'), model='root')", bounds=Bounds(dollars=0.4))
    assert "the budget of $0.40 is used up" in printed(run)


async def test_a_cell_cannot_take_the_combinators_apart(tmp_path: Path) -> None:
    run = await outputs(tmp_path, "llm_query_batched = plan_queries = None\nprint(map_query('x', ['one'])[0])")
    assert "about one" in printed(run)


async def test_split_cuts_at_definitions(tmp_path: Path) -> None:
    code = """whole = peek('src/shop/payment.py')
pieces = split('src/shop/payment.py', 60)
print(len(pieces) > 1, [p.text for p in pieces] and chr(10).join(p.text for p in pieces) == whole.text)
print(map_query('x', split('src/shop', 100000))[0][:5])"""
    run = await outputs(tmp_path, code)
    assert printed(run).startswith("True True\nmap_query: ")


async def test_a_module_is_no_text(tmp_path: Path) -> None:
    run = await outputs(tmp_path, "map_query('x', repo.modules[:1])")
    assert "split(" in printed(run)


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_large_fan_out_waits_for_the_user(tmp_path: Path, allowed: bool) -> None:
    asked: list[Plan] = []

    async def approve(call_id: str, plan: Plan) -> bool:
        asked.append(plan)
        return allowed

    script = Script(root=[cell("print(map_query('x', list('abcd')))"), DONE], query=answers)
    async with bench(tmp_path, script) as b:
        b.engine.approve, b.engine.confirm_above = approve, 3
        run = b.engine.ask(Question(script.question, route="repl"))
        await run.wait()
    assert [plan.queries for plan in asked] == [4]
    assert queries(run) == (4 if allowed else 0)
    assert ("the user declined" in printed(run)) is not allowed


async def test_monty_has_them_too(tmp_path: Path) -> None:
    script = Script(
        root=[
            cell(
                "kept = filter_query('class?', ['class A', 'def f'])\nprint(kept)\nprint(map_query('x', repo.symbols[:2]))"
            ),
            cell("print(reduce_query('join', list('abcde'), width=2))\nprint(cross_query('same?', ['a'], ['x'])[0])"),
            DONE,
        ],
        query=answers,
    )
    sandbox = await open_sandbox("monty")
    async with bench(tmp_path, script) as b:
        b.engine.sandbox, sealed = sandbox, b.engine.sandbox
        run = b.engine.ask(Question(script.question, route="repl"))
        await run.wait()
        b.engine.sandbox = sealed
    await sandbox.close()
    assert "['class A']" in printed(run)
    assert "joined 2" in printed(run, 2)
    assert "('a', 'x', 'about x')" in printed(run, 2)
