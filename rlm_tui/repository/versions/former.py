"""Files as they were: the text that a commit, or git's index, holds under a path."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from rlm_tui.repository.files.secrets import REFUSAL
from rlm_tui.repository.files.walk import LARGEST, is_binary
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import Slice, UnknownName
from rlm_tui.repository.versions import git

STAGED = "staged"
"""What stands for a commit where git's index is meant."""
_VERSION = rf"[0-9a-f]{{7,64}}|{STAGED}"
_CITED = re.compile(
    rf"(?P<path>(?:(?!::).)+)@(?P<commit>{_VERSION})(?::(?P<start>[1-9]\d{{0,8}})(?:-(?P<end>\d{{1,9}}))?)?", re.DOTALL
)
_SECONDS = 20.0


def is_version(name: str) -> bool:
    """Tell whether `name` may stand behind the `@` of a citation: a commit's hash, or `staged`."""
    return bool(re.fullmatch(_VERSION, name))


class Former:
    """The versions of the files of the repository at `root` that git keeps. Thread-safe."""

    def __init__(self, root: Path, store: Store) -> None:
        self._root = root
        self._store = store

    def content(self, path: str, commit: str) -> bytes:
        """Return the bytes of a file in a commit, given by its hash, or in git's index (`staged`).

        Raises `UnknownName` where there is no such file or commit, `PermissionError` for secrets and what is too large.
        """
        if self._store.secrets.closed(path):
            raise PermissionError(REFUSAL.format(path=path))
        if not is_version(commit):
            raise UnknownName(f"{commit!r} is no commit: give its hash, or {STAGED}")
        name = os.fsdecode(self._store.raw(path) or os.fsencode(path))
        version = f"{'' if commit == STAGED else commit}:./{name}"
        try:
            size = git.git(self._root, ["cat-file", "-s", version], _SECONDS)
        except git.GitError as error:
            raise UnknownName(f"{path} is not in {commit}") from error
        if int(size) > LARGEST:
            raise PermissionError(f"{path} in {commit} is too large to be shown")
        try:
            return git.git(self._root, ["cat-file", "blob", version], _SECONDS)
        except git.GitError as error:
            raise UnknownName(f"{path} is no file in {commit}") from error

    def lines(self, path: str, commit: str) -> Sequence[str]:
        """Return the lines of a file in a commit, safe to show. Raises as `content` does."""
        source = self.content(path, commit)
        if is_binary(source):
            raise PermissionError(f"{path} in {commit} is binary: there is no text to show")
        text = source.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "␍")
        return sanitize(text).removesuffix("\n").split("\n")

    def named(self, target: str, start: int | None, end: int | None) -> Slice | None:
        """Return the lines that `path@commit:start-end` names, or lines `start` to `end` of that file; None for other names."""
        match = _CITED.fullmatch(target)
        if match is None:
            return None
        first = start or int(match["start"] or 1)
        last = end or int((match["end"] or match["start"] or LARGEST) if start is None else LARGEST)
        return self.slice(match["path"], match["commit"], first, max(first, last))

    def slice(self, path: str, commit: str, start: int, end: int) -> Slice:
        """Return lines of a file in a commit; `path` of the slice tells of which. Raises as `content` does."""
        lines = self.lines(path, commit)
        if start > len(lines):
            raise UnknownName(f"{path} has {len(lines):,} lines in {commit}: there is no line {start:,}")
        end = min(end, len(lines))
        return Slice(f"{path}@{commit}", start, end, "\n".join(lines[start - 1 : end]))
