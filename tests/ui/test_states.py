"""States of the screen: what fails, what is hostile, what grows, what is replayed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_runs import ANSWER, HOSTILE, QUESTION, PlayedRun, Script, answering, finished
from screen_stage import Screenful, Stage, opened
from textual import events
from textual.color import Color
from textual.theme import Theme
from textual.widgets import Static

from rlm_tui.plugins import discover
from rlm_tui.records.events import Citation
from rlm_tui.repository.repository import Repository
from rlm_tui.ui import status
from rlm_tui.ui.app import RlmApp
from rlm_tui.ui.blocks import PROMPT_MARK
from rlm_tui.ui.calls_tree import CallsTree
from rlm_tui.ui.examples import GENERAL, examples
from rlm_tui.ui.session import History, LiveRun
from rlm_tui.ui.status import Notice
from rlm_tui.ui.trace import TraceScreen

UNSAFE = {"\x1b", "\x07", "\u202e", "\x9b"}


def shown(app: RlmApp) -> str:
    """Return every character on the screen."""
    size = app.size
    lines = app.screen._compositor.render_strips(size)
    return "\n".join("".join(segment.text for segment in line) for line in lines)


def hostile() -> Script:
    script = Script(model=HOSTILE)
    script.start(HOSTILE)
    script.call("0", "", HOSTILE, 0, depth=0)
    script.prompt("0")
    script.step("0", 1)
    script.stream("0", 1, HOSTILE, "thinking")
    script.turn("0", 1, HOSTILE, f"x = '''{HOSTILE}'''")
    script.tool("0", 1, HOSTILE, HOSTILE, HOSTILE)
    script.call("1", "0", HOSTILE, 1)
    script.retry("1", 1)
    script.done("1", HOSTILE, "failed", HOSTILE)
    script.tool("0", 1, "grep", HOSTILE, "", HOSTILE)
    script.cell("0", 1, HOSTILE, HOSTILE)
    script.step("0", 2)
    script.turn("0", 2, HOSTILE)
    script.done("0", HOSTILE)
    script.notice(HOSTILE)
    script.cite(Citation(path=HOSTILE, start=1, end=2, ok=False, reason=HOSTILE, excerpt=HOSTILE))
    script.end(HOSTILE, "failed", HOSTILE, 1)
    return script


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15), (20, 6)])
async def test_hostile_text_is_only_text_in_every_widget(stage: Stage, size: tuple[int, int]) -> None:
    stage.events = hostile().events
    seen = []
    async with opened(stage, size) as on:
        on.app.post_message(events.Paste(HOSTILE))
        await on.settle()
        assert not UNSAFE & set(on.prompt.text)
        seen.append(shown(on.app))
        await on.press("ctrl+c")
        await on.ask()
        for keys in (
            ("tab",),
            ("tab",),
            ("tab",),
            ("1",),
            ("escape",),
            ("tab", "tab", "enter"),
            ("tab",),
            ("tab",),
            ("tab",),
        ):
            await on.press(*keys)
            seen.append(shown(on.app))
        assert isinstance(on.screen, TraceScreen)
        await on.press("escape", "r")
        seen.append(shown(on.app))
        assert on.app.return_value is None and on.app.is_running
    assert not UNSAFE & set("".join(seen))
    if size == (120, 40):
        assert "[/][@click=app.quit]x[/] list[int]" in "".join(seen)


async def test_what_is_typed_before_the_screen_stands_comes_into_the_prompt(stage: Stage) -> None:
    app = stage.app()
    keys = [*"why q", "enter", *"and"]
    for key in keys:
        character = " " if key == " " else key if len(key) == 1 else None
        app.post_message(events.Key("space" if key == " " else key, character))
    app.post_message(events.Paste(" pasted"))
    async with app.run_test() as pilot:
        on = Screenful(app, pilot, stage)
        await on.settle()
        assert on.stage.asked == [("why q", ())] and on.prompt.text == "and pasted"


async def test_notices_go_by_themselves_and_errors_stay(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "INFO_STAYS", 0.01)
    async with opened(stage) as on:
        notice = on.screen.query_one(Notice)
        notice.say("read", "info")
        while "read" in on.notice:  # noqa: ASYNC110 - a timer of the screen: no event
            await asyncio.sleep(0.01)
        notice.say("read", "info")
        notice.say("failed", "error")
        await asyncio.sleep(0.1)
        assert "failed" in on.notice


async def test_what_was_typed_is_shown_not_what_a_mode_made_of_it(stage: Stage) -> None:
    script = Script()
    script.start(question="What is the cause of the failure in `context`?", asked="/debug Trace:\n  a\n  b\nError: x")
    stage.events = script.events
    async with opened(stage) as on:
        await on.ask()
        question = on.screen.query_one("#question", Static)
        assert str(question.content) == f"{PROMPT_MARK} /debug Trace: … Error: x"


async def test_a_failed_run_says_why(stage: Stage) -> None:
    script = Script()
    script.start()
    script.end("", "failed", "the endpoint refused the key (401): check ANTHROPIC_API_KEY", 3)
    stage.events = script.events
    async with opened(stage) as on:
        await on.ask()
        assert "the endpoint refused the key (401)" in on.page.text
        assert "the endpoint refused the key (401)" in on.notice


async def test_an_engine_that_refuses_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, history: History) -> LiveRun:
        raise LookupError("there is no mode 'frob'")

    monkeypatch.setattr(stage, "ask", refuse)
    async with opened(stage) as on:
        await on.press(*"why", "enter")
        assert "there is no mode 'frob'" in on.notice


async def test_a_run_whose_events_break_off_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: PlayedRun) -> Iterator[None]:
        raise OSError("the disk is full")

    monkeypatch.setattr(PlayedRun, "events", broken)
    async with opened(stage) as on:
        await on.press(*"why", "enter")
        assert "the disk is full" in on.notice
        assert not on.app.is_live


async def test_the_second_question_knows_the_first(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.ask()
        await on.press(*"and", "enter")
        assert stage.asked[1] == ("and", ((QUESTION, ANSWER),))
        assert on.app.is_live
        await on.press(*"third", "enter")
        assert len(stage.asked) == 2
        assert "one question at a time" in on.notice and on.prompt.text == "third"


async def test_a_record_is_shown_without_a_model(stage: Stage) -> None:
    events = finished().events
    stage.replay = events[0].run_id[:12]
    path = stage.runs.path(events[0].run_id)
    path.parent.mkdir()
    path.write_text("".join(event.model_dump_json() + "\n" for event in events))
    async with opened(stage) as on:
        await on.settle()
        assert on.page.text.startswith("Why a refresh can deadlock")
        assert len(on.calls.keys) == 13
        assert "10 calls" in on.line("#status") and "0:21" in on.line("#status")
        assert on.page.scroll_offset.y == 0
        assert stage.asked == []


async def test_a_missing_record_is_said(stage: Stage) -> None:
    stage.replay = "20200101-000000-abcd"
    async with opened(stage) as on:
        await on.settle()
        assert "replay:" in on.notice


async def test_the_cursor_stays_on_its_node_as_rows_come_and_go(stage: Stage) -> None:
    everything = answering().events
    async with opened(stage) as on:
        await on.ask(30)
        await on.press("tab", "end")
        at = on.calls.cursor
        for end in range(30, len(everything), 9):
            on.stage.run.play(end)
            await on.settle()
            assert on.calls.cursor == at


async def test_the_trace_is_live(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.ask(len(answering().events))
        await on.press("tab", "enter")
        assert "● running" in on.line("#facts")
        on.stage.run.play()
        await on.settle()
        assert "✓ done" in on.line("#facts")


async def test_the_screen_survives_any_size_while_it_streams(stage: Stage) -> None:
    begin = len(answering().events)
    async with opened(stage) as on:
        await on.ask(begin)
        for step, size in enumerate([(60, 15), (200, 50), (20, 5), (99, 30), (100, 30), (1, 1), (120, 40)]):
            on.stage.run.play(begin + 4 * step)
            await on.pilot.resize_terminal(*size)
            await on.settle()
        on.stage.run.play()
        await on.settle()
        assert "removes the cause." in on.page.text


async def test_the_empty_state_says_what_is_in_force(stage: Stage) -> None:
    stage.language_model = False
    async with opened(stage) as on:
        await on.settle()
        said = " ".join(on.page.text.split())
        assert "navigator: no language model · /setup for one" in said
        assert "sandbox sealed" in said
        assert "index ready · " in said
        assert "navigator: no language model" in on.line("#status")


async def test_the_first_screen_asks_of_names_of_this_repository(stage: Stage, tmp_path: Path) -> None:
    stage.repository = Repository.open(stage.repository.root, tmp_path / "other")
    async with opened(stage) as on:
        while "who calls" not in on.page.text:
            await on.settle()
            await asyncio.sleep(0.02)
        first, second = (
            line.split()[-1].rstrip("?") for line in on.page.text.splitlines() if "who " in line or "rename " in line
        )
        assert stage.repository.symbols(first) and stage.repository.symbols(second) and first != second


def test_a_repository_without_code_has_questions_too(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("# A\n")
    repository = Repository.open(tmp_path / "notes", tmp_path / "cache")
    repository.scan()
    assert examples(repository) == GENERAL
    repository.close()


async def test_a_theme_that_is_not_there_is_said_and_any_of_textual_works(stage: Stage) -> None:
    stage.theme = "frob"
    async with opened(stage) as on:
        await on.settle()
        assert "there is no theme 'frob'" in on.notice and on.app.theme == "ink"
    stage.theme = "nord"
    async with opened(stage) as on:
        await on.ask()
        assert on.app.theme == "nord" and on.notice.strip("─ ") == ""


async def test_the_question_is_never_markup(stage: Stage) -> None:
    script = Script()
    script.start("what is list[int] [/] [bold]")
    stage.events = script.events
    async with opened(stage) as on:
        await on.ask()
        assert "what is list[int] [/] [bold]" in str(on.screen.query_one("#question", Static).render())


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2.2, relative luminance as defined there."""

    def luminance(name: str) -> float:
        parts = [part / 255 for part in Color.parse(name).rgb]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", discover("rlm_tui.themes", Theme), ids=lambda theme: str(theme.name))
