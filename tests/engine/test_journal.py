from __future__ import annotations

import asyncio
import resource
import signal
from pathlib import Path

from rlm_tui.engine.journal import JOIN_SECONDS, Joiner, Journal, clean
from rlm_tui.records.events import CallStarted, Noticed, RunEnded, Streamed
from rlm_tui.records.log import RecordWriter
from rlm_tui.records.store import RunStore


def call(journal: Journal, label: str = "root", scope: tuple[str, ...] = ()) -> CallStarted:
    stamp = journal.stamp("0")
    return CallStarted(**stamp, call="agent", label=label, task="t", scope=scope, model="m", depth=0, step=0)


async def test_a_disk_that_fills_up_ends_the_record_and_not_the_run(tmp_path: Path) -> None:
    journal = Journal("r1", RecordWriter(tmp_path / "r1.jsonl"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
    try:
        for number in range(40):
            journal.notice(f"event {number} {'x' * 50}")
        await journal.end(RunEnded(**journal.stamp(), status="done", answer="a"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    told = [event for event in journal.events if isinstance(event, Noticed) and "unrecorded" in event.text]
    assert len(told) == 1
    assert isinstance(journal.events[-1], RunEnded)
    assert [event.seq for event in journal.events] == list(range(1, 43))
    recorded = list(RunStore(tmp_path).read("r1"))
    assert recorded == journal.events[: len(recorded)]
    assert 5 < len(recorded) < 40


async def test_text_is_cleaned_wherever_it_stands_in_an_event() -> None:
    journal = Journal("r1", None)
    journal.emit(call(journal, "\x1b[31mred\x07", ("src/\u202eyp.a", "plain")))
    (event,) = journal.events
    assert isinstance(event, CallStarted)
    assert (event.label, event.scope) == ("[31mred", ("src/yp.a", "plain"))


def test_keys_are_removed_and_what_only_begins_alike_is_not() -> None:
    assert clean("key sk-ant-api03-abcDEF0123456789_-x!") == "key sk-(removed)!"
    assert clean("class sk-estimator-doc-link-hover") == "class sk-estimator-doc-link-hover"
    assert clean("a task-ant-0123456789abcdefgh") == "a task-ant-0123456789abcdefgh"


async def test_nothing_comes_after_the_end() -> None:
    journal = Journal("r1", None)
    await journal.end(RunEnded(**journal.stamp(), status="done", answer="a"))
    journal.notice("late")
    assert [event.kind for event in journal.events] == ["run_ended"]
    assert [event.kind async for event in journal.follow()] == ["run_ended"]


async def test_pieces_of_a_turn_are_joined_by_channel_and_in_time() -> None:
    journal = Journal("r1", None)
    joiner = Joiner(journal, "0", "", 1)
    for piece in ("a", "b", "", "c"):
        joiner.add("text", piece)
    assert not journal.events
    joiner.add("code", "x")
    assert [(event.channel, event.text) for event in journal.events if isinstance(event, Streamed)] == [("text", "abc")]
    async with asyncio.timeout(JOIN_SECONDS * 40):
        while len(journal.events) < 2:  # noqa: ASYNC110 - a timer of the joiner, that nobody else is told of
            await asyncio.sleep(0.005)
    joiner.add("text", "void")
    joiner.restart()
    joiner.add("text", "anew")
    joiner.flush()
    last = journal.events[-1]
    assert isinstance(last, Streamed)
    assert (last.text, last.restart) == ("anew", True)
