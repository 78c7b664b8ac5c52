"""A run says which modules it looked at, and which not."""

from __future__ import annotations

from pathlib import Path

from engine_runs import Script, bench
from messages_server import cell, text

from rlm_tui.engine.run import Question


async def test_modules_that_were_read_are_told_from_those_that_were_not(tmp_path: Path) -> None:
    script = Script(
        root=[
            cell("print(peek('src/shop/payment.py', 1, 3))"),
            cell("print(rlm_query('look there', scope='web'))"),
            text("See `src/shop/payment.py:1-3`."),
        ],
        agents={"look there": [cell("print(outline('web/cart.js'))"), text("Nothing.")]},
    )
    async with bench(tmp_path, script) as b:
        run = b.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
        modules = {module.path: module.files for module in b.repository.modules()}
    covered = run.tree.coverage
    assert covered is not None
    assert {one.path: (one.read, one.files) for one in covered.modules} == {
        path: ({"src/shop": 1, "web": 1}.get(path, 0), files) for path, files in modules.items()
    }
    assert [one.read for one in covered.modules] == sorted((one.read for one in covered.modules), reverse=True)


async def test_a_change_is_looked_at_where_it_is_shown_and_not_where_it_is_counted(tmp_path: Path) -> None:
    look = """
hunks = [h for h in changes() if h.path != "web/format.js"]
print(len(hunks), sum(h.added for h in hunks))
print([h for h in hunks if h.path.startswith("web")][0])
"""
    script = Script(root=[cell(look), cell("llm_query('Right? ' + str(changes('')[0]))"), text("Fine.")])
    async with bench(tmp_path, script) as b:
        for path in ("src/shop/orders.py", "src/shop/payment.py", "web/cart.js"):
            file = b.repository.root / path
            file.write_text(file.read_text() + "\n")
        b.repository.scan()
        run = b.engine.ask(Question(script.question, route="repl"))
        await run.wait()
    covered = run.tree.coverage
    assert covered is not None
    assert {one.path: one.read for one in covered.modules if one.read} == {"src/shop": 1, "web": 1}
