"""Asks for one value: a number, a name, an address, or a secret that is not shown."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, plain
from rlm_tui.ui.line_input import LineInput


class ValueScreen(ModalScreen[str | None]):
    """Dismissed with what was written, or None."""

    BINDINGS = bindings("value")

    def __init__(self, title: str, hint: str, value: str = "", *, secret: bool = False) -> None:
        super().__init__()
        self._title, self._hint, self._value, self._secret = title, hint, value, secret

    def compose(self) -> ComposeResult:
        """Lay the field above what it takes."""
        with Vertical(id="value"):
            yield LineInput(self._value, password=self._secret, id="value-field")
            yield Static(plain(self._hint, MUTED))

    def on_mount(self) -> None:
        """Begin at the end of the value."""
        self.query_one("#value").border_title = plain(self._title)
        field = self.query_one(Input)
        field.focus()
        field.action_end()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the value."""
        self.dismiss(event.value.strip())

    def action_back(self) -> None:
        """Close without a value."""
        self.dismiss(None)
