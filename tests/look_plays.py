"""What the keys of the looks do: copying. Plays of `tests/ui/test_keys.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from screen_stage import Screenful

from rlm_tui.ui.actions import Place
from rlm_tui.ui.status import Notice

Play = Callable[[Screenful], Awaitable[None]]


async def copy_answer(on: Screenful) -> None:
    await on.press("tab", "y")
    assert "no answer to copy" in on.notice
    await on.press("i")
    await on.ask()
    await on.press("tab", "y")
    assert on.app.clipboard == on.app.shown.answer and "the answer copied · " in on.notice
    await on.press("tab", "tab", "y")
    assert on.app.clipboard == "src/shop/payment.py:21-27"


async def copy_tab(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "down", "enter", "y")
    assert on.app.clipboard == on.page.text and "grep(r" in on.app.clipboard


async def copy_lines(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "1", "y")
    assert on.app.clipboard.startswith("                return True\n") and on.app.clipboard.count("\n") == 7


async def edit(on: Screenful) -> None:
    await on.ask()
    await on.press("tab", "1", "E")
    said = on.screen.query_one(Notice).render().plain
    assert "there is no terminal here" in said  # the real editor is opened in tests/e2e


PLAYS: dict[tuple[Place, str], Play] = {
    ("ask", "copy"): copy_answer,
    ("trace", "copy"): copy_tab,
    ("code", "copy"): copy_lines,
    ("code", "edit"): edit,
}
