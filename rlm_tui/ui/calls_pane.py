"""The pane of the calls: the tree, and below it the line in which its filter is written."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.calls_tree import CallsTree


class FilterLine(Input):
    """Filters the calls as it is written. It is there only while it has the focus: the pane's title tells of a filter."""

    BINDINGS = bindings("filter")

    def __init__(self) -> None:
        super().__init__(id="filter", compact=True, placeholder="label, status, model", select_on_focus=False)
        self.cursor_blink = False

    def action_keep(self) -> None:
        """Go to what was found."""
        self.screen.query_one(CallsTree).focus()

    def action_drop(self) -> None:
        """Show all calls again, and go back to them."""
        self.value = ""
        self.action_keep()

    def on_blur(self) -> None:
        """Give the line back to the tree."""
        self.query_ancestor("#filter-row").display = False

    def _on_paste(self, event: events.Paste) -> None:
        event.text = sanitize(event.text)
        super()._on_paste(event)


class CallsPane(Vertical):
    """Has the border and the title of the calls."""

    def compose(self) -> ComposeResult:
        """Lay the tree over the filter."""
        yield CallsTree(id="calls")
        with Horizontal(id="filter-row"):
            yield Static("/", id="filter-mark", markup=False)
            yield FilterLine()

    def on_mount(self) -> None:
        """Say what this is."""
        self.on_calls_tree_changed()

    def on_calls_tree_changed(self) -> None:
        """Say what is out of the ordinary about the rows."""
        self.border_title = Content(self.query_one(CallsTree).title)

    def on_calls_tree_filter_wanted(self) -> None:
        """Let a filter be written."""
        line = self.query_one(FilterLine)
        line.value = self.query_one(CallsTree).wanted
        self.query_one("#filter-row").display = True
        line.focus()
        line.action_end()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter by what is written so far."""
        event.stop()
        self.query_one(CallsTree).filter(event.value)
