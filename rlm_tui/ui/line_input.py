"""A line that is written into: what it begins with and what is pasted is made safe, for Textual draws it as it is."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from rlm_tui.repository.sanitize import sanitize


class LineInput(Input):
    """Textual's input without a blinking cursor, for text from outside."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        id: str | None = None,  # noqa: A002 (Textual's own name)
        select_on_focus: bool = True,
    ) -> None:
        super().__init__(
            " ".join(sanitize(value).split()),
            placeholder=placeholder,
            password=password,
            id=id,
            select_on_focus=select_on_focus,
            compact=True,
        )
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.text = sanitize(event.text)
        super()._on_paste(event)
