"""What an answer comes to, as data: told by a cell, else taken from what the answer cites."""

from __future__ import annotations

import json
from pathlib import Path

from engine_runs import Script, bench, said
from messages_server import cell, text

from rlm_tui.engine.run import Question
from rlm_tui.records.export import as_json


async def test_a_cell_tells_it_and_the_last_time_counts(tmp_path: Path) -> None:
    told = 'print(find("retry"))\nreport_found(files=["a.py"])\nreport_found(files=["b.py"], groups=[["a.py", "b.py"]])'
    script = Script(root=[cell(told), text("It is in `src/shop/payment.py:17`.")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await run.wait()
    found = json.loads(as_json(run.tree))["found"]
    assert (found["files"], found["groups"], found["lines"]) == (["b.py"], [["a.py", "b.py"]], [])


async def test_without_it_what_is_cited_is_what_was_found(tmp_path: Path) -> None:
    answer = "Read `src/shop/payment.py:17-23`, then `src/shop/orders.py:3`, and `src/no.py:1`."
    script = Script(root=[cell('print(find("retry"))'), text(answer)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        await run.wait()
    found = json.loads(as_json(run.tree))["found"]
    assert found["files"] == ["src/shop/payment.py", "src/shop/orders.py"]
    assert found["lines"] == ["src/shop/payment.py:17", "src/shop/orders.py:3"]


async def test_what_is_no_list_and_who_does_not_answer_are_refused(tmp_path: Path) -> None:
    code = """
try:
    report_found(files="a.py")
except Exception as error:
    print(error)
print(rlm_query("look"))
"""
    agent = [cell('print(find("retry"))\nreport_found(files=["a.py"])'), text("looked")]
    script = Script(root=[cell(code), text("done")], agents={"look": agent})
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
        outputs = [said(body, 2) for body in made.server.bodies if len(body["messages"]) > 2]
    assert any("files is a list, not str" in output for output in outputs)
    assert any("only the call that answers the question itself" in output for output in outputs)
    assert run.tree.found is not None
    assert run.tree.found.files == ()
