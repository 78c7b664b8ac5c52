"""Asks whether a large fan-out may begin: what it is, what it can take at most, what the run has left."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from rlm_tui.records.tree import Tree
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, plain
from rlm_tui.ui.figures import dollars


class PlanScreen(ModalScreen[bool]):
    """Dismissed with whether the user allows the plan."""

    BINDINGS = bindings("plan")

    def __init__(self, tree: Tree, call_id: str, plan: str) -> None:
        """Ask about the `plan` of a call of the run that `tree` shows."""
        super().__init__()
        call = tree.calls.get(call_id)
        self._call = call.label if call is not None else "a call"
        self._plan, self._left = plan, left_of(tree)

    async def asked_on(self, app: App[int]) -> bool:
        """Show this until the user answers, however long; it goes away when the wait for it is cancelled."""
        answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def answer(allowed: bool | None) -> None:
            if not answered.done():
                answered.set_result(bool(allowed))

        app.push_screen(self, answer)
        try:
            return await answered
        except asyncio.CancelledError:  # its call was cancelled meanwhile
            if app.screen is self:
                self.dismiss(False)
            raise

    def compose(self) -> ComposeResult:
        """Lay the words in one box."""
        with Vertical(id="plan"):
            yield Static(plain(f"{self._call} is about to start"))
            yield Static(plain(self._plan, "bold"))
            yield Static(plain(self._left, MUTED))
            yield Static(Content.assemble(("y", "bold"), " go on   ", ("n", "bold"), " without it"))

    def action_answer(self, allowed: bool) -> None:
        """Answer and close."""
        self.dismiss(allowed)


def left_of(tree: Tree) -> str:
    """Return in words what the run may still take."""
    if tree.start is None:
        return ""
    bounds, spent = tree.start.bounds, tree.spent()
    left = []
    if bounds.dollars is not None:
        left.append(dollars(max(0.0, bounds.dollars - (spent.dollars or 0.0))))
    if bounds.tokens is not None:
        left.append(f"{max(0, bounds.tokens - spent.total):,} tokens")
    if bounds.calls is not None:
        left.append(f"{max(0, bounds.calls - len(tree.calls)):,} calls")
    return f"the run has {', '.join(left)} left" if left else "the run has no bounds"
