"""What cells see of git: commits, who changed which lines, and changes. Standard library only; runs in the child."""

from __future__ import annotations

from typing import Any

from rlm_tui.repl.guest_record import Record, span


class Commit(Record):
    """A commit: id date author subject files (the first of them) total (how many); source: its Hunks."""

    id: str
    date: str
    author: str
    subject: str
    files: list[str]
    total: int

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
        return self.id

    @property
    def source(self) -> Any:
        """What it changed: its Hunks."""
        return self._ask("changes", f"{self.id}^!")

    def key(self) -> tuple[str, int, str]:
        """Return what it is sorted by: day, then repr."""
        return (self.date, 0, repr(self))

    def _line(self) -> str:
        more = f" and {self.total - 3} more" if self.total > 3 else ""
        return f"{self.id}  {self.date}  {self.author}  {self.subject}  [{', '.join(self.files[:3])}{more}]"


class Blame(Record):
    """Lines and what changed them last: path start end commit ("" = not committed) date author subject."""

    path: str
    start: int
    end: int
    commit: str
    date: str
    author: str
    subject: str

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
        return self.span

    @property
    def span(self) -> str:
        """`path:start-end`, as citations are written."""
        return span(self.path, self.start, self.end)

    def _line(self) -> str:
        told = f"{self.commit}  {self.date}  {self.author}  {self.subject}" if self.commit else "not committed yet"
        return f"{self.span}  {told}"


class Hunk(Record):
    """A change: path start end (now) old_path old_start old_end status added removed text symbols (names); str(): whole diff."""

    path: str
    start: int
    end: int
    old_path: str
    old_start: int
    old_end: int
    status: str
    added: int
    removed: int
    text: str
    symbols: list[str]
    old: str
    new: str

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
        return self.span

    @property
    def span(self) -> str:
        """`path:start-end` of its lines now, as citations are written; the path alone where there are none."""
        return span(self.path, self.start, self.end) if self.end else self.path

    def _line(self) -> str:
        where = f" from {self.old_path}" if self.old_path else ""
        note = f"+{self.added} -{self.removed}" if self.added or self.removed else self.text
        return f"{self.span}  {self.status}{where}  {note}  {', '.join(self.symbols)}".rstrip()

    def __str__(self) -> str:
        return f"{self!r}\n{self.text}"
