"""An unfinished run goes on where it was: what was done is kept, and the end is that of a run that was never interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_runs import bench, said
from messages_server import Answer, Json, cell, redacted, text, thinking

from rlm_tui.engine.run import NotResumable, Question
from rlm_tui.records.log import RecordError
from rlm_tui.records.tree import Tree

QUESTION = Question("where is the retry policy?", route="rlm", context="handed in")
CELLS = {
    QUESTION.text: [
        "hits = grep('retry')\nprint(len(hits), context)",
        "words = llm_query_batched(['first ' + 'x' * 600 + '1', 'first ' + 'x' * 600 + '2'])\nprint(words)",
        """tasks = [{'task': 'look at one', 'scope': 'shop'}, {'task': 'look at two', 'scope': 'tests'}]
parts = rlm_query_batched(tasks)
print(parts)""",
        "print(len(hits), words[0], parts[1])",
    ],
    "look at one": ["print(outline('shop/payment.py'))", "print(llm_query('inner'))"],
    "look at two": ["seen = find('refund')\nprint(len(seen) > 0)", "print(len(seen) > 0)"],
}


def script(body: Json) -> Answer:
    """Say what the conversation calls for, whatever was asked before: a resumed run asks only for what is missing."""
    first = said(body)
    if not first.startswith("# Task\n"):
        return text(f"answer to {first[:5]}{first[-1]}").usage(200, 20)
    task = first.splitlines()[1]
    turn = sum(message["role"] == "assistant" for message in body["messages"])
    cells = CELLS[task]
    answer = cell(cells[turn]) if turn < len(cells) else text(f"{task}: it is in `shop/payment.py:1-3`")
    return answer.usage(1000 + turn, 50)


def told(tree: Tree) -> list[tuple[str, str, str, str, int]]:
    """Return what the calls of a run came to, whatever their numbers."""
    return sorted((c.kind, c.label, c.phase, c.result, len(c.steps)) for c in tree.calls.values())


async def test_a_run_cut_off_after_any_event_ends_like_the_whole_one(tmp_path: Path) -> None:
    async with bench(tmp_path, script) as b:
        whole = b.engine.ask(QUESTION)
        end = await whole.wait()
        assert end.status == "done", end.error
        lines = whole.path.read_bytes().splitlines(keepends=True)
        asked = len(b.server.requests)
        cuts = range(1, len(lines))
        saved = 0
        for cut in cuts:
            broken = b.runs.path(f"{whole.id[:-4]}{cut:04x}")
            broken.write_bytes(b"".join(lines[:cut]))
            b.server.requests.clear()
            run = b.engine.resume(broken.stem)
            again = await run.wait()
            assert (again.status, again.answer) == (end.status, end.answer), cut
            assert told(run.tree) == told(whole.tree), cut
            assert run.tree.spent() == whole.tree.spent(), cut
            assert run.tree.start is not None
            assert run.tree.start.resumes == broken.stem
            saved += asked - len(b.server.requests)
        assert saved > len(cuts) * asked // 3


async def test_a_whole_run_has_nothing_to_go_on_with(tmp_path: Path) -> None:
    async with bench(tmp_path, lambda body: text("none")) as b:
        run = b.engine.ask(QUESTION)
        await run.wait()
        with pytest.raises(NotResumable, match=f"rlm-tui replay {run.id}"):
            b.engine.resume(run.id)
        with pytest.raises(RecordError):
            b.engine.resume("no-such-run")


async def test_a_cancelled_run_goes_on_with_what_it_found(tmp_path: Path) -> None:
    async with bench(tmp_path, script) as b:
        run = b.engine.ask(QUESTION)
        async for event in run.events():
            if event.kind == "cell_ended" and event.call_id == "0" and event.step == 2:
                run.cancel()
        cut = await run.wait()
        assert cut.status == "partial"
        again = b.engine.resume(run.id)
        assert (await again.wait()).status == "done"
        assert again.tree.root is not None
        assert again.tree.root.steps[1].output == run.tree.calls["0"].steps[1].output


async def test_thoughts_go_back_unchanged_after_a_resume(tmp_path: Path) -> None:
    """Signed and redacted blocks, as the endpoint sent them: the next request of the resumed run is the one that was cut off."""
    thought = thinking("It is in the shop: \u00e9 \u2192", "c2ln+/==") + redacted("b3BhcXVl")

    def think(body: Json) -> Answer:
        turn = sum(message["role"] == "assistant" for message in body["messages"])
        return (
            thought + cell("print(grep('retry'))") if turn == 0 else thought + text("It is in `shop/payment.py:1-3`.")
        )

    async with bench(tmp_path, think) as b:
        whole = b.engine.ask(Question("where is the retry policy?", route="repl"))
        await whole.wait()
        lines = whole.path.read_bytes().splitlines(keepends=True)
        cut = next(at for at, line in enumerate(lines) if b'"cell_ended"' in line)
        broken = b.runs.path(f"{whole.id[:-4]}0000")
        broken.write_bytes(b"".join(lines[: cut + 1]))
        asked = b.server.bodies[-1]
        again = await b.engine.resume(broken.stem).wait()
        assert again.status == "done"
        sent = b.server.bodies[-1]["messages"][1]["content"]
    assert sent[:2] == list(thought.blocks)
    assert sent[:2] == asked["messages"][1]["content"][:2]
