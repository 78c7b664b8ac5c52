"""Every key of the registry does what it says, in the real app."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import browse_plays
import diff_plays
import look_plays
import pytest
import tree_plays
from sample_runs import answering, finished
from screen_stage import Screenful, Stage, opened
from textual.binding import Binding
from textual.widgets import OptionList, Static

from rlm_tui.engine.fanout import Plan
from rlm_tui.records.tree import Tree
from rlm_tui.ui.actions import ACTIONS, Action, Place, bindings, key_table
from rlm_tui.ui.answer import AnswerPane, Citations
from rlm_tui.ui.app import RlmApp
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.browse import BrowseScreen
from rlm_tui.ui.calls_pane import CallsPane, FilterLine
from rlm_tui.ui.calls_tree import CallsTree
from rlm_tui.ui.claims import AnswerPage
from rlm_tui.ui.code_view import CodeScreen
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.diff_view import DiffScreen
from rlm_tui.ui.help import HelpScreen
from rlm_tui.ui.jump import JumpScreen
from rlm_tui.ui.picker import Picker
from rlm_tui.ui.plan import PlanScreen
from rlm_tui.ui.prompt import Prompt
from rlm_tui.ui.report_file import write_new
from rlm_tui.ui.runs import RunsScreen
from rlm_tui.ui.settings_screen import SettingsScreen
from rlm_tui.ui.setup_screen import SetupScreen
from rlm_tui.ui.status import Footer, Tabs
from rlm_tui.ui.themes import ThemesScreen
from rlm_tui.ui.timeline import TimelineScreen
from rlm_tui.ui.trace import TraceScreen
from rlm_tui.ui.value import ValueScreen

HOLDERS: dict[Place, type] = {
    "everywhere": RlmApp,
    "ask": AskScreen,
    "prompt": Prompt,
    "calls": CallsTree,
    "filter": FilterLine,
    "answer": AnswerPage,
    "citations": Citations,
    "trace": TraceScreen,
    "timeline": TimelineScreen,
    "code": CodeScreen,
    "browse": BrowseScreen,
    "picker": Picker,
    "runs": OptionList,
    "themes": OptionList,
    "setup": SetupScreen,
    "settings": SettingsScreen,
    "value": ValueScreen,
    "jump": JumpScreen,
    "confirm": Confirm,
    "plan": PlanScreen,
    "diff": DiffScreen,
    "help": HelpScreen,
}
LIVE = len(answering().events)


Play = Callable[[Screenful], Awaitable[None]]


async def send(on: Screenful) -> None:
    await on.press(*"why", "enter")
    assert on.stage.asked == [("why", ())]
    assert on.prompt.text == ""
    assert isinstance(on.app.focused, Prompt)


async def newline(on: Screenful) -> None:
    await on.press("a", "ctrl+j", "b")
    assert on.prompt.text == "a\nb"
    assert on.prompt.size.height == 2


async def earlier(on: Screenful) -> None:
    await on.ask()
    await on.press("d", "up")
    assert on.prompt.text == "why"
    await on.press("up")
    assert on.prompt.text == "why"


async def later(on: Screenful) -> None:
    await on.ask()
    await on.press("d", "up", "down")
    assert on.prompt.text == "d"


async def open_trace(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "enter")
    assert isinstance(on.screen, TraceScreen)
    assert on.line("#crumbs").split("  ")[0] == "root ▸ step 1"
    assert "grep(r" in on.page.text
    await on.press("escape")
    assert on.calls.cursor == "0/1" and on.app.focused is on.calls


async def fold(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "space")
    assert on.calls.keys == ["0"]
    await on.press("space")
    assert len(on.calls.keys) == 13


async def close_row(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "left")
    assert on.calls.cursor == "0/2"
    await on.press("h")
    assert on.calls.keys == ["0", "0/1", "0/2", "0/3"]
    await on.press("left")
    assert on.calls.cursor == "0"


async def open_row(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "right")
    assert "1/1" in on.calls.keys
    await on.press("l")
    assert on.calls.cursor == "1/1"


async def up(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "up")
    assert on.calls.cursor == "0/1"
    await on.press("k", "k", "k")
    assert on.calls.cursor == "0"


async def down(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "j")
    assert on.calls.cursor == "0/2"


async def page_down(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "pagedown")
    assert on.calls.cursor == on.calls.keys[-1]


async def page_up(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "end", "pageup")
    assert on.calls.cursor == "0"


async def follow(on: Screenful) -> None:
    await on.ask(LIVE)
    await on.press("tab", "F")
    assert on.calls.following and on.calls.cursor == "8"
    assert on.screen.query_one(CallsPane).border_title == "Calls · following"
    await on.press("down")
    assert not on.calls.following and on.calls.cursor == "9"


async def cancel_call(on: Screenful) -> None:
    await on.ask(LIVE)
    await on.press("tab", "end", "up", "x")
    assert on.stage.run.cancelled == [("8", True)]
    assert "cancelling utils" in on.notice


async def trace_more(on: Screenful) -> None:
    told: dict[str, dict[str, object]] = {
        "turn_ended": {"thinking": "It may be in the session. " * 50},
        "cell_ended": {"output": "head [...] tail", "omitted": 4_321, "whole": "head and all between and tail"},
    }
    on.stage.events = [event.model_copy(update=told.get(event.kind, {})) for event in finished().events]
    await on.ask()
    await on.press("tab", "down", "enter")
    assert "▸ thinking, 1,300 characters" in on.page.text
    assert "in the session" not in on.page.text
    await on.press("space")
    assert "▾ thinking, 1,300 characters" in on.page.text
    assert "in the session" in on.page.text
    await on.press("space")
    assert "in the session" not in on.page.text
    await on.press("tab")
    assert "▸ 4,321 characters were left out" in on.page.text and "all between" not in on.page.text
    await on.press("space")
    assert "▾ 4,321 characters were left out" in on.page.text and "head and all between" in on.page.text


async def trace_cancel_call(on: Screenful) -> None:
    await on.ask(LIVE)
    await on.press("tab", "end", "up", "enter", "x")
    assert on.stage.run.cancelled == [("8", True)]


async def scroll(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "tab", "home")
    assert on.page.scroll_offset.y == 0
    await on.press("down")
    assert on.page.scroll_offset.y == 1
    await on.press("end")
    assert on.page.is_vertical_scroll_end


async def citation(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "tab", "tab")
    assert isinstance(on.app.focused, OptionList)
    await on.press("down", "enter")
    assert isinstance(on.screen, CodeScreen)
    assert "src/shop/" in on.line("#crumbs") and "✓ checked" in on.line("#crumbs")
    await on.press("escape")
    assert isinstance(on.app.focused, OptionList)


async def cancel(on: Screenful) -> None:
    await on.ask(LIVE)
    await on.press("escape")
    assert on.stage.run.cancelled == [("0", False)]
    assert "Esc again" in on.notice
    await on.press("escape")
    assert on.stage.run.cancelled == [("0", False), ("0", True)]


async def next_pane(on: Screenful) -> None:
    await on.ask()
    seen = []
    for _ in range(4):
        await on.press("tab")
        seen.append(on.app.focused.id if on.app.focused else None)
    assert seen == ["calls", "answer", "citations", "prompt"]


async def last_pane(on: Screenful) -> None:
    await on.press("shift+tab")
    assert on.app.focused is not None and on.app.focused.id == "answer"


async def write(on: Screenful) -> None:
    for keys in (("tab", "i"), ("tab", "slash")):
        await on.press(*keys)
        assert on.app.focused is on.prompt and on.prompt.text == ""


async def cite(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "1")
    assert isinstance(on.screen, CodeScreen)
    assert "def charge(self, cents: int) -> bool:" in on.page.text
    assert "▌21 " in on.page.text and "▌20 " not in on.page.text
    await on.press("escape", "9")
    assert "there is no citation 9" in on.notice


async def export(on: Screenful) -> None:
    await on.press("tab", "e")
    assert "nothing to export" in on.notice
    await on.press("tab")
    await on.ask()
    await on.press("tab", "e")
    report = Path.cwd() / f"rlm-tui-report-{on.stage.run.id}.md"
    assert "Why a refresh can deadlock" in report.read_text()
    assert report.name[:20] in on.notice
    await on.press("e")
    assert report.with_name(f"{report.stem}-2.md").exists()


async def again(on: Screenful) -> None:
    await on.ask()
    start = on.app.shown.start
    assert start is not None
    await on.press("tab", "R")
    assert [text for text, _ in on.stage.asked] == ["why", start.question]
    on.stage.run.play()
    await on.settle()
    on.app.shown_id, on.app.shown = "cut", Tree.of(on.stage.events[:-2])
    await on.press("R")
    assert on.stage.resumed == ["cut"]


async def plan(on: Screenful) -> None:
    await on.ask(until=4)
    (approve,) = on.stage.approvers
    asked = Plan("map_query", 0, 24, "claude-haiku-5-5", 90_000, 0.4)
    for key, allowed in (("y", True), ("n", False), ("escape", False)):
        answer = asyncio.ensure_future(approve("0", asked))
        await on.pilot.pause()
        assert isinstance(on.screen, PlanScreen)
        shown = " ".join(str(one.render()) for one in on.screen.query(Static))
        assert "map_query: 24 queries of claude-haiku-5-5, at most 90,000 tokens, $0.40" in shown
        assert "root is about to start" in shown and "left" in shown
        await on.pilot.press(key)
        assert await answer is allowed
    answer = asyncio.ensure_future(approve("0", asked))
    await on.pilot.pause()
    answer.cancel()
    await on.pilot.pause()
    await on.pilot.pause()
    assert isinstance(on.screen, AskScreen)


async def runs(on: Screenful) -> None:
    run_id = write_record(on.stage)
    await on.press("tab", "r")
    assert isinstance(on.screen, RunsScreen)
    assert on.screen.query_one(OptionList).option_count == 1
    await on.press("enter")
    assert on.app.shown_id == run_id
    assert on.app.shown.end is not None and "deadlock" in on.page.text
    await on.press("r", "escape")
    assert isinstance(on.screen, AskScreen)


def write_record(stage: Stage) -> str:
    events = finished().events
    path = stage.runs.path(events[0].run_id)
    path.parent.mkdir(parents=True)
    path.write_text("".join(event.model_dump_json() + "\n" for event in events))
    return events[0].run_id


async def sibling(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "enter", "right_square_bracket")
    assert "sessions" in on.line("#crumbs") and "2/9" in on.line("#crumbs")
    await on.press("left_square_bracket", "left_square_bracket")
    assert "auth" in on.line("#crumbs") and "this is the first" in on.line("#notice")
    await on.press("right_square_bracket", "escape")
    assert on.calls.cursor == "1"


async def parent(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "down", "down", "enter", "backspace")
    assert on.line("#crumbs").startswith("root ▸ step 2 ")
    await on.press("backspace", "backspace")
    assert on.line("#crumbs").startswith("root ")


async def tab(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "enter")
    seen = [on.page.text]
    for _ in range(6):
        await on.press("tab")
        seen.append(on.page.text)
    assert "src/shop/store.py 14" in seen[1] and "'_lock'" in seen[1]
    assert "by_file" in seen[2]
    assert '"status": "done"' in seen[4]
    assert "System prompt" in seen[5]
    assert seen[6] == seen[0]
    await on.press("shift+tab", "left", "right")
    assert "System prompt" in on.page.text


async def cited(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "1", "end", "c")
    assert on.page.scroll_offset.y <= 21


async def code_back(on: Screenful) -> None:
    await on.ask()
    for key in ("escape", "backspace"):
        await on.press("tab", "2", key)
        assert isinstance(on.screen, AskScreen)


async def toggle_theme(on: Screenful) -> None:
    assert on.app.theme == "ink"
    await on.press("tab", "t")
    assert on.app.theme == "paper"
    await on.press("t")
    assert on.app.theme == "ink"


async def themes(on: Screenful) -> None:
    await on.press("tab", "T", "down")
    assert on.app.theme != "ink"
    await on.press("escape")
    assert on.app.theme == "ink"
    await on.press("T", "down", "enter")
    assert on.app.theme != "ink" and isinstance(on.screen, AskScreen)


async def help_screen(on: Screenful) -> None:
    for keys in (("question_mark",), ("f1",)):
        await on.press(*keys)
        assert isinstance(on.screen, HelpScreen)
        assert all(action.says[:20] in on.page.text for action in ACTIONS)
        await on.press("escape")
        assert isinstance(on.screen, AskScreen)
    await on.press("a", "question_mark")
    assert on.prompt.text == "a?"


async def quit_app(on: Screenful) -> None:
    await on.press("q")
    assert on.prompt.text == "q"
    await on.press("tab")
    await on.pilot.press("q")
    assert on.app.return_value == 0


async def interrupt(on: Screenful) -> None:
    await on.press("a", "b", "ctrl+c")
    assert on.prompt.text == "" and "again quits" in on.notice
    await on.pilot.press("ctrl+c")
    assert on.app.return_value == 0


async def command_palette(on: Screenful) -> None:
    await on.press("ctrl+p")
    await on.press(*"all keys", "enter")
    await on.press("enter")
    assert isinstance(on.screen, HelpScreen)


PLAYS: dict[tuple[Place, str], Play] = (
    tree_plays.PLAYS
    | diff_plays.PLAYS
    | browse_plays.PLAYS
    | look_plays.PLAYS
    | {
        ("prompt", "send"): send,
        ("prompt", "newline"): newline,
        ("prompt", "earlier"): earlier,
        ("prompt", "later"): later,
        ("calls", "open_trace"): open_trace,
        ("calls", "fold"): fold,
        ("calls", "close_row"): close_row,
        ("calls", "open_row"): open_row,
        ("calls", "up"): up,
        ("calls", "down"): down,
        ("calls", "page_up"): page_up,
        ("calls", "page_down"): page_down,
        ("calls", "first"): page_up,
        ("calls", "last"): page_down,
        ("calls", "follow"): follow,
        ("calls", "cancel_call"): cancel_call,
        ("answer", "scroll"): scroll,
        ("citations", "select"): citation,
        ("ask", "cancel"): cancel,
        ("ask", "next_pane"): next_pane,
        ("ask", "last_pane"): last_pane,
        ("ask", "write"): write,
        ("ask", "cite"): cite,
        ("ask", "export"): export,
        ("ask", "again"): again,
        ("ask", "runs"): runs,
        ("trace", "sibling(-1)"): sibling,
        ("trace", "sibling(1)"): sibling,
        ("trace", "parent"): parent,
        ("trace", "tab(1)"): tab,
        ("trace", "tab(-1)"): tab,
        ("trace", "more"): trace_more,
        ("trace", "cancel_call"): trace_cancel_call,
        ("trace", "back"): open_trace,
        ("code", "back"): code_back,
        ("code", "cited"): cited,
        ("runs", "select"): runs,
        ("runs", "back"): runs,
        ("plan", "answer(True)"): plan,
        ("plan", "answer(False)"): plan,
        ("help", "back"): help_screen,
        ("everywhere", "toggle_theme"): toggle_theme,
        ("everywhere", "themes"): themes,
        ("themes", "select"): themes,
        ("themes", "back"): themes,
        ("everywhere", "help"): help_screen,
        ("everywhere", "quit"): quit_app,
        ("everywhere", "interrupt"): interrupt,
        ("everywhere", "command_palette"): command_palette,
    }
)


def test_every_action_is_played() -> None:
    assert set(PLAYS) == {(action.place, action.name) for action in ACTIONS}


@pytest.mark.parametrize("play", list(dict.fromkeys(PLAYS.values())), ids=lambda play: str(play.__name__))
async def test_key(stage: Stage, play: Play) -> None:
    async with opened(stage) as on:
        await play(on)


@pytest.mark.parametrize(
    "action", [action for action in ACTIONS if action.bound], ids=lambda action: f"{action.place}-{action.name}"
)
def test_each_action_is_bound_where_it_stands(action: Action) -> None:
    holder = {"runs": RunsScreen, "themes": ThemesScreen}.get(action.place, HOLDERS[action.place])
    assert callable(getattr(holder, f"action_{action.name.partition('(')[0]}"))
    bound = {
        key for binding in bindings(action.place) if isinstance(binding, Binding) for key in binding.key.split(",")
    }
    assert set(action.keys) <= bound
    assert holder.__dict__["BINDINGS"] == bindings(action.place)


def test_no_key_does_two_things_in_one_place() -> None:
    for place in HOLDERS:
        keys = [key for action in ACTIONS if action.place == place for key in action.keys]
        assert len(keys) == len(set(keys)), place


def test_the_readme_has_the_table_of_keys() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    between = readme.partition("<!-- keys:")[2].partition("-->")[2].partition("<!-- /keys -->")[0]
    assert between.strip() == key_table().strip()


@pytest.mark.parametrize("word, shown", [("help", HelpScreen), ("runs", RunsScreen), ("browse", BrowseScreen)])
async def test_slash_commands_open_screens(stage: Stage, word: str, shown: type) -> None:
    async with opened(stage) as on:
        await on.press(*f"/{word}", "enter")
        assert isinstance(on.screen, shown)
        assert on.stage.asked == []


async def test_an_unknown_slash_command_is_said(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press(*"/frob", "enter")
        assert "/frob is no command" in on.notice and "/export" in on.notice


@pytest.mark.parametrize("focus", range(4))
async def test_the_footer_names_only_keys_that_work(stage: Stage, focus: int) -> None:
    async with opened(stage, (200, 40)) as on:
        await on.ask()
        await on.press(*["tab"] * focus)
        line = on.screen.query_one(Footer).render().plain
        assert ("e export" in line) == (focus > 0)
        assert ("F1 help" in line) == (focus == 0)
        assert "cancel" not in line
        assert ("Esc leave prompt" in line) == (focus == 0)


@pytest.mark.parametrize("word", ["", "runs", "browse", "timeline", "help"])
async def test_the_way_to_help_is_named_at_any_width(stage: Stage, word: str) -> None:
    async with opened(stage, (60, 20)) as on:
        await on.ask()
        await on.press(*((*f"/{word}", "enter") if word else ("tab",)))
        line = on.screen.query_one(Footer).render().plain
        assert " help" in line and ("Esc back" in line) == bool(word) and len(line) <= 60


async def test_narrow_screens_show_one_pane_and_reach_all(stage: Stage) -> None:
    async with opened(stage, (80, 24)) as on:
        await on.ask(LIVE)
        tabs = on.screen.query_one(Tabs)
        pane = on.screen.query_one(CallsPane)
        assert not pane.display and "utils retry 1" in tabs.render().plain
        await on.press("tab")
        assert pane.display and not on.screen.query_one(AnswerPane).display
        await on.press("tab")
        assert on.screen.query_one(AnswerPane).display and not pane.display
        await on.pilot.resize_terminal(140, 40)
        await on.settle()
        assert pane.display and on.screen.query_one(AnswerPane).display and not tabs.display


def test_a_report_never_overwrites(tmp_path: Path) -> None:
    names = [write_new(tmp_path, "report", str(number)).name for number in range(3)]
    assert names == ["report.md", "report-2.md", "report-3.md"]
    assert (tmp_path / "report.md").read_text() == "0"
