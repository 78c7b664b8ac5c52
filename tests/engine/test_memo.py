"""Results that outlive their run: what is paid once, what is paid again, and what is never kept."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from engine_runs import Bench, Script, bench, said
from messages_server import Answer, Json, cell, error, text

from rlm_tui.engine import memo as memo_module
from rlm_tui.engine.looks import BRANCHING, LOCAL, Look
from rlm_tui.engine.memo import Entry, Memo
from rlm_tui.engine.run import Question, Run
from rlm_tui.records.export import markdown
from rlm_tui.repl.tools import tools

FAN_OUT = cell("""
parts = [m for m in repo.modules if m.name in ("shop", "web", "server")]
print(rlm_query_batched([{"task": "Describe " + m.name, "scope": m} for m in parts]))
""")
NAMES = ["server", "shop", "web"]


class Scripts:
    """A new script for each run, so that every agent begins at its first turn."""

    def __init__(self, make: Callable[[], Script]) -> None:
        self._make = make
        self._script = make()

    def __call__(self, body: Json) -> Answer:
        return self._script(body)

    async def ask(self, made: Bench) -> tuple[Run, list[str]]:
        """Ask once more; return the run and the tasks (or prompts) of the sub-calls that the server was asked for."""
        self._script = self._make()
        before = len(made.server.bodies)
        run = made.engine.ask(Question(self._script.question, route="rlm"))
        await run.wait()
        firsts = [said(body).removeprefix("# Task\n").splitlines()[0] for body in made.server.bodies[before:]]
        return run, sorted(set(firsts) - {self._script.question})


def fan_out(look: str = 'print(grep("format|greet|charge"))') -> Script:
    return Script(
        root=[FAN_OUT, text("All of them.")],
        agents={f"Describe {name}": [cell(look), text(f"This is {name}.")] for name in NAMES},
    )


def edit(made: Bench, path: str, more: str) -> None:
    with (made.repository.root / path).open("a") as file:
        file.write(more)
    made.repository.scan()


async def test_after_an_edit_only_the_module_that_changed_is_paid_for_again(tmp_path: Path) -> None:
    scripts = Scripts(fan_out)
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        first, asked = await scripts.ask(made)
        assert asked == [f"Describe {name}" for name in NAMES]
        second, asked = await scripts.ask(made)
        assert asked == []
        edit(made, "web/cart.js", "// one more line\n")
        third, asked = await scripts.ask(made)
        assert asked == ["Describe web"]
    outputs = [run.tree.calls["0"].steps[0].output for run in (first, second, third)]
    assert outputs[0] == outputs[1] == outputs[2]
    assert [[call.phase == "memo" for call in run.tree.calls.values()] for run in (first, second, third)] == [
        [False, False, False, False],
        [False, True, True, True],
        [False, True, True, False],
    ]
    assert [call.label for call in second.tree.calls.values()] == [call.label for call in first.tree.calls.values()]
    remembered = second.tree.calls["2"]
    assert (remembered.result, remembered.tokens.input, remembered.steps) == ("This is shop.", 0, [])
    assert "src/shop/payment.py" in remembered.files
    assert "src/shop: " in markdown(second.tree).partition("## Looked at")[2].replace("`", "")
    assert second.tree.spent().output < first.tree.spent().output


async def test_a_checkout_elsewhere_finds_what_was_kept_and_without_a_memo_all_is_paid_again(tmp_path: Path) -> None:
    scripts = Scripts(fan_out)
    async with bench(tmp_path / "a", scripts, memo=Memo(tmp_path / "memo")) as made:
        await scripts.ask(made)
        entries = list((tmp_path / "memo").glob("*/*"))
        assert {path.stat().st_mode & 0o777 for path in entries} == {0o600}
        assert len(entries) == 3
    async with bench(tmp_path / "b", scripts, memo=Memo(tmp_path / "memo")) as made:
        run, asked = await scripts.ask(made)
        assert asked == []
        # What was kept stays served when files were only touched: contents count, not times.
        for path in made.repository.root.rglob("*.js"):
            path.touch()
        made.repository.scan()
        assert (await scripts.ask(made))[1] == []
    async with bench(tmp_path / "c", scripts) as made:
        run, asked = await scripts.ask(made)
        assert len(asked) == 3
    assert not any(call.phase == "memo" for call in run.tree.calls.values())


async def test_what_a_call_saw_beyond_its_scope_counts_too(tmp_path: Path) -> None:
    """The callees of a test lead out of its scope, into the shop; who calls it may stand anywhere, also in a new file."""

    def script(look: str) -> Callable[[], Script]:
        code = cell('print(rlm_query("Tell", scope="tests"))')
        return lambda: Script(root=[code, text("done")], agents={"Tell": [cell(look), text("told")]})

    edits = [
        ("src/shop/orders.py", "", "# one more line at the end\n"),
        ("src/shop/orders.py", "# one more line before the callee\n", ""),
        ("src/shop/again.py", "from tests.test_orders import test_pay\n\n\ndef twice():\n    test_pay()\n", ""),
    ]
    again: dict[str, list[list[str]]] = {
        'print(callees("test_pay"))': [[], ["Tell"], []],
        'print(callers("test_pay"))': [[], [], ["Tell"]],
        'print(peek("test_pay"))': [[], [], []],
        'print(peek("test_pay"))\ntry: callers("twice")\nexcept Exception as error: print(error)': [[], [], ["Tell"]],
        'print(peek("test_pay"))\ntry: peek("twice")\nexcept Exception as error: print(error)': [[], [], ["Tell"]],
    }
    for number, (look, expected) in enumerate(again.items()):
        scripts = Scripts(script(look))
        folder = tmp_path / str(number)
        async with bench(folder, scripts, memo=Memo(folder / "memo")) as made:
            assert (await scripts.ask(made))[1] == ["Tell"], look
            assert (await scripts.ask(made))[1] == [], look
            for (path, before, after), asked in zip(edits, expected, strict=True):
                file = made.repository.root / path
                file.write_text(before + (file.read_text() if file.exists() else "") + after)
                made.repository.scan()
                assert (await scripts.ask(made))[1] == asked, (look, path, before, after)


async def test_a_branch_that_moved_counts_though_files_and_commit_are_the_same(tmp_path: Path) -> None:
    code = cell('print(rlm_query("Tell", scope="tests"))')
    look = cell('print(changes("side..HEAD"))')
    scripts = Scripts(lambda: Script(root=[code, text("done")], agents={"Tell": [look, text("told")]}))
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:

        def git(*arguments: str) -> str:
            command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
            return subprocess.run(
                command, cwd=made.repository.root, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
            ).stdout.strip()

        git("branch", "side")
        assert (await scripts.ask(made))[1] == ["Tell"]
        assert (await scripts.ask(made))[1] == []
        git(
            "branch",
            "-f",
            "side",
            git("commit-tree", git("hash-object", "-t", "tree", "-w", "--stdin"), "-m", "nothing"),
        )
        assert (await scripts.ask(made))[1] == ["Tell"]
        assert (await scripts.ask(made))[1] == []


async def test_queries_are_kept_by_prompt_and_model_and_votes_stay_votes(tmp_path: Path) -> None:
    count = iter(range(100))
    code = 'print(llm_query_batched(["vote", "vote", "vote"]), llm_query("vote", model="root"), llm_query("other"))'
    scripts = Scripts(
        lambda: Script(root=[cell(code), text("done")], query=lambda prompt: text(f"{prompt} {next(count)}"))
    )
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        first, asked = await scripts.ask(made)
        assert asked == ["other", "vote"]
        assert next(count) == 5
        second, asked = await scripts.ask(made)
        assert asked == []
    assert len({call.result for call in first.tree.calls.values()}) == 6
    assert [call.result for call in second.tree.calls.values()] == [call.result for call in first.tree.calls.values()]


async def test_files_behind_a_kept_result_count_as_read(tmp_path: Path) -> None:
    """Their content was compared: a citation of them is not one from memory."""
    scripts = Scripts(
        lambda: Script(
            root=[cell('print(rlm_query("Tell", scope="web"))'), text("See `web/cart.js:4-7`.")],
            agents={"Tell": [cell('print(grep("format"))'), text("told")]},
        )
    )
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        for asked in (["Tell"], []):
            run, told = await scripts.ask(made)
            assert told == asked
            assert [citation.ok for citation in run.tree.citations] == [True]
            assert not any("never read" in notice.text for notice in run.tree.notices)


async def test_memo_costs_no_call_of_the_budget(tmp_path: Path) -> None:
    scripts = Scripts(fan_out)
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        await scripts.ask(made)
        made.engine.bounds = made.engine.bounds.model_copy(update={"calls": 1})
        run, asked = await scripts.ask(made)
    assert asked == []
    assert (await run.wait()).status == "done"


async def test_what_failed_or_was_built_on_a_failure_is_asked_again(tmp_path: Path) -> None:
    scripts = Scripts(
        lambda: Script(
            root=[cell('print(rlm_query_batched(["Ask one", "Fail"]), llm_query("bad"))'), text("done")],
            agents={
                "Ask one": [cell('print(llm_query("bad"), llm_query("good"), grep("retry"))'), text("well")],
                "Fail": [error(400, "invalid_request_error", "no")],
            },
            query=lambda prompt: error(400, "invalid_request_error", "no") if prompt == "bad" else text("fine"),
        )
    )
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        for again in (["Ask one", "Fail", "bad", "good"], ["Ask one", "Fail", "bad"]):
            run, asked = await scripts.ask(made)
            assert asked == again
    assert [call.result for call in run.tree.calls.values() if call.phase == "memo"] == ["fine"]


async def test_a_result_is_not_kept_when_its_scope_changed_under_it(tmp_path: Path) -> None:
    made_at: list[Path] = []

    def answer() -> Script:
        return Script(
            root=[cell('print(rlm_query("Tell", scope="web"))'), text("done")],
            agents={"Tell": [cell('print(grep("format"))'), text("told")]},
        )

    class Editing(Scripts):
        def __call__(self, body: Json) -> Answer:
            if made_at and said(body).startswith("# Task\nTell") and len(body["messages"]) == 3:
                (made_at.pop() / "web/format.js").write_text("export const format = 1;\n")
            return super().__call__(body)

    scripts = Editing(answer)
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        made_at.append(made.repository.root)
        assert (await scripts.ask(made))[1] == ["Tell"]
        assert (await scripts.ask(made))[1] == ["Tell"]
        assert (await scripts.ask(made))[1] == []


async def test_a_typed_result_and_a_key_in_it(tmp_path: Path) -> None:
    secret = "sk-ant-api03-" + "A" * 40
    code = cell('print(rlm_query("Tell", scope="web", schema={"type": "array"}))')
    agents: dict[str, Sequence[Answer]] = {"Tell": [cell('print(grep("format"))'), text(f'["{secret}", 1]')]}
    scripts = Scripts(lambda: Script(root=[code, text("done")], agents=agents))
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        await scripts.ask(made)
        run, asked = await scripts.ask(made)
    assert asked == []
    assert "['sk-(removed)', 1]" in run.tree.calls["0"].steps[0].output
    assert not any(secret in path.read_text() for path in (tmp_path / "memo").glob("*/*"))


async def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "memo").write_text("in the way")
    scripts = Scripts(fan_out)
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        run, asked = await scripts.ask(made)
    assert len(asked) == 3
    assert ["cannot be kept" in notice.text for notice in run.tree.notices].count(True) == 1
    assert (await run.wait()).status == "done"


@pytest.mark.parametrize(
    "forged",
    [
        Look(tool="no_such_tool", arguments="[[], {}]", result=""),
        Look(tool="callers", arguments="[[1, 2, 3, 4], {}]", result=""),
        Look(tool="callers", arguments="nothing", result=""),
        Look(tool="importers", arguments='[["/etc/passwd"], {}]', result=""),
    ],
)
async def test_an_entry_with_a_look_that_was_never_taken_is_a_miss(tmp_path: Path, forged: Look) -> None:
    scripts = Scripts(fan_out)
    async with bench(tmp_path, scripts, memo=Memo(tmp_path / "memo")) as made:
        await scripts.ask(made)
        for path in (tmp_path / "memo").glob("*/*.json"):
            entry = Entry.model_validate_json(path.read_bytes())
            path.write_text(entry.model_copy(update={"looks": (forged,)}).model_dump_json())
        run, asked = await scripts.ask(made)
    assert len(asked) == 3
    assert (await run.wait()).status == "done"


def test_damaged_entries_are_misses_and_go(tmp_path: Path) -> None:
    memo = Memo(tmp_path)
    memo.keep(Entry(key="ab-0", text="x"))
    path = tmp_path / "ab" / "ab-0.json"
    assert memo.find("ab-0") == Entry(key="ab-0", text="x")
    for damage in (
        path.read_bytes()[:-3],
        b"",
        b"\xff\xfe",
        b'{"key": "cd-0", "text": "of another"}',
        b"x" * 2_000_000,
    ):
        path.write_bytes(damage)
        assert memo.find("ab-0") is None
        assert not path.exists()
    assert memo.find("ab-0") is None


def test_the_memo_stays_within_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "_OFTEN", 10)
    memo = Memo(tmp_path, most=20_000)
    for number in range(91):
        memo.keep(Entry(key=f"{number:02}-0", text="x" * 1_000))
        assert memo.find("00-0") is not None, "what is asked for stays"
    kept = list(tmp_path.glob("*/*.json"))
    assert sum(path.stat().st_size for path in kept) <= 20_000 + 10 * 1_100
    assert memo.find("90-0") is not None
    assert memo.find("05-0") is None


def test_every_tool_that_is_taken_to_be_local_exists() -> None:
    assert set(tools()) >= LOCAL | BRANCHING
