"""What git knows of files, symbols and lines: the commits that touched them, who changed which line, what has changed.

The tools are `commits`, `blame` and `changes`; what others call history is `commits` here, because `history` is the variable
that holds the session's earlier questions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from rlm_tui.repository.files.sources import Sources
from rlm_tui.repository.files.walk import path_of
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.modules import ROOT_FOLDER
from rlm_tui.repository.naming import Naming
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import (
    Blame,
    Commit,
    File,
    Hunk,
    Module,
    RepositoryError,
    Span,
    Symbol,
    UnknownName,
)
from rlm_tui.repository.versions import diffs, git
from rlm_tui.repository.versions.former import STAGED
from rlm_tui.repository.versions.hunks import Ranges, added, hunks_of, ranges

_SECONDS = 20.0
"""So long git may look; of commits and hunks, what has come by then is shown."""
_LOG, _DIFF = 20_000_000, 4_000_000
"""So many bytes of a log and of a diff are read."""
_WORDS = 200
"""The longest author or subject, in characters."""
_FILES = 20
"""So many files of a commit are named."""
_ID = 12
_DEFAULTS = ("main", "master", "trunk", "develop")
_BLAMED = re.compile(rb"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?\Z")


class Versions:
    """The versions of what is in scope. Thread-safe.

    `scope`, `admits` and `in_scope` (which knows no `exclude`) say what is in scope; names of targets are as
    `Repository.resolve` knows them, and raise as it does.
    All methods raise `RepositoryError` where git cannot say: not installed, no repository, no commits yet, too slow.
    """

    def __init__(
        self,
        root: Path,
        store: Store,
        naming: Naming,
        sources: Sources,
        scope: Sequence[str],
        admits: Callable[[str], Callable[[str], bool]],
        in_scope: Callable[[str], bool],
    ) -> None:
        self._root = root
        self._store = store
        self._naming = naming
        self._sources = sources
        self._scope = scope
        self._admits = admits
        self._in_scope = in_scope

    def commits(self, target: str, most: int) -> list[Commit]:
        """Return the latest commits that touched a target, or anything in scope for "", newest first; no merges.

        One file is followed through renames, lines and symbols through edits. Those not committed yet have none.
        """
        found = self._naming.resolve(target) if target else None
        self._head()
        listing = ["--no-merges", f"--max-count={most}", "--format=%H", "--no-ext-diff", "--no-textconv", "--no-color"]
        if isinstance(found, Symbol | Span):
            lines = self._committed(found)
            if lines is None:
                return []
            name = os.fsdecode(self._raw(found.path))
            listing += ["--no-patch", f"-L{lines[0]},{lines[1]}:{name}", "HEAD"]
        else:
            listing += ["--follow"] if isinstance(found, File) else []
            listing += ["HEAD", "--", *self._places([found.path] if found else self._scope)]
        hashes = self._beginning(_LOG, "log", *listing).decode("ascii", "replace").split()
        return self._described([one for one in hashes if len(one) >= 40])

    def blame(self, target: str) -> list[Blame]:
        """Return which commits were the last to change the lines of a file, symbol or span, in the order of the lines."""
        found = self._naming.resolve(target)
        if isinstance(found, Module):
            raise UnknownName(f"{target} is a module: blame needs a file, a symbol, or lines of a file")
        self._head()
        span = [] if isinstance(found, File) else ["-L", f"{found.start},{found.end}"]
        name = os.fsdecode(self._raw(found.path))
        if not self._asked("ls-files", "-z", "--", name):
            first, last = (1, max(1, found.lines)) if isinstance(found, File) else (found.start, found.end)
            return [Blame(found.path, first, last, "", "", "", "")]
        command = ["blame", "--porcelain", "--no-textconv", "--encoding=UTF-8", *span, "--", name]
        return _blamed(found.path, self._asked(*self._careful(), *command))

    def changes(self, base: str) -> list[Hunk]:
        """Return the hunks between `base` and the working tree, of a range (`a..b`) or of one commit (`a^!`), by path and line.

        "" is HEAD, so that these are what is not committed yet; `--staged` what is in git's index; for a branch, what has
        changed since it was left; files that git does not know yet are added ones. What is closed, binary or too long is
        listed without its text. What a repository excludes from its index is there too: nothing hides its own change. Raises
        `UnknownName` for a base that is none.
        """
        self._admits("")
        old, new = self._ends(base)
        places = self._places(self._scope)
        output = self._diff("--unified=3", old, new, places)
        files = [file for file in diffs.parse(output) if self._in_scope(path_of(file.new))]
        moved = self._moved(new, [file.new for file in files]) if new else {}
        hunks: list[Hunk] = []
        for file in files:
            versions = (old[:_ID], _short(new) if file.new in moved else "")
            hunks += hunks_of(file, self._store, moved.get(file.new, ()), versions)
        if not new:
            room = _DIFF - len(output)
            for path in self._untracked(places):
                if self._in_scope(path):
                    hunks.append(added(path, self._store, self._sources, room))
                    room -= len(hunks[-1].text)
        return sorted(hunks, key=lambda hunk: (hunk.path, hunk.start, hunk.old_start))

    def lists(self, path: str) -> bool:
        """Tell whether git tracks the file at `path`, or would: not what it ignores, and nothing of its own."""
        listing = ("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--")
        try:
            name = self._raw(path)
            listed = self._asked(*self._careful(), *listing, os.fsdecode(name))
        except (RepositoryError, ValueError):  # ValueError: no name that a file can have
            return False
        return name in listed.split(b"\0")

    def sides(self, base: str) -> tuple[str, str]:
        """Return the short hashes of what `changes` compares; the second is "" for the working tree, `staged` for git's index.

        Raises as `changes` does.
        """
        old, new = self._ends(base)
        return old[:_ID], _short(new)

    def default_branch(self) -> str:
        """Return the branch that others are made from, as far as git can tell: "" where it cannot, or is on it already."""
        self._head()
        try:
            named = git.git(self._root, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"], _SECONDS)
        except git.GitError:
            named = b""
        names = [
            named.decode("utf-8", "replace").strip(),
            *(f"{at}{name}" for name in _DEFAULTS for at in ("", "origin/")),
        ]
        head = self._commit("HEAD")
        found = next((name for name in names if name and self._commit(name)), "")
        return "" if not found or self._commit(found) == head else found

    # Asking git

    def _asked(self, *command: str) -> bytes:
        try:
            return git.git(self._root, command, _SECONDS)
        except git.GitError as error:
            raise RepositoryError(str(error)) from error

    def _beginning(self, most: int, *command: str) -> bytes:
        """Return the first `most` bytes of what git prints, or what came in time."""
        return git.beginning(self._root, command, most, _SECONDS) or self._asked(
            *command
        )  # nothing: is anything wrong?

    def _careful(self) -> list[str]:
        try:
            return git.options_to_read_files(self._root)
        except git.GitError as error:
            raise RepositoryError(str(error)) from error

    def _commit(self, name: str) -> str:
        """Return the hash of a commit, "" for what is none."""
        if name.startswith("-") or "\0" in name:
            return ""
        try:
            command = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
            return git.git(self._root, command, _SECONDS).decode("ascii", "replace").strip()
        except git.GitError:
            return ""

    def _head(self) -> str:
        """Return the hash of HEAD. Raises `RepositoryError` where there is none."""
        self._asked("rev-parse", "--git-dir")  # says what is wrong, if it is not just that there are no commits
        if not (head := self._commit("HEAD")):
            raise RepositoryError("there are no commits yet")
        return head

    def _ends(self, base: str) -> tuple[str, str]:
        """Return the commits, or trees, to compare; the second is "" for the working tree, `staged` for git's index."""
        self._asked("rev-parse", "--git-dir")
        base = base.strip()
        first, dots, second = base.partition("...") if "..." in base else base.partition("..")
        if not base or base == f"--{STAGED}":
            return self._commit("HEAD") or self._nothing(), base.removeprefix("--")
        if base.endswith("^!"):
            new = self._named(base.removesuffix("^!"))
            return self._commit(f"{new}^") or self._nothing(), new
        old = self._named(first)
        new = self._named(second) if dots else ""
        if dots == "..":
            return old, new
        try:
            common = git.git(self._root, ["merge-base", old, new or self._head()], _SECONDS)
        except git.GitError as error:
            raise RepositoryError(
                f"{first} and {second or 'HEAD'} have no commit in common here (a shallow clone?): "
                f"{first or 'HEAD'}..{second or 'HEAD'} compares them as they are"
            ) from error
        return common.decode("ascii", "replace").split()[0], new

    def _nothing(self) -> str:
        """Return the hash of a tree without files."""
        return self._asked("hash-object", "-t", "tree", "--stdin").decode("ascii", "replace").strip()

    def _named(self, name: str) -> str:
        name = name.strip() or "HEAD"
        if found := self._commit(name) or self._commit(f"origin/{name}"):
            return found
        shallow = self._asked("rev-parse", "--is-shallow-repository").strip() == b"true"
        more = ": this is a shallow clone, which `git fetch --unshallow` completes" if shallow else ""
        raise UnknownName(f"there is no branch, tag or commit called {name!r} here{more}")

    def _diff(self, context: str, old: str, new: str, places: Sequence[str]) -> bytes:
        ends = ["--cached", old] if new == STAGED else [old, new] if new else [old]
        command = [*self._careful(), *diffs.FORM, context, *ends, "--", *places]
        return self._beginning(_DIFF, *command)

    def _moved(self, commit: str, names: Sequence[bytes]) -> dict[bytes, Ranges]:
        """Return where lines of these files have moved from the commit to the working tree."""
        if not names:
            return {}
        ends = ["--unified=0"] if commit == STAGED else ["--unified=0", commit]
        output = self._beginning(_DIFF, *self._careful(), *diffs.FORM, *ends, "--", *self._places(self._scope))
        wanted = set(names)
        return {file.old: ranges(file) for file in diffs.parse(output) if file.old in wanted}

    def _committed(self, target: Symbol | Span) -> tuple[int, int] | None:
        """Return where lines of the working tree are in HEAD; None when they are not in there."""
        name = self._raw(target.path)
        if not self._asked("ls-tree", "-z", "HEAD", "--", os.fsdecode(name)):
            return None
        for file in diffs.parse(self._diff("--unified=0", "HEAD", "", [os.fsdecode(name)])):
            if file.new == name:
                back = [(new, old) for old, new in ranges(file)]
                return diffs.followed_span(target.start, target.end, back)
        return target.start, target.end

    def _untracked(self, places: Sequence[str]) -> list[str]:
        """Return the paths of the files that git does not know, and the index does, or would but for `exclude`."""
        output = self._asked(*self._careful(), "ls-files", "--others", "--exclude-standard", "-z", "--", *places)
        found = map(path_of, filter(None, output.split(b"\0")))
        return sorted(
            path
            for path in found
            if self._store.file(path) or (self._store.excluded(path) and not path.endswith("/"))  # a repository inside
        )

    def _raw(self, path: str) -> bytes:
        return self._store.raw(path) or os.fsencode(path)

    def _places(self, scope: Sequence[str]) -> list[str]:
        """Return the folders and files of a scope as git is told them."""
        raw: list[bytes] = []
        for entry in scope:
            if entry == ROOT_FOLDER:
                admitted = self._admits(ROOT_FOLDER)
                raw += [self._raw(path) for path in self._store.paths() if admitted(path)]
            else:
                raw.append(self._raw(entry))
        return [os.fsdecode(place) for place in raw] or ["."]

    # Reading what it says

    def _described(self, hashes: Sequence[str]) -> list[Commit]:
        if not hashes:
            return []
        command = [
            *("-c", "core.quotePath=true", "log", "--no-walk=unsorted", "--name-only", "--no-renames", "--relative"),
            *("--no-ext-diff", "--no-textconv", "--no-color", "--no-notes", "--encoding=UTF-8", "-O/dev/null"),
            *("--date=short", "--format=%x00%H%n%ad%n%an%n%s", *hashes, "--"),
        ]
        found: list[Commit] = []
        for record in self._beginning(_LOG, *command).split(b"\0")[1:]:
            identity, date, author, subject, *names = [*record.split(b"\n"), b"", b"", b""]
            paths = [path_of(diffs.unquoted(name)) for name in names if name]
            shown = (_words(date), _words(author), _words(subject), tuple(paths[:_FILES]), len(paths))
            found.append(Commit(_words(identity)[:_ID], *shown))
        return found


