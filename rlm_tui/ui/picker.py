"""A list to choose from, narrowed as one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, PROMPT_MARK, plain
from rlm_tui.ui.line_input import LineInput

Value = TypeVar("Value")
MOST = 300
"""Rows drawn at once; typing narrows the rest."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[Value]):
    """A row: what is shown, what is searched, what is chosen."""

    shown: Content
    words: str
    value: Value


class Picker(ModalScreen[Value | None], Generic[Value]):
    """Dismissed with the value of the chosen row, or None. Every word that is typed must stand in a row."""

    BINDINGS = bindings("picker")

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice[Value]],
        *,
        text: str = "",
        empty: str = "none",
        free: Callable[[str], Value] | None = None,
    ) -> None:
        """Begin with `text` in the search; `empty` is said where nothing fits; then `free` makes a value of what is typed."""
        super().__init__()
        self._free = free
        self._title, self._choices, self._text, self._empty = title, choices, text, empty
        self._fitting: list[Choice[Value]] = []

    def compose(self) -> ComposeResult:
        """Lay the search above the list, in one box."""
        with Vertical(id="picker"):
            with Horizontal(id="search-row"):
                yield Static(PROMPT_MARK, id="prompt-mark", markup=False)
                yield LineInput(self._text, placeholder="type to narrow", id="picker-search")
            yield OptionList(id="choices-list", compact=True)

    def on_mount(self) -> None:
        """Fill the list."""
        box = self.query_one("#picker")
        box.border_title = self._title
        self._narrow(self._text)
        search = self.query_one(Input)
        search.focus()
        search.action_end()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose the row of the cursor."""
        self.action_choose()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the row that was clicked."""
        self.dismiss(self._fitting[event.option_index].value)

    def action_choose(self) -> None:
        """Choose the row of the cursor."""
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._fitting):
            self.dismiss(self._fitting[at].value)
        elif self._free is not None and (text := self.query_one(Input).value.strip()):
            self.dismiss(self._free(text))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_back(self) -> None:
        """Close without a choice."""
        self.dismiss(None)

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        fitting = (choice for choice in self._choices if all(word in choice.words.lower() for word in words))
        self._fitting = [choice for choice, _ in zip(fitting, range(MOST), strict=False)]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(choice.shown) for choice in self._fitting])
        if self._fitting:
            options.highlighted = 0
        else:
            options.add_option(Option(plain(self._empty, MUTED), disabled=True))
