"""Files below a folder, reached without ever following a link: for what is to be written, and read before that.

Every folder on the way is opened from the one above it, so that none can be exchanged for a link in between.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.repository.patches.patches import PatchError, check_path

_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _FLAGS
LARGEST = 64 << 20
"""Bytes of a file that is changed."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, and its permissions."""

    data: bytes
    mode: int


class Below:
    """The files below `root`. Every method raises `PatchError` for what is no plain file below it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def folder(self, path: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
        """Give a descriptor of the folder that `path` lies in, and the name in it. Raises `FileNotFoundError`, too."""
        *above, name = check_path(path).split("/")
        current = os.open(self._root, _FOLDER & ~getattr(os, "O_NOFOLLOW", 0))
        try:
            for number, part in enumerate(above):
                if create:
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=current)
                try:
                    inner = os.open(part, _FOLDER, dir_fd=current)
                except (NotADirectoryError, OSError) as error:
                    if isinstance(error, FileNotFoundError):
                        raise
                    where = "/".join(above[: number + 1])
                    raise PatchError(
                        f"{path}: {where} is a link or no folder, so that nothing is changed behind it"
                    ) from error
                os.close(current)
                current = inner
            yield current, name
        finally:
            os.close(current)

    def read(self, path: str) -> Content | None:
        """Return the file at `path`, None where there is nothing."""
        try:
            with self.folder(path) as (folder, name):
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if not stat.S_ISREG(status.st_mode):
                    kind = "a link" if stat.S_ISLNK(status.st_mode) else "no regular file"
                    raise PatchError(f"{path} is {kind}: only regular files are changed")
                if status.st_size > LARGEST:
                    raise PatchError(f"{path} has more than {LARGEST >> 20} MB: it is not changed")
                handle = os.open(name, os.O_RDONLY | _FLAGS | getattr(os, "O_NONBLOCK", 0), dir_fd=folder)
                with os.fdopen(handle, "rb") as file:
                    return Content(file.read(LARGEST), stat.S_IMODE(os.fstat(handle).st_mode))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PatchError(f"{path} cannot be read: {error.strerror or error}") from error

    def owner(self, path: str) -> tuple[int, int] | None:
        """Return the ids of the user and the group that a file belongs to, None where there is nothing."""
        try:
            with self.folder(path) as (folder, name):
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                return status.st_uid, status.st_gid
        except FileNotFoundError:
            return None

    def same(self, path: str, other: str) -> bool:
        """Tell whether two names mean one file: they differ in case alone, and the file system does not tell them apart."""
        if path.lower() != other.lower():
            return False
        try:
            with self.folder(path) as (one, name), self.folder(other) as (two, second):
                first, last = (os.stat(n, dir_fd=d, follow_symlinks=False) for n, d in ((name, one), (second, two)))
                return (first.st_dev, first.st_ino) == (last.st_dev, last.st_ino) and first.st_nlink == 1
        except OSError:
            return False
