"""Records that a stranger made: replayed, listed and exported, they can neither write to the terminal, nor hang, nor crash."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rlm_tui.cli import main
from rlm_tui.records.store import RunStore
from rlm_tui.records.tree import Tree

ESCAPES = "\x1b]52;c;cHduZWQ=\x07\x1b[2J\x9b31m\u202e"
JsonEvent = dict[str, object]


def event(kind: str, fields: JsonEvent, name: str = "", parent: str = "") -> JsonEvent:
    return {"kind": kind, "seq": 1, "run_id": "r", "call_id": name, "parent_id": parent, "ts": 1.7e9, **fields}


def started(**fields: object) -> JsonEvent:
    usual: JsonEvent = {
        "version": "0.1.0", "question": "why?", "mode": "ask", "repository": "r", "root": "/r", "commit": "", "files": 1,
        "scope": [], "route": "repl", "why": "small", "model": "m", "sub_model": "m", "language_model": False,
        "sandbox": "sealed", "bounds": {},
    }  # fmt: skip
    return event("run_started", usual | fields)


def call(name: str, parent: str) -> JsonEvent:
    fields: JsonEvent = {"call": "agent", "label": name, "task": "t", "scope": [], "model": "m", "depth": 0, "step": 1}
    return event("call_started", fields, name, parent)


def ended(answer: str = "so", **fields: object) -> JsonEvent:
    return event("run_ended", {"status": "done", "answer": answer, **fields})


def put(folder: Path, name: str, *events: JsonEvent) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments], env={"RLM_TUI_RUNS_DIR": str(folder)})


def test_no_escape_sequence_of_a_record_reaches_the_terminal(tmp_path: Path) -> None:
    evil = started(
        question=ESCAPES + "q", repository=ESCAPES, model=ESCAPES, why=ESCAPES, sandbox=ESCAPES, commit=ESCAPES
    )
    cited = {"path": f"a{ESCAPES}.py", "start": 1, "end": 2, "ok": True, "excerpt": ESCAPES}
    put(
        tmp_path,
        "evil",
        evil,
        call("0", ""),
        event("cited", {"citations": [cited]}),
        ended(ESCAPES + "a", error=ESCAPES),
    )
    shown = [run(tmp_path, "runs"), run(tmp_path, "export", "evil"), run(tmp_path, "replay", "--plain", "evil")]
    assert [result.exit_code for result in shown] == [0, 0, 0]
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set("".join(result.output for result in shown))


@pytest.mark.parametrize("question", ["", "\n \n"])
def test_a_run_without_a_question_is_listed(tmp_path: Path, question: str) -> None:
    put(tmp_path, "mute", started(question=question), ended())
    result = run(tmp_path, "runs")
    assert (result.exit_code, result.output.split()[:2]) == (0, ["mute", "done"])


def test_a_folder_of_runs_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(tmp_path / "file", "runs")
    assert result.exit_code == 1
    assert "cannot be read" in result.output
    assert isinstance(result.exception, SystemExit)


def test_calls_that_claim_to_be_their_own_ancestors_still_make_a_tree(tmp_path: Path) -> None:
    circle = [call("1", "2"), call("2", "1"), call("0", "2"), call("1", "0"), call("0", "1")]
    bomb = [one for depth in range(1, 40) for one in [call(f"b{depth}", f"b{depth - 1}")] * 2]
    deep = [call(f"d{depth}", f"d{depth - 1}") for depth in range(1, 5000)]
    put(tmp_path, "odd", started(), *circle, call("b0", "0"), *bomb, call("d0", "0"), *deep, ended())
    tree = Tree.of(RunStore(tmp_path).read("odd"))
    everything = [one.id for root in ("1", "0") for one in tree.subtree(root)]
    assert len(everything) < 200
    assert run(tmp_path, "export", "odd").exit_code == 0


@pytest.mark.parametrize("number", ["1e999", "NaN", "1e300", "-1e18", "9" * 5000])
def test_times_that_are_none_name_the_line(tmp_path: Path, number: str) -> None:
    put(tmp_path, "time", started(), ended())
    path = tmp_path / "time.jsonl"
    path.write_text(path.read_text().replace("1700000000.0", number))
    result = run(tmp_path, "export", "time")
    assert result.exit_code == 1
    assert "line 1 is not an event" in result.output


def test_pipes_devices_links_and_floods_do_not_hang_the_list(tmp_path: Path) -> None:
    put(tmp_path, "good", started(), ended())
    os.mkfifo(tmp_path / "pipe.jsonl")
    for name, target in (("zero", "/dev/zero"), ("loop", "loop.jsonl"), ("gone", "nowhere")):
        (tmp_path / f"{name}.jsonl").symlink_to(target)
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "nul.jsonl").write_bytes(b"\0" * 1_000_000)
    (tmp_path / "deep.jsonl").write_text("[" * 100_000)
    assert [info.id for info in RunStore(tmp_path).list() if info.status != "damaged"] == ["good"]
    for name in ("pipe", "zero", "loop", "gone", "folder"):
        result = run(tmp_path, "export", name)
        assert result.exit_code == 1
        assert "cannot be read" in result.output
