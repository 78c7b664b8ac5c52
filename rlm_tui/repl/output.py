"""What a cell prints: head and tail for the model, the whole for later cells.

Standard library only; runs in the child.
"""

from __future__ import annotations

import io
import pprint
import sys
from itertools import pairwise
from typing import TextIO, TypeGuard

from rlm_tui.repl.guest_record import Record

_BLOCK = 1 << 16
_LARGE = 1_000
"""Characters from which on what is printed at once is shortened by itself: a long list leaves those beside it whole."""
_LEAST = 2_000
"""Where each would get less than this, all that was printed is shortened as one."""
_KEPT = 4
"""How many cells' long outputs are kept whole."""


class Output(io.TextIOBase):
    """Stands for stdout and stderr. Keeps at most `whole` characters of a cell (its head), and always its last ones."""

    def __init__(self, shown: int, whole: int) -> None:
        self._shown, self._whole = shown, whole
        self._kept: dict[int, str] = {}
        self._reset()

    def _reset(self) -> None:
        self._cuts = [0]
        self._blocks: list[str] = []
        self._small: list[str] = []
        self._small_size = self._stored = self._written = 0
        self._tail = ""

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str, /) -> int:
        """Add text. Never blocks, never fails for its length."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._written += len(text)
        room = self._whole - self._stored
        if room < len(text):
            self._tail = (self._tail + text[-self._shown :])[-self._shown :]
        if room > 0:
            piece = text[:room]
            if len(piece) >= _LARGE:
                self._cuts += [self._stored, self._stored + len(piece)]
            self._stored += len(piece)
            self._small.append(piece)
            self._small_size += len(piece)
            if self._small_size >= _BLOCK or len(self._small) >= 4096:
                self._join()
        return len(text)

    def _join(self) -> None:
        self._blocks.append("".join(self._small))
        self._small.clear()
        self._small_size = 0

    def take(self, cell: int) -> tuple[str, int]:
        """End a cell: return what the model is shown of it, and how many characters were left out."""
        self._join()
        stored = "".join(self._blocks)
        written, lost, tail, cuts = self._written, self._written - self._stored, self._tail, self._cuts
        self._reset()
        if written <= self._shown:
            return stored, 0
        self._kept[cell] = stored
        while len(self._kept) > _KEPT or (len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._whole):
            del self._kept[next(iter(self._kept))]
        whole = f"the whole text is output_of({cell})"
        if lost:
            whole += f", but for {lost:,} characters that were too many to keep"
            return _shortened(stored, stored + tail, written, self._shown, whole)
        parts = [stored[start:end] for start, end in pairwise([*cuts, written]) if start < end]
        room = _room([len(part) for part in parts], self._shown)
        if room < _LEAST:
            return _shortened(stored, stored, written, self._shown, whole)
        shown = [_shortened(part, part, len(part), room, whole) if len(part) > room else (part, 0) for part in parts]
        return "".join(part for part, _ in shown), sum(omitted for _, omitted in shown)

    def output_of(self, cell: int) -> str:
        """Return the whole output of a cell whose output was shortened; the omitted line names it."""
        if cell not in self._kept:
            raise LookupError(f"no output is kept for cell {cell}; kept: {sorted(self._kept) or 'none'}")
        return self._kept[cell]


def _room(sizes: list[int], shown: int) -> int:
    """Return the characters that each of several texts may have at most, so that together they have no more than `shown`."""
    left = shown
    for shorter, size in enumerate(sorted(sizes)):
        if size * (len(sizes) - shorter) > left:
            return left // (len(sizes) - shorter)
        left -= size
    return shown


def _shortened(start: str, end: str, written: int, room: int, whole: str) -> tuple[str, int]:
    """Return the beginning of one text and the end of another with a note between, and how many characters are left out."""
    half = room // 2
    head, tail = _whole_lines(start[:half], at_start=True), _whole_lines(end[-half:], at_start=False)
    omitted = written - len(head) - len(tail)
    return f"{head}\n[... {omitted:,} characters left out; {whole} ...]\n{tail}", omitted


def _whole_lines(text: str, *, at_start: bool) -> str:
    """Drop a line cut in two, unless that would cost more than a quarter of the text."""
    cut = text.rfind("\n") if at_start else text.find("\n") + 1
    if at_start:
        return text[:cut] if cut >= len(text) * 3 // 4 else text
    return text[cut:] if 0 < cut <= len(text) // 4 else text


def show(value: object) -> str:
    """Return how a value is echoed: records one a line, containers wrapped, everything else as its repr."""
    if _records(value):
        return "\n".join(map(repr, value))
    if isinstance(value, Record):
        return value.printed()
    line = repr(value)
    if type(value) in (dict, list, tuple, set) and 120 < len(line) < 20_000:
        return pprint.pformat(value, width=120, sort_dicts=False, compact=True)
    return line


def show_printed(
    *values: object, sep: str | None = " ", end: str | None = "\n", file: TextIO | None = None, flush: bool = False
) -> None:
    """print(), but records are kept short, and lists of them stand one a line."""
    del flush
    line = (" " if sep is None else sep).join(
        show(value) if isinstance(value, Record) or _records(value) else str(value) for value in values
    )
    (file or sys.stdout).write(line + ("\n" if end is None else end))


def _records(value: object) -> TypeGuard[list[Record] | tuple[Record, ...]]:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Record) for item in value)


def size_of(value: object) -> str:
    """Return a size for people: "20 items", "4,096 characters", a record's line, a short number; "" for none."""
    if isinstance(value, str):
        return f"{len(value):,} characters"
    if isinstance(value, bytes | bytearray):
        return f"{len(value):,} bytes"
    if isinstance(value, Record):
        return repr(value).partition("\n")[0][:80]
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if value.bit_length() < 64 else f"{value.bit_length():,} bits"
    if isinstance(value, list | tuple | dict | set | frozenset):
        return f"{len(value):,} items"
    return ""
