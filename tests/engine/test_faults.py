"""Faults, each against a real HTTP server on loopback: what the user sees of it, and what is kept.

====================  =====================================  ===========================  ========================================
fault                 the user sees                          kept                         tests
====================  =====================================  ===========================  ========================================
429 with retry-after  "retry in N s: 429 ...", N as asked    all                          a_fault_that_passes; test_wire_faults
429 without           the same, N doubles from 0.5 s         all                          a_fault_that_passes; test_wire_faults
429 for a day         "asks to wait 86400 s"                 found, code 4                a_fault_that_stays
529 burst             a retry each                           all                          a_fault_that_passes
500                   a retry each                           all                          a_fault_that_passes
529, 500 for good     "failed N times, at last with: ..."    found, code 4                a_fault_that_stays
connection refused    "no connection", the address           found, code 4 (none yet: 3)  an_endpoint_that_goes_away
cut in the middle     "the stream was dropped"; text void    all; lost tokens booked      a_fault_that_passes; test_wire_faults
malformed event       "cannot be read"; text void            all                          a_fault_that_passes
silent stream         "nothing came for N s"                 all                          a_fault_that_passes
wrong content type    "text/html in place of a stream"       found, code 4                a_fault_that_stays
revoked key           "refused the key"; sub-calls done      found, code 4; resume        test_wire_lost
reply with no cell    it is the answer; empty: asked again   all                          test_agent: empty_turns, the_loop
two calls at once     the first cell; the other never was    all                          two_calls_at_once; test_turns
malformed tool input  a failed step, "not run"               the run goes on              test_agent: goes_wrong_in_a_cell
unknown tool          a failed step, "not run"               the run goes on              test_agent: goes_wrong_in_a_cell
nested fence          one cell; the inner fence is text      all                          a_nested_fence; test_fences
syntax error          a failed step with its traceback       the run goes on              test_agent: goes_wrong_in_a_cell
answer before a look  sent back once, then taken and noted   all                          test_agent: before_any_look
1 child of 64 fails   one failed row; its slot "Error: ..."  63 results, in order         one_of_sixty_four
budget in a batch     "$" rows; an answer of what is there   what was done, code 5        test_bounds: middle_of_a_batch
cancel in a batch     rows; soft: an answer, code 4          what was done                test_bounds: soft_cancel, hard_cancel
cancel in a turn      what had streamed                      tokens booked                test_bounds: cancelled_half_way
full disk             "the run goes on unrecorded"           answer, a part record        a_disk_that_fills_up; test_journal
SIGTERM               code 143; the terminal as it was       the whole record             test_cli: sigterm; test_hostile_terminal
kill -9               "unfinished" in the list of runs       all but a step               test_killed; test_resume
child killed          a failed step, "has ended"             the run goes on              a_child_killed_from_outside
key echoed            "(key removed)"                        all but the key              an_echoed_key; test_journal
====================  =====================================  ===========================  ========================================

Tests named without a file are in this one; what a fault says in full is in tests/models/test_wire_faults.py.
"""

from __future__ import annotations

import os
import re
import resource
import signal
from pathlib import Path

import pytest
from engine_runs import KEY, Script, bench, said
from messages_server import Answer, Json, cell, error, page, rate_limited, silent, text, tool_use

from rlm_tui.engine.run import Question
from rlm_tui.models.retries import Patience
from rlm_tui.records.events import CellEnded, Retrying
from rlm_tui.records.tree import Tree

LOOK = cell('print(grep("retry policy"))')
ANSWER = "The retry policy is in `src/shop/payment.py:13-16`."
VOID = text("void void void void")
HASTY = Patience(retries=3, first=0.01, longest=0.02, silence=0.3)
ASKED = Question("where is the retry policy?", route="repl")
OVERLOADED = error(529, "overloaded_error", "Overloaded")


