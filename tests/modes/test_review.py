"""Reviews, end to end: a repository with history made here, on the navigator and on a scripted model, by engine and command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from engine_runs import KEY, ROOT, SUB, said
from git_history import commit, git, write
from messages_server import Answer, Json, MessagesServer, cell, text
from sarif_checks import problems
from small_repository import make_small_repository

from rlm_tui.engine.run import Engine, Models, Question, Run
from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.navigator.model import Navigator
from rlm_tui.records.events import Bounds
from rlm_tui.records.findings import Finding
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repository.repository import Repository

BROKEN = '''

def back_off(attempt: int) -> float:
    """Return the seconds to wait after a failed attempt."""
    try:
        return 0.1 * 2**attempt
    except Exception:
        pass
    breakpoint()
    return 0.0
'''


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository whose branch `work` breaks three things that `main` had, and leaves four behind."""
    root = make_small_repository(tmp_path / "shop")
    git(root, "switch", "-q", "-c", "work")
    payment = (root / "src/shop/payment.py").read_text()
    head, _, rest = payment.partition("\n\ndef backoff")
    rest = rest[rest.index("\n\ndef send") :]
    changed = (head + BROKEN + rest).replace("def send(cents: int)", "def send(cents: int, currency: str)")
    write(root, "src/shop/payment.py", changed)
    write(root, "web/cart.js", (root / "web/cart.js").read_text() + "\n<<<<<<< HEAD\nlet a;\n=======\n>>>>>>> other\n")
    write(root, "server/keys.go", 'package main\n\nvar key = "AKIAQWERTYUIOPASDFGH"\n')
    commit(root, "Work")
    return root


@asynccontextmanager
async def engine_on(root: Path, folder: Path, models: Models, sandbox: str = "auto") -> AsyncIterator[Engine]:
    repository = Repository.open(root, folder / "cache")
    repository.scan()
    cells = await open_sandbox(sandbox)
    engine = Engine(repository, cells, models, RunStore(folder / "runs"), Bounds())
    try:
        yield engine
    finally:
        await engine.close()
        await cells.close()
        repository.close()


async def reviewed(root: Path, *words: str, sandbox: str = "auto", **asked: object) -> Run:
    models = Models(Navigator(), Navigator())
    async with engine_on(root, root.parent, models, sandbox) as engine:
        run = engine.ask(Question(" ".join(words), mode="review", arguments=words, route=asked.get("route")))  # type: ignore[arg-type]
        await run.wait()
    assert not [citation for citation in run.tree.citations if not citation.ok]
    return run


def told(run: Run) -> dict[str, Finding]:
    return {finding.rule: finding for finding in run.tree.findings}


@pytest.mark.parametrize("sandbox", ["sealed", "monty"])
async def test_the_navigator_finds_what_a_branch_breaks_and_leaves_behind(shop: Path, sandbox: str) -> None:
    run = await reviewed(shop, "main", sandbox=sandbox)
    assert run.tree.end is not None and run.tree.end.status == "done", run.tree.end
    found = told(run)
    assert set(found) >= {
        "removed-name-still-used", "unadapted-caller", "leftover-debugging", "swallowed-error", "conflict-marker", "secret",
    }  # fmt: skip
    gone = found["removed-name-still-used"]
    base = git(shop, "rev-parse", "--short=12", "main")
    assert (gone.severity, gone.confidence) == ("high", "high")
    assert [one.span for one in gone.evidence] == ["src/shop/payment.py:22", f"src/shop/payment.py@{base}:26"]
    assert "def backoff" in gone.evidence[1].excerpt
    misfit = found["unadapted-caller"]
    assert misfit.title == "1 call of send no longer fits its signature"
    assert misfit.evidence[0].span == "src/shop/payment.py:20"
    assert found["secret"].evidence[0].path == "server/keys.go"
    assert "findings in 3 files" in run.tree.answer
    assert "`back_off` | function | added" in run.tree.answer


