"""The timeline: the calls as bars over the time of their run, so that one sees who waited for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from rlm_tui.records.timeline import (
    Stretch,
    at_once,
    longest_wait,
    most_at_once,
    seconds_by,
    stretches,
    waited_for,
)
from rlm_tui.records.tree import Tree
from rlm_tui.ui import figures
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.bars import axis, bar, legend
from rlm_tui.ui.blocks import MUTED, plain
from rlm_tui.ui.calls_pane import CallsPane, FilterLine
from rlm_tui.ui.calls_tree import CallsTree, draw_label
from rlm_tui.ui.nodes import node, uses
from rlm_tui.ui.rows import COLOURS, MARKS
from rlm_tui.ui.status import Footer, Line, Notice
from rlm_tui.ui.trace_text import breadcrumb, unused

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

_TIME = 7
_LEAST_LABEL, _MOST_LABEL = 14, 40


def columns(width: int) -> tuple[int, int]:
    """Return how many of `width` columns are for the labels, and how many for the bars."""
    label = min(_MOST_LABEL, max(_LEAST_LABEL, width // 3))
    return label, max(4, width - label - _TIME - 4)


class TimelineTree(CallsTree):
    """The rows of the calls, with a bar each: of what has finished too."""

    FOLDS_FINISHED = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.zoomed = ""
        self._waited: set[str] = set()

    def show(self, tree: Tree, now: float) -> None:
        """Draw the run as it is at `now`."""
        self._waited = waited_for(tree)
        super().show(tree, now)

    def parts(self, key: str) -> list[Stretch]:
        """Return what a node did."""
        found = node(self._tree, key)
        return [] if found is None else stretches(self._tree, found[0], self._now, found[1])

    @property
    def window(self) -> tuple[float, float]:
        """The time that is shown: of the whole run, or of the row that is zoomed to."""
        parts = self.parts(self.zoomed) if self.zoomed else []
        if parts:
            return parts[0].start, parts[-1].end
        root = self._tree.root
        return (root.started if root is not None else self._now), self._now

    def draw_row(self, index: int, width: int) -> Content:
        """Draw label, phase, bar and time."""
        row = self._outline.row(index)
        label, room = columns(width)
        left = draw_label(row, label, detail=False)
        left += " " * (label - left.cell_length)
        if row.kind == "fold":
            return left
        start, end = self.window
        parts = [part for part in self.parts(row.key) if part.end >= start and part.start <= end]
        is_awaited = row.kind == "call" and row.key in self._waited
        return Content.assemble(
            left,
            " ",
            (MARKS[row.phase], COLOURS[row.phase]),
            " ",
            bar(parts, start, end, room),
            " ",
            (f"{figures.seconds(row.seconds):>{_TIME}}", "bold" if is_awaited else MUTED),
        )


class TimelineScreen(Screen[str]):
    """Dismissed with the key of the node whose use in the answer is wanted, with None to go back."""

    BINDINGS = bindings("timeline")
    app: RlmApp

    def __init__(self, cursor: str) -> None:
        """Begin with the cursor on a node."""
        super().__init__()
        self._begin = cursor
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield Line(id="facts")
        yield Line(id="axis")
        yield CallsPane(TimelineTree(id="calls"), id="calls-pane")
        yield Line(id="bar")
        yield Notice(id="notice")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Draw the run."""
        self.query_one(CallsTree).focus()
        self.draw()
        if node(self.app.shown, self._begin) is not None:
            self.query_one(CallsTree).move_to(self._begin)
        self.set_interval(0.1, self.draw)

    def on_screen_resume(self) -> None:
        """Draw what changed while another screen was in front."""
        self.draw()

    def on_resize(self) -> None:
        """Draw the lines again for the new width."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Draw the run as it is now; one that has ended only when something has moved."""
        if not self.is_current:
            return
        app, tree = self.app, self.app.shown
        now = app.now(tree)
        rows = self.query_one(TimelineTree)
        version = (now, tree.last, len(tree.calls), tree.end is None, rows.size, rows.cursor, rows.zoomed)
        if version == self._drawn:
            return
        self._drawn = version
        rows.show(tree, now)
        crumbs = [Content.styled("Timeline", "bold")]
        if rows.zoomed:
            crumbs.append(plain(f"of {breadcrumb(tree, rows.zoomed).plain}", MUTED))
        self.query_one("#crumbs", Line).show(Content("   ").join(crumbs))
        self.query_one("#facts", Line).show(_facts(tree, now))
        label, room = columns(rows.scrollable_content_region.width)
        start, end = rows.window
        zero = _zero(tree, now)
        self.query_one("#axis", Line).show(Content(" " * (label + 3)) + axis(start - zero, end - zero, room))
        told = legend(seconds_by(rows.parts(rows.cursor)))
        if told:
            told += Content.assemble("   ", ("bold", "bold"), (" the run waited for it", MUTED))
        self.query_one("#bar", Line).show(told or Content.styled("nothing has begun", MUTED))
        typing = isinstance(self.focused, FilterLine)
        hidden = () if app.is_live else ("cancel_call",)
        places = ("filter", "everywhere") if typing else ("timeline", "calls", "everywhere")
        self.query_one(Footer).show_places(*places, typing=typing, hidden=hidden)

    def on_descendant_focus(self) -> None:
        """Show the keys of what has the focus."""
        self._drawn = None
        self.draw()

    def on_calls_tree_use_wanted(self, message: CallsTree.UseWanted) -> None:
        """Close the timeline for the place in the answer that uses the node, if there is one."""
        if uses(self.app.shown, message.key):
            self.dismiss(message.key)
        else:
            self.app.notify_line(unused(self.app.shown, message.key))

    def action_zoom(self) -> None:
        """Show only the time of the row under the cursor, or that of the whole run again."""
        rows = self.query_one(TimelineTree)
        rows.zoomed = "" if rows.zoomed else rows.cursor.rstrip("+")
        self.draw()

    def action_back(self) -> None:
        """Close the timeline."""
        self.dismiss(None)


def _zero(tree: Tree, now: float) -> float:
    return tree.root.started if tree.root is not None else now


def _facts(tree: Tree, now: float) -> Content:
    parts = [figures.seconds(now - _zero(tree, now)), figures.count(len(tree.calls), "call")]
    if len(tree.calls) > 1:
        parts.append(f"{most_at_once(tree)} at once at most, {at_once(tree, now):.1f} on average")
        wait = longest_wait(tree, now)
        if wait is not None and wait[0] >= 0.05:
            parts.append(f"longest wait for a slot {figures.seconds(wait[0])}: {wait[1].label}")
    return plain(" · ".join(parts), MUTED)