def _short(version: str) -> str:
    return version if version == STAGED else version[:_ID]


def _blamed(path: str, output: bytes) -> list[Blame]:
    """Read what `git blame --porcelain` prints: it tells of a commit where it comes first, and of each line by its commit."""
    told: dict[str, dict[bytes, bytes]] = {}
    runs: list[tuple[str, int, int]] = []
    identity = ""
    for line in output.split(b"\n"):
        if line.startswith(b"\t"):
            continue
        if match := _BLAMED.match(line):
            identity, number = match[1].decode(), int(match[2])
            if runs and runs[-1][0] == identity and runs[-1][2] == number - 1:
                runs[-1] = (identity, runs[-1][1], number)
            else:
                runs.append((identity, number, number))
        elif identity:
            key, _, value = line.partition(b" ")
            told.setdefault(identity, {})[key] = value
    found: list[Blame] = []
    for identity, start, end in runs:
        facts = told.get(identity, {})
        if not identity.strip("0"):
            found.append(Blame(path, start, end, "", "", "", ""))
            continue
        date = _day(facts.get(b"author-time", b""), facts.get(b"author-tz", b""))
        who, what = _words(facts.get(b"author", b"")), _words(facts.get(b"summary", b""))
        found.append(Blame(path, start, end, identity[:_ID], date, who, what))
    return found


def _day(seconds: bytes, zone: bytes) -> str:
    """Return a day as its author's clock showed it, "" for one that is none."""
    try:
        offset = int(zone)
        away = timedelta(hours=abs(offset) // 100, minutes=abs(offset) % 100) * (-1 if offset < 0 else 1)
        return datetime.fromtimestamp(int(seconds), UTC).astimezone(timezone(away)).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _words(raw: bytes) -> str:
    text = " ".join(sanitize(raw[: 8 * _WORDS].decode("utf-8", "replace")).split())
    return text if len(text) <= _WORDS else text[: _WORDS - 1] + "…"