async def test_a_sound_change_has_no_findings(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")
    write(root, "src/shop/payment.py", (root / "src/shop/payment.py").read_text().replace("cents > 0", "cents >= 1"))
    run = await reviewed(root)
    assert run.tree.findings == []
    assert "since the last commit: 1 file, +1 -1 lines" in run.question.text
    assert "The checks found nothing in 1 file, +1 -1 lines, 1 definition." in run.tree.answer


async def test_modules_go_to_sub_agents_whose_findings_are_joined(shop: Path) -> None:
    run = await reviewed(shop, "main", route="rlm")
    labels = [call.label for call in run.tree.calls.values()]
    assert set(labels[1:]) == {"shop", "web", "server"}, labels
    assert {"removed-name-still-used", "conflict-marker", "secret"} <= set(told(run))
    assert {run.tree.proposers[one.id] for one in run.tree.findings} <= {"1", "2", "3"}
    told_of = re.findall(r"^\| `(\w+)` \| (\d+) findings? in ", run.tree.answer, re.MULTILINE)
    assert {module for module, _ in told_of} == {"shop", "web", "server"}
    assert run.tree.answer.startswith(f"{sum(int(number) for _, number in told_of)} findings in 3 files, ")
    assert "`back_off` | function | added" in run.tree.answer


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (("main",), "since main: 3 files"),
        (("main..work",), "from main to work: 3 files"),
        (("work^!",), "in work: 3 files"),
        (("main", "web"), "since main: 1 file"),
        (("--staged",), "in what is staged: 1 file"),
        ((), "since the last commit: 1 file"),
        (("web/format.js",), "since the last commit: 1 file"),
    ],
)
async def test_what_can_be_reviewed(shop: Path, words: tuple[str, ...], question: str) -> None:
    if not words or words[0] in ("--staged", "web/format.js"):
        write(shop, "web/format.js", "// new\n")
        git(shop, "add", "web/format.js")
    run = await reviewed(shop, *words)
    assert question in run.question.text
    assert run.tree.end is not None and run.tree.end.status == "done"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("nosuch",), "nosuch is no branch, tag, commit or path here"),
        (("nosuch..main",), "there is no branch, tag or commit called 'nosuch' here"),
        (("--stagd",), "review has no option --stagd"),
        (("main", "--staged"), "--staged compares with the last commit"),
        (("work",), "there is nothing to review: since work, nothing has changed"),
    ],
)
async def test_what_cannot_is_said(shop: Path, words: tuple[str, ...], problem: str) -> None:
    run = await reviewed(shop, *words)
    assert run.tree.end is not None
    assert (run.tree.end.status, run.tree.end.code) == ("failed", 1)
    assert problem in run.tree.end.error


async def test_without_a_base_a_branch_is_compared_with_the_default_one(shop: Path) -> None:
    assert "since main: 3 files" in (await reviewed(shop)).question.text
    git(shop, "switch", "-q", "main")
    run = await reviewed(shop)
    assert run.tree.end is not None
    assert "nothing is uncommitted, and this is no branch of its own" in run.tree.end.error


async def test_a_model_reviews_with_the_diff_as_context_and_old_lines_as_evidence(shop: Path) -> None:
    code = """
for h in changes("main"):
    if h.path.endswith("payment.py") and h.old:
        break
old = [line for line in str(peek(h.old)).splitlines() if "def backoff" in line]
print(len(old), "hunks" in context, context[:60])
propose("backoff is gone", "charge still calls it.", ["src/shop/payment.py:22", h.old], severity="high", confidence="high")
for one in suspicions("main"):
    if one["rule"] == "secret":
        propose(**one)
"""

    def script(body: Json) -> Answer:
        if not said(body).startswith("# Task\n"):
            return text("STANDS: it does.")
        return cell(code) if len(body["messages"]) == 1 else text("Not ready: `src/shop/payment.py:22`.")

    async with MessagesServer(script) as server:
        endpoint = Endpoint(api_key=KEY, base_url=server.url)
        models = Models(endpoint.model(ROOT), endpoint.model(SUB))
        async with engine_on(shop, shop.parent, models) as engine:
            run = engine.ask(Question("review main", mode="review", arguments=("main",)))
            end = await run.wait()
        first = said(server.bodies[0])
    assert (end.status, end.answer) == ("done", "Not ready: `src/shop/payment.py:22`.")
    assert "# Handed in: `context`" in first and "## server/keys.go (added)" in run.question.context
    assert [one.title for one in run.tree.findings] == ["server/keys.go holds a key", "backoff is gone"]
    assert run.tree.findings[1].evidence[1].commit
    assert [call.kind for call in run.tree.calls.values()] == ["agent", "query", "query"], "both of high severity"