@pytest.mark.parametrize(
    ("faults", "seen"),
    [
        ([rate_limited("0.05")], "retry 1 in 0 s: 429 This request would exceed your rate limit"),
        ([error(429, "rate_limit_error", "slow down")], "retry 1 in 0 s: 429 slow down"),
        ([OVERLOADED] * 3, "retry 3 in 0 s: 529 Overloaded"),
        ([error(500, "api_error", "Internal server error")], "retry 1 in 0 s: 500 Internal server error"),
        ([VOID.cut(events=5)], "retry 1 in 0 s: the stream was dropped: "),
        ([VOID.malformed(5)], "retry 1 in 0 s: the endpoint sent an event that cannot be read"),
        ([VOID.holding(5)], "retry 1 in 0 s: nothing came for 0.3 s"),
        ([silent()], "retry 1 in 0 s: nothing came for 0.3 s"),
    ],
)
async def test_a_fault_that_passes_is_seen_on_its_node_and_loses_nothing(
    faults: list[Answer], seen: str, tmp_path: Path
) -> None:
    async with bench(tmp_path, Script(root=[LOOK, *faults, text(ANSWER)]), patience=HASTY) as made:
        run = made.engine.ask(ASKED)
        tree, shown = Tree(), list[str]()
        async for event in run.events():
            tree.apply(event)
            if isinstance(event, Retrying):
                shown.append(tree.calls["0"].steps[1].retry)
        end = await run.wait()
    assert shown[-1].startswith(seen)
    assert len(shown) == len(faults)
    assert (end.status, end.code, end.answer) == ("done", 0, ANSWER)
    assert run.tree.calls["0"].steps[0].status == "done"


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OVERLOADED, "failed 4 times, at last with: 529 Overloaded"),
        (error(500, "api_error", "broken"), "failed 4 times, at last with: 500 broken"),
        (VOID.cut(events=4), "failed 4 times, at last with: the stream was dropped"),
        (rate_limited("86400"), "asks to wait 86400 s"),
        (page(), "text/html in place of a stream"),
    ],
)
async def test_a_fault_that_stays_leaves_what_was_found(fault: Answer, says: str, tmp_path: Path) -> None:
    async with bench(tmp_path, Script(root=[LOOK, fault]), patience=HASTY) as made:
        end = await made.engine.ask(ASKED).wait()
    assert (end.status, end.code) == ("partial", 4)
    assert says in end.error
    assert end.answer.startswith("No answer was written.\n\nPrinted last:")
    assert "src/shop/payment.py:14" in end.answer


async def test_an_endpoint_that_goes_away_leaves_what_was_found(tmp_path: Path) -> None:
    async with bench(tmp_path, Script(root=[LOOK]), patience=HASTY) as made:
        run = made.engine.ask(ASKED)
        async for event in run.events():
            if isinstance(event, CellEnded):
                await made.server.__aexit__()
                break
        end = await run.wait()
        never = await made.engine.ask(ASKED).wait()
    assert (end.status, end.code) == ("partial", 4)
    assert "onnection refused" in end.error
    assert "src/shop/payment.py:14" in end.answer
    assert (never.status, never.code, never.answer) == ("failed", 3, "")


async def test_of_two_calls_at_once_the_first_runs(tmp_path: Path) -> None:
    both = tool_use("repl", {"code": "print('first', grep('retry'))"}) + tool_use("repl", {"code": "print('second')"})
    async with bench(tmp_path, Script(root=[both, text(ANSWER)])) as made:
        run = made.engine.ask(ASKED)
        end = await run.wait()
    outputs = [step.output for step in run.tree.calls["0"].steps]
    assert outputs[0].startswith("first")
    assert "second" not in "".join(outputs)
    assert end.answer == ANSWER


async def test_a_nested_fence_is_text_of_the_cell(tmp_path: Path) -> None:
    def script(body: Json) -> Answer:
        if body.get("tools"):
            return error(400, "invalid_request_error", "this model does not support tools")
        if len(body["messages"]) > 1:
            return text(ANSWER)
        return text("I look.\n\n```repl\nnote = '''\n```python\n1/0\n```\n'''\nprint(note, grep('retry'))\n```end")

    async with bench(tmp_path, script) as made:
        run = made.engine.ask(ASKED)
        end = await run.wait()
    step = run.tree.calls["0"].steps[0]
    assert (step.status, step.error) == ("done", "")
    assert "```python" in step.output
    assert end.answer == ANSWER


