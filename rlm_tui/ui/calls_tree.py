"""The calls pane: rows of `rows.rows` drawn line by line. Drawing costs what is seen, whatever the size of the run."""

from __future__ import annotations

from textual import events
from textual.actions import SkipAction
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from rlm_tui.records.tree import Tree
from rlm_tui.ui import figures
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, shorten
from rlm_tui.ui.nodes import next_failure, parent_key
from rlm_tui.ui.rows import COLOURS, MARKS, Folds, Found, Outline, Row, find

WORDS_FROM = 60
"""The width from which a phase's word stands beside its glyph on every row."""
_LEAST_DETAIL = 8
"""Cells without which what a row does is not told beside its label."""


class CallsTree(ScrollView, can_focus=True):
    """A tree with a cursor that stays on its node. It moves only by the user's keys, or to what runs while `following`."""

    BINDINGS = bindings("calls")
    FOLDS_FINISHED = True

    class Opened(Message):
        """The user asks for the trace of a node."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class CancelWanted(Message):
        """The user wants a call and what is below it cancelled."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class UseWanted(Message):
        """The user wants to see where the answer uses what a node found."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class SpawnerWanted(Message):
        """The user wants to see the line of its parent that started a call."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class Told(Message):
        """Something that the user should read."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class FilterWanted(Message):
        """The user wants to write a filter."""

    class Changed(Message):
        """What stands in the pane's title changed: whether the cursor follows, what the filter found."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.folds = Folds()
        self.following = False
        self.cursor = "0"
        self.wanted = ""
        self._found: Found | None = None
        self._filtered = Folds()
        self._tree = Tree()
        self._outline = Outline(self._tree, self.folds, 0.0)
        self._places: dict[str, int] = {}
        self._now = 0.0
        self._priced = False

    def show(self, tree: Tree, now: float) -> None:
        """Draw the run as it is at `now`. A new tree starts with nothing folded or filtered, the cursor on its root."""
        if tree is not self._tree:
            self._tree, self.folds, self.cursor = tree, Folds(folds_finished=self.FOLDS_FINISHED), "0"
            self.filter("")
        self._now = now
        self._priced = tree.start is not None and tree.start.language_model
        self._rebuild()

    @property
    def keys(self) -> list[str]:
        """The keys of the rows, top to bottom."""
        return list(self._places)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._outline.row(self._index) if self._places else None

    @property
    def title(self) -> str:
        """What the pane is called, with what is out of the ordinary about it."""
        parts = ["Calls"]
        if self._found is not None:
            parts.append(f"{len(self._found.matches):,} with {self.wanted.strip()}")
        if self.following:
            parts.append("following")
        return " · ".join(parts)

    def filter(self, wanted: str) -> None:
        """Show only the rows that have these words, and what leads to them; "" shows all. The cursor goes to a match."""
        if wanted == self.wanted:
            return
        at = self.cursor
        self.wanted, self._filtered = wanted, Folds()
        self._lay()
        found = self._found
        if found is None:
            self.move_to(at)
        elif at not in found.matches:
            self.cursor = next((slot.key for slot in self._outline.slots if slot.key in found.matches), at)
        self._rebuild()
        self._reveal()
        self.post_message(self.Changed())

    def move_to(self, key: str) -> None:
        """Put the cursor on a node, opening what it stands in; a filter that hides it goes."""
        if self._found is not None and key not in self._places:
            self.wanted = ""
            self._lay()
            self.post_message(self.Changed())
        path = [key]
        while (above := parent_key(self._tree, path[-1])) is not None:
            path.append(above)
        for at in range(len(path) - 1, 0, -1):
            if path[at - 1] not in self._places:
                self._open_folds.set(path[at], True)
                self._lay()
            if path[at - 1] not in self._places:
                self._open_folds.set(f"{path[at]}+", True)
                self._lay()
        self.cursor = key
        self._rebuild()
        self._reveal()

    def render_line(self, y: int) -> Strip:
        """Draw one row of the window."""
        width = self.scrollable_content_region.width
        index = self.scroll_offset.y + y
        if index >= len(self._places):
            return Strip.blank(width, self.rich_style)
        content = self.draw_row(index, width)
        if self._outline.slots[index].key == self.cursor:
            focused = "on $block-cursor-background" if self.has_focus else "on $block-cursor-blurred-background"
            content = content.stylize(focused)
        return Visual.to_strips(self, content, width, 1, self.visual_style, apply_selection=False, pad=True)[0]

    def draw_row(self, index: int, width: int) -> Content:
        """Draw the row at a place of the outline."""
        return draw(self._outline.row(index), width, self._priced)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click opens."""
        index = self.scroll_offset.y + event.y - self.gutter.top
        if 0 <= index < len(self._places):
            again = self._outline.slots[index].key == self.cursor
            self._go(index)
            if again:
                self.action_open_trace()

    def action_open_trace(self) -> None:
        """Open the trace of the row, or what is folded in it."""
        if (row := self.row) is not None:
            if row.kind == "fold":
                self.action_fold()
            else:
                self.post_message(self.Opened(row.key))

    def action_fold(self) -> None:
        """Open the row if it is closed, close it if it is open."""
        if (row := self.row) is not None and row.is_open is not None:
            self._set_open(row, not row.is_open)

    def action_open_row(self) -> None:
        """Open the row, or go to the first below it."""
        if (row := self.row) is None or row.is_open is None:
            return
        if row.is_open:
            self._go(self._index + 1)
        else:
            self._set_open(row, True)

    def action_close_row(self) -> None:
        """Close the row, or go to the one it belongs to."""
        if (row := self.row) is None:
            return
        if row.is_open and row.kind != "fold":
            self._set_open(row, False)
        elif (above := parent_key(self._tree, row.key)) is not None and above in self._places:
            self._go(self._places[above])

    def action_up(self) -> None:
        """Move to the row above."""
        self._go(self._index - 1)

    def action_down(self) -> None:
        """Move to the row below."""
        self._go(self._index + 1)

    def action_page_up(self) -> None:
        """Move one window up."""
        self._go(self._index - max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        """Move one window down."""
        self._go(self._index + max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Move to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move to the last row."""
        self._go(len(self._places) - 1)

    def action_next_failure(self) -> None:
        """Move to the next call or step that failed."""
        if (key := next_failure(self._tree, self.cursor)) is None:
            self.post_message(self.Told("nothing has failed here"))
        else:
            self._follow(False)
            self.move_to(key)

    def action_use(self) -> None:
        """Ask to show where the answer uses what this node found."""
        self.post_message(self.UseWanted(self.cursor))

    def action_spawner(self) -> None:
        """Ask to show the line that started this call."""
        self.post_message(self.SpawnerWanted(self.cursor))

    def action_filter(self) -> None:
        """Ask to write a filter."""
        self.post_message(self.FilterWanted())

    def action_clear_filter(self) -> None:
        """Show all rows again; without a filter, Esc is the screen's."""
        if not self.wanted:
            raise SkipAction
        self.filter("")

    def action_follow(self) -> None:
        """Let the cursor go with what runs, or not."""
        self._follow(not self.following)
        self._rebuild()

    def action_cancel_call(self) -> None:
        """Ask to cancel the call."""
        if (row := self.row) is not None and row.kind != "fold":
            self.post_message(self.CancelWanted(row.key))

    @property
    def _index(self) -> int:
        return self._places.get(self.cursor, 0)

    def _set_open(self, row: Row, is_open: bool) -> None:
        self._open_folds.set(row.key, is_open)
        if not is_open:
            self._open_folds.opened.discard(f"{row.key}+")
        self._rebuild()

    def _go(self, index: int) -> None:
        if self._places:
            self._follow(False)
            self.cursor = self._outline.slots[min(max(0, index), len(self._places) - 1)].key
            self._reveal()
            self.refresh()

    def _follow(self, following: bool) -> None:
        if following != self.following:
            self.following = following
            self.post_message(self.Changed())

    @property
    def _open_folds(self) -> Folds:
        """What is open in the tree as it is shown: a filtered one has its own."""
        return self.folds if self._found is None else self._filtered

    def _lay(self) -> None:
        self._found = find(self._tree, self.wanted)
        self._outline = Outline(self._tree, self._open_folds, self._now, self._found)
        self._places = {slot.key: index for index, slot in enumerate(self._outline.slots)}

    def _rebuild(self) -> None:
        before = self._index - self.scroll_offset.y
        self._lay()
        slots = self._outline.slots
        if self.following:
            running = [index for index in range(len(slots)) if self._outline.phase(index) == "running"]
            self.cursor = slots[running[-1]].key if running else self.cursor
        while slots and self.cursor not in self._places:
            # The row went into a fold or a closed parent: stay on the nearest row that stands for it.
            above = parent_key(self._tree, self.cursor)
            fold = f"{above}+"
            self.cursor = slots[0].key if above is None else fold if fold in self._places else above
        self.virtual_size = Size(self.scrollable_content_region.width, len(slots))
        if self.following:
            self._reveal()
        elif 0 <= before < self.size.height and (now := self._index - self.scroll_offset.y) != before:
            self.scroll_to(y=self.scroll_offset.y + now - before, animate=False)
        self.refresh()

    def _reveal(self) -> None:
        self.scroll_to_region(Region(0, self._index, 1, 1), animate=False, x_axis=False)


