"""The real program in a real terminal against a language model that streams from loopback."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from messages_demo import demo
from messages_server import Answer, Json, Script, cell, serving_thread, silent, text
from small_repository import make_small_repository
from terminal import Terminal, needs_tmux, opened_program

pytestmark = [needs_tmux, pytest.mark.xdist_group("terminal")]

LONG = "\n\n".join(f"Paragraph {number} of a long answer, with `code` and **weight**." for number in range(1, 61))


@contextmanager
def asked(tmp_path: Path, script: Script, *options: str, route: str = "repl") -> Iterator[Terminal]:
    """Open the program on a small repository, with `script` for its model."""
    repository = make_small_repository(tmp_path / "shop") if not (tmp_path / "shop").exists() else tmp_path / "shop"
    with serving_thread(script) as server:
        environment = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "sk-scripted"}
        wanted = [*options, "--route", route] if "resume" not in options else list(options)
        with opened_program(repository, tmp_path, options=wanted, environment=environment) as window:
            yield window


def ask(window: Terminal, question: str) -> None:
    window.wait_for("sonnet")
    window.type(question)
    window.press("Enter")


def events(tmp_path: Path) -> list[Json]:
    (record,) = (tmp_path / "runs").glob("*.jsonl")
    return [json.loads(line) for line in record.read_text().splitlines()]


def streaming(body: Json) -> Answer:
    """One cell, then an answer that takes some seconds to write."""
    turns = sum(message["role"] == "assistant" for message in body["messages"])
    return text(LONG).pieces(20).slow(event=0.02) if turns else cell("print(repo.files[:3])")


def test_first_run_ask_tree_drill_export(tmp_path: Path) -> None:
    with asked(tmp_path, demo, route="rlm") as window:
        ask(window, "how is it built?")
        window.wait_for("What was found")
        window.wait_for(" call", without=" live/")
        window.press("Tab", "Down", "Down", "Down", "Enter")
        window.wait_for("root ▸ step 2 ▸ ")
        window.press("Escape")
        window.wait_for("Space fold")
        window.press("e")
        window.wait_for("rlm-tui-report-")
        report = next((tmp_path / "shop").glob("rlm-tui-report-*.md")).read_text()
        assert "how is it built?" in report and "What was found" in report


def test_escape_stops_softly_and_again_at_once(tmp_path: Path) -> None:
    with asked(tmp_path, streaming) as window:
        ask(window, "tell me all")
        window.wait_for("Paragraph 2 ")
        window.press("Escape")
        window.wait_for("Esc again")
        window.press("Escape")
        window.wait_for(" call", without=" live/")
        assert events(tmp_path)[-1]["kind"] == "run_ended"
        window.press("C-c", "C-c")
        window.wait_for("code:0")


def test_resized_in_the_middle_of_streaming(tmp_path: Path) -> None:
    with asked(tmp_path, streaming) as window:
        ask(window, "tell me all")
        window.wait_for("Paragraph 1 ")
        for size in [(80, 24), (60, 15), (20, 5), (120, 40), (100, 30)]:
            window.resize(*size)
            time.sleep(0.3)  # so that it draws at this size, too: that it does not end is what is tested
        window.wait_for(" call", without=" live/")
        window.press("Tab", "Tab", "End")
        lines = window.wait_for("Paragraph 60 ").splitlines()
        assert max(map(len, lines)) <= 100
        assert events(tmp_path)[-1]["status"] == "done"


def test_a_signal_in_the_middle_of_streaming_leaves_the_record_whole(tmp_path: Path) -> None:
    with asked(tmp_path, streaming) as window:
        ask(window, "tell me all")
        window.wait_for("Paragraph 2 ")
        window.signal(signal.SIGTERM)
        window.wait_for("code:143")
        window.type("stty -a | grep -o -- '-*echo '; echo do'ne'")
        window.press("Enter")
        assert "echo" in [line.strip() for line in window.wait_for("\ndone").splitlines()]
    recorded = events(tmp_path)
    assert [event["seq"] for event in recorded] == list(range(1, len(recorded) + 1))
    assert (recorded[-1]["kind"], recorded[-1]["status"]) == ("run_ended", "cancelled")


def test_killed_and_taken_up_again_on_the_screen(tmp_path: Path) -> None:
    with asked(tmp_path, [cell("print(repo.files[:3])"), silent()]) as window:
        ask(window, "tell me all")
        window.wait_for("step 2")
        window.signal(signal.SIGKILL)
        window.wait_for("Killed")
    with asked(tmp_path, [text("It is the shop.")], "resume") as window:
        window.wait_for("It is the shop.")
        screen = window.wait_for(" call", without=" live/")
        assert "step 1" in screen and "step 2" in screen
