"""The whole program as a process, its language model on a wire that fails: the real engine, sandbox and index."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from messages_demo import demo
from messages_server import Answer, Json, error, rate_limited, serving_thread, text
from model_asking import KEY
from small_repository import make_small_repository

from rlm_tui.records.events import EVENT, CallStarted, CellEnded, Cited, Event, Noticed, Retrying, RunEnded
from rlm_tui.records.tree import Tree

SECTIONS = ["## Answer", "## Evidence", "## Calls", "## Looked at"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_small_repository(tmp_path / "shop")


def ask(repository: Path, url: str) -> tuple[subprocess.CompletedProcess[str], list[Event]]:
    """Ask the program one question; returns how it ended and the record it left."""
    folder = repository.parent
    done = subprocess.run(
        [sys.executable, "-m", "rlm_tui", "-p", "How is this code base put together?", str(repository)],
        env={**places(folder), "RLM_TUI_ROUTE": "rlm", "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    records = list((folder / "runs").glob("*.jsonl"))
    written = records[0].read_text() if records else ""
    assert KEY not in done.stdout + done.stderr + written
    return done, [EVENT.validate_json(line) for line in written.splitlines()]


def test_a_question_is_answered_by_agents_and_queries(repository: Path) -> None:
    with serving_thread(demo, key=KEY) as server:
        done, events = ask(repository, server.url)
    assert done.returncode == 0
    assert "## What was found" in done.stdout
    assert {event.call for event in events if isinstance(event, CallStarted)} == {"agent", "query"}
    assert all(event.status == "ok" for event in events if isinstance(event, CellEnded))
    assert [one.ok for event in events if isinstance(event, Cited) for one in event.citations].count(True) >= 1


def test_a_run_outlives_a_failing_wire(repository: Path) -> None:
    faults = [
        text("lost").cut(events=3),
        text("lost").malformed(2),
        rate_limited("0.05"),
        error(529, "overloaded_error", "Overloaded", {"retry-after": "0.05"}),
    ]

    def script(body: Json) -> Answer:
        return faults.pop(0) if faults else demo(body)

    with serving_thread(script, key=KEY) as server:
        done, events = ask(repository, server.url)
    assert done.returncode == 0
    assert "## What was found" in done.stdout
    assert "lost" not in done.stdout
    assert len([event for event in events if isinstance(event, Retrying)]) == 4


def test_a_model_without_tools_answers_by_fences(repository: Path) -> None:
    def script(body: Json) -> Answer:
        if body.get("tools"):
            return error(400, "invalid_request_error", "this model does not support tools")
        if len(body["messages"]) > 1:
            return text("The package is `src/shop/__init__.py:1-5`.")
        return text("I look.\n\n```repl\nprint(repo)\nprint('''\n```\n''')\n```end")

    with serving_thread(script) as server:
        done, events = ask(repository, server.url)
    assert done.returncode == 0
    cells = [event for event in events if isinstance(event, CellEnded)]
    assert [cell.status for cell in cells] == ["ok"]
    assert "```" in cells[0].output


def test_a_refused_key_ends_with_its_own_exit_code(repository: Path) -> None:
    with serving_thread(demo, key="another") as server:
        done, events = ask(repository, server.url)
    assert done.returncode == 3
    assert "Set ANTHROPIC_API_KEY" in done.stderr
    assert isinstance(events[-1], RunEnded)
    assert events[-1].code == 3


def test_a_language_model_and_the_navigator_leave_the_same_kind_of_run(repository: Path) -> None:
    folder = repository.parent
    with serving_thread(demo, key=KEY) as server:
        asked, events = ask(repository, server.url)
        shown = report(folder, events[0].run_id)
    navigated = subprocess.run(
        [
            sys.executable,
            "-m",
            "rlm_tui",
            "-p",
            "How is this code base put together?",
            "--route",
            "rlm",
            str(repository),
        ],
        env=places(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (asked.returncode, navigated.returncode) == (0, 0)
    newest = max((folder / "runs").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    others = [EVENT.validate_json(line) for line in newest.read_text().splitlines()]
    assert {type(event) for event in others} - {Noticed} == {type(event) for event in events} - {Noticed}
    trees = [Tree.of(events), Tree.of(others)]
    assert all(tree.root and tree.root.phase == "done" and len(tree.calls) > 2 for tree in trees)
    assert headings(shown) == headings(report(folder, others[0].run_id)) == SECTIONS


def places(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "RLM_TUI_"))}
    own = {"RLM_TUI_CACHE_DIR": str(folder / "cache"), "RLM_TUI_RUNS_DIR": str(folder / "runs")}
    return {**kept, **own, "XDG_CONFIG_HOME": str(folder)}


def report(folder: Path, run_id: str) -> str:
    command = [sys.executable, "-m", "rlm_tui", "export", run_id]
    return subprocess.run(command, env=places(folder), capture_output=True, text=True, check=True).stdout


def headings(markdown: str) -> list[str]:
    """The report's own sections: those of the answer stand between the first two of them."""
    own = [line for line in markdown.splitlines() if line.startswith("## ")]
    return [line for line in own if line in SECTIONS]
