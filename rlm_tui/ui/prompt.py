"""The prompt: a line that grows to a few, with the history of what was asked and completion of what is being written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.ui.actions import at, bindings
from rlm_tui.ui.browse_views import Entry
from rlm_tui.ui.completion import Choices, Token, token
from rlm_tui.ui.mention import mention_of

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp


_SEND = next(action for action in at("prompt") if action.name == "send")


class Prompt(TextArea):
    """Enter sends, Ctrl+J is a newline; Up in the first line and Down in the last walk the history.

    While the list of completions is open, the arrows move in it, Tab and Enter take from it, and Esc closes it.
    """

    BINDINGS = bindings("prompt")
    app: RlmApp

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
            placeholder="ask about this repository: @file or @symbol, or /command",
            tab_behavior="focus",
        )
        self.cursor_blink = False
        self._asked: list[str] = []
        self._place = 0
        self._draft = ""

    @property
    def asked(self) -> list[str]:
        """What was sent, oldest first."""
        return self._asked

    def recall(self, asked: list[str]) -> None:
        """Put what earlier sessions asked before what this one has."""
        self._asked[:0] = asked
        self._place += len(asked)

    def remember(self, text: str) -> None:
        """Add a text to the history."""
        if text and (not self._asked or self._asked[-1] != text):
            self._asked.append(text)
        self._place = len(self._asked)

    def put(self, text: str) -> None:
        """Replace what is written."""
        self.text = text
        self.move_cursor(self.document.end)

    def action_send(self) -> None:
        """Send what is written, if anything is; with the list open, take from it first."""
        chosen = self._chosen()
        if isinstance(chosen, str):
            self.text = f"/{chosen}"
        elif chosen is not None and not self._is_written(chosen):
            self.action_complete()
            return
        text = self.text.strip()
        if text:
            self.remember(text)
            self.clear()
            self.post_message(self.Sent(text))

    def action_complete(self) -> None:
        """Take what the cursor of the list stands on."""
        chosen, written = self._choices.chosen, self._token()
        if chosen is None or written is None:
            return
        self._choices.decline()
        if isinstance(chosen, str):
            self.put(f"/{chosen} ")
        else:
            self.run_worker(self._mention(chosen, written), name="mention", exit_on_error=False)

    def action_decline(self) -> None:
        """Close the list."""
        self._choices.decline()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Tab and Esc to the screen while the list is closed."""
        return self._choices.is_open if action in ("complete", "decline") else True

    def action_newline(self) -> None:
        """Start a new line."""
        self.insert("\n")

    def action_earlier(self) -> None:
        """Go up one line, or to the question before; with the list open, up in it."""
        if self._choices.is_open:
            self._choices.move(-1)
        elif self.cursor_at_first_line:
            self._walk(-1)
        else:
            self.action_cursor_up()

    def action_later(self) -> None:
        """Go down one line, or to the question after; with the list open, down in it."""
        if self._choices.is_open:
            self._choices.move(1)
        elif self.cursor_at_last_line:
            self._walk(1)
        else:
            self.action_cursor_down()

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        # Textual calls this and then TextArea's own handler, unless the default is prevented.
        if event.key in self.app.keymap.keys(_SEND):
            event.stop()  # sent at once: a binding acts only after the keys that follow were written, too
            event.prevent_default()
            self.action_send()
        elif event.key == "enter":
            event.prevent_default()  # TextArea would start a new line
        elif event.character == "?" and not self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.HelpWanted())

    def _on_paste(self, event: events.Paste) -> None:  # type: ignore[override]
        event.text = sanitize(event.text)

    def on_text_area_selection_changed(self) -> None:
        """Offer completions of what stands before the cursor."""
        self._choices.offer(self._token() if self.has_focus else None)

    def on_blur(self) -> None:
        """Close the list."""
        self._choices.offer(None)

    @property
    def _choices(self) -> Choices:
        return self.screen.query_one(Choices)

    def _chosen(self) -> str | Entry | None:
        """Return what Enter takes from the list, brought up to what is written now; names are looked up too late for that."""
        written = self._token()
        if self._choices.is_for(written):
            return self._choices.chosen
        self._choices.offer(written)
        return self._choices.chosen if written is None or written.kind == "command" else None

    def _token(self) -> Token | None:
        row, column = self.cursor_location
        return token(self.document.get_line(row)[:column], row == 0)

    def _is_written(self, entry: Entry) -> bool:
        written = self._token()
        name = getattr(entry, "qualified", entry.path)
        return written is not None and written.text in (name, entry.path)

    async def _mention(self, entry: Entry, written: Token) -> None:
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        try:
            mention = await asyncio.to_thread(mention_of, entry, self.app.session.repository)
        except RepositoryError:
            return  # the repository is closed: the program ends
        if row < self.document.line_count and self.document.get_line(row)[:column] == before:
            self.replace(f"{mention} ", (row, written.start), (row, column))
            self.move_cursor((row, written.start + len(mention) + 1))

    def _walk(self, by: int) -> None:
        place = self._place + by
        if not 0 <= place <= len(self._asked):
            return
        if self._place == len(self._asked):
            self._draft = self.text
        self._place = place
        self.put(self._draft if place == len(self._asked) else self._asked[place])