async def test_an_agent_is_told_what_its_sub_agents_have_proposed_and_can_withdraw_it(shop: Path) -> None:
    found = 'propose("No key is safe", "It is in the code.", ["server/keys.go:3"], severity="low", confidence="high")\n'
    found += 'propose("Go is slow", "It may be.", ["server/keys.go:1"], severity="low", confidence="low")'
    own = 'propose("Calls fail", "The amount alone is passed.", ["src/shop/payment.py:20"], severity="low", confidence="high")'

    def script(body: Json) -> Answer:
        if not said(body).startswith("# Task\n"):
            return text("REFUTED: it is not.")
        task, turn = said(body).splitlines()[1], len(body["messages"])
        if task == "Look":
            return cell(found) if turn == 1 else text("One problem.")
        if turn == 1:
            return cell(own + '\nprint(rlm_query("Look", scope="server"))')
        result = said(body, -1)
        number = result.partition("proposed by sub-agents:\n")[2].split()[:1]
        return cell(f"withdraw({number[0]!r})") if turn == 3 and number else text("Ready.")

    async with MessagesServer(script) as server:
        endpoint = Endpoint(api_key=KEY, base_url=server.url)
        models = Models(endpoint.model(ROOT), endpoint.model(SUB))
        async with engine_on(shop, shop.parent, models) as engine:
            run = engine.ask(Question("review main", mode="review", arguments=("main",), route="rlm"))
            await run.wait()
    outputs = [step.output for step in run.tree.calls["0"].steps]
    assert (
        "low: No key is safe\nrefuted by a second look: Go is slow]" in outputs[0]
        and "Calls fail" not in outputs[0].partition("proposed by")[2]
    )
    assert "proposed by" not in outputs[1], "each is told once"
    assert [one.title for one in run.tree.findings] == ["Calls fail"]


async def test_code_comes_first_in_what_is_handed_in_and_what_is_left_out_is_told(shop: Path) -> None:
    for number in range(30):
        write(shop, f"docs/{number:02}.md", "Somebody wrote this.\n" * 900)
    write(shop, "tests/test_keys.py", "def test_key():\n    pass\n")
    commit(shop, "Credits")
    run = await reviewed(shop, "main")
    context = run.question.context
    assert (
        context.index("## src/shop/payment.py")
        < context.index("## web/cart.js")
        < context.index("## tests/test_keys.py")
    )
    assert "docs/29.md +900 -0" in context[:1_000]
    assert "## docs/00.md" in context and "## docs/29.md" not in context
    left = context.rpartition("too long to be handed in: ")[2].partition(";")[0]
    assert run.question.text.endswith(f"is `context`, but for {len(left.split(', '))} files that were too long for it.")
    assert any(left in notice.text for notice in run.tree.notices)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "RLM_TUI_"))}
    environment: Mapping[str, str] = {
        **kept,
        "RLM_TUI_CACHE_DIR": str(folder / "cache"),
        "RLM_TUI_RUNS_DIR": str(folder / "runs"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    return subprocess.run(
        [sys.executable, "-m", "rlm_tui", *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_prints_writes_and_fails_as_it_is_told(shop: Path, tmp_path: Path) -> None:
    done = command(tmp_path, "review", "main", "-C", str(shop), "--fail-on", "high")
    assert done.returncode == 6, done.stderr
    assert "high · src/shop/payment.py:22 · backoff is gone, but still used" in done.stdout
    report = tmp_path / "out.sarif"
    done = command(tmp_path, "review", "main", "web/format.js", "src", "-C", str(shop), "-o", str(report))
    assert done.returncode == 0, done.stderr
    sarif = json.loads(report.read_text())
    assert problems(sarif) == []
    assert {one["ruleId"] for one in sarif["runs"][0]["results"]} >= {"removed-name-still-used", "unadapted-caller"}
    again = command(tmp_path, "review", "main", "-C", str(shop), "-o", str(report))
    assert (again.returncode, json.loads(report.read_text())) == (1, sarif)
    assert "exists already and is left as it is" in again.stderr
    quiet = command(
        tmp_path, "review", "main", "server", "-C", str(shop), "--fail-on", "high", "--output-format", "json"
    )
    assert quiet.returncode == 6
    assert [one["rule"] for one in json.loads(quiet.stdout)["findings"]] == ["secret"]
    assert command(tmp_path, "review", "nosuch", "-C", str(shop), "-p").returncode == 1
