"""The calls, the trace and the timeline in every state of a run, at every size, with whatever a run may hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_runs import BEGIN, HOSTILE, Script, answering, finished
from screen_stage import Screenful, Stage, opened
from textual.content import Content

from rlm_tui.records.events import CallEnded, Citation, Covered, Event, ModuleCovered, RunEnded, RunStarted
from rlm_tui.records.store import RunStore
from rlm_tui.records.tree import Tree
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.calls_pane import FilterLine
from rlm_tui.ui.claims import Marker
from rlm_tui.ui.timeline import TimelineScreen, TimelineTree
from rlm_tui.ui.trace import TraceScreen
from rlm_tui.ui.trace_text import TABS

LIVE = len(answering().events)
KEYS = ("n", "g", "o", "w", "slash", "F", "space", "enter")
TRACE_KEYS = ("right_square_bracket", "left_square_bracket", "enter", "backspace", "o", "n", "space", "g")


def begun() -> Script:
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    return script


def empty() -> list[Event]:
    return begun().events[:1]


def queued() -> list[Event]:
    return begun().events


def failed() -> list[Event]:
    script = begun()
    script.prompt("0")
    script.step("0", 1)
    script.retry("0", 1)
    script.wait(4)
    script.done("0", "", "failed", "the endpoint refused the key (401)")
    script.end("", "failed", "the endpoint refused the key (401)", 3)
    return script.events


def cancelled() -> list[Event]:
    script = answering()
    script.done("8", "", "cancelled", "cancelled by the user")
    script.done("0", "", "cancelled", "cancelled by the user")
    script.end("", "cancelled", "cancelled by the user", 130)
    return script.events


def budget() -> list[Event]:
    script = answering()
    script.done("8", "", "budget", "not started: the budget of $2.00 is used up")
    script.done("0", "What is known so far.", "budget", "the budget of $2.00 is used up")
    script.end("What is known so far.", "budget", "the budget of $2.00 is used up", 5)
    return script.events


def remembered() -> list[Event]:
    return [
        one.model_copy(update={"memo": True, "files": ("src/shop/payment.py",)}) if isinstance(one, CallEnded) else one
        for one in finished().events
    ]


def bare() -> list[Event]:
    """A record without the text of its turns and without steps: nothing but calls."""
    return [one for one in finished().events if one.kind in ("run_started", "call_started", "call_ended", "run_ended")]


STATES = [empty, queued, failed, cancelled, budget, remembered, bare]


@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.__name__))
async def test_every_key_of_the_calls_and_of_the_trace_is_safe_in_every_state(
    stage: Stage, state: Callable[[], list[Event]]
) -> None:
    stage.events = state()
    async with opened(stage, (80, 24)) as on:
        await on.ask()
        await on.press("tab")
        for key in KEYS:
            await on.press(key)
            while not isinstance(on.screen, AskScreen) or on.app.focused is on.screen.query_one(FilterLine):
                await on.press("escape")
            on.calls.focus()
        await on.press("home", "enter")
        for key in (*["tab"] * len(TABS), *TRACE_KEYS):
            await on.press(key)
        assert on.app.is_running and on.app.return_value is None


async def test_a_run_that_has_nothing_yet_opens_nothing(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press("tab", "enter", "n", "g", "w")
        assert isinstance(on.screen, TimelineScreen) and on.screen.query_one(TimelineTree).keys == []
        await on.press("enter", "z", "escape")
        assert isinstance(on.screen, AskScreen)


async def test_escape_brings_back_the_same_row_and_the_same_scroll(stage: Stage) -> None:
    script = begun()
    script.step("0", 1)
    for number in range(1, 100):
        script.call(str(number), "0", f"module {number}", 1)
    stage.events = script.events
    async with opened(stage, (80, 24)) as on:
        await on.ask()
        await on.press("tab", "end", *["up"] * 30)
        before = on.calls.cursor, on.calls.scroll_offset
        await on.press("enter", "right_square_bracket", "right_square_bracket", "backspace", "escape")
        assert (on.calls.cursor, on.calls.scroll_offset) == before


async def test_the_trace_keeps_the_place_of_each_tab(stage: Stage) -> None:
    async with opened(stage, (80, 24)) as on:
        await on.ask()
        await on.press("tab", "enter", "down", "down", "down")
        assert on.page.scroll_offset.y == 3
        await on.press("tab", "shift+tab")
        assert on.page.scroll_offset.y == 3


async def test_what_a_run_has_to_say_stands_under_its_answer(stage: Stage) -> None:
    script = finished()
    *events, end = script.events
    modules = tuple(
        ModuleCovered(name=f"m{n}", path=f"src/m{n}", files=10 * n + 3, read=n if n < 12 else 0) for n in range(1, 40)
    )
    head = script.events[-1]
    covered = Covered(seq=1, run_id=head.run_id, ts=head.ts, modules=modules, more=5)
    assert isinstance(end, RunEnded)
    stage.events = [
        *(
            one.model_copy(update={"resumes": "20260920-101500-cd34", "candidates": 3})
            if isinstance(one, RunStarted)
            else one
            for one in events
        ),
        covered,
        end.model_copy(update={"changed": ("src/shop/payment.py",)}),
    ]
    async with opened(stage) as on:
        await on.ask()
        said = on.page.text
        assert "looked at 11 of 44 modules" in said
        assert "  1/13  src/m1" in said and "  8/83  src/m8" in said and "and 3 more" in said
        assert "not at src/m12 · src/m13" in said and "and 25 more" in said
        assert "changed since they were read: src/shop/payment.py" in said
        assert "goes on with run 20260920-101500-cd34" in said and "3 candidates were asked" in said
        await on.press("tab", "enter", "tab")
        assert "looked at 11 of 44 modules" in on.page.text and "rlm: the question spans modules" in on.page.text


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15), (30, 8)])
async def test_hostile_text_is_only_text_in_the_trace_and_the_timeline(stage: Stage, size: tuple[int, int]) -> None:
    script = Script(model=HOSTILE)
    script.start(HOSTILE)
    script.call("0", "", HOSTILE, 0, depth=0)
    script.prompt("0")
    script.step("0", 1)
    script.turn("0", 1, HOSTILE, f"rlm_query('''{HOSTILE}''')")
    script.call("1", "0", HOSTILE, 1)
    script.tool("0", 1, HOSTILE, HOSTILE, HOSTILE)
    script.done("1", HOSTILE, "failed", HOSTILE)
    script.cell("0", 1, HOSTILE * 3 + "z" * 1_000_000, HOSTILE)
    script.done("0", HOSTILE)
    script.end(HOSTILE)
    stage.events = script.events
    seen = []
    async with opened(stage, size) as on:
        await on.ask()
        await on.press("tab", "enter")
        for key in (*["tab"] * 6, "enter", *["tab"] * 6, "o", "escape", "w", "z", "slash"):
            await on.press(key)
            seen.append(shown(on))
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set("".join(seen))


def shown(on: Screenful) -> str:
    lines = on.screen._compositor.render_strips(on.app.size)
    return "\n".join("".join(segment.text for segment in line) for line in lines)


def fifty_thousand() -> list[Event]:
    script = begun()
    script.prompt("0")
    script.step("0", 1)
    script.turn("0", 1, "", "rlm_query_batched(tasks)")
    for number in range(1, 3_001):
        script.agent(str(number), f"module {number}", 1, text="It takes the lock once. " * 4)
    return script.events


async def test_a_run_of_fifty_thousand_events_is_shown(stage: Stage) -> None:
    stage.events = fifty_thousand()
    assert len(stage.events) > 50_000 - 2_000
    async with opened(stage) as on:
        await on.ask()
        assert "2,997 more calls" in str(on.calls.row) or len(on.calls.keys) < 20
        began = time.process_time()
        await on.press("tab", "slash", *"module 2999", "down", "enter")
        assert isinstance(on.screen, TraceScreen) and "module 2999" in on.line("#crumbs")
        await on.press("escape", "escape", "w")
        assert len(on.screen.query_one(TimelineTree).keys) > 3_000
        await on.press("end", "enter", "escape", "escape")
        assert time.process_time() - began < 60


def test_the_reduction_is_pure_and_takes_events_one_by_one() -> None:
    events = finished().events
    one_by_one = Tree()
    for event in events:
        one_by_one.apply(event)
    again = Tree.of([type(event).model_validate_json(event.model_dump_json()) for event in events])
    assert Tree.of(events) == one_by_one == again
    assert one_by_one.last == events[-1].ts > BEGIN


def test_a_record_whose_last_line_is_cut_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    events = finished().events
    runs = RunStore(tmp_path)
    path = runs.path(events[0].run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(event.model_dump_json() + "\n" for event in events)
    for cut in (1, 40, len(text) // 2):
        path.write_text(text[:-cut], encoding="utf-8")
        tree = Tree.of(runs.read(events[0].run_id))
        assert tree.start is not None and tree.root is not None
        assert tree.end is None or cut == 1


def test_further_lines_of_a_file_are_claims_too() -> None:
    cited = [
        Citation(path="a/b.py", start=start, end=end, ok=ok)
        for start, end, ok in ((3, 3, True), (9, 12, False), (40, 40, True))
    ]
    marker = Marker([*cited, Citation(path="a/b.py", start=3, end=3, ok=True, commit="1f2e3d")])
    told = "a/b.py:3, 9-12, 40, b.py#L3, ./a/b.py:3, a/b.py@1f2e3d:3, c.py:3, 19:03"
    assert marker(Content(told)).plain == (
        "a/b.py:3[1], 9-12[2 ✗], 40[3], b.py#L3[1], ./a/b.py:3[1], a/b.py@1f2e3d:3[4], c.py:3, 19:03"
    )
    assert marker.claims == [1, 2, 3, 1, 1, 4]
    assert Marker(())(Content(told)).plain == told
