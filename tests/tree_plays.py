"""What the keys of the calls, the claims and the trace do, played in the real app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from sample_runs import answering
from screen_stage import Screenful

from rlm_tui.ui.actions import Place
from rlm_tui.ui.answer import Citations
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.calls_pane import CallsPane, FilterLine
from rlm_tui.ui.claims import AnswerPage
from rlm_tui.ui.code_view import CodeScreen
from rlm_tui.ui.timeline import TimelineScreen, TimelineTree
from rlm_tui.ui.trace import TraceScreen

LIVE = len(answering().events)


def title(on: Screenful) -> str:
    return str(on.screen.query_one(CallsPane).border_title)


async def filtering(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "slash", *"auth")
    assert isinstance(on.app.focused, FilterLine)
    assert on.calls.keys == ["0", "0/2", "1"] and on.calls.cursor == "1"
    assert title(on) == "Calls · 1 with auth"
    await on.press("right", "enter", "right")
    assert on.calls.has_focus
    assert on.calls.keys == ["0", "0/2", "1", "1/1", "1/2"]
    await on.press("slash", *["backspace"] * 4, *"failed")
    assert on.calls.keys == ["0", "0/2", "4", "4/1"]
    await on.press(*" nowhere")
    assert on.calls.keys == ["0"] and title(on) == "Calls · 0 with failed nowhere"


async def clear_filter(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "slash", *"cookies", "down", "down", "escape")
    assert len(on.calls.keys) == 13 and on.calls.cursor == "4"
    assert title(on) == "Calls" and not on.stage.run.cancelled
    await on.press("escape")
    assert on.app.focused is on.calls


async def drop_filter(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "slash", *"cookies", "escape")
    assert on.app.focused is on.calls and len(on.calls.keys) == 13
    assert not on.screen.query_one("#filter-row").display


async def next_failure(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "n")
    assert on.calls.cursor == "4"
    await on.press("n")
    assert on.calls.cursor == "4/1"
    await on.press("n")
    assert on.calls.cursor == "4"


async def use(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "g")
    assert isinstance(on.app.focused, AnswerPage) and on.app.focused.chosen == 1
    assert "auth found [1]" in on.notice
    await on.press("g")
    assert on.calls.cursor == "1/1" and on.calls.has_focus
    await on.press("n", "g")
    assert "cites nothing that root ▸ step 2 ▸ cookies found" in on.notice


async def spawner(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "o")
    assert "started by the question" in on.notice
    await on.press("down", "down", "down", "o")
    assert isinstance(on.screen, TraceScreen)
    assert on.line("#crumbs").startswith("root ▸ step 2 ")
    assert "▌1  results = rlm_query_batched" in on.page.text
    assert "▌2" not in on.page.text
    await on.press("escape")
    assert on.calls.cursor == "1"


async def claim(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "tab", "right_square_bracket")
    page = on.screen.query_one(AnswerPage)
    assert page.chosen == 1 and "src/shop/payment.py:21-27[1]" in page.text
    await on.press("right_square_bracket", "left_square_bracket", "left_square_bracket")
    assert page.chosen == 1


async def claim_code(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "tab", "enter")
    assert isinstance(on.screen, CodeScreen) and "payment.py:21-27" in on.line("#crumbs")
    await on.press("escape")
    assert isinstance(on.app.focused, AnswerPage) and on.app.focused.chosen == 1


async def claim_finder(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "tab", "g")
    assert on.calls.cursor == "1/1" and on.app.focused is on.calls
    assert "payment.py:21-27 was found by root ▸ step 2 ▸ auth ▸ step 1" in on.notice


async def citation_finder(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "tab", "tab", "home", "g")
    assert on.calls.cursor == "1/1"
    await on.press("tab", "tab", "down", "g")
    assert isinstance(on.app.focused, Citations) and "from memory" in on.notice


async def code_finder(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "1", "g")
    assert isinstance(on.screen, AskScreen) and on.calls.cursor == "1/1"


async def trace_into(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "enter", "enter")
    assert on.line("#crumbs").startswith("root ▸ step 2 ▸ auth ")
    await on.press("enter", "enter")
    assert on.line("#crumbs").startswith("root ▸ step 2 ▸ auth ▸ step 1 ")
    assert "nothing was started here" in trace(on)
    await on.press("escape")
    assert on.calls.cursor == "0/2"


async def trace_spawner(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "enter", "enter", "o")
    assert on.line("#crumbs").startswith("root ▸ step 2 ")
    assert "▌1  results = rlm_query_batched" in on.page.text
    await on.press("o")
    assert "started by the question" in trace(on)


async def trace_use(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "enter", "g")
    assert isinstance(on.app.focused, AnswerPage) and on.app.focused.chosen == 1


async def reopened(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "backspace")
    assert isinstance(on.screen, AskScreen)
    await on.press("end", "enter", "g")  # the answer itself
    assert isinstance(on.screen, TraceScreen) and "the answer cites nothing that root ▸ step " in trace(on), trace(on)
    await on.press("escape", "home", "down", "down", "down", "enter", "g")
    assert isinstance(on.screen, AskScreen) and "Backspace opens it again" in on.notice
    await on.press("backspace")
    assert isinstance(on.screen, TraceScreen) and on.line("#crumbs").startswith("root ▸ step 2 ▸ auth ")


async def trace_next_failure(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "enter", "n")
    assert on.line("#crumbs").startswith("root ▸ step 2 ▸ cookies ")
    await on.press("n")
    assert "ZeroDivisionError" in on.page.text or "1/0" in on.page.text


async def trace_again(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "n", "enter", "R")
    assert isinstance(on.screen, AskScreen)
    assert on.stage.within == [("Find where cookies takes the lock.", ("src/shop/cookies",))]
    on.stage.run.play(LIVE)
    await on.settle()
    await on.press("n", "enter", "R")
    assert "one question at a time" in trace(on)
    on.stage.run.play()
    await on.settle()
    await on.press("escape", "home", "enter", "R")
    assert len(on.stage.asked) == 2


async def trace_export(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "n", "enter", "e")
    report = Path.cwd() / f"rlm-tui-report-{on.stage.run.id}-call-4.md"
    text = report.read_text()
    assert text.startswith("# cookies\n") and "ZeroDivisionError" in text and "gave up" in text
    assert report.name[:20] in trace(on)


async def timeline(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "w")
    assert isinstance(on.screen, TimelineScreen)
    rows = on.screen.query_one(TimelineTree)
    assert rows.cursor == "1" and len(rows.keys) == 13
    assert "22s · 10 calls" in on.line("#facts") and "╷5s" in on.line("#axis")
    await on.press("enter")
    assert isinstance(on.screen, TraceScreen)
    await on.press("escape", "down", "w")
    assert on.calls.cursor == "1" and on.calls.has_focus
    await on.press("w", "end", "g")
    assert isinstance(on.screen, TimelineScreen) and "the answer cites nothing" in on.line("#notice")
    await on.press("home", "down", "down", "down", "g")
    assert isinstance(on.app.focused, AnswerPage) and on.app.focused.chosen == 1


async def zoom(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "w", "z")
    assert isinstance(on.screen, TimelineScreen)
    rows = on.screen.query_one(TimelineTree)
    start, end = rows.window
    assert end - start < 3 and "of root ▸ step 2 ▸ auth" in on.line("#crumbs")
    await on.press("z", "slash", *"cookies")
    assert rows.window[1] - rows.window[0] > 20 and rows.keys == ["0", "0/2", "4"]
    await on.press("escape", "escape")
    assert isinstance(on.screen, AskScreen)


def trace(on: Screenful) -> str:
    assert isinstance(on.screen, TraceScreen)
    return on.line("#notice")


PLAYS: dict[tuple[Place, str], Callable[[Screenful], Awaitable[None]]] = {
    ("calls", "filter"): filtering,
    ("calls", "clear_filter"): clear_filter,
    ("calls", "next_failure"): next_failure,
    ("calls", "use"): use,
    ("calls", "spawner"): spawner,
    ("filter", "keep"): clear_filter,
    ("filter", "drop"): drop_filter,
    ("answer", "claim(1)"): claim,
    ("answer", "claim(-1)"): claim,
    ("answer", "open_code"): claim_code,
    ("answer", "finder"): claim_finder,
    ("citations", "finder"): citation_finder,
    ("code", "finder"): code_finder,
    ("ask", "reopen"): reopened,
    ("ask", "timeline"): timeline,
    ("timeline", "zoom"): zoom,
    ("timeline", "back"): timeline,
    ("trace", "into"): trace_into,
    ("trace", "spawner"): trace_spawner,
    ("trace", "use"): trace_use,
    ("trace", "next_failure"): trace_next_failure,
    ("trace", "again"): trace_again,
    ("trace", "export"): trace_export,
}
