"""Pieces of a page: each can lay itself out as lines of a given width. Foreign text enters here, and is made safe here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from textual.content import Content

from rlm_tui.repository.sanitize import sanitize

MUTED = "$text-muted"
ACCENT = "$text-primary"
PROMPT_MARK = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"
LONGEST_LINE = 20_000
"""Characters of one line that are shown; a minified file would otherwise be one page of its own."""


class Block(Protocol):
    """Something that fills whole lines."""

    def lines(self, width: int) -> Sequence[Content]:
        """Return the lines, none wider than `width` cells."""
        ...


def plain(text: str, style: str = "") -> Content:
    """Return foreign text as content: made safe, tabs expanded, never read as markup."""
    safe = sanitize(text).expandtabs(4)
    return Content.styled(safe, style) if style else Content(safe)


@dataclass(frozen=True, slots=True)
class Gap:
    """One empty line."""

    def lines(self, width: int) -> Sequence[Content]:
        """Return the empty line."""
        return (Content(),)


@dataclass(frozen=True, slots=True)
class Flow:
    """A paragraph, wrapped at words; `first` stands before its first line, `rest` before the others."""

    content: Content
    first: Content = field(default_factory=Content)
    rest: Content = field(default_factory=Content)

    def lines(self, width: int) -> Sequence[Content]:
        """Wrap to what the prefix leaves."""
        room = max(8, width - max(self.first.cell_length, self.rest.cell_length))
        wrapped = self.content.wrap(room) or [Content()]
        return [(self.rest if index else self.first) + line for index, line in enumerate(wrapped)]


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line, with a word in it."""

    title: str = ""

    def lines(self, width: int) -> Sequence[Content]:
        """Draw the line over the whole width."""
        head = f"── {self.title} " if self.title else ""
        return (Content.styled((head + "─" * width)[:width], MUTED),)


@dataclass(frozen=True, slots=True)
class Lines:
    """Text whose line ends matter: output, prompts, code. Lines too long are folded at the width, or at `words`.

    `first` numbers the lines when it is not None, in at least `digits` columns; `marked` numbers are marked in the gutter.
    """

    content: Sequence[Content]
    indent: Content = field(default_factory=Content)
    first: int | None = None
    marked: range = range(0)
    digits: int = 1
    words: bool = False

    def lines(self, width: int) -> Sequence[Content]:
        """Fold each line; continuation lines have an empty gutter."""
        digits = max(self.digits, len(str(self.first + len(self.content)))) if self.first is not None else 0
        gutter = self.indent.cell_length + (digits + 3 if digits else 0)
        room = max(8, width - gutter)
        found: list[Content] = []
        for index, line in enumerate(self.content):
            short = line if len(line.plain) <= LONGEST_LINE else line[:LONGEST_LINE] + Content.styled(" …", MUTED)
            fold = short.wrap if self.words else short.fold
            for part, piece in enumerate([short] if short.cell_length <= room else fold(room)):
                found.append(self._gutter(index, part, digits) + piece if gutter else piece)
        return found

    def _gutter(self, index: int, part: int, digits: int) -> Content:
        if not digits or self.first is None:
            return self.indent
        number = self.first + index
        is_marked = number in self.marked
        bar = Content.styled("▌", ACCENT) if is_marked else Content(" ")
        label = "" if part else str(number)
        return self.indent + bar + Content.styled(f"{label:>{digits}}  ", ACCENT if is_marked else MUTED)


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in columns; columns shrink in proportion when the width does not hold them."""

    header: Sequence[Content]
    rows: Sequence[Sequence[Content]]
    indent: Content = field(default_factory=Content)

    def lines(self, width: int) -> Sequence[Content]:
        """Lay the table out: header, a thin line, rows."""
        columns = len(self.header)
        room = max(columns * 3, width - self.indent.cell_length - 3 * (columns - 1))
        natural = [
            max([self.header[i].cell_length, *(row[i].cell_length for row in self.rows if i < len(row)), 1])
            for i in range(columns)
        ]
        widths = _fit(natural, room)
        bar = Content.styled(" │ ", MUTED)
        found = self._row([cell.stylize("bold") for cell in self.header], widths, bar)
        found.append(self.indent + Content.styled("─┼─".join("─" * w for w in widths), MUTED))
        for row in self.rows:
            cells = [*row, *([Content()] * columns)][:columns]
            found.extend(self._row(cells, widths, bar))
        return found

    def _row(self, cells: Sequence[Content], widths: Sequence[int], bar: Content) -> list[Content]:
        wrapped = [cell.wrap(w) or [Content()] for cell, w in zip(cells, widths, strict=True)]
        found = []
        for line in range(max(len(part) for part in wrapped)):
            pieces = [part[line] if line < len(part) else Content() for part in wrapped]
            padded = [piece.pad_right(max(0, w - piece.cell_length)) for piece, w in zip(pieces, widths, strict=True)]
            found.append(self.indent + bar.join(padded))
        return found


def text_lines(text: str, style: str = "") -> list[Content]:
    """Split foreign text at its line ends."""
    return [plain(line[: LONGEST_LINE + 1], style) for line in sanitize(text).split("\n")]


def _fit(natural: Sequence[int], room: int) -> list[int]:
    """Shrink the widest columns until all fit in `room`."""
    widths = list(natural)
    excess = sum(widths) - room
    while excess > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= 3:
            break
        second = max([w for i, w in enumerate(widths) if i != widest] or [3])
        cut = max(1, min(excess, widths[widest] - max(3, second)))
        widths[widest] -= cut
        excess -= cut
    return widths
