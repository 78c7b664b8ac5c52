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
    """Cells in columns. When the width does not hold them, the bars between them go, and the widest columns shrink.

    The columns in `right` are aligned to the right.
    """

    header: Sequence[Content]
    rows: Sequence[Sequence[Content]]
    right: frozenset[int] = frozenset()
    indent: Content = field(default_factory=Content)

    def lines(self, width: int) -> Sequence[Content]:
        """Lay the table out: header, a thin line, rows."""
        columns = len(self.header)
        stacks = [[self.header[i], *(row[i] for row in self.rows if i < len(row))] for i in range(columns)]
        natural = [max([1, *(cell.cell_length for cell in stack)]) for stack in stacks]
        room = width - self.indent.cell_length
        is_tight = sum(natural) + 3 * (columns - 1) > room
        words = [max((len(word) for cell in stack for word in cell.plain.split()), default=1) for stack in stacks]
        between, cross = ("  ", "  ") if is_tight else (" │ ", "─┼─")
        widths = _fit(natural, words, max(columns * 3, room - len(between) * (columns - 1)))
        bar = Content.styled(between, MUTED)
        found = self._row([cell.stylize("bold") for cell in self.header], widths, bar)
        found.append(self.indent + Content.styled(cross.join("─" * w for w in widths), MUTED))
        for row in self.rows:
            cells = [*row, *([Content()] * columns)][:columns]
            found.extend(self._row(cells, widths, bar))
        return found

    def _row(self, cells: Sequence[Content], widths: Sequence[int], bar: Content) -> list[Content]:
        wrapped = [cell.wrap(w) or [Content()] for cell, w in zip(cells, widths, strict=True)]
        found = []
        for line in range(max(len(part) for part in wrapped)):
            pieces = [part[line] if line < len(part) else Content() for part in wrapped]
            padded = [
                piece.pad_left(w - piece.cell_length)
                if column in self.right
                else piece.pad_right(w - piece.cell_length)
                for column, (piece, w) in enumerate(zip(pieces, widths, strict=True))
            ]
            found.append(self.indent + bar.join(padded))
        return found


def text_lines(text: str, style: str = "") -> list[Content]:
    """Split foreign text at its line ends."""
    return [plain(line[: LONGEST_LINE + 1], style) for line in sanitize(text).split("\n")]


def shorten(path: str, room: int) -> str:
    """Return a path in at most `room` characters, its beginning left out: the end is what tells paths apart."""
    return path if len(path) <= room else "…" + path[len(path) - max(1, room - 1) :]


def _fit(natural: Sequence[int], words: Sequence[int], room: int) -> list[int]:
    """Shrink the widest columns until all fit in `room`; words of up to ten letters are broken only when nothing else helps."""
    floors = [min(word, 10) for word in words]
    if sum(floors) > room:
        floors = [3] * len(natural)
    widths = list(natural)
    while (excess := sum(widths) - room) > 0:
        slack = [width - floor for width, floor in zip(widths, floors, strict=True)]
        widest = max(range(len(widths)), key=lambda i: widths[i] if slack[i] > 0 else 0)
        if slack[widest] <= 0:
            break
        others = max([width for i, width in enumerate(widths) if i != widest and slack[i] > 0] or [0])
        cut = min(excess, slack[widest], max(1, widths[widest] - others))
        widths[widest] -= cut
    return widths
