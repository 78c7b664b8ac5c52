"""Findings proposed from cells: checked, merged, looked at again, remembered; in both sandboxes."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from engine_runs import Script, bench, said
from messages_server import Answer, cell, text

from rlm_tui.engine.host import functions
from rlm_tui.engine.memo import Memo
from rlm_tui.engine.mode import mode_named
from rlm_tui.engine.run import Question, Run
from rlm_tui.repl.choose import open_sandbox

LINES = "src/shop/payment.py:19-23"
WEAK = f'propose("The retry sleeps after the last attempt", "It waits for nothing.", "{LINES}")'
SURE = f'propose("No limit on the amount", "Any amount is charged.", ["{LINES}"], "low", "high")'


def made_at(folder: Path) -> str:
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def asked(script: Script) -> Question:
    return Question(script.question, mode="review", route="repl")


async def run_of(
    folder: Path, script: Script, sandbox: str = "auto", memo: Memo | None = None
) -> tuple[Run, list[str]]:
    async with bench(folder, script, memo=memo) as made:
        opened = await open_sandbox(sandbox)
        kept, made.engine.sandbox = made.engine.sandbox, opened
        try:
            run = made.engine.ask(asked(script))
            await run.wait()
        finally:
            made.engine.sandbox = kept
            await opened.close()
        return run, [said(body, -1) for body in made.server.bodies]


@pytest.mark.parametrize("sandbox", ["sealed", "monty"])
async def test_a_cell_proposes_and_its_finding_stands_in_the_tree(tmp_path: Path, sandbox: str) -> None:
    script = Script(root=[cell(f"print(grep('retry')[0])\nprint('id', {SURE})"), text("Ready.")])
    run, heard = await run_of(tmp_path, script, sandbox)
    (found,) = run.tree.findings
    assert (found.title, found.severity, found.confidence) == ("No limit on the amount", "low", "high")
    assert found.evidence[0].span == LINES
    assert "for attempt in range" in found.evidence[0].excerpt
    assert f"id {found.id}" in heard[-1]
    assert run.tree.proposers == {found.id: "0"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('propose("t", "e", "src/shop/payment.py:900")', "there is no line 900"),
        ('propose("t", "e", "src/shop/nothing.py:1")', "there is no file src/shop/nothing.py"),
        ('propose("t", "e", [])', "evidence is a citation"),
        (f'propose("t", "e", "{LINES}", severity="huge")', "severity is one of high, medium, low, info, not 'huge'"),
        (f'propose("", "e", "{LINES}")', "a finding needs a title"),
        ('propose("t", "e", "src/shop")', "is a module: evidence is lines"),
        ('propose("t", "e", "src/shop/payment.py@abcdef0:3")', "src/shop/payment.py is not in abcdef0"),
        (f'propose("t", "e", "{LINES}", patch="a")', "there is no patch in this"),
        (
            f'propose("t", "e", "{LINES}", patch="--- a/web/format.js\\n+++ b/web/format.js\\n@@ -1 +1 @@\\n-x\\n+y\\n")',
            "line 1 is `export function format(cart) {`, not `x`",
        ),
    ],
)
async def test_what_is_wrong_with_a_proposal_is_told(tmp_path: Path, call: str, message: str) -> None:
    run, heard = await run_of(tmp_path, Script(root=[cell(f"find('x')\n{call}"), text("Ready.")]))
    assert message in heard[-1]
    assert run.tree.findings == []


async def test_lines_of_another_version_are_evidence(tmp_path: Path) -> None:
    code = """