async def test_one_of_sixty_four_fails_alone(tmp_path: Path) -> None:
    batch = cell("parts = llm_query_batched([f'number {i}' for i in range(64)])\nfor part in parts: print(part)")

    def query(prompt: str) -> Answer:
        refused = error(400, "invalid_request_error", "not this one")
        return refused if prompt == "number 17" else text(f"answer to {prompt}")

    async with bench(tmp_path, Script(root=[batch, cell("grep('x')"), text("63 of 64.")], query=query)) as made:
        run = made.engine.ask(ASKED)
        end = await run.wait()
        told = said(made.server.bodies[-1], 2).splitlines()
    assert told[17].startswith("Error: http://127.0.0.1") and "not this one" in told[17]
    assert [line for line in told[:64] if not line.startswith("Error")] == [
        f"answer to number {i}" for i in range(64) if i != 17
    ]
    assert [call.label for call in run.tree.calls.values() if call.phase == "failed"] == ["number 17"]
    assert (end.status, end.answer) == ("done", "63 of 64.")


async def test_a_disk_that_fills_up_under_the_record_does_not_end_the_run(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        async with bench(tmp_path, Script(root=[LOOK, LOOK, text(ANSWER)])) as made:
            run = made.engine.ask(ASKED)
            async for event in run.events():
                if isinstance(event, CellEnded):
                    written = run.path.stat().st_size
                    resource.setrlimit(resource.RLIMIT_FSIZE, (written + 100, before[1]))
                    break
            end = await run.wait()
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            kept = Tree.of(made.runs.read(run.id))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert (end.status, end.answer) == ("done", ANSWER)
    assert sum("goes on unrecorded" in notice.text for notice in run.tree.notices) == 1
    assert kept.calls["0"].steps[0].output == run.tree.calls["0"].steps[0].output
    assert kept.end is None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the child in /proc")
async def test_a_child_killed_from_outside_is_replaced(tmp_path: Path) -> None:
    calls = cell("kept = 1\nwhile True: grep('retry')")
    script = Script(root=[calls, cell("print('kept' in globals(), grep('retry policy'))"), text(ANSWER)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(ASKED)
        async for event in run.events():
            if event.kind == "tool_called":
                for pid in grandchildren(os.getpid()):
                    os.kill(pid, signal.SIGKILL)
                break
        end = await run.wait()
    first, second, _ = run.tree.calls["0"].steps
    assert (first.status, second.status) == ("failed", "done")
    assert "has ended" in first.error
    assert second.output.startswith("False")
    assert (end.status, end.answer) == ("done", ANSWER)


def grandchildren(pid: int) -> list[int]:
    """Return the children of the fork server that is a child of `pid`: the processes in which cells run."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    servers = {
        child
        for child, parent in parents.items()
        if parent == pid and b"fork_server" in Path(f"/proc/{child}/cmdline").read_bytes()
    }
    return [child for child, parent in parents.items() if parent in servers]


async def test_an_echoed_key_is_in_no_event(tmp_path: Path) -> None:
    echo = f"You sent me {KEY}, did you not?"
    script = Script(
        root=[cell(f"print({echo!r}, grep('x'))", before=echo), text(echo).pieces(3).slow(event=0.02)],
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(ASKED)
        end = await run.wait()
        written = run.path.read_text()
    assert end.answer == "You sent me (key removed), did you not?"
    assert KEY not in written
    assert KEY[7:] not in written
    streamed = "".join(getattr(event, "text", "") for event in made.runs.read(run.id) if event.kind == "streamed")
    assert KEY not in streamed


def test_every_test_that_the_table_names_exists() -> None:
    files = {path.stem: path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py")}
    bar, _, _, *rows = (__doc__ or "").partition("\n\n")[2].partition("\n\n")[0].splitlines()
    for row in rows[:-1]:
        for named in row[bar.rindex(" ") + 1 :].split("; "):
            file, _, tests = named.partition(": ") if named.startswith("test_") else ("test_faults", "", named)
            for test in filter(None, tests.split(", ")):
                assert re.search(rf"def test_\w*{test}", files[file]), row
            assert file in files, row
