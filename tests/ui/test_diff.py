"""The patch of a run on the screen: every hunk is seen, taken or left, applied after a yes, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff_plays import CART, PATCH, PAYMENT, SECOND, proposing, until
from screen_stage import Screenful, Stage, opened
from small_repository import FILES
from textual.widgets import Static

from rlm_tui.repository.patches.applying import Applying
from rlm_tui.repository.patches.patches import read_patch
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.diff_rows import Choice, blocks_of
from rlm_tui.ui.diff_view import DiffScreen


def words(screen: Screenful) -> str:
    return screen.page.text


@pytest.fixture
def applying(stage: Stage, tmp_path: Path) -> Applying:
    return Applying(stage.repository.root, tmp_path / "applied")


async def test_hunks_are_taken_or_left_and_applied_after_a_yes(stage: Stage, applying: Applying) -> None:
    stage.events = proposing(PATCH, SECOND).events
    root = stage.repository.root
    async with opened(stage) as screen:
        screen.app.session.applying = applying
        await screen.ask()
        await screen.press("escape", "d")
        await until(
            screen, lambda: isinstance(screen.screen, DiffScreen) and "3 of 3 hunks taken" in screen.line("#crumbs")
        )
        shown = words(screen)
        assert f"{PAYMENT}  +2 -2" in shown
        assert "31    - def send(cents: int) -> bool:" in shown
        assert "   31 + def post(cents: int) -> bool:" in shown
        await screen.press("space")
        assert "2 of 3 hunks taken" in screen.line("#crumbs")
        assert "[ ] line 17" in words(screen)
        await screen.press("enter")
        await until(screen, lambda: isinstance(screen.screen, Confirm))
        asked = " ".join(str(line.render()) for line in screen.screen.query(Static))
        assert "leaves something broken: send goes from src/shop/payment.py, but is still used at" in asked
        await screen.press("n")
        assert (root / PAYMENT).read_text() == FILES[PAYMENT]
        await screen.press("enter")
        await until(screen, lambda: isinstance(screen.screen, Confirm))
        await screen.press("y")
        await until(
            screen,
            lambda: isinstance(screen.screen, DiffScreen) and "applied · u takes it back" in screen.line("#crumbs"),
        )
        assert (root / PAYMENT).read_text() == FILES[PAYMENT].replace("def send(", "def post(")
        assert "// added" in (root / CART).read_text()
        await screen.press("u")
        await until(screen, lambda: isinstance(screen.screen, Confirm))
        await screen.press("y")
        await until(screen, lambda: isinstance(screen.screen, DiffScreen) and "undone" in screen.line("#crumbs"))
        assert (root / PAYMENT).read_text() == FILES[PAYMENT]
        assert (root / CART).read_text() == FILES[CART]
        await screen.press("escape")
        assert not isinstance(screen.screen, DiffScreen)


async def test_files_and_everything_are_taken_or_left_at_once(stage: Stage, applying: Applying) -> None:
    stage.events = proposing(PATCH, SECOND).events
    async with opened(stage, (80, 24)) as screen:
        screen.app.session.applying = applying
        await screen.ask()
        await screen.press("escape", "d")
        await until(
            screen, lambda: isinstance(screen.screen, DiffScreen) and "3 of 3 hunks taken" in screen.line("#crumbs")
        )
        await screen.press("f")
        assert "1 of 3 hunks taken" in screen.line("#crumbs")
        await screen.press("right_square_bracket", "f")
        assert "0 of 3 hunks taken" in screen.line("#crumbs")
        await screen.press("enter")
        assert "nothing is taken" in screen.line("#crumbs")
        await screen.press("a")
        assert "3 of 3 hunks taken" in screen.line("#crumbs")
        await screen.press("u")
        await until(
            screen,
            lambda: isinstance(screen.screen, DiffScreen) and "nothing was applied here" in screen.line("#crumbs"),
        )


async def test_a_patch_for_files_that_changed_meanwhile_is_said_to_be_one(stage: Stage, applying: Applying) -> None:
    stage.events = proposing(PATCH).events
    async with opened(stage) as screen:
        screen.app.session.applying = applying
        await screen.ask()
        (stage.repository.root / PAYMENT).write_text("something else\n")
        await screen.press("escape", "d")
        await until(screen, lambda: "does not fit the files as they are now" in words(screen))
        assert "line 20" in words(screen)


async def test_a_run_without_a_patch_says_so(stage: Stage) -> None:
    async with opened(stage) as screen:
        await screen.ask()
        await screen.press("escape", "d")
        assert screen.notice.strip("─ ").startswith("this run proposes no patch")


def test_new_deleted_and_renamed_files_are_taken_whole() -> None:
    text = (
        "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+a = 1\n+b = 2\n"
        "diff --git a/old.py b/other.py\nrename from old.py\nrename to other.py\n"
        "--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    )
    choice = Choice(read_patch(text))
    assert len(choice.parts) == 3
    choice.toggle()
    choice.move_file(1)
    assert [file.path for file in choice.taken().files] == ["new.py", "other.py"]
    blocks, starts = blocks_of(choice)
    shown = "\n".join(line.plain for block in blocks for line in block.lines(60))
    assert len(starts) == 3
    assert "[ ] gone.py  deleted  +0 -1" in shown
    assert "[x] old.py → other.py  renamed" in shown
    assert "1 + a = 1" in shown
