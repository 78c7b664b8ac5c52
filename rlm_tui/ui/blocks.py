"""Pieces of a page: each can lay itself out as lines of a given width. Foreign text enters here, and is made safe here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from textual.content import Content

from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.wrapping import longest_piece, longest_word, wrap

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
        wrapped = wrap(self.content, room)
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

    Words break only where paths and names have separators; where the columns do not fit side by side even so, each row becomes
    lines below each other. The columns in `right` are aligned to the right.
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
        between, cross = ("  ", "  ") if is_tight else (" │ ", "─┼─")
        left = room - len(between) * (columns - 1)
        floors = _floors(stacks, left)
        if sum(floors) > left and columns > 1:
            return self._below_each_other(room)
        widths = _fit(natural, floors, left)
        bar = Content.styled(between, MUTED)
        found = self._row([cell.stylize("bold") for cell in self.header], widths, bar)
        found.append(self.indent + Content.styled(cross.join("─" * w for w in widths), MUTED))
        for row in self.rows:
            cells = [*row, *([Content()] * columns)][:columns]
            found.extend(self._row(cells, widths, bar))
        return found

    def _below_each_other(self, room: int) -> list[Content]:
        """Lay each row out as lines of name and cell: where the columns have no room side by side, words would break."""
        head = min(max(cell.cell_length for cell in self.header), max(4, room // 3))
        found: list[Content] = []
        for row in self.rows:
            if found:
                found.append(Content())
            for name, cell in zip(self.header, row, strict=False):
                label = name.truncate(head, ellipsis=True).stylize("bold")
                first = self.indent + label + " " * (head - label.cell_length + 2)
                found += Flow(cell, first, self.indent + " " * (head + 2)).lines(room + self.indent.cell_length)
        return found or [self.indent + Content("  ").join(self.header).truncate(room, ellipsis=True)]

    def _row(self, cells: Sequence[Content], widths: Sequence[int], bar: Content) -> list[Content]:
        wrapped = [wrap(cell, w) for cell, w in zip(cells, widths, strict=True)]
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


@dataclass(frozen=True, slots=True)
class Listing:
    """One line a row, never wrapped: all columns but the last are as wide as their widest cell, up to `most` cells.

    The columns in `right` are aligned to the right.
    """

    rows: Sequence[Sequence[Content]]
    right: frozenset[int] = frozenset()
    most: int = 48

    def lines(self, width: int) -> Sequence[Content]:
        """Align the columns; what does not fit ends in an ellipsis."""
        columns = max((len(row) for row in self.rows), default=0)
        most = min(self.most, max(8, width // 2))
        widths = [min(most, max(row[i].cell_length for row in self.rows if i < len(row))) for i in range(columns - 1)]
        found = []
        for row in self.rows:
            cells = []
            for column, cell in enumerate(row):
                room = widths[column] if column < len(widths) else max(1, width - sum(widths) - 2 * len(widths))
                short = cell.truncate(room, ellipsis=True)
                pad = room - short.cell_length if column < len(widths) else 0
                cells.append(short.pad_left(pad) if column in self.right else short.pad_right(pad))
            found.append(Content("  ").join(cells).truncate(width, ellipsis=True))
        return found


def text_lines(text: str, style: str = "") -> list[Content]:
    """Split foreign text at its line ends."""
    return [plain(line[: LONGEST_LINE + 1], style) for line in sanitize(text).split("\n")]


def shorten(path: str, room: int) -> str:
    """Return a path in at most `room` characters: its first part and its end stay, for these tell paths apart.

    Of several, as a scope may be of, the first stays, and how many more there are.
    """
    if len(path) <= room:
        return path
    one, *others = path.split(", ")
    if others and not any(" " in other for other in (one, *others)) and room > (more := len(f" +{len(others)}")):
        return f"{shorten(one, room - more)} +{len(others)}"
    first, _, rest = path.partition("/")
    last = rest.rpartition("/")[2]
    if not rest or len(first) + len(last) + 3 > room:
        return "…" + path[len(path) - max(1, room - 1) :]
    kept = rest[-(room - len(first) - 2) :]
    whole = kept.partition("/")[2]
    return f"{first}/…{'/' + whole if len(last) <= len(whole) else kept}"


def _floors(stacks: Sequence[Sequence[Content]], room: int) -> list[int]:
    """Return the least widths of columns: their longest words, and as long as these have no `room`, parts of the longest."""
    floors = [max(map(longest_word, stack)) for stack in stacks]
    pieces = [max(map(longest_piece, stack)) for stack in stacks]
    while sum(floors) > room and floors != pieces:
        widest = max(range(len(floors)), key=lambda column: floors[column] - pieces[column])
        floors[widest] = pieces[widest]
    return floors


def _fit(natural: Sequence[int], floors: Sequence[int], room: int) -> list[int]:
    """Shrink the widest columns until all fit in `room`, none below its floor."""
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
