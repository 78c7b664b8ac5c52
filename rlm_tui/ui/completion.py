"""Completion in the prompt: what is being written, and the list of what it may become."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.ui.actions import slash_words
from rlm_tui.ui.blocks import MUTED
from rlm_tui.ui.browse_views import Entry, entry_row
from rlm_tui.ui.latest import Latest

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

MOST_SHOWN = 8
"""Rows of the list that are seen at once."""
MOST = 50
"""Rows of the list."""
_LONGEST = 200
"""Characters of a name that is being written."""
_MENTION = re.compile(rf"(?:^|(?<=[\s(\[,;:\"']))@`?([^\s`@]{{0,{_LONGEST}}})$")
_COMMAND = re.compile(r"^/(\S{0,30})$")


@dataclass(frozen=True, slots=True)
class Token:
    """What is being written: a `mention` or a `command`. It begins at `start` of the line (at its mark); `text` is without it."""

    kind: Literal["mention", "command"]
    start: int
    text: str


def token(before: str, is_first: bool) -> Token | None:
    """Return what ends at the cursor, given the line before it; commands stand in the first line only."""
    if is_first and (match := _COMMAND.search(before)):
        return Token("command", 0, match[1])
    if match := _MENTION.search(before[-_LONGEST - 3 :]):
        return Token("mention", len(before) - len(match[0]), match[1])
    return None


class Choices(OptionList, can_focus=False):
    """The list above the prompt. It is open while there is something to choose from."""

    app: RlmApp

    class Chosen(Message):
        """One was chosen with the mouse."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, compact=True)
        self._latest = Latest()
        self._values: list[str | Entry] = []
        self._token: Token | None = None
        self._declined: Token | None = None
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose from."""
        return bool(self.display)

    @property
    def chosen(self) -> str | Entry | None:
        """The command or the thing that the cursor stands on, None when the list is closed."""
        return self._values[self.highlighted] if self.is_open and self.highlighted is not None else None

    def is_for(self, written: Token | None) -> bool:
        """Whether the list was made for `written`: keys may come faster than it follows."""
        return written == self._token

    def offer(self, written: Token | None) -> None:
        """Offer what `written` may become; None closes."""
        if written is None:
            self._declined = None
        elif self._declined is not None and (written.kind, written.start) == (
            self._declined.kind,
            self._declined.start,
        ):
            return
        self._token = written
        if written is None:
            self.workers.cancel_group(self, "choices")
            self.close()
        elif written.kind == "command":
            self._show_commands(written.text)
        else:
            self.run_worker(self._find(written.text), group="choices", exclusive=True, exit_on_error=False)

    def move(self, by: int) -> None:
        """Move the cursor."""
        if by > 0:
            self.action_cursor_down()
        else:
            self.action_cursor_up()

    def decline(self) -> None:
        """Close, and stay closed for what is being written."""
        self._declined = self._token
        self.close()

    def close(self) -> None:
        """Close."""
        self.display = False

    def on_unmount(self) -> None:
        """Leave what waits undone."""
        self._latest.close()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell that one was chosen."""
        event.stop()
        self.post_message(self.Chosen())

    def _show_commands(self, text: str) -> None:
        fitting = {word: says for word, says in slash_words().items() if word.startswith(text)}
        wide = max((len(word) for word in fitting), default=0) + 3
        self._show(
            list(fitting),
            [Content.assemble((f"{f'/{word}':<{wide}}", "bold"), (says, MUTED)) for word, says in fitting.items()],
        )

    async def _find(self, text: str) -> None:
        repository = self.app.session.repository
        try:
            found = await self._latest.run(lambda: repository.look_up(text, MOST))
        except (RepositoryError, OSError):
            self.close()  # what is wrong with the index is said elsewhere; one can go on writing
            return
        width = max(20, self.screen.size.width - 7)
        self._show(list(found.entries), [entry_row(entry, width).content for entry in found.entries])

    def _show(self, values: list[str] | list[Entry], lines: list[Content]) -> None:
        self._values = [*values]
        self.clear_options()
        self.add_options([Option(line) for line in lines])
        self.display = bool(values)
        if values:
            self.highlighted = 0
            self.styles.height = min(MOST_SHOWN, len(values))
            self.styles.offset = (0, -min(MOST_SHOWN, len(values)))