def test_our_themes_can_be_read(theme: Theme) -> None:
    grounds = [theme.background, theme.surface, theme.panel]
    grounds += [theme.variables["block-cursor-background"], theme.variables["block-cursor-blurred-background"]]
    texts = [theme.foreground, *(value for name, value in theme.variables.items() if name.startswith("text-"))]
    for ground in grounds:
        for text in texts:
            assert ground is not None and text is not None
            least = 7.0 if theme.name.startswith("contrast") else 4.5
            assert contrast(text, ground) >= least, (text, ground, contrast(text, ground))


def test_importing_the_app_loads_no_sdk_no_grammar_and_no_lexer() -> None:
    heavy = ("anthropic", "tree_sitter_python", "pygments.lexers", "markdown_it", "rlm_tui.engine", "rlm_tui.models")
    code = f"import sys, rlm_tui.ui.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_five_thousand_rows_draw_only_what_is_seen(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    script.step("0", 1)
    for number in range(1, 5_001):
        script.call(str(number), "0", f"module {number}", 1)
    stage.events = script.events
    drawn: list[int] = []
    real = CallsTree.render_line
    monkeypatch.setattr(CallsTree, "render_line", lambda tree, y: drawn.append(y) or real(tree, y))  # type: ignore[func-returns-value]
    async with opened(stage) as on:
        await on.ask()
        drawn.clear()
        await on.press("tab", "end")
        assert on.calls.cursor == "5000"
        assert len(drawn) < 400


async def test_the_report_goes_where_the_user_stands(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(stage) as on:
        await on.ask()
        await on.press(*"/export", "enter")
        assert (tmp_path / f"rlm-tui-report-{on.stage.run.id}.md").is_file()
