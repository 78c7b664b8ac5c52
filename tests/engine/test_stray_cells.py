"""Code that a model writes into its text, where nothing runs it, is no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from engine_runs import KEY, ROOT, SUB, Script, bench, said
from messages_server import cell, text

from rlm_tui.engine.run import Models, Question
from rlm_tui.engine.stray_cells import is_stray
from rlm_tui.models.anthropic import Endpoint

TWO = "Two reads.\n\n```python\nprint(peek('a'))\n```\n\nand also\n\n```python\nprint(peek('b'))\n```\n"


@pytest.mark.parametrize(
    ("written", "stray"),
    [
        (TWO, True),
        ("```repl\ngrep('x')\n```end", True),
        ("So:\n```\nx = grep('x')", True),
        ("~~~py\npeek(1)\n~~~", True),
        ("Use it so:\n```python\nfind('x')\n```\nThat is all.", False),
        ("```python\ndef find(x): pass\nfind(1)\n```", False),
        ("```python\nshelf.find(1)\n```", False),
        ("```js\nfind(1)\n```", False),
        ("```python\nno code find(\n```", False),
        ("```python\nprint(1)\n```", False),
        ("`peek(1)` says so.", False),
        ("", False),
    ],
)
def test_only_code_at_the_end_that_calls_our_functions_is_a_cell_gone_astray(written: str, stray: bool) -> None:
    assert is_stray(written, {"peek", "grep", "find"}) is stray


@pytest.mark.parametrize("manner", ["tool", "fence"])
async def test_a_cell_in_the_text_is_asked_for_again_and_a_second_time_it_is_the_answer(
    tmp_path: Path, manner: Literal["tool", "fence"]
) -> None:
    look = cell("print(grep('retry'))") if manner == "tool" else text("```repl\nprint(grep('retry'))\n```end")
    script = Script(root=[look, text(TWO), look, text(TWO), text(TWO)])
    async with bench(tmp_path, script) as made:
        endpoint = Endpoint(api_key=KEY, base_url=made.server.url, cells=manner)
        made.engine.models = Models(endpoint.model(ROOT), endpoint.model(SUB))
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        heard = [said(body, -1) for body in made.server.bodies]
    assert (end.status, end.answer) == ("done", TWO.strip())
    assert [at for at, one in enumerate(heard) if "was not run: a cell is written otherwise" in one] == [2, 4]
