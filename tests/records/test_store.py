from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from rlm_tui.records.events import Bounds, Event, Noticed, RunEnded, RunStarted
from rlm_tui.records.log import RecordError, RecordWriter
from rlm_tui.records.store import RunStore, new_run_id
from rlm_tui.records.tree import Tree


def started(run_id: str, question: str = "why?", ts: float = 1.0) -> RunStarted:
    return RunStarted(
        seq=1, run_id=run_id, ts=ts, version="0", question=question, mode="ask", repository="shop", root="/shop", commit="c0ffee",
        files=3, scope=(), route="repl", why="small", model="m", sub_model="s", language_model=True, sandbox="sealed",
        bounds=Bounds(),
    )  # fmt: skip


def ended(run_id: str, answer: str = "because", ts: float = 2.0) -> RunEnded:
    return RunEnded(seq=2, run_id=run_id, ts=ts, status="done", answer=answer)


def write(store: RunStore, run_id: str, *events: Event) -> Path:
    writer = store.create(run_id)
    for event in events:
        writer.write(event)
    writer.close()
    return writer.path


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    events: list[Event] = [started("r1", "wh\u00fc y?\n"), ended("r1")]
    path = write(store, "r1", *events)
    assert list(store.read("r1")) == events
    assert path.stat().st_mode & 0o777 == 0o600
    assert Tree.of(store.read("r1")).answer == "because"


@pytest.mark.parametrize(
    ("question", "asked", "title"),
    [
        ("who calls a?", "", "who calls a?"),
        ("Review what has changed.\n\nThe hunks are `x`.", "/review main", "/review main"),
        ("What is the cause?", "/debug\nTraceback:\n  a.py:1\n\nKeyError: 3\n", "/debug … KeyError: 3"),
        (" \n ", "", ""),
    ],
)
def test_the_title_is_what_was_typed_in_one_line(question: str, asked: str, title: str) -> None:
    start = started("1", question).model_copy(update={"asked": asked})
    assert start.title == title and start.typed == (asked or question)


def test_what_some_take_for_line_ends_splits_no_record(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    write(store, "r1", started("r1", "a\u2028b\u2029c\x85d\x0ce"), ended("r1"))
    start, end = store.read("r1")
    assert isinstance(start, RunStarted)
    assert (start.question, end.kind) == ("abcde", "run_ended")


def test_every_event_is_in_the_file_when_it_happened(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    writer = store.create("r1")
    writer.write(started("r1"))
    assert [event.kind for event in store.read("r1")] == ["run_started"]
    assert store.list()[0].status == "unfinished"
    writer.close()
    writer.close()


def test_a_cut_last_line_is_left_out_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    path = write(store, "r1", started("r1"), ended("r1"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert [event.kind for event in store.read("r1")] == ["run_started"]
    path.write_bytes(whole.replace(b'"run_ended"', b'"run_eaten"'))
    with pytest.raises(RecordError, match="line 2"):
        list(store.read("r1"))


def test_runs_are_listed_newest_first_with_what_is_known(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    assert list(store.list()) == []
    write(store, "a", started("a", "first", ts=5.0), ended("a", ts=9.0))
    write(store, "b", started("b", "second", ts=7.0), ended("b", "x" * 200_000))
    write(store, "c", started("c", "third", ts=6.0))
    (tmp_path / "junk.jsonl").write_text("junk\n")
    (tmp_path / "note.txt").write_text("no record")
    infos = store.list()
    assert [(info.id, info.question, info.status) for info in infos] == [
        ("junk", "", "damaged"), ("b", "second", "done"), ("c", "third", "unfinished"), ("a", "first", "done"),
    ]  # fmt: skip
    assert infos[3].ended == 9.0


def test_what_is_damaged_is_read_up_to_the_damage(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    write(store, "a", started("a", "first", ts=5.0), ended("a", ts=9.0))
    path = store.path("a")
    assert store.readable("a") == (list(store.read("a")), "")
    path.write_bytes(path.read_bytes().replace(b'"run_ended"', b'"run_eaten"'))
    events, problem = store.readable("a")
    assert [event.kind for event in events] == ["run_started"] and "line 2" in problem
    path.write_text("junk\n")
    with pytest.raises(RecordError, match="line 1"):
        store.readable("a")


def test_runs_are_found_by_the_start_of_their_id(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    for run_id in ("20260101-aa", "20260101-ab", "20260202-aa"):
        write(store, run_id, started(run_id))
    assert store.find("202602") == "20260202-aa"
    assert store.find("20260101-aa") == "20260101-aa"
    assert store.find("last") == "20260202-aa"
    for prefix, message in (("2026", "3 runs"), ("x", "no run"), ("", "no run")):
        with pytest.raises(RecordError, match=message):
            store.find(prefix)
    store.delete("20260202-aa")
    with pytest.raises(RecordError, match="cannot be deleted"):
        store.delete("20260202-aa")


@pytest.mark.parametrize("name", ["../etc/passwd", "", "a/b", "-x", "a" * 80])
def test_an_id_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="not the id"):
        RunStore(tmp_path).create(name)


def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(RecordError, match="set another folder"):
        RunStore(blocked / "runs").create("r1")
    store = RunStore(tmp_path)
    store.create("r1").close()
    with pytest.raises(RecordError):
        store.create("r1")


def test_a_full_disk_is_an_error_that_says_so(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the full disk: the write really fails."""
    writer = RecordWriter(tmp_path / "r1.jsonl")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, before[1]))
    try:
        with pytest.raises(RecordError, match=r"r1\.jsonl cannot be written"):
            writer.write(Noticed(seq=1, run_id="r1", ts=1.0, level="info", text="x" * 4_000))
        with pytest.raises(RecordError):
            writer.close()
        writer.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_ids_sort_by_time_and_differ() -> None:
    ids = {new_run_id() for _ in range(50)}
    assert len(ids) > 45
