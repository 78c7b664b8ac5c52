"""Reads unified diffs, whoever wrote them, and works out what they make of a file. Nothing is written here.

A patch comes from a model, so that it may hold anything: what is no plain change of text files below the root is refused, with
a sentence on what and where. Its form is forgiven what models get wrong: counts and line numbers of a hunk, blanks missing on
empty lines. What a hunk says of the file's lines is not: they must stand there, once.

Lines are compared as they are shown (`sanitize`), and those that a hunk keeps stay as they are in the file, byte for byte. So a
file keeps its line ends, its byte order mark, and what is no UTF-8.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rlm_tui.repository.sanitize import escape_name, sanitize
from rlm_tui.repository.versions.diffs import unquoted

LARGEST = 8 << 20
"""Characters of a patch."""
_MOST_FILES = 5_000
_HEADER = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@(?P<note>.*)")
_EXTENDED = re.compile(
    r"(?P<key>old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|"
    r"similarity index|dissimilarity index|index) ?(?P<value>.*)"
)
_DRIVE = re.compile(r"[A-Za-z]:")
_GIT = re.compile(r"(?:\.git[. ]*|git~\d+[. ]*)(?::.*)?", re.IGNORECASE | re.DOTALL)
"""Names by which Windows finds git's own folder: with dots and blanks behind, its short one, with the name of a stream."""
_NOTHING = "/dev/null"
_SIGNATURE = "-- "
"""What git's mails end with, above the version of git."""
_MODES = {"100644": False, "100755": True}


class PatchError(ValueError):
    """A patch cannot be used: each of `problems` is a sentence on what, and where."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PatchHunk:
    """Lines that change together: `lines` have their marks (blank, - or +), `start` is the first of the old ones (None: unsaid).

    Without old lines, it is the one that the new ones follow.

    `old_ends` and `new_ends` tell whether the last old and new line end with a line end; None where the patch does not say.
    """

    start: int | None
    lines: tuple[str, ...]
    note: str = ""
    old_ends: bool | None = None
    new_ends: bool | None = None

    @property
    def old(self) -> list[str]:
        """The lines that must stand in the file, without marks."""
        return [line[1:] for line in self.lines if line[0] != "+"]

    @property
    def new(self) -> list[str]:
        """The lines that they become, without marks."""
        return [line[1:] for line in self.lines if line[0] != "-"]

    @property
    def added(self) -> int:
        """How many lines come."""
        return sum(line[0] == "+" for line in self.lines)

    @property
    def removed(self) -> int:
        """How many lines go."""
        return sum(line[0] == "-" for line in self.lines)


@dataclass(frozen=True, slots=True)
class FilePatch:
    """What becomes of one file: `old` is its path, "" for a new one; `new` the path it gets, "" when it goes."""

    old: str
    new: str
    hunks: tuple[PatchHunk, ...] = ()
    executable: bool = False

    @property
    def path(self) -> str:
        """The path to speak of it by."""
        return self.new or self.old

    @property
    def status(self) -> str:
        """One of added, deleted, renamed, modified."""
        if not self.old or not self.new:
            return "deleted" if self.old else "added"
        return "modified" if self.old == self.new else "renamed"


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch that was read: a part for each file, by path."""

    files: tuple[FilePatch, ...]

    @property
    def paths(self) -> list[str]:
        """All paths that it touches."""
        return sorted({path for file in self.files for path in (file.old, file.new) if path})


def read_patch(text: str) -> Patch:
    """Read a unified diff as git, diff or a model writes it. Raises `PatchError`."""
    if len(text) > LARGEST:
        raise PatchError(f"the patch is longer than {LARGEST:,} characters")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    files = _Reader(lines).read()
    if not files:
        raise PatchError(
            "there is no patch in this: a unified diff has lines `--- a/path`, `+++ b/path` and `@@ ... @@`"
        )
    return Patch(tuple(sorted(merged_files(files), key=lambda file: file.path)))


def joined(patches: Sequence[Patch]) -> Patch:
    """Join patches that were all made for the files as they are now. Raises `PatchError`, as `merged_files` does."""
    files = merged_files([file for patch in patches for file in patch.files])
    return Patch(tuple(sorted(files, key=lambda file: file.path)))