def draw(row: Row, width: int, priced: bool) -> Content:
    """Draw a row: fold mark, label and detail at the left; phase, time and (in a priced run) price at the right."""
    if row.kind == "fold":
        return draw_label(row, width)
    mark = f"{MARKS[row.phase]} {row.phase:<9}" if width >= WORDS_FROM else MARKS[row.phase]
    price = f" {figures.dollars(row.dollars):>7}" if priced else ""
    right = Content.assemble((mark, COLOURS[row.phase]), (f" {figures.seconds(row.seconds):>6}{price}", MUTED))
    left = draw_label(row, max(4, width - right.cell_length - 1))
    return left + " " * (width - left.cell_length - right.cell_length) + right


def draw_label(row: Row, room: int, *, detail: bool = True) -> Content:
    """Draw a row's place in the tree, its label, and what it does, in at most `room` cells."""
    fold = "  " if row.is_open is None else "▾ " if row.is_open else "▸ "
    start = Content.assemble("  " * row.depth, (fold, MUTED))
    label = shorten(row.label, max(4, room - start.cell_length)) if "/" in row.label else row.label
    left = start + Content.styled(label, "" if row.kind == "call" and not row.aside else MUTED)
    if row.detail and detail and left.cell_length + _LEAST_DETAIL < room:
        left += Content.assemble("  ", (row.detail, "$text-error" if row.phase == "failed" else MUTED))
    return left.truncate(room, ellipsis=True)
