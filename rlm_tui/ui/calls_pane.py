"""The pane of the calls: the tree, and below it the line in which its filter is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from rlm_tui.ui.actions import bindings
from rlm_tui.ui.calls_tree import CallsTree
from rlm_tui.ui.line_input import LineInput
from rlm_tui.ui.nodes import parent_key
from rlm_tui.ui.trace import TraceScreen

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp


class FilterLine(LineInput):
    """Filters the calls as it is written. It is there only while it has the focus: the pane's title tells of a filter."""

    BINDINGS = bindings("filter")

    def __init__(self) -> None:
        super().__init__(id="filter", placeholder="label, status, model", select_on_focus=False)

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


class CallsPane(Vertical):
    """Has the border and the title of the calls, and does what their keys ask for, but for the way to the answer."""

    app: RlmApp

    def __init__(self, tree: CallsTree, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._tree = tree

    def compose(self) -> ComposeResult:
        """Lay the tree over the filter."""
        yield self._tree
        with Horizontal(id="filter-row"):
            yield Static("/", id="filter-mark", markup=False)
            yield FilterLine()

    def on_mount(self) -> None:
        """Say what this is."""
        self.on_calls_tree_changed()

    def on_calls_tree_changed(self) -> None:
        """Say what is out of the ordinary about the rows."""
        self.border_title = Content(self._tree.title)

    def on_calls_tree_opened(self, message: CallsTree.Opened) -> None:
        """Open the trace; closing it, everything stands as it was."""
        self.open_trace(message.key)

    def on_calls_tree_spawner_wanted(self, message: CallsTree.SpawnerWanted) -> None:
        """Open the step that started a call, at its line."""
        call_id = message.key.partition("/")[0]
        above = parent_key(self.app.shown, call_id)
        if above is None:
            self.app.notify_line("the root was started by the question")
        else:
            self.open_trace(above, started=call_id)

    def on_calls_tree_told(self, message: CallsTree.Told) -> None:
        """Write what the tree has to say."""
        self.app.notify_line(message.text)

    def on_calls_tree_cancel_wanted(self, message: CallsTree.CancelWanted) -> None:
        """Cancel a call."""
        self.app.cancel_call(message.key)

    def open_trace(self, key: str, started: str = "") -> None:
        """Open a node; the line of its code that started the call `started`, if any, is marked."""

        def back(used: str | None) -> None:
            if used is not None:
                self.post_message(CallsTree.UseWanted(used))

        self.app.push_screen(TraceScreen(self.app.shown, key, started), back)

    def on_calls_tree_filter_wanted(self) -> None:
        """Let a filter be written."""
        line = self.query_one(FilterLine)
        line.value = self._tree.wanted
        self.query_one("#filter-row").display = True
        line.focus()
        line.action_end()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter by what is written so far."""
        event.stop()
        self._tree.filter(event.value)