def merged_files(files: Sequence[FilePatch]) -> list[FilePatch]:
    """Join the parts that speak of the same file, hunks by line. Raises `PatchError` where they cannot be joined."""
    found: dict[str, FilePatch] = {}
    more: defaultdict[str, list[PatchHunk]] = defaultdict(list)
    for file in files:
        before = found.setdefault(file.old or file.new, file)
        if before is file:
            continue
        if before.status == file.status == "modified":
            more[file.old] += file.hunks
        elif before != file:
            raise PatchError(f"the patch says two things of {file.path}: it is {before.status}, and {file.status}")
    for path, times in Counter(file.new for file in found.values() if file.new).items():
        if times > 1:
            raise PatchError(f"the patch makes {path} of two files")
    for path, hunks in more.items():
        found[path] = replace(found[path], hunks=in_order(dict.fromkeys((*found[path].hunks, *hunks))))
    return list(found.values())


def in_order(hunks: Iterable[PatchHunk]) -> tuple[PatchHunk, ...]:
    """Return hunks by the lines that they say; those that say none come last."""
    return tuple(sorted(hunks, key=lambda hunk: (hunk.start is None, hunk.start or 0)))


def check_path(path: str) -> str:
    """Return a path of a patch unless it could lead out of the repository or into git's own folder. Raises `PatchError`."""
    shown = escape_name(path)
    if path.startswith("/") or _DRIVE.match(path):
        raise PatchError(f"{shown} is an absolute path: a patch names files from the root of the repository")
    if shown != path or len(path.encode("utf-8", "replace")) > 1_000:
        raise PatchError(
            f"{shown[:200]} is no name that a patch can be applied to: it has control characters or backslashes"
        )
    parts = path.split("/")
    if not all(parts) or "." in parts or ".." in parts:
        raise PatchError(f"{shown} is no path below the root of the repository")
    if any(_GIT.fullmatch(_as_compared(part)) for part in parts):
        raise PatchError(f"{shown} lies in git's own folder, which no patch may touch")
    return path


