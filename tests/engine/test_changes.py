"""A run sees one state of the repository; what changes under it is said, and never mixed in silently."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from engine_runs import Script, bench
from messages_server import cell, text

from rlm_tui.engine.citations import check
from rlm_tui.engine.looks import run_tool
from rlm_tui.engine.run import Question
from rlm_tui.engine.seen import Seen
from rlm_tui.records.events import CellEnded
from rlm_tui.records.export import as_json, markdown
from rlm_tui.repl.tools import Tool, tools
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Slice

LOOKS = ['print(peek("src/shop/payment.py", 6, 7))\nprint(find("cart"))'] + ['print(peek("src/shop/payment.py"))'] * 2


async def test_a_file_changed_during_the_run_is_said_once_and_recorded(tmp_path: Path) -> None:
    answer = "`src/shop/payment.py:6-7` `src/shop/payment.py:30` `web/cart.js:1`"
    script = Script(root=[*map(cell, LOOKS), text(answer)])
    async with bench(tmp_path, script) as made:
        file = made.repository.root / "src/shop/payment.py"
        first = made.repository.commit
        run = made.engine.ask(Question(script.question, route="repl"))
        outputs: list[str] = []
        async for event in run.events():
            if isinstance(event, CellEnded):
                outputs.append(event.output)
                if event.step == 1:
                    file.write_text(file.read_text() + "\n\ndef added_meanwhile(): ...\n")
                    git = [
                        "git",
                        "-c",
                        "user.name=T",
                        "-c",
                        "user.email=t@example.org",
                        "-C",
                        str(made.repository.root),
                    ]
                    subprocess.run([*git, "commit", "-qam", "meanwhile"], check=True)  # noqa: ASYNC221
        end = await run.wait()
        said = "src/shop/payment.py changed during this run"
        assert [said in output for output in outputs] == [False, True, False]
        assert "added_meanwhile" in outputs[1] and made.repository.symbols("added_meanwhile")
        assert sum(said in notice.text for notice in run.tree.notices) == 1
        assert any(f"during this run {first} gave way to {made.repository.commit}" in n.text for n in run.tree.notices)
        assert end.changed == ("src/shop/payment.py",)
        # The lines were read again, as they stand now: what is cited of them holds.
        assert [citation.ok for citation in run.tree.citations] == [True, True, True]
        assert '"changed": [\n    "src/shop/payment.py"' in as_json(run.tree)
        assert "## Changed meanwhile" in markdown(run.tree)


def test_lines_that_are_as_they_were_read_hold_others_do_not(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    (root / "a\\b.py").write_text("one\ntwo\nthree\n")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    (path,) = [file.path for file in repository.files()]
    seen = Seen(repository)
    seen.note([path])
    seen.keep(repository.slice(path, 1, 2))
    assert not seen.changed(path)
    (root / "a\\b.py").write_text("one\nTWO\nthree\nfour\n")
    assert seen.changed(path) and seen.changes() == [path]
    assert not seen.differs(repository.slice(path, 1, 1))
    assert seen.differs(repository.slice(path, 2, 2)), "another line stands there"
    assert seen.differs(repository.slice(path, 3, 3)), "never read: nobody knows"
    (one,) = check(f"`{path}:2`", repository, seen.differs)
    assert (one.ok, one.reason, one.excerpt) == (False, "changed since the run read it", "TWO")
    (root / "a\\b.py").unlink()
    assert seen.changes() == [path]
    repository.close()


@pytest.fixture
def growing(tmp_path: Path) -> Repository:
    root = tmp_path / "r"
    root.mkdir()
    for name in "ab":
        (root / f"{name}.py").write_text(f"def {name}0(): pass\n")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    return repository


def test_a_tool_that_the_index_changed_under_is_used_again(growing: Repository) -> None:
    calls = 0

    def both(repository: Repository) -> list[str]:
        nonlocal calls
        calls += 1
        found = [symbol.name for symbol in repository.symbols(path="a.py")]
        if calls == 1:
            for name in "ab":
                (repository.root / f"{name}.py").write_text(f"def {name}1(): pass\n")
            repository.update(["a.py", "b.py"])
        return found + [symbol.name for symbol in repository.symbols(path="b.py")]

    assert run_tool(Tool("both", both), growing, [], {}) == ["a1", "b1"] and calls == 2
    growing.close()


def test_what_a_tool_shows_is_of_the_file_as_it_is(growing: Repository) -> None:
    (growing.root / "a.py").write_text("# moved\n# down\ndef a0(): pass\n")
    (found,) = growing.symbols("a0")
    assert found.start == 1, "nobody watches"
    shown = run_tool(tools()["peek"], growing, ["a.py::a0"], {})
    assert isinstance(shown, Slice) and (shown.start, shown.text) == (3, "def a0(): pass")
    (growing.root / "b.py").write_text("\ndef b0(): pass\n")
    outlined = run_tool(tools()["outline"], growing, ["b.py"], {})
    assert isinstance(outlined, list) and [symbol.start for symbol in outlined] == [2]
    growing.close()
