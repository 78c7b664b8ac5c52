"""Plays of the keys of a run's patch, and a run that proposes one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sample_runs import Script, finished
from screen_stage import Screenful
from small_repository import FILES

from rlm_tui.records.events import Proposed
from rlm_tui.records.findings import Citation, Finding
from rlm_tui.repository.patches.applying import Applying
from rlm_tui.ui.actions import Place
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.diff_view import DiffScreen

PAYMENT, CART = "src/shop/payment.py", "web/cart.js"
PATCH = (
    f"--- a/{PAYMENT}\n+++ b/{PAYMENT}\n@@ -20 +20 @@\n-            if send(cents):\n+            if post(cents):\n"
    "@@ -31 +31 @@\n-def send(cents: int) -> bool:\n+def post(cents: int) -> bool:\n"
)
SECOND = f"--- a/{CART}\n+++ b/{CART}\n@@ -5 +5 @@\n-  cart.items.push(item);\n+  cart.items.push(item); // added\n"


def proposing(*patches: str, title: str = "Finding {}") -> Script:
    script = finished()
    end = script.events.pop()
    for number, patch in enumerate(patches):
        finding = Finding(
            id=f"f{number}",
            title=title.replace("{}", str(number)),
            severity="info",
            confidence="high",
            explanation="e",
            evidence=(Citation(path=PAYMENT, start=1, end=1, ok=True),),
            patch=patch,
        )
        script.events.append(Proposed(seq=end.seq + number, run_id=end.run_id, call_id="0", ts=end.ts, finding=finding))
    script.events.append(end.model_copy(update={"seq": end.seq + len(patches)}))
    return script


async def until(on: Screenful, is_so: Callable[[], bool]) -> None:
    """Wait for what begins when something else has ended."""
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.01)
        await on.settle()
    assert is_so()


async def patch(on: Screenful) -> None:
    on.stage.events = proposing(PATCH, SECOND).events
    on.app.session.applying = Applying(on.stage.repository.root, on.stage.repository.root.parent / "applied")
    await on.ask()
    await on.press("escape", "d")
    await until(on, lambda: isinstance(on.screen, DiffScreen) and "3 of 3 hunks taken" in on.line("#crumbs"))


async def moving(on: Screenful) -> None:
    await patch(on)
    await on.press("j", "down", "k", "space")
    assert "[ ] line 28" in on.page.text
    await on.press("up", "up", "space")
    assert "[ ] line 17" in on.page.text and "1 of 3 hunks taken" in on.line("#crumbs")


async def files(on: Screenful) -> None:
    await patch(on)
    await on.press("right_square_bracket", "f")
    assert "[ ] line 2" in on.page.text
    await on.press("left_square_bracket", "f")
    assert "0 of 3 hunks taken" in on.line("#crumbs")
    await on.press("a")
    assert "3 of 3 hunks taken" in on.line("#crumbs")


async def applying(on: Screenful) -> None:
    await patch(on)
    written = on.stage.repository.root / PAYMENT
    for key in ("n", "escape"):
        await on.press("enter")
        await until(on, lambda: isinstance(on.screen, Confirm))
        await on.press(key)
        await until(on, lambda: isinstance(on.screen, DiffScreen))
        assert written.read_text() == FILES[PAYMENT]
    await on.press("enter")
    await until(on, lambda: isinstance(on.screen, Confirm))
    await on.press("y")
    await until(on, lambda: isinstance(on.screen, DiffScreen) and "applied" in on.line("#crumbs"))
    assert "post(cents)" in written.read_text()
    await on.press("u")
    await until(on, lambda: isinstance(on.screen, Confirm))
    await on.press("y")
    await until(on, lambda: isinstance(on.screen, DiffScreen) and "undone" in on.line("#crumbs"))
    assert written.read_text() == FILES[PAYMENT]


async def scroll(on: Screenful) -> None:
    await patch(on)
    await on.pilot.resize_terminal(80, 12)
    await on.press("end")
    assert on.page.scroll_offset.y > 0
    await on.press("home")
    assert on.page.scroll_offset.y == 0


async def back(on: Screenful) -> None:
    await patch(on)
    await on.press("escape")
    assert isinstance(on.screen, AskScreen)


PLAYS: dict[tuple[Place, str], Callable[[Screenful], Awaitable[None]]] = {
    ("ask", "patch"): patch,
    ("diff", "hunk(1)"): moving,
    ("diff", "hunk(-1)"): moving,
    ("diff", "take"): moving,
    ("diff", "take_file"): files,
    ("diff", "take_all"): files,
    ("diff", "file(1)"): files,
    ("diff", "file(-1)"): files,
    ("diff", "apply"): applying,
    ("diff", "undo"): applying,
    ("diff", "scroll"): scroll,
    ("diff", "back"): back,
}
