"""What the browser is made of: the field, its two lists, and the places one has been at."""

from __future__ import annotations

from dataclasses import dataclass

from textual.widgets import OptionList

from rlm_tui.repository.symbols import Span
from rlm_tui.ui.browse_views import Entry
from rlm_tui.ui.line_input import LineInput


@dataclass(frozen=True, slots=True)
class Spot:
    """A place one has been at: what was shown of which entry, and which row of it was chosen."""

    entry: Entry
    view: int = 0
    row: int | None = None
    marked: Span | None = None


class Search(LineInput):
    """The field that one types names into."""


class Found(OptionList):
    """The names that fit."""


class Rows(OptionList):
    """The uses, members or files of an entry."""
