"""What cells see of git: commits, who changed which lines, and changes. Standard library only; runs in the child."""

from __future__ import annotations

from typing import Any

from rlm_tui.repl.guest_record import LINE, SLICE, Record, span


def written_hunk(hunk: Any) -> str:
    """Return a hunk under how its sides are cited, its lines numbered: the old number, the new one, the mark, the text.

    For the guest's hunks and the host's; its source is part of what Monty runs first, so it is written in the Python of that.
    """
    if not (hunk.old or hunk.new):
        return f"{hunk.path}  {hunk.text}"
    sides = ("old " + hunk.old if hunk.old else "") + ("  " if hunk.old and hunk.new else "")
    sides = sides + ("new " + hunk.new if hunk.new else "")
    rows = [f"@@ {sides}  {', '.join(hunk.symbols)[:LINE]}".rstrip()]
    old, new = hunk.old_start, hunk.start
    for line in hunk.text.split("\n")[1:]:
        mark = line[:1]
        if mark in ("\\", "["):  # no newline at the end, or cut
            rows.append(line)
            continue
        before = "     " if mark == "+" else f"{old:5}"
        after = "     " if mark == "-" else f"{new:5}"
        rows.append(f"{before} {after} {mark} {line[1:]}".rstrip())
        old = old + (0 if mark == "+" else 1)
        new = new + (0 if mark == "-" else 1)
    return "\n".join(rows)


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
    """A change: path start end (now) old_path old_start old_end status added removed text symbols (names); str(): its lines."""

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
        return written_hunk(self)

    def printed(self) -> str:
        """Return its lines, the first of a long one."""
        whole = str(self)
        if len(whole) <= SLICE:
            return whole
        head = whole[:SLICE].rpartition("\n")[0]
        return f"{head}\n[... {whole.count(chr(10)) - head.count(chr(10)):,} more lines: str() has them]"
