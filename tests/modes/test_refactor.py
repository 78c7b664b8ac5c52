"""The mode refactor from the words to the files: the navigator, and a language model of scripted replies."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from engine_runs import Script, bench, said
from messages_server import cell, text
from navigator_engine import engine_on

from rlm_tui.engine.run import Engine, Question, Run
from rlm_tui.models.navigator.answer import SIGNATURE
from rlm_tui.records.tree import Tree
from rlm_tui.repository.patches.applying import Applying

FILES = {
    "shop/__init__.py": "",
    "shop/wire.py": (
        '"""The wire."""\n\n\nclass Wire:\n    def send(self, cents):\n        return cents > 0\n\n\n'
        "def _unused(cents):\n    return cents\n\n\ndef used() -> Wire:\n    return Wire()\n"
    ),
    "shop/till.py": (
        "from shop.wire import Wire, used\n\n\ndef pay(wire: Wire, other):\n    other.send(1)\n"
        "    return wire.send(3) and used().send(4)  # send it\n"
    ),
    "tests/test_till.py": (
        "from shop.till import pay\nfrom shop.wire import Wire\n\n\ndef test_pay():\n    assert pay(Wire(), Wire())\n"
    ),
    "README.md": "`Wire.send` sends.\n",
}


def make(root: Path) -> Path:
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "one"]):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)
    return root


async def ended(engine: Engine, words: Sequence[str]) -> Run:
    run = engine.ask(Question(" ".join(("refactor", *words)), mode="refactor", arguments=tuple(words)))
    await run.wait()
    return run


def applied(engine: Engine, run: Run, folder: Path) -> Applying:
    """Apply what the run proposed, as its record tells it."""
    tree = Tree.of(engine.runs.read(run.id))
    checked, problems = engine.repository.patches.join([one.patch for one in tree.findings if one.patch])
    assert problems == ()
    applying = Applying(engine.repository.root, folder / "applied")
    assert applying.uncommitted(checked.patch.paths) == []
    applying.apply("a test", checked.edits)
    return applying


@pytest.mark.parametrize(
    "words", [("rename Wire.send to transmit",), ("Rename", "the", "method", "`Wire.send`", "to", "transmit.")]
)
async def test_a_renaming_without_a_language_model(tmp_path: Path, words: tuple[str, ...]) -> None:
    async with engine_on(tmp_path, root=make(tmp_path / "code")) as engine:
        run = await ended(engine, words)
        answer = run.tree.answer
        assert answer.startswith(
            "Renaming `Wire.send` (shop/wire.py:5-6) to `transmit` changes 2 places in 2 files. Nothing is written yet."
        )
        assert SIGNATURE in answer
        apart = answer.partition("**Not in the patch**, because")[2]
        assert "`shop/till.py:5`" in apart.partition("**Not in the patch**: comments")[0]
        assert "`README.md:1`" in apart.partition("**Not in the patch**: comments")[2]
        assert "Tests that reach it: `tests/test_till.py`" in answer
        (finding,) = run.tree.findings
        assert (finding.title, finding.rule, finding.mode) == ("Rename Wire.send to transmit", "rename", "refactor")
        assert (engine.repository.root / "shop/wire.py").read_text() == FILES["shop/wire.py"]
        applying = applied(engine, run, tmp_path)
        root = engine.repository.root
        assert "def transmit(self, cents):" in (root / "shop/wire.py").read_text()
        assert "return wire.transmit(3) and used().transmit(4)  # send it" in (root / "shop/till.py").read_text()
        applying.undo()
        assert {path: (root / path).read_text() for path in FILES} == FILES


async def test_all_files_are_counted_not_only_those_that_are_listed(tmp_path: Path) -> None:
    for number in range(90):
        path = tmp_path / "code" / f"shop/user_{number:02}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("from shop.wire import used\n\nused()\n")
    async with engine_on(tmp_path, root=make(tmp_path / "code")) as engine:
        run = await ended(engine, ["rename used to taken"])
        files = run.tree.findings[0].patch.count("\n+++ ")
        assert files == 92 and f" in {files} files. Nothing is written yet." in run.tree.answer
        assert f"it changes {files} files: " in run.tree.findings[0].explanation


async def test_guesses_come_with_it_when_that_is_asked_for(tmp_path: Path) -> None:
    async with engine_on(tmp_path, root=make(tmp_path / "code")) as engine:
        run = await ended(engine, ["rename Wire.send to transmit with guesses"])
        assert "other.transmit(1)" in run.tree.findings[0].patch


@pytest.mark.parametrize(
    "words",
    [
        "move used and Wire to shop/other.py",
        "Move the functions `used`, `Wire` from shop/wire.py into the new file shop/other.py.",
    ],
)
async def test_definitions_are_moved_without_a_language_model(tmp_path: Path, words: str) -> None:
    async with engine_on(tmp_path, root=make(tmp_path / "code")) as engine:
        run = await ended(engine, [words])
        assert "changes 4 files: `shop/other.py`, `shop/till.py`, `shop/wire.py`, " in run.tree.answer
        assert "code outside of this repository that imports Wire from shop/wire.py would break" in run.tree.answer
        (finding,) = run.tree.findings
        assert (finding.title, finding.rule) == ("Move Wire, used to shop/other.py", "move")
        applied(engine, run, tmp_path)
        root = engine.repository.root
        assert "from shop.other import Wire, used\n" in (root / "shop/till.py").read_text()
        assert "class Wire:" in (root / "shop/other.py").read_text()


async def test_dead_code_is_removed(tmp_path: Path) -> None:
    async with engine_on(tmp_path, root=make(tmp_path / "code")) as engine:
        run = await ended(engine, ["remove dead code in shop/"])
        assert run.tree.answer.startswith("1 unused definition in `shop/` can be removed. Nothing is written yet.")
        applied(engine, run, tmp_path)
        after = (engine.repository.root / "shop/wire.py").read_text()
        assert after == FILES["shop/wire.py"].replace("def _unused(cents):\n    return cents\n\n\n", "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("rename Wire.send to class", "cannot be renamed to `class`: `class` is a word that python keeps for itself"),
        ("rename Nobody to Somebody", "nothing here is called 'Nobody'"),
        ("rename used to Wire", "`Wire` means shop/wire.py:4 there"),
        ("extract a class out of Wire", "This needs a language model. Without a language model these can be made:"),
        ("move Wire.send to shop/other.py", "Wire.send is part of Wire: move Wire, or make it a function of its own"),
        ("move Wire to shop/till.py", "shop/wire.py -> shop/till.py -> shop/wire.py"),
        ("make it faster", "Without a language model these can be made: `rename NAME to NEW`"),
        ("remove unused functions in nowhere/", "could not be looked for"),
    ],
)
async def test_what_cannot_be_done_is_said(tmp_path: Path, words: str, says: str) -> None:
    async with engine_on(tmp_path, root=make(tmp_path / "code")) as engine:
        run = await ended(engine, [words])
        assert run.tree.end is not None
        assert run.tree.end.status == "done"
        assert says in run.tree.answer
        assert run.tree.findings == []


async def test_without_words_it_says_what_to_say(tmp_path: Path) -> None:
    async with engine_on(tmp_path, root=make(tmp_path / "code")) as engine:
        run = await ended(engine, [])
        assert run.tree.end is not None
        assert "say what to change" in run.tree.end.error


# With a language model

CHANGE = (
    'p = edit_patch("src/shop/payment.py", "def send(cents", "def transmit(cents")\n'
    'q = edit_patch("src/shop/payment.py", "if send(cents)", "if transmit(cents)")\n'
)
WHERE = '"src/shop/payment.py:31-33"'


async def answered(folder: Path, script: Script) -> tuple[Run, list[str]]:
    async with bench(folder, script) as made:
        run = made.engine.ask(Question(script.question, mode="refactor", route="rlm", arguments=(script.question,)))
        await run.wait()
        return run, [said(body, -1) for body in made.server.bodies]


async def test_a_patch_of_a_language_model_is_checked_before_anybody_sees_it(tmp_path: Path) -> None:
    script = Script(
        root=[
            cell(f'{CHANGE}propose("Half", "e", {WHERE}, patch=p)'),
            cell(f'propose("Whole", "e", {WHERE}, patch=p + "\\n" + q)\nprint(merged_patch())'),
            text("Done."),
        ],
        question="call it transmit",
    )
    run, heard = await answered(tmp_path, script)
    assert "send goes from src/shop/payment.py, but is still used at src/shop/payment.py:20" in heard[1]
    assert "'problems': []" in heard[2]
    (finding,) = run.tree.findings
    assert finding.patch.count("\n+") == 3


async def test_a_clash_names_both_sides(tmp_path: Path) -> None:
    def proposal(title: str, line: str, old: str, new: str) -> str:
        return f'propose("{title}", "e", "src/shop/payment.py:{line}", patch=edit_patch("src/shop/payment.py", "{old}", "{new}"))'

    script = Script(
        root=[
            cell(proposal("Other place", "30", "0.1 * 2**attempt", "0.2 * 2**attempt")),
            cell(proposal("Ones", "17", "charge an amount", "take an amount").replace("charge", "Charge")),
            cell(proposal("Twos", "17", "Charge an amount", "Get an amount")),
            cell("merged_patch()"),
            text("Done."),
        ],
        question="change it",
    )
    run, heard = await answered(tmp_path, script)
    ids = {one.title: one.id for one in run.tree.findings}
    assert f"`withdraw` {ids['Twos']} (Twos), or {ids['Ones']} (Ones)" in heard[4]


async def test_sub_agents_make_parts_that_are_joined_and_looked_at_as_a_whole(tmp_path: Path) -> None:
    tasks = '[{"task": "rename it", "scope": "src/shop/payment.py"}, {"task": "rename its use", "scope": "src/shop/orders.py"}]'
    script = Script(
        root=[cell(f"print(rlm_query_batched({tasks}))"), cell("print(merged_patch()['problems'])"), text("Done.")],
        agents={
            "rename it": [
                cell(
                    'p = edit_patch("src/shop/payment.py", "def charge(", "def take(")\n'
                    'propose("Take", "e", "src/shop/payment.py:17", patch=p)'
                ),
                text("renamed"),
            ],
            "rename its use": [
                cell(
                    'p = edit_patch("src/shop/payment.py", "def charge(", "def take(")\n'
                    'propose("Outside", "e", "src/shop/payment.py:17", patch=p)'
                ),
                text("could not"),
            ],
        },
        question="call it take",
    )
    run, heard = await answered(tmp_path, script)
    assert [finding.title for finding in run.tree.findings] == ["Take"]
    told = "\n".join(heard)
    assert "charge goes from src/shop/payment.py, but is still used at src/shop/orders.py:19" in told
    assert "src/shop/payment.py is not in the plan, which has src/shop/orders.py" in told


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        ("--- /dev/null\\n+++ b/../evil\\n@@ -0,0 +1 @@\\n+x\\n", "no path below the root"),
        ("--- /dev/null\\n+++ b/.git/hooks/x\\n@@ -0,0 +1 @@\\n+x\\n", "git's own folder"),
        (
            "--- a/src/shop/payment.py\\n+++ b/src/shop/payment.py\\n@@ -3 +3 @@\\n-import time\\n+import (\\n",
            "would not parse",
        ),
    ],
)
async def test_a_hostile_patch_is_refused(tmp_path: Path, patch: str, says: str) -> None:
    script = Script(root=[cell(f'propose("t", "e", {WHERE}, patch="{patch}")'), text("No.")], question="do evil")
    run, heard = await answered(tmp_path, script)
    assert says in heard[1]
    assert run.tree.findings == []
