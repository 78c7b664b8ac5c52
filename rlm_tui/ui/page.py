"""A page of text drawn line by line: only what is seen is rendered, so a page of any length costs the same to scroll."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual

from rlm_tui.ui.blocks import Block


class Page(ScrollView, can_focus=True):
    """Shows blocks below each other.

    What is read from its beginning does not move as the page grows; whoever scrolls to the end stays there, if `follow`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]

    def __init__(self, *, id: str | None = None, follow: bool = False) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.follow = follow
        self._blocks: list[Block] = []
        self._laid: list[Sequence[Content]] = []
        self._starts: list[int] = []
        self._width = 0
        self._strips: dict[int, Strip] = {}

    def show(self, blocks: Sequence[Block]) -> None:
        """Replace what is shown. The first blocks that are the very objects shown before are not laid out again."""
        pairs = zip(self._blocks, blocks, strict=False)
        settled = next((index for index, (old, new) in enumerate(pairs) if old is not new), len(self._blocks))
        settled = min(settled, len(self._laid), len(blocks))
        at_end = self.follow and self.is_vertical_scroll_end and self.max_scroll_y > 0
        self._blocks[settled:] = blocks[settled:]
        del self._laid[settled:]
        del self._starts[settled:]
        self._lay_out()
        if at_end:
            self.scroll_end(animate=False, immediate=True)

    def top(self) -> None:
        """Go to the beginning."""
        self.scroll_to(y=0, animate=False)

    @property
    def text(self) -> str:
        """Everything on the page, as laid out."""
        return "\n".join(line.plain for block in self._laid for line in block)

    def start_of(self, block: int) -> int:
        """Return the line at which a block begins, 0 when there is no such block."""
        return self._starts[block] if block < len(self._starts) else 0

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window."""
        _, scroll_y = self.scroll_offset
        line = scroll_y + y
        selection = self.text_selection
        if selection is None and line in self._strips:
            return self._strips[line]
        content = self._line(line)
        if selection is not None and (span := selection.get_span(line)) is not None:
            start, end = span
            chosen = self.screen.get_visual_style("screen--selection")
            content = content.stylize(chosen, start, len(content.plain) if end == -1 else end)
        width = self.scrollable_content_region.width
        strips = Visual.to_strips(self, content, max(1, width), 1, self.visual_style, apply_selection=False, pad=True)
        strip = (strips[0] if strips else Strip.blank(width)).apply_offsets(0, line)
        if selection is None:
            self._strips[line] = strip
        return strip

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text selected with the mouse."""
        return selection.extract(self.text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget drawn lines when the theme changes."""
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Lay out again for a new width."""
        if self._room() != self._width:
            position = self.scroll_offset.y / max(1, self.virtual_size.height)
            self._laid.clear()
            self._starts.clear()
            self._lay_out()
            self.scroll_to(y=int(position * self.virtual_size.height), animate=False)

    def _room(self) -> int:
        # One column is always kept for the scroll bar, so that its coming does not wrap the text anew.
        return max(10, self.container_size.width - self.styles.gutter.width - self.styles.scrollbar_size_vertical)

    def _lay_out(self) -> None:
        if not self.container_size.width:
            return  # not on the screen yet: the first resize lays out
        width = self._room()
        if width != self._width:
            self._laid.clear()
            self._starts.clear()
            self._width = width
        height = self._starts[-1] + len(self._laid[-1]) if self._laid else 0
        self._strips = {line: strip for line, strip in self._strips.items() if line < height}
        for block in self._blocks[len(self._laid) :]:
            lines = block.lines(width)
            self._starts.append(height)
            self._laid.append(lines)
            height += len(lines)
        self.virtual_size = Size(width, height)
        self.refresh()

    def _line(self, number: int) -> Content:
        block = bisect_right(self._starts, number) - 1
        if block < 0 or number - self._starts[block] >= len(self._laid[block]):
            return Content()
        return self._laid[block][number - self._starts[block]]
