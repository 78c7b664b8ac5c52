"""Reads what `git diff --raw --patch` prints: the files, their hunks, and where lines are on the other side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

FORM = (
    *("-c", "core.quotePath=true", "-c", "diff.autoRefreshIndex=true", "diff", "--raw", "--patch", "--full-index"),
    *("--no-ext-diff", "--no-textconv", "--no-color", "--word-diff=none", "--ws-error-highlight=none", "--relative"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--inter-hunk-context=0", "--find-renames", "-l1000", "-O/dev/null"),
    *("--diff-algorithm=default", "--ignore-submodules=dirty", "--submodule=short"),
)
"""The command and the options that make git print what `parse` reads, whatever the configuration says."""

_RAW = re.compile(rb":\d+ \d+ \w+\.* \w+\.* (?P<status>[A-Z])\d*\t(?P<old>[^\t]+)(?:\t(?P<new>[^\t]+))?\Z")
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_LETTERS = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_STATUS = {b"A": "added", b"D": "deleted", b"R": "renamed"}


@dataclass(frozen=True, slots=True)
class Side:
    """Lines of one side of a hunk; where there are none, `start` is the line that they would follow."""

    start: int
    count: int

    @property
    def first(self) -> int:
        """The first of the lines, or the one that stands where they would."""
        return self.start if self.count else self.start + 1

    @property
    def after(self) -> int:
        """The line that follows them."""
        return self.first + self.count


@dataclass(frozen=True, slots=True)
class Change:
    """A hunk: its sides, and its lines with their marks, the line with `@@` first."""

    old: Side
    new: Side
    lines: Sequence[bytes]


@dataclass(slots=True)
class ChangedFile:
    """A file that differs; names are in bytes, relative to where git was asked, and the same unless it was renamed.

    `whole` tells whether all of its hunks could be read.
    """

    old: bytes
    new: bytes
    status: str
    binary: bool = False
    whole: bool = False
    changes: list[Change] = field(default_factory=list)


def parse(output: bytes) -> list[ChangedFile]:
    """Return the files that git's output tells of; it may be cut anywhere, and file names may hold anything.

    The list comes first, with quoted names; it tells how the line begins under which a file's hunks stand.
    """
    lines = output.split(b"\n")
    lines.pop()  # what follows the last line end is cut, or nothing
    files: dict[bytes, ChangedFile] = {}
    headers: defaultdict[bytes, set[bytes]] = defaultdict(set)
    at = 0
    while at < len(lines) and (match := _RAW.match(lines[at])):
        at += 1
        old, new = match["old"], match["new"] or match["old"]
        if match["status"] != b"U" or new not in files:  # in conflict: told of twice
            files[new] = ChangedFile(unquoted(old), unquoted(new), _STATUS.get(match["status"], "modified"))
        headers[b"diff --git " + _prefixed(b"a/", old) + b" " + _prefixed(b"b/", new)].add(new)
    # Names with blanks can make two beginnings alike: nobody could tell whose the hunks are.
    _read_patches(lines[at:], {header: files[names.pop()] for header, names in headers.items() if len(names) == 1})
    return list(files.values())


def _read_patches(lines: Sequence[bytes], headers: dict[bytes, ChangedFile]) -> None:
    file: ChangedFile | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(b"diff --git "):
            file = headers.get(line)
            if file:
                file.whole = True
        elif file and line.startswith((b"Binary files ", b"GIT binary patch")):
            file.binary = True
        elif match := _HUNK.match(line):
            old, new = (Side(int(start), int(count or 1)) for start, count in (match.group(1, 2), match.group(3, 4)))
            end = _end(lines, at + 1, old.count, new.count)
            if file and end:
                file.changes.append(Change(old, new, lines[at:end]))
            elif file:
                file.whole = False
            at = end or len(lines)
            continue
        at += 1


def _end(lines: Sequence[bytes], at: int, old: int, new: int) -> int:
    """Return where a hunk ends whose lines begin at `at`, 0 when it is cut. A line may say anything: only counting tells."""
    while at < len(lines) and (old > 0 or new > 0 or lines[at].startswith(b"\\")):
        mark = lines[at][:1]
        old -= mark in (b" ", b"-", b"")
        new -= mark in (b" ", b"+", b"")
        at += 1
    return at if old <= 0 and new <= 0 else 0


def followed(line: int, changes: Sequence[tuple[Side, Side]]) -> int:
    """Return where a line is after the changes (from, to), which are in order; 0 when they have changed it."""
    shift = 0
    for before, after in changes:
        if line < before.first:
            break
        if line < before.after:
            return 0
        shift = after.after - before.after
    return line + shift


def followed_span(start: int, end: int, changes: Sequence[tuple[Side, Side]]) -> tuple[int, int] | None:
    """Return the lines that `start` to `end` became, those that changed with them included; None when all are gone."""
    lines = [found for line in range(start, end + 1) if (found := followed(line, changes))]
    for before, after in changes:
        if before.count and after.count and before.first <= end and start < before.after:
            lines += [after.first, after.after - 1]
    return (min(lines), max(lines)) if lines else None


def _prefixed(prefix: bytes, name: bytes) -> bytes:
    return b'"' + prefix + name[1:] if name.startswith(b'"') else prefix + name


def unquoted(name: bytes) -> bytes:
    """Return a file's name as git prints it, in bytes: in quotes, with escapes, where it holds more than plain letters."""
    if not name.startswith(b'"'):
        return name
    return _ESCAPE.sub(lambda match: _character(match[1]), name[1:-1])


def _character(escaped: bytes) -> bytes:
    return bytes([int(escaped, 8) & 255]) if len(escaped) == 3 else _LETTERS.get(escaped, escaped)
