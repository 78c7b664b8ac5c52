"""A patch as blocks of a page: files, hunks with both line numbers, sides in colour, syntax; and what of it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from textual.content import Content

from rlm_tui.repository.patches.patches import FilePatch, Patch, PatchHunk
from rlm_tui.ui.blocks import ACCENT, MUTED, Block, Flow, Gap, plain
from rlm_tui.ui.highlighting import highlight

MOST_COLOURED = 60_000
"""Characters of a hunk above which it is shown without syntax."""
_SIDES = {"+": "on $success-muted", "-": "on $error-muted"}
_SIGNS = {"+": "$text-success", "-": "$text-error", " ": MUTED}


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken or left at once: a hunk of a file, or (`hunk` None) a file that comes, goes or is renamed."""

    file: int
    hunk: int | None


@dataclass(slots=True)
class Choice:
    """The parts of a patch, those that are left out, and the one that the cursor is on."""

    patch: Patch
    left: set[Part] = field(default_factory=set)
    at: int = 0

    @property
    def parts(self) -> list[Part]:
        """All parts, in order."""
        return [
            part
            for number, file in enumerate(self.patch.files)
            for part in (
                [Part(number, hunk) for hunk in range(len(file.hunks))]
                if file.status == "modified"
                else [Part(number, None)]
            )
        ]

    @property
    def part(self) -> Part | None:
        """The part at the cursor."""
        return self.parts[self.at] if self.parts else None

    def toggle(self) -> None:
        """Take the part at the cursor, or leave it."""
        if self.part is not None:
            self.left ^= {self.part}

    def toggle_file(self) -> None:
        """Leave all parts of the file at the cursor; take them where all are left."""
        if self.part is not None:
            own = {part for part in self.parts if part.file == self.part.file}
            self.left = self.left - own if own <= self.left else self.left | own

    def toggle_all(self) -> None:
        """Leave everything; take everything where all is left."""
        every = set(self.parts)
        self.left = set() if self.left == every else every

    def move(self, by: int) -> None:
        """Move the cursor by parts."""
        self.at = max(0, min(len(self.parts) - 1, self.at + by))

    def move_file(self, by: int) -> None:
        """Move the cursor to the first part of the next file, or of the one before."""
        if self.part is not None:
            wanted = max(0, min(len(self.patch.files) - 1, self.part.file + by))
            self.at = next(number for number, part in enumerate(self.parts) if part.file == wanted)

    def taken(self) -> Patch:
        """Return the patch of what is taken."""
        files = []
        for number, file in enumerate(self.patch.files):
            if file.status != "modified":
                files += [] if Part(number, None) in self.left else [file]
                continue
            hunks = tuple(hunk for at, hunk in enumerate(file.hunks) if Part(number, at) not in self.left)
            files += [replace(file, hunks=hunks)] if hunks else []
        return Patch(tuple(files))


@dataclass(frozen=True, slots=True)
class FileHead:
    """The line that a file begins with: what becomes of it, and how many lines come and go."""

    file: FilePatch
    taken: bool | None
    is_current: bool

    def lines(self, width: int) -> Sequence[Content]:
        """Return the line, and one above."""
        file = self.file
        name = f"{file.old} → {file.new}" if file.status == "renamed" else file.path
        added, removed = (sum(getattr(hunk, side) for hunk in file.hunks) for side in ("added", "removed"))
        mark = _mark(self.taken, current=self.is_current) if self.taken is not None else Content()
        counts = Content.assemble(("  +" + str(added), "$text-success"), (f" -{removed}", "$text-error"))
        status = "" if file.status == "modified" else f"  {file.status}"
        line = mark + plain(name, "bold") + plain(status, MUTED) + counts
        return (Content(), line.truncate(max(1, width), ellipsis=True))


@dataclass(frozen=True, slots=True)
class HunkBlock:
    """A hunk: its head with what was decided of it, then its lines."""

    hunk: PatchHunk
    path: str
    shift: int
    taken: bool | None
    is_current: bool

    def lines(self, width: int) -> Sequence[Content]:
        """Return the lines, long ones folded."""
        start = self.hunk.start or 0
        head = Content.styled(f"line {start or 1}{self.hunk.note}", MUTED)
        mark = _mark(self.taken, current=self.is_current) if self.taken is not None else Content("    ")
        found = [(mark + head).truncate(max(1, width), ellipsis=True)]
        last = start + max(len(self.hunk.old), len(self.hunk.new)) + abs(self.shift)
        digits = len(str(last))
        room = max(8, width - 2 * digits - 5)
        bar = Content.styled("▌", ACCENT) if self.is_current else Content(" ")
        for sign, old, new, content in self._rows(start):
            for number, piece in enumerate([content] if content.cell_length <= room else content.fold(room)):
                numbers = f"{old or '':>{digits}} {new or '':>{digits}} " if not number else " " * (2 * digits + 2)
                padded = piece.pad_right(max(0, room - piece.cell_length))
                side = _SIDES.get(sign) if self.taken is not False else None
                body = Content.styled(f"{sign} ", _SIGNS[sign]) + padded
                found.append(bar + Content.styled(numbers, MUTED) + (body.stylize_before(side) if side else body))
        return found

    def _rows(self, start: int) -> Iterator[tuple[str, int, int, Content]]:
        """Yield sign, old number, new number (0 for none) and the coloured line."""
        old = iter(highlight("\n".join(self.hunk.old), path=self.path, most=MOST_COLOURED))
        new = iter(highlight("\n".join(self.hunk.new), path=self.path, most=MOST_COLOURED))
        at_old, at_new = start, start + self.shift
        if not self.hunk.old:
            at_new += 1
        for line in self.hunk.lines:
            sign = line[0]
            before = next(old, Content()) if sign != "+" else Content()
            after = next(new, Content()) if sign != "-" else Content()
            yield sign, at_old if sign != "+" else 0, at_new if sign != "-" else 0, before if sign == "-" else after
            at_old += sign != "+"
            at_new += sign != "-"


def blocks_of(choice: Choice, notes: Sequence[Block] = ()) -> tuple[list[Block], list[int]]:
    """Return the blocks of a patch below the notes, and the number of the block that each part begins with."""
    blocks: list[Block] = list(notes)
    starts: list[int] = []
    current = choice.part
    for number, file in enumerate(choice.patch.files):
        whole = Part(number, None) if file.status != "modified" else None
        taken = whole not in choice.left if whole is not None else None
        if whole is not None:
            starts.append(len(blocks))
        blocks.append(FileHead(file, taken, whole is not None and whole == current))
        shift = 0
        for at, hunk in enumerate(file.hunks):
            part = Part(number, at)
            if whole is None:
                starts.append(len(blocks))
            own = part not in choice.left if whole is None else None
            blocks.append(HunkBlock(hunk, file.path, shift, own, part == current))
            shift += hunk.added - hunk.removed
        if not file.hunks:
            blocks.append(Flow(plain("no line changes", MUTED), Content("    "), Content("    ")))
    return [*blocks, Gap()], starts


def _mark(taken: bool | None, *, current: bool) -> Content:
    box = "[x] " if taken else "[ ] "
    return Content.styled(box, f"bold {ACCENT}" if current else ("$text-success" if taken else MUTED))
