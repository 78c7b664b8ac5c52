"""The Monty sandbox: the same promises as far as it can keep them, and the same attacks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from repl_attacks import ENDED, REFUSED, SECRET
from repl_attacks_native import NATIVE_CELLS
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl.monty import MontySandbox, MontySession
from rlm_tui.repl.monty_code import prepare
from rlm_tui.repl.protocol import Limits

pytest.importorskip("pydantic_monty")
ATTACKS = {**REFUSED, **ENDED, **NATIVE_CELLS}


@pytest.fixture
async def sandbox() -> AsyncIterator[MontySandbox]:
    made = MontySandbox()
    yield made
    await made.close()


@pytest.fixture
async def session(sandbox: MontySandbox) -> MontySession:
    return await sandbox.session(FUNCTIONS, Host(), VARIABLES, Limits(seconds=2))


@pytest.mark.parametrize("group", ATTACKS)
async def test_attacks(sandbox: MontySandbox, group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLM_CANARY", SECRET)
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    given = {
        **VARIABLES,
        "SECRET_PATH": str(secret),
        "FOLDER": str(tmp_path),
        "URL": "http://127.0.0.1:9/",
        "HOST": os.getpid(),
    }
    session = await sandbox.session(FUNCTIONS, Host(), given, Limits(seconds=0.5, memory=128 << 20))
    for attack in ATTACKS[group]:
        result = await asyncio.wait_for(session.run(attack), 30)
        assert SECRET not in result.output + result.error, attack
        assert len(result.output) < 22_000, attack
        if not (await session.run("1 + 1")).output.endswith("2\n"):  # its own affair; the next must work
            await session.close()
            session = await sandbox.session(FUNCTIONS, Host(), given, Limits(seconds=0.5, memory=128 << 20))
    assert (await session.run("1 + 1")).output.endswith("2\n")
    assert secret.read_text() == SECRET
    assert os.listdir(tmp_path) == ["secret"]  # noqa: PTH208 - a Path would block just the same


async def test_time_and_interrupts_end_the_worker_and_say_what_is_lost(session: MontySession) -> None:
    await session.run("kept = 7")
    result = await session.run("print('so far')\nwhile True: pass")
    assert (result.status, result.output) == ("dead", "so far\n")
    assert "it computed for more than 2 s. Lost: kept." in result.error
    running = asyncio.create_task(session.run("other = 1\nslow(60)"))
    await asyncio.sleep(0.1)
    await session.interrupt()
    assert "it was interrupted. Lost: other." in (await running).error
    assert (await session.run("context")).output == "'handed in'\n"


async def test_waiting_for_the_host_is_not_counted(sandbox: MontySandbox) -> None:
    session = await sandbox.session(FUNCTIONS, Host(), {}, Limits(seconds=1))
    result = await session.run("[slow(0.5, n) for n in range(3)]")
    assert (result.status, result.output) == ("ok", "[0, 1, 2]\n")
    assert result.seconds < 1


async def test_a_cell_makes_only_so_many_host_calls(sandbox: MontySandbox) -> None:
    session = await sandbox.session(FUNCTIONS, Host(), {}, Limits(seconds=20, calls=50))
    result = await session.run("for n in range(100): echo(n)")
    assert "this cell has made 50 host calls, the most it may" in result.error
    assert (await session.run("n, echo(1)")).output == "(50, 1)\n"
    for endless in ("echo(1)", "undefined", "SHOW_VARS()"):
        result = await session.run(f"while True:\n    try: {endless}\n    except Exception: pass")
        assert "it went on after 50 host calls" in result.error


async def test_errors_point_at_the_lines_of_the_cell(session: MontySession) -> None:
    await session.run("def inner():\n    raise ValueError('deep')")
    result = await session.run("a = 1\ninner()")
    assert 'File "<cell 2>", line 2' in result.error
    assert 'File "<cell 1>", line 2, in inner' in result.error
    assert result.error.splitlines()[-1] == "ValueError: deep"
    assert (await session.run("y = = 2")).status == "error"
    assert "no such thing: why" in (await session.run("fail('why')")).error


async def test_output_answer_and_variables(session: MontySession) -> None:
    result = await session.run("for n in range(20_000): print('x' * 50)\nrows = [1, 2]\nanswer['content'] = 'so far'")
    assert "characters left out; the whole text is output_of(1) ...]" in result.output
    assert (result.answer, result.ready) == ("so far", False)
    assert [(v.name, v.kind, v.size) for v in result.variables] == [("n", "int", ""), ("rows", "list", "2 items")]
    assert (await session.run("len(output_of(1))")).output == "1020000\n"
    result = await session.run("FINAL_VAR('rows')")
    assert (result.answer, result.ready) == ("[1, 2]", True)
    assert "rows  list  2 items" in (await session.run("SHOW_VARS()")).output


@pytest.mark.parametrize(
    "code, prepared",
    [
        ("x", "_echo((x))"),
        ("a.source.children", "_echo((_get(_get(a, 'source'), 'children')))"),
        ("(a).source", "_echo((_get((a), 'source')))"),
        ("x = repo['é'].source\ny = 1", "x = _get(_resolve('é'), 'source')\ny = 1"),
        ("repo[ 'a' ]", "_echo((_resolve('a')))"),
        ("a.source = 1", "a.source = 1"),
        ("'é'; b.children[0].source", "'é'; _echo((_get(_get(b, 'children')[0], 'source')))"),
        ("[c.source for c in d.children]", "_echo(([_get(c, 'source') for c in _get(d, 'children')]))"),
        ("not python (", "not python ("),
        ("", ""),
    ],
)
def test_cells_are_rewritten_in_place(code: str, prepared: str) -> None:
    assert prepare(code).code == prepared


def test_the_names_a_cell_sets() -> None:
    code = (
        "import os.path, re as r\na = b, *c = 1, 2\nfor d in e: pass\ndef f(g): h = 1\nclass I: j = 1\n[k for k in a]\n"
    )
    code += "(l := 1)"
    assert set(prepare(code).names) == {"os", "r", "a", "b", "c", "d", "f", "I", "l"}


@pytest.mark.parametrize(
    "shape", ["(" * 50_000, "[" * 90_000 + "]" * 90_000, "-" * 150_000 + "1", "a" + ".b" * 60_000, "1" + "+1" * 60_000]
)
def test_code_that_is_hard_to_parse_does_no_harm(shape: str) -> None:
    assert prepare(shape).names == ()
