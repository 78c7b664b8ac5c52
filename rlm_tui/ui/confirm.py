"""Asks a question that is answered with yes or no, before what cannot be undone."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, plain


class Confirm(ModalScreen[bool]):
    """Dismissed with whether the user said yes."""

    BINDINGS = bindings("confirm")

    def __init__(self, question: str, *details: str) -> None:
        super().__init__()
        self._question, self._details = question, details

    def compose(self) -> ComposeResult:
        """Lay the words in one box."""
        with Vertical(id="confirm"):
            yield Static(plain(self._question, "bold"))
            for line in self._details:
                yield Static(plain(line, MUTED))
            yield Static(Content.assemble(("y", "bold"), " yes   ", ("n", "bold"), " no"))

    def action_answer(self, said: bool) -> None:
        """Answer and close."""
        self.dismiss(said)
