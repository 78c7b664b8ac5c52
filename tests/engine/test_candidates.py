"""Several agents answer one question apart from each other; of those that agree, the surest and shortest is taken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
from engine_runs import ROOT, bench, said
from messages_server import Answer, Json, cell, error, text

from rlm_tui.engine.candidates import SURE, Candidate, choose
from rlm_tui.engine.run import Question, Run
from rlm_tui.engine.work import Outcome
from rlm_tui.records.events import Bounds

HERE, THERE = "It is `Payment.send`, in `src/shop/payment.py:1-3`.", "It is `Cart.add`, in `web/cart.js:1-2`."


async def answered(tmp_path: Path, answers: Sequence[Answer], bounds: Bounds | None = None) -> Run:
    numbers = count()

    def script(body: Json) -> Answer:
        assert body["model"] == ROOT
        assert SURE.strip() in said(body)
        turn = sum(message["role"] == "assistant" for message in body["messages"])
        look = cell("print(outline('src/shop/payment.py'))").usage(2_000, 50)
        return look if turn == 0 else answers[next(numbers)]

    async with bench(tmp_path, script, bounds=bounds) as b:
        run = b.engine.ask(Question("where is it?", route="repl", candidates=len(answers)))
        await run.wait()
    return run


async def test_the_surest_of_those_that_agree_is_taken(tmp_path: Path) -> None:
    answers = [f"{THERE}\nConfidence: 99%", f"{HERE}\n\n**Confidence: 60%**", f"{HERE} Really.\nConfidence: 80 %"]
    run = await answered(tmp_path, [text(answer) for answer in answers])
    assert run.tree.end is not None
    assert (run.tree.end.status, run.tree.end.answer) == ("done", f"{HERE} Really.")
    assert [(call.label, call.parent, call.depth) for call in run.tree.calls.values()][1:] == [
        (f"candidate {number}", "0", 0) for number in (1, 2, 3)
    ]
    assert any("2 of 3 candidates agree" in notice.text for notice in run.tree.notices)
    assert run.tree.citations[0].ok


async def test_one_that_fails_leaves_the_others(tmp_path: Path) -> None:
    run = await answered(tmp_path, [error(400, "invalid_request_error", "no"), text(f"{HERE}\nConfidence: 70%")])
    assert run.tree.end is not None
    assert (run.tree.end.status, run.tree.end.answer) == ("done", HERE)


async def test_all_of_them_share_one_budget(tmp_path: Path) -> None:
    whole = text(f"{HERE}\nConfidence: 70%").usage(2_500, 100)
    run = await answered(tmp_path, [whole] * 4, Bounds(tokens=25_000))
    assert run.tree.spent().total <= 25_000
    assert run.tree.end is not None
    assert run.tree.end.answer == HERE


async def test_a_cut_off_run_keeps_the_candidates_that_are_done(tmp_path: Path) -> None:
    def script(body: Json) -> Answer:
        answer = cell("print(find('x'))") if len(body["messages"]) < 3 else text(HERE)
        return answer.usage(1_000, 50)

    async with bench(tmp_path, script) as b:
        run = b.engine.ask(Question("where is it?", route="repl", candidates=3))
        end = await run.wait()
        asked = len(b.server.requests)
        lines = run.path.read_bytes().splitlines(keepends=True)
        ended = [number for number, line in enumerate(lines) if b'"kind":"call_ended"' in line]
        run.path.write_bytes(b"".join(lines[: ended[0] + 1]))
        again = b.engine.resume(run.id)
        assert (await again.wait()).answer == end.answer
        assert len(b.server.requests) - asked < asked
        assert again.tree.spent().total == run.tree.spent().total


@pytest.mark.parametrize(
    ("answers", "chosen", "agreeing"),
    [
        ((("`a.py:1`", 10), ("`b.py:1`", 90), ("`a.py:9`", 20)), 2, 2),  # numbers of lines may differ
        ((("`a.py` `f`", 50), ("`b.py` `g`", 60)), 1, 1),
        ((("42 files", 50), ("42 files in all", 50)), 0, 2),  # as sure: the shorter work
        ((("yes", 50), ("no", 40), ("no", 45)), 2, 2),
    ],
)
def test_choice(answers: Sequence[tuple[str, int]], chosen: int, agreeing: int) -> None:
    found = [
        Candidate.of(Outcome("done", f"{text}\nConfidence: {sure}%"), number)
        for number, (text, sure) in enumerate(answers)
    ]
    assert choose(found) == (found[chosen], agreeing)


def test_without_a_stated_confidence_it_counts_as_half_sure() -> None:
    one = Candidate.of(Outcome("done", "The confidence: 90% of users, in `a.py`. More."), 1)
    assert (one.confidence, one.text) == (50, "The confidence: 90% of users, in `a.py`. More.")
