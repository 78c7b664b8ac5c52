"""The file of questions: order, bounds, hostile lines, a killed instance's last line, several instances at once."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rlm_tui.records.asked import LONGEST, MOST, Asked, AskedStore


@pytest.fixture
def store(tmp_path: Path) -> AskedStore:
    return AskedStore(tmp_path / "state" / "questions.jsonl")


def texts(store: AskedStore) -> list[str]:
    return [asked.text for asked in store.read()]


def test_questions_come_back_in_order_each_once(store: AskedStore) -> None:
    assert store.read() == []
    for text in ("one", "two\nlines", "one"):
        store.add(text, "/shop")
    store.add("one", "/other")
    assert store.read() == [Asked("two\nlines", "/shop"), Asked("one", "/shop"), Asked("one", "/other")]
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_it_is_bounded(store: AskedStore) -> None:
    for number in range(2 * MOST + 50):
        store.add(f"question {number} " + "x" * 200, "/shop")
    kept = texts(store)
    assert len(kept) == MOST and kept[-1].startswith(f"question {2 * MOST + 49} ")
    assert len(store.path.read_bytes().splitlines()) <= 2 * MOST + 1
    store.add("y" * (LONGEST + 1), "/shop")
    store.add("  ", "/shop")
    assert texts(store) == kept


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"{",
        b"[1]",
        b"null",
        b'{"text": 1, "root": "/"}',
        b'{"root": "/"}',
        b"[" * 100_000,
        b"\0" * 100,
        json.dumps({"text": "z" * (LONGEST + 1), "root": "/"}).encode(),
        b'{"text": "\\u001b[2J", "root": "/"}'.replace(b"[2J", b""),
    ],
)
def test_lines_that_make_no_sense_are_passed_over(store: AskedStore, line: bytes) -> None:
    store.add("before", "/shop")
    with store.path.open("ab") as file:
        file.write(line + b"\n")
    store.add("after", "/shop")
    assert texts(store) == ["before", "after"]


def test_what_is_hostile_comes_back_as_text(store: AskedStore) -> None:
    store.add("a\x1b]52;c;eA==\x07b\u202ec [red]d[/] \ud800", "/shop\x1b")
    assert store.read() == [Asked("a]52;c;eA==bc [red]d[/]", "/shop")]


def test_a_line_cut_by_a_kill_harms_no_other(store: AskedStore) -> None:
    store.add("before", "/shop")
    with store.path.open("ab") as file:
        file.write(b'{"text": "half a li')
    store.add("after", "/shop")
    assert texts(store) == ["before", "after"]


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_refused(store: AskedStore, kind: str) -> None:
    store.path.parent.mkdir()
    store.path.mkdir() if kind == "folder" else os.mkfifo(store.path)
    with pytest.raises(OSError):
        store.read()
    with pytest.raises(OSError):
        store.add("x", "/shop")


def test_several_instances_lose_nothing(store: AskedStore) -> None:
    code = (
        "import sys; from pathlib import Path; from rlm_tui.records.asked import AskedStore\n"
        "for n in range(150): AskedStore(Path(sys.argv[1])).add(f'{sys.argv[2]} {n} ' + 'x' * 400, '/shop')"
    )
    for number in range(2 * MOST - 100):  # so that one of them shortens the file while the others write
        store.add(f"old {number} " + "x" * 200, "/shop")
    running = [subprocess.Popen([sys.executable, "-c", code, str(store.path), str(number)]) for number in range(3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    kept = {text.rpartition(" ")[0] for text in texts(store)}
    assert {f"{instance} {number}" for instance in range(3) for number in range(150)} <= kept