commit = commits("src/shop/payment.py")[0].id
s = repo["shop.payment.backoff"]
print(propose("The wait doubles", "It grows.", [f"src/shop/payment.py@{commit}:26-28", s], confidence="high"))
"""
    run, _ = await run_of(tmp_path, Script(root=[cell(code), text("Ready.")]))
    (found,) = run.tree.findings
    assert made_at(tmp_path / "shop").startswith(found.evidence[0].commit)
    assert found.evidence[0].path == "src/shop/payment.py"
    assert "def backoff" in found.evidence[0].excerpt
    assert found.evidence[1].span == "src/shop/payment.py:26-28"


async def test_a_second_look_drops_a_weak_finding_before_it_is_shown_and_says_so_to_the_model(tmp_path: Path) -> None:
    def query(prompt: str) -> Answer:
        assert "It waits for nothing." in prompt and "time.sleep(backoff(attempt))" in prompt
        return text("REFUTED: the loop ends before that.")

    script = Script(root=[cell(f"find('x')\n{WEAK}\n{SURE}"), text("Ready.")], query=query)
    run, heard = await run_of(tmp_path, script)
    assert [one.title for one in run.tree.findings] == ["No limit on the amount"]
    assert list(run.tree.refuted.values()) == ["the loop ends before that."]
    assert "is refuted and dropped: the loop ends before that." in heard[-1]
    assert [call.kind for call in run.tree.calls.values()] == ["agent", "query"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("STANDS: it does.", ""),
        ("It cannot be refuted: it does.", ""),
        ("STANDS. Nothing REFUTED: it.", ""),
        ("REFUTED - the loop ends.", "the loop ends."),
        ("**Verdict:** REFUTED. The loop\nends.", "The loop ends."),
        ("Refuted", "no reason was given"),
    ],
)
async def test_only_what_begins_so_refutes(tmp_path: Path, said: str, reason: str) -> None:
    script = Script(root=[cell(f"find('x')\n{WEAK}"), text("Ready.")], query=lambda _: text(said))
    run, heard = await run_of(tmp_path, script)
    assert list(run.tree.refuted.values()) == ([reason] if reason else [])
    assert ("refuted" in heard[-1]) is bool(reason)


async def test_lines_that_a_second_look_is_shown_already_are_not_shown_twice(tmp_path: Path) -> None:
    prompts: list[str] = []

    def query(prompt: str) -> Answer:
        prompts.append(prompt)
        return text("STANDS: it does.")

    call = (
        'propose("Odd", "It is.", ["src/shop/payment.py:19-23", "src/shop/payment.py:20-21", "src/shop/orders.py:3"])'
    )
    await run_of(tmp_path, Script(root=[cell(f"find('x')\n{call}"), text("Ready.")], query=query))
    assert "src/shop/payment.py:20-21, among the lines above" in prompts[0]
    assert prompts[0].count("time.sleep(backoff(attempt))") == 1
    assert "src/shop/orders.py:3, with the lines around it" in prompts[0]


async def test_duplicates_become_one_and_a_refuted_one_cannot_come_back(tmp_path: Path) -> None:
    again = WEAK.replace("The retry sleeps", "Retry sleeps also").replace(':19-23"', ':21"')
    script = Script(
        root=[cell(f"find('x')\nprint({WEAK} == {again})"), cell(WEAK), text("Ready.")],
        query=lambda _: text("**REFUTED**: no."),
    )
    run, heard = await run_of(tmp_path, script)
    assert any("True" in each for each in heard)
    assert "a second look refuted this: no." in heard[-1]
    assert (len(run.tree.proposed), run.tree.findings) == (1, [])


async def test_a_remembered_sub_agent_proposes_again(tmp_path: Path) -> None:
    agents: dict[str, Sequence[Answer]] = {"look": [cell(f"find('x')\n{SURE}"), text("looked")]}
    script = Script(root=[cell("print(rlm_query('look', 'src'))"), text("Ready.")] * 2, agents=agents)
    found = []
    async with bench(tmp_path, script, memo=Memo(tmp_path / "memo")) as made:
        for _ in range(2):
            run = made.engine.ask(Question(script.question, mode="review", route="rlm"))
            await run.wait()
            found.append((run.tree.calls["1"].phase, [one.title for one in run.tree.findings]))
    assert found == [("done", ["No limit on the amount"]), ("memo", ["No limit on the amount"])]


async def test_ask_proposes_nothing(tmp_path: Path) -> None:
    script = Script(root=[cell(f"find('x')\n{SURE}"), text("Done.")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await run.wait()
        assert "NameError" in said(made.server.bodies[-1], -1)
    assert run.tree.findings == []
    assert "propose" not in [one.name for one in functions(mode_named("ask"))]
    assert "propose" in [one.name for one in functions(mode_named("review"))]


async def test_a_finding_is_withdrawn_by_who_proposed_it(tmp_path: Path) -> None:
    code = f"print(grep('retry')[0])\none = {SURE}\ntwo = {WEAK}\nwithdraw(two)\ntry:\n    withdraw('nothing')\n"
    script = Script(root=[cell(code + "except Exception as error:\n    print(error)"), text("Ready.")])
    run, heard = await run_of(tmp_path, script)
    (found,) = run.tree.findings
    assert found.title == "No limit on the amount" and set(run.tree.proposed) == {found.id}
    assert f"no finding of yours has the id 'nothing'; there are: {found.id} (No limit on the amount)" in heard[-1]
    assert not any("Second look" in said for said in heard)