def _as_compared(name: str) -> str:
    """Return a name as macOS compares it: without the characters that are not seen."""
    return "".join(character for character in name if unicodedata.category(character) != "Cf")


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def read(self) -> list[FilePatch]:
        found: list[FilePatch] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.startswith("diff --git "):
                found += self._git_part()
            elif self._is_header(self._at):
                found.append(self._plain_part())
            elif line.startswith("@@"):
                raise PatchError(
                    f"line {self._at + 1} of the patch begins a hunk, but no `+++ b/path` says of which file"
                )
            else:
                self._at += 1  # what people and models write around a patch
            if len(found) > _MOST_FILES:
                raise PatchError(f"the patch touches more than {_MOST_FILES:,} files")
        return found

    def _is_header(self, at: int) -> bool:
        return self._line(at).startswith("--- ") and self._line(at + 1).startswith("+++ ")

    def _line(self, at: int) -> str:
        return self._lines[at] if at < len(self._lines) else ""

    def _git_part(self) -> list[FilePatch]:
        """Read from `diff --git` on: lines on modes and names, then perhaps hunks."""
        begin = self._at
        told: dict[str, str] = {}
        self._at += 1
        while match := _EXTENDED.fullmatch(self._line(self._at)):
            told[match["key"]] = match["value"]
            self._at += 1
        line = self._line(self._at)
        if line.startswith(("Binary files ", "GIT binary patch")):
            raise PatchError(f"line {self._at + 1} of the patch changes a binary file: only text can be patched")
        executable = self._mode(told, begin)
        if "copy from" in told:
            raise PatchError(f"line {begin + 1} of the patch copies a file: write the copy as a new file")
        renamed = (
            (_name(told["rename from"]), _name(told["rename to"]))
            if {"rename from", "rename to"} <= set(told)
            else None
        )
        if self._is_header(self._at) and renamed in (None, self._named_here()):
            return [replace(self._plain_part(), executable=executable)]
        if renamed:
            return [FilePatch(check_path(renamed[0]), check_path(renamed[1]))]
        if "new file mode" in told or "deleted file mode" in told:
            path = _named_twice(self._lines[begin])
            return [FilePatch("", path, (), executable) if "new file mode" in told else FilePatch(path, "")]
        raise PatchError(f"line {begin + 1} of the patch begins a file, but nothing about it follows")

    @staticmethod
    def _mode(told: dict[str, str], begin: int) -> bool:
        """Return whether a new file can be executed; refuses links, submodules and changed permissions."""
        for key in ("new file mode", "deleted file mode"):
            if key in told and told[key].strip() not in _MODES:
                raise PatchError(
                    f"line {begin + 1} of the patch is about a link or a submodule: only files can be patched"
                )
        if "old mode" in told or "new mode" in told:
            raise PatchError(f"line {begin + 1} of the patch changes permissions, which is left to you")
        return _MODES.get(told.get("new file mode", "").strip(), False)

    def _named_here(self) -> tuple[str, str]:
        """Return the files that the lines `---` and `+++` name, "" for none."""
        return _without_prefixes(_header(self._lines[self._at][4:]), _header(self._lines[self._at + 1][4:]))

    def _plain_part(self) -> FilePatch:
        old, new = self._named_here()
        self._at += 2
        if not (old or new):
            raise PatchError(f"line {self._at} of the patch: --- and +++ both name no file")
        for path in {old, new} - {""}:
            check_path(path)
        hunks: list[PatchHunk] = []
        while self._line(self._at).startswith("@@"):
            hunks.append(self._hunk(new or old))
        if not hunks and old == new:
            raise PatchError(f"the patch names {new}, but no hunk follows")
        return FilePatch(old, new, tuple(hunks))

    def _hunk(self, path: str) -> PatchHunk:
        begin = self._at
        match = _HEADER.match(self._lines[begin])
        start, note = (int(match[1]), match["note"]) if match else (None, "")
        end = after = self._counted(begin) or self._guessed(begin)
        while end > begin + 1 and not self._lines[end - 1]:
            end -= 1  # an empty line at the end may as well stand between two files
        lines: list[str] = []
        ends: dict[str, bool] = {}
        for number in range(begin + 1, end):
            line = self._lines[number] or " "
            if line.startswith("\\"):
                for mark in {" ": "-+"}.get(lines[-1][0], lines[-1][0]) if lines else "":
                    ends[mark] = False
                continue
            if line[1:] != sanitize(line[1:]):
                raise PatchError(f"line {number + 1} of the patch, in {path}, has control characters")
            lines.append(line)
        self._at = after
        if not any(line[0] in "+-" for line in lines):
            raise PatchError(f"the hunk at line {begin + 1} of the patch, in {path}, changes nothing")
        if ends:  # said of one side, it is said of the other, too
            ends = {"-": True, "+": True} | ends
        return PatchHunk(start, tuple(lines), sanitize(note), ends.get("-"), ends.get("+"))

    def _counted(self, begin: int) -> int:
        """Return where the hunk ends by its own counts, 0 where they are wrong."""
        match = _HEADER.match(self._lines[begin])
        if match is None:
            return 0
        old, new = int(match[2] or 1), int(match[3] or 1)
        at = begin + 1
        while at < len(self._lines) and (old > 0 or new > 0 or self._line(at).startswith("\\")):
            mark = self._lines[at][:1] or " "
            if mark not in " +-\\":
                return 0
            old -= mark in " -"
            new -= mark in " +"
            at += 1
        follows = self._line(at)
        goes_on = follows[:1] in ("+", "-", " ") and follows != _SIGNATURE and not self._is_header(at)
        return at if old == new == 0 and not goes_on else 0

    def _guessed(self, begin: int) -> int:
        """Return where the lines end that can belong to the hunk."""
        at = begin + 1
        while at < len(self._lines) and self._lines[at][:1] in ("", " ", "+", "-", "\\") and not self._is_header(at):
            at += 1
        return at


def _header(written: str) -> str:
    """Return the name after `---` or `+++`, without the date that diff writes after a tab; "" for no file."""
    name = _name(written.partition("\t")[0].rstrip())
    return "" if name == _NOTHING else name


def _name(written: str) -> str:
    return unquoted(written.encode("utf-8", "replace")).decode("utf-8", "replace")


def _without_prefixes(old: str, new: str) -> tuple[str, str]:
    """Return the names without git's `a/` and `b/`, where both have them."""
    if old.startswith("a/") and new.startswith("b/"):
        return old[2:], new[2:]
    if (not old and new.startswith("b/")) or (not new and old.startswith("a/")):
        return old[2:], new[2:]
    return old.removeprefix("./"), new.removeprefix("./")


def _named_twice(line: str) -> str:
    """Return the path of `diff --git a/path b/path`, which can be told where both are the same."""
    rest = line.removeprefix("diff --git ")
    half = len(rest) // 2
    old, new = _name(rest[:half]), _name(rest[half + 1 :])
    if not old.startswith("a/") or new != f"b/{old[2:]}":
        raise PatchError(f"`{sanitize(line)[:200]}` does not tell its file: add lines with --- and +++")
    return check_path(new[2:])
