"""Themes: ours, the user's from files, the list to choose from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from screen_stage import Stage, opened
from textual.widgets import OptionList

from rlm_tui.ui.theme import palette_of
from rlm_tui.ui.themes import ThemesScreen, counterpart, load_themes


def write(folder: Path, name: str, text: str | bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_theme_of_the_users_is_its_base_and_what_it_names(tmp_path: Path) -> None:
    write(tmp_path, "mine.toml", 'base = "paper"\nprimary = "#123456"\nrule = "rgb(1,2,3)"\n')
    themes, problems = load_themes(tmp_path)
    found = {theme.name: theme for theme in themes}
    assert problems == []
    mine, paper = palette_of(found["mine"]), palette_of(found["paper"])
    assert (mine.primary, mine.rule, mine.muted) == ("#123456", "#010203", paper.muted)
    assert not found["mine"].dark and found["mine"].variables["border"] == "#123456"


def test_a_theme_is_dark_when_its_ground_is(tmp_path: Path) -> None:
    write(tmp_path, "night.toml", 'base = "paper"\nbackground = "black"\n')
    write(tmp_path, "day.toml", 'background = "#fff"\n')
    write(tmp_path, "said.toml", 'background = "#fff"\ndark = true\n')
    themes = {theme.name: theme.dark for theme in load_themes(tmp_path)[0]}
    assert (themes["night"], themes["day"], themes["said"]) == (True, False, True)


@pytest.mark.parametrize(
    "text, said",
    [
        ("primary = ", "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
        (f"dark = {'1' * 5_000}", "is not valid TOML"),
        ('colour = "red"', "there is no 'colour'; there are base, dark, background"),
        ('primary = "blurple"', "primary must be a colour such as '#7cc0c8', not 'blurple'"),
        ("primary = 3", "primary must be a colour"),
        ("[primary]\na = 1", "primary must be a colour"),
        ('base = "nord"', "base must be one of ink, contrast"),
        ('dark = "yes"', "dark must be true or false"),
        ("#" * 70_000, "larger than 65,536 bytes"),
        ("a = " + "[" * 5_000, "is not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_theme_is_said(tmp_path: Path, text: str | bytes, said: str) -> None:
    write(tmp_path, "bad.toml", text)
    themes, problems = load_themes(tmp_path)
    assert "ink" in {theme.name for theme in themes}
    assert len(problems) == 1 and f"{tmp_path.name}/bad.toml: " in problems[0] and said in problems[0]


def test_a_file_name_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    write(tmp_path, "\x1b]0;x\x07.toml", "x")
    assert "\\x1b" in load_themes(tmp_path)[1][0] and "\x1b" not in load_themes(tmp_path)[1][0]


def test_what_is_no_file_is_said_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    (tmp_path / "folder.toml").mkdir()
    themes, problems = load_themes(tmp_path)
    assert len(problems) == 3 and all("is no file" in told or "directory" in told for told in problems)
    assert themes


def test_no_folder_is_no_problem(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "none")[1] == [] and load_themes(None)[1] == []


async def test_what_is_wrong_is_said_on_the_screen(stage: Stage, tmp_path: Path) -> None:
    write(tmp_path / "themes", "bad.toml", 'primary = "blurple"')
    stage.themes_folder = tmp_path / "themes"
    async with opened(stage) as on:
        await on.settle()
        assert "themes/bad.toml: primary must be a colour" in on.notice and on.app.theme == "ink"


async def test_the_list_shows_each_theme_as_one_moves(stage: Stage, tmp_path: Path) -> None:
    write(tmp_path / "themes", "mine.toml", 'background = "#102030"')
    stage.themes_folder = tmp_path / "themes"
    async with opened(stage) as on:
        await on.press(*"/theme", "enter")
        assert isinstance(on.screen, ThemesScreen)
        seen = [on.app.theme]
        for _ in range(5):
            await on.press("down")
            seen.append(on.app.theme)
        assert seen == ["ink", "mine", "contrast-light", "paper", "ansi-dark", "atom-one-dark"]
        await on.press("escape")
        assert on.app.theme == "ink"
        await on.press("tab", "T", "down", "enter")
        assert on.app.theme == "mine"
        assert on.app.screen.styles.background.hex == "#102030"


async def test_a_theme_is_taken_by_its_name(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press(*"/theme contrast", "enter")
        assert on.app.theme == "contrast"
        await on.press(*"/theme frob", "enter")
        assert on.app.theme == "contrast" and "there is no theme 'frob'; there are " in on.notice
        await on.press("tab", "t")
        assert on.app.theme == "contrast-light"


def test_each_theme_of_ours_has_its_counterpart() -> None:
    themes = {theme.name: theme for theme in load_themes(None)[0]}
    for theme in themes.values():
        other = themes[counterpart(theme)]
        assert other.dark != theme.dark and counterpart(other) == theme.name


async def test_the_list_has_all_of_textuals(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press("tab", "T")
        assert on.screen.query_one(OptionList).option_count == len(on.app.available_themes) > 15
