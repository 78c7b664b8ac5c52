"""Makes hunks of what a diff says of a file: where they stand on both sides, and in which definitions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rlm_tui.repository.files.sources import Sources
from rlm_tui.repository.files.walk import path_of
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import Hunk, Span
from rlm_tui.repository.versions import diffs

_TEXT = 20_000
"""The longest text of a hunk, in characters."""
_CLOSED, _BINARY, _LONG, _EMPTY = (
    "[closed: it may hold secrets]",
    "[binary]",
    "[too long to be shown]",
    "[no line changed]",
)

Ranges = Sequence[tuple[diffs.Side, diffs.Side]]


def hunks_of(file: diffs.ChangedFile, store: Store, moved: Ranges, versions: tuple[str, str]) -> list[Hunk]:
    """Return the hunks of a changed file. `moved` tells where its lines have gone since, to the working tree.

    `versions` are what the old and the new lines are cited under: a commit, `staged`, or "" for the working tree.
    """
    path, old = path_of(file.new), path_of(file.old)
    status, renamed = file.status, old if file.status == "renamed" else ""
    closed = store.secrets.closed(path) or store.secrets.closed(old)
    if closed or file.binary or not file.changes:
        note = _CLOSED if closed else _BINARY if file.binary else _EMPTY if file.whole else _LONG
        return [Hunk(path, 0, 0, renamed, 0, 0, status, 0, 0, note, ())]
    spans = store.spans(path) if status != "deleted" else []
    hunks: list[Hunk] = []
    for change in file.changes:
        marks = [line[:1] for line in change.lines[1:]]
        places = [[diffs.followed(line, moved) for line in pair] for pair in _touched(change, marks)]
        lines = [a for a, b in places if a and (a == b or _innermost(spans, [a]) == _innermost(spans, [b]))]
        hunks.append(
            Hunk(
                path, *_both(change.new), renamed, *_both(change.old), status, marks.count(b"+"), marks.count(b"-"),
                _text(change.lines), _innermost(spans, lines), _cited(old, change.old, versions[0]),
                _cited(path, change.new, versions[1]),
            )
        )  # fmt: skip
    if not file.whole:
        hunks.append(Hunk(path, 0, 0, renamed, 0, 0, status, 0, 0, _LONG, ()))
    return hunks


def added(path: str, store: Store, sources: Sources, room: int) -> Hunk:
    """Return a file that git does not know yet as a hunk; without its text when there is no `room` for it."""
    note = _CLOSED if store.secrets.closed(path) else _LONG if room <= 0 else ""
    lines: list[str] = []
    if not note:
        try:
            lines = sources.lines(path)
        except PermissionError:
            note = _BINARY
    if lines in ([], [""]):
        return Hunk(path, 0, 0, "", 0, 0, "added", 0, 0, note or _EMPTY, ())
    count = len(lines)
    text = _cut([f"@@ -0,0 +1,{count} @@", *(f"+{line}" for line in lines)])
    symbols = _innermost(store.spans(path), range(1, count + 1))
    return Hunk(path, 1, count, "", 0, 0, "added", count, 0, text, symbols, "", str(Span(path, 1, count)))


def _cited(path: str, side: diffs.Side, version: str) -> str:
    if not side.count:
        return ""
    return str(Span(f"{path}@{version}" if version else path, side.start, side.after - 1))


def ranges(file: diffs.ChangedFile) -> Ranges:
    """Return the two sides of a file's changes."""
    return [(change.old, change.new) for change in file.changes]


def _both(side: diffs.Side) -> tuple[int, int]:
    return (side.start, side.after - 1) if side.count else (0, 0)


def _touched(change: diffs.Change, marks: Sequence[bytes]) -> list[tuple[int, int]]:
    """Return the new lines that were added, twice; for lines that only went, those they stood between, in order.

    Where the lines that went are no less indented than the one above, and that one closes nothing, they belonged to it.
    """
    line, found = change.new.first, list[tuple[int, int]]()
    gone, above = b"", b""
    for at, mark in enumerate(marks):
        text = change.lines[at + 1][1:]
        if mark == b"+":
            found.append((line, line))
        elif mark == b"-":
            gone = gone or (text.strip() and text)
            if marks[at + 1 : at + 2] not in ([b"-"], [b"+"]) and line > 1 and gone:
                closes = above.lstrip()[:1] in (b"}", b")", b"]", b"") or above.strip() == b"end"
                belongs = not closes and _indent(gone) >= _indent(above)
                found.append((line - 1, line - 1 if belongs else line))
        if mark not in (b"-", b"\\"):
            line += 1
            gone, above = b"", text
    return found


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip())


def _innermost(spans: Sequence[tuple[int, int, str]], lines: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the innermost of the `spans`, outer ones first, that the lines lie in, in the order of the lines."""
    owner: dict[int, str] = {}
    for start, end, name in spans:
        for line in lines[bisect_left(lines, start) : bisect_right(lines, end)]:
            owner[line] = name
    return tuple(dict.fromkeys(owner[line] for line in lines if line in owner))


def _text(lines: Sequence[bytes]) -> str:
    return _cut([sanitize(line.decode("utf-8", "replace").removesuffix("\r").replace("\r", "␍")) for line in lines])


def _cut(lines: Sequence[str]) -> str:
    """Return the lines as one text, whole ones up to `_TEXT` characters."""
    kept, size = list[str](), 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > _TEXT:
            return "\n".join([*kept, f"[... {len(lines) - number:,} more lines]"])
        kept.append(line)
    return "\n".join(kept)
