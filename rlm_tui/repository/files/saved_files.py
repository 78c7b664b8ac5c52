"""The files as they are saved now, beside what the index knows of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from rlm_tui.repository.index.indexing import Indexing
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.sanitize import escape_name
from rlm_tui.repository.symbols import UnknownName


class SavedFiles:
    """Tells which files of the repository at `root` have changed since they were indexed, and indexes them anew."""

    def __init__(self, root: Path, store: Store, indexing: Indexing) -> None:
        self._root = root
        self._store = store
        self._indexing = indexing

    def raw(self, path: str) -> bytes:
        """Return the name in bytes of a file, listed or not, by its path in the repository or an absolute one.

        Raises `UnknownName` for what lies outside.
        """
        if known := self._store.raw(path):
            return known
        given = Path(path)
        if given.is_absolute():
            resolved = given.parent.resolve() / given.name
            if not resolved.is_relative_to(self._root):
                raise UnknownName(f"{escape_name(path)} lies outside of {self._root}")
            given = resolved.relative_to(self._root)
        return os.fsencode(given.as_posix())

    def absolute(self, path: str) -> Path:
        """Return where a listed file stands on the disk. Raises `UnknownName` when none is listed under this path."""
        raw = self._store.raw(path)
        if raw is None:
            raise UnknownName(f"there is no file {path}")
        return self._root / os.fsdecode(raw)

    def state(self, path: str) -> tuple[int, int] | None:
        """Return the size and the time of change of a file as it is now, None when it is not there."""
        raw = (self._store.raw(path) if "\\" in path else None) or os.fsencode(path)
        try:
            status = os.lstat(os.fsencode(self._root) + b"/" + raw)
        except (OSError, ValueError):
            return None
        return status.st_size, status.st_mtime_ns

    def stale(self, paths: Iterable[str]) -> list[str]:
        """Return those of the paths whose files are not as they were indexed: saved or deleted since."""
        stamps = ((path, self._store.stamp(path)) for path in paths)
        return [path for path, stamp in stamps if stamp and (stamp.size, stamp.mtime) != self.state(path)]

    def update(self, paths: Iterable[str]) -> None:
        """Index the files at `paths` anew. Raises as `raw` does."""
        self._indexing.refresh(map(self.raw, paths))

    def refreshed(self, path: str) -> bool:
        """Index the file at `path` anew if it is there, but not as it was indexed; tell whether that was so."""
        if not self.stale([path]) or self.state(path) is None:
            return False
        self.update([path])
        return True
