"""What is left out of an output for the model is in the record for people."""

from __future__ import annotations

from pathlib import Path

from engine_runs import Script, bench
from messages_server import cell, text

from rlm_tui.engine.run import Question
from rlm_tui.engine.whole_output import MOST
from rlm_tui.repl.protocol import Limits


async def test_a_long_output_is_recorded_whole_and_sent_short(tmp_path: Path) -> None:
    long = 'print(peek("README.md"))\nfor n in range(3000):\n    print(f"line {n}")'
    huge = 'for n in range(400):\n    print("x" * 1000)'
    script = Script(root=[cell(long), cell(huge), cell("print(1)"), text("`README.md:1`")])
    async with bench(tmp_path, script, limits=Limits(output=4_000)) as on:
        run = on.engine.ask(Question("where is the retry policy?", route="repl"))
        await run.wait()
        first, second, third = run.tree.calls["0"].steps[:3]
        assert first.omitted > 20_000 and len(first.output) < 5_000
        assert [f"line {n}" for n in range(3000)] == [
            line for line in first.whole.splitlines() if line.startswith("line ")
        ]
        assert second.whole == ("x" * 1000 + "\n") * 199 + "x" * (MOST - 199 * 1001)
        assert third.output.strip() == "1" and third.whole == ""
        assert "line 1500" not in str(on.server.bodies)
