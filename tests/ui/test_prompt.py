"""The prompt: completion of @mentions and /commands, what was asked in earlier sessions, the editor."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sample_runs import HOSTILE
from screen_stage import Screenful, Stage, opened
from textual import events
from textual.widgets import OptionList

from rlm_tui.records.asked import AskedStore
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.completion import Choices, Token, token
from rlm_tui.ui.editing import EditorError, at_line, editor
from rlm_tui.ui.help import HelpScreen
from rlm_tui.ui.picker import Picker


@pytest.mark.parametrize(
    "before, is_first, expected",
    [
        ("/", True, Token("command", 0, "")),
        ("/ru", True, Token("command", 0, "ru")),
        ("/ru", False, None),
        ("/runs x", True, None),
        ("see @", True, Token("mention", 4, "")),
        ("see @Session.se", False, Token("mention", 4, "Session.se")),
        ("(@src/app.py", True, Token("mention", 1, "src/app.py")),
        ("me@example.org", True, None),
        ("@Session ", True, None),
        ("@@", True, None),
        ("@`a", True, Token("mention", 0, "a")),
        ("@" + "a" * 500, True, None),
        ("x " * 5_000 + "@a", True, Token("mention", 10_000, "a")),
    ],
)
def test_what_is_being_written(before: str, is_first: bool, expected: Token | None) -> None:
    assert token(before, is_first) == expected


def choices(on: Screenful) -> list[str]:
    options = on.app.screen_stack[0].query_one(Choices)
    shown = [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]
    return shown if options.is_open else []


async def test_a_symbol_is_completed(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press(*"why @cha")
        assert choices(on)[0].split()[:2] == ["method", "Gateway.charge"]
        await on.press("tab")
        assert on.prompt.text == "why @Gateway.charge " and choices(on) == [] and on.app.focused is on.prompt
        await on.press(*"@src/shop/o", "enter")
        assert on.prompt.text == "why @Gateway.charge @src/shop/orders.py " and on.stage.asked == []
        await on.press("enter")
        assert on.stage.asked == [("why @Gateway.charge @src/shop/orders.py", ())]


async def test_arrows_move_and_escape_closes(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press(*"@pay")
        options = on.app.screen_stack[0].query_one(Choices)
        await on.press("down", "down", "up")
        assert options.highlighted == 1
        await on.press("escape")
        assert choices(on) == [] and on.prompt.text == "@pay"
        await on.press("m")
        assert choices(on) == []
        await on.press("space", "at", "o")
        assert choices(on)
        await on.press("tab")
        assert on.prompt.text.startswith("@paym @")


async def test_keys_that_come_faster_than_the_list_are_taken_as_written(stage: Stage) -> None:
    async with opened(stage) as on:
        for text in ("/theme paper", "who calls @Gateway.charge"):
            for character in text:
                on.app.post_message(events.Key("space" if character == " " else character, character))
            on.app.post_message(events.Key("enter", "\r"))
        await on.settle()
        assert on.app.theme == "paper" and isinstance(on.screen, AskScreen)
        assert on.stage.asked == [("who calls @Gateway.charge", ())]


async def test_what_is_written_in_full_is_sent(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press(*"@Order.pay", "enter")
        assert on.stage.asked == [("@Order.pay", ())]


async def test_in_the_middle_of_a_text_only_the_name_changes(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press(*"@cha now", *["left"] * 4)
        assert choices(on)
        await on.press("tab")
        assert on.prompt.text == "@Gateway.charge  now"


async def test_commands_are_completed(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press("slash")
        assert any(line.startswith("/export") for line in choices(on))
        await on.press(*"ru", "tab")
        assert on.prompt.text == "/runs " and choices(on) == []
        await on.press("ctrl+c", *"/he", "enter")
        assert isinstance(on.screen, HelpScreen)


async def test_tab_goes_on_to_the_panes_without_a_list(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press(*"@zzz", "tab")
        assert on.app.focused is not None and on.app.focused.id == "answer"  # there are no calls yet


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15), (20, 6)])
async def test_the_list_stays_above_the_prompt_and_moves_nothing(stage: Stage, size: tuple[int, int]) -> None:
    async with opened(stage, size) as on:
        before = on.prompt.region
        await on.press("at")
        listed = on.app.screen_stack[0].query_one(Choices).region
        assert on.prompt.region == before
        assert listed.bottom == before.y or size == (20, 6)


async def test_hostile_names_are_completed_as_text(stage: Stage) -> None:
    for name in ("a\x1b]52;c;eA==\x07.py", "[red]b[@click=quit].py", "c d.py"):
        (stage.repository.root / name).write_text("x = 1\n")
    stage.repository.scan()
    async with opened(stage) as on:
        await on.press("at", "full_stop", *"py")
        drawn = "".join(choices(on))
        assert "\x1b" not in drawn and "[red]b[@click=quit].py" in drawn
        await on.press("ctrl+c", *"@d.py", "tab")
        assert on.prompt.text == "@`c d.py` "


async def test_questions_of_earlier_sessions_come_back(stage: Stage, tmp_path: Path) -> None:
    stage.kept = AskedStore(tmp_path / "questions.jsonl")
    root = str(stage.repository.root)
    for text, where in (("first", root), ("elsewhere", "/other"), (HOSTILE, root), ("second", root)):
        stage.kept.add(text, where)
    async with opened(stage) as on:
        await on.press("up")
        assert on.prompt.text == "second"
        await on.press("up", "up", *["up"] * 9)
        assert on.prompt.text == "first"
        await on.press("ctrl+c", *"third", "enter")
    assert stage.kept.read()[-1].text == "third"


async def test_history_is_searched(stage: Stage, tmp_path: Path) -> None:
    stage.kept = AskedStore(tmp_path / "questions.jsonl")
    root = str(stage.repository.root)
    for text, where in (("who calls send?", root), ("who calls pay?", root), ("what calls [/]", "/other")):
        stage.kept.add(text, where)
    async with opened(stage) as on:
        await on.press("ctrl+r")
        assert isinstance(on.screen, Picker)
        options = on.screen.query_one(OptionList)
        assert [str(options.get_option_at_index(index).prompt) for index in range(3)] == [
            "who calls pay?",
            "who calls send?",
            "other  what calls [/]",
        ]
        await on.press(*"calls send", "enter")
        assert on.prompt.text == "who calls send?" and on.app.focused is on.prompt
        await on.press("ctrl+r", *"nothing like this", "enter")
        assert isinstance(on.screen, Picker)
        await on.press("escape")
        assert on.prompt.text == "who calls send?"


async def test_where_nothing_can_be_kept_that_is_said(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stage.kept = AskedStore(tmp_path / "file" / "questions.jsonl")
    async with opened(stage) as on:
        await on.ask()
        assert "not kept beyond this session" in on.notice or "cannot be read" in on.notice
        await on.press("up")
        assert on.prompt.text == "why"


async def test_no_editor_without_a_terminal(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    async with opened(stage) as on:
        await on.press("a", "ctrl+g")
        await asyncio.sleep(0)
        assert "no terminal" in on.notice and on.prompt.text == "a"


def test_the_editor_is_the_users() -> None:
    assert editor({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert editor({"VISUAL": " ", "EDITOR": "vi"}) == ["vi"]
    with pytest.raises(EditorError, match="EDITOR cannot be read"):
        editor({"EDITOR": "vi 'x"})
    path = Path("/a b/c.py")
    assert at_line(["vim"], path, 7) == ["vim", "+7", "/a b/c.py"]
    assert at_line(["code", "--wait"], path, 7) == ["code", "--wait", "--goto", "/a b/c.py:7"]
    assert at_line(["hx"], path, 7) == ["hx", "/a b/c.py:7"]
