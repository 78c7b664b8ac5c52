"""The folder that keeps the index of one repository: whose it is, who scans for it now, and which such folders can go.

In it are `index-N.db`, N being the number of the tables' schema, so that another version's is left alone; `root`, the path of
the repository; `history`, its past commits; and `scan.lock`. The time of change of an index tells when it was last used.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two instances do the work twice there
    fcntl = None  # type: ignore[assignment]

_DAY = 86_400.0
_UNUSED, _GONE, _OLDER, _BUSY = 90 * _DAY, _DAY, 7 * _DAY, _DAY / 24
"""Seconds since its last use after which an index goes: in any case; when its repository is no longer there; when a newer
schema has taken its place. One used within the last of these stays, whatever room all of them take."""
MOST_BYTES = 4 << 30
"""All indexes together may take so much room; beyond that, those go that were used longest ago."""
_FOLDER = re.compile(r"[0-9a-f]{16}")
_INDEX = re.compile(r"index(?:-(\d{1,6}))?\.db")
_BESIDE = re.compile(r"root|scan\.lock|history(?:\.\d+)?")
_WAITS = 0.05


def index_name(schema: int) -> str:
    """Return the name of the file that holds an index of this schema."""
    return f"index-{schema}.db"


def claim(folder: Path, root: Path) -> None:
    """Note which repository the index in `folder` is of; where that cannot be written, there is none to clean up."""
    with suppress(OSError):
        if not (folder / "root").exists():
            (folder / "root").write_bytes(os.fsencode(root))


@contextmanager
def alone(folder: Path | None, goes_on: Callable[[], bool]) -> Iterator[None]:
    """Let one process at a time scan for the index in `folder`; a killed one makes way.

    While another one does, `goes_on` is asked every few milliseconds whether to wait on.
    """
    try:
        lock = os.open(folder / "scan.lock", os.O_RDWR | os.O_CREAT, 0o600) if folder and fcntl else None
    except OSError:  # a folder that cannot be written has no index either
        lock = None
    try:
        while lock is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if goes_on():
                    time.sleep(_WAITS)
                    continue
            except OSError:  # a file system without locks: both do the work, and both end right
                break
            break
        yield
    finally:
        if lock is not None:
            os.close(lock)


@dataclass(frozen=True, slots=True)
class _Index:
    """An index on disk: the number of its schema, seconds since its last use, and bytes."""

    path: Path
    schema: int
    age: float
    size: int
    gone: bool

    def remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)


def tidy(folder: Path | None, schema: int, most_bytes: int = MOST_BYTES) -> None:
    """Remove the indexes beside `folder` that nobody needs any more, at most once a day. What cannot be removed stays."""
    if folder is None:
        return
    with suppress(OSError):
        mark = folder.parent / "tidied"
        if mark.exists() and 0 <= time.time() - mark.stat().st_mtime < _DAY:
            return
        mark.touch()
        found = [index for each in folder.parent.iterdir() for index in _indexes(each)]
        kept: list[_Index] = []
        for index in sorted(found, key=lambda index: index.age):
            own = index.path == folder / index_name(schema)
            most_bytes -= index.size
            old = index.age > _UNUSED or (index.gone and index.age > _GONE)
            old = old or (index.schema < schema and index.age > _OLDER)
            if own or not (old or (most_bytes < 0 and index.age > _BUSY)):
                kept.append(index)
                continue
            most_bytes += index.size
            index.remove()
        for emptied in {index.path.parent for index in found} - {index.path.parent for index in kept}:
            for path in [path for path in emptied.iterdir() if _BESIDE.fullmatch(path.name)]:
                path.unlink(missing_ok=True)
            with suppress(OSError):  # somebody keeps something of his own there
                emptied.rmdir()


def _indexes(folder: Path) -> Iterator[_Index]:
    if not _FOLDER.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
        return
    gone = False
    with suppress(OSError):
        gone = not os.path.lexists((folder / "root").read_bytes())
    for path in folder.iterdir():
        if (match := _INDEX.fullmatch(path.name)) and path.is_file() and not path.is_symlink():
            files = [file.stat() for suffix in ("", "-wal") if (file := Path(f"{path}{suffix}")).exists()]
            used = max(status.st_mtime for status in files)
            size = sum(status.st_size for status in files)
            yield _Index(path, int(match[1] or 0), time.time() - used, size, gone)
