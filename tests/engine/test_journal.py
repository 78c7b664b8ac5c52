from __future__ import annotations

import asyncio
import resource
import signal
from pathlib import Path

import pytest

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


KEYS = [
    "sk-ant-api03-abcDEF0123456789_-x",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "IQoJb3JpZ2luX2Vj" + "EXAMPLE1" * 40,
    "ABSKQmVkcm9ja0FQSUtleS" + "EXAMPLE1" * 8,
    "ya29.a0AfB_" + "byEXAMPLE-" * 6,
    "AIzaSyEXAMPLE-EXAMPLE_EXAMPLE0123456789",
]


@pytest.mark.parametrize("key", KEYS)
def test_keys_of_other_makers_are_removed(key: str) -> None:
    shown = clean(f'token: "{key}", and more')
    assert key[4:] not in shown
    assert shown.startswith('token: "') and shown.endswith('(removed)", and more')


async def test_keys_in_use_are_removed_whatever_their_shape() -> None:
    used = ["hunter2-hunter2-hunter2"]
    journal = Journal("r1", None, lambda: [*used, "ollama"])
    journal.notice("ollama says: hunter2-hunter2-hunter2 is wrong, not later-token-0123456789")
    used.append("later-token-0123456789")
    journal.notice("later-token-0123456789")
    assert [event.text for event in journal.events if isinstance(event, Noticed)] == [
        "ollama says: (key removed) is wrong, not later-token-0123456789",
        "(key removed)",
    ]


async def test_a_key_that_streams_in_halves_is_removed() -> None:
    journal = Journal("r1", None, lambda: ["hunter2-hunter2-hunter2"])
    joiner = Joiner(journal, "0", "", 1)
    for piece in ("It is hunter2-hun", "ter2-hunter2, or sk-ant-api03-", "abcDEF0123456789", " at last"):
        joiner.add("text", piece)
        await asyncio.sleep(JOIN_SECONDS * 1.5)
    joiner.flush()
    streamed = [event.text for event in journal.events if isinstance(event, Streamed)]
    assert len(streamed) > 2
    assert "".join(streamed) == "It is (key removed), or sk-(removed) at last"


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
    joiner.add("code", "x = 1 ")
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
