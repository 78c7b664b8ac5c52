"""The prompt: a line that grows to a few, with the history of what was asked."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.actions import bindings


class Prompt(TextArea):
    """Enter sends, Ctrl+J is a newline; Up in the first line and Down in the last walk the history."""

    BINDINGS = bindings("prompt")

    class Sent(Message):
        """The user sent a text that is not empty."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class HelpWanted(Message):
        """`?` was typed into the empty prompt."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(
            id=id,
            compact=True,
            soft_wrap=True,
            highlight_cursor_line=False,
            placeholder="ask about this repository, or /command",
            tab_behavior="focus",
        )
        self.cursor_blink = False
        self._asked: list[str] = []
        self._place = 0
        self._draft = ""

    def remember(self, text: str) -> None:
        """Add a text to the history."""
        if text and (not self._asked or self._asked[-1] != text):
            self._asked.append(text)
        self._place = len(self._asked)

    def action_send(self) -> None:
        """Send what is written, if anything is."""
        text = self.text.strip()
        if text:
            self.remember(text)
            self.clear()
            self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        """Start a new line."""
        self.insert("\n")

    def action_earlier(self) -> None:
        """Go up one line, or to the question before."""
        if self.cursor_at_first_line:
            self._walk(-1)
        else:
            self.action_cursor_up()

    def action_later(self) -> None:
        """Go down one line, or to the question after."""
        if self.cursor_at_last_line:
            self._walk(1)
        else:
            self.action_cursor_down()

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        # Textual calls this and then TextArea's own handler, unless the default is prevented.
        if event.key == "enter":
            event.prevent_default()  # the binding sends; TextArea would start a new line
        elif event.character == "?" and not self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.HelpWanted())

    def _on_paste(self, event: events.Paste) -> None:  # type: ignore[override]
        event.text = sanitize(event.text)

    def _walk(self, by: int) -> None:
        place = self._place + by
        if not 0 <= place <= len(self._asked):
            return
        if self._place == len(self._asked):
            self._draft = self.text
        self._place = place
        self.text = self._draft if place == len(self._asked) else self._asked[place]
        self.move_cursor(self.document.end)
