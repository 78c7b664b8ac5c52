"""What a cell prints: head and tail for the model, the whole for later cells.

Standard library only; runs in the child.
"""

from __future__ import annotations

import io
import pprint
import sys
from typing import TextIO, TypeGuard

from rlm_tui.repl.guest import Record

_BLOCK = 1 << 16
_KEPT = 4
"""How many cells' long outputs are kept whole."""


class Output(io.TextIOBase):
    """Stands for stdout and stderr. Keeps at most `whole` characters of a cell (its head), and always its last ones."""

    def __init__(self, shown: int, whole: int) -> None:
        self._shown, self._whole = shown, whole
        self._kept: dict[int, str] = {}
        self._reset()

    def _reset(self) -> None:
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
        written, lost, tail = self._written, self._written - self._stored, self._tail
        self._reset()
        if written <= self._shown:
            return stored, 0
        self._kept[cell] = stored
        while len(self._kept) > _KEPT or (len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._whole):
            del self._kept[next(iter(self._kept))]
        half = self._shown // 2
        head = _whole_lines(stored[:half], at_start=True)
        end = _whole_lines((stored[-half:] + tail)[-half:], at_start=False)
        omitted = written - len(head) - len(end)
        note = f"[... {omitted:,} characters left out; the whole text is output_of({cell})"
        if lost:
            note += f", but for {lost:,} characters that were too many to keep"
        return f"{head}\n{note} ...]\n{end}", omitted

    def output_of(self, cell: int) -> str:
        """Return the whole output of a cell whose output was shortened; the omitted line names it."""
        if cell not in self._kept:
            raise LookupError(f"no output is kept for cell {cell}; kept: {sorted(self._kept) or 'none'}")
        return self._kept[cell]


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
