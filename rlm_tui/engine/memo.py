"""The memo: results of sub-calls that outlive their run, in the user's cache directory, a file each."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from pydantic import BaseModel, ConfigDict

from rlm_tui.engine.looks import Look
from rlm_tui.records.findings import Finding

MOST = 64 * 1024 * 1024
"""Bytes of all results together; the ones that were not asked for the longest go first."""
_LONGEST = 1024 * 1024
"""Bytes of one result; a longer one is not kept."""
_ROOM = 0.75
"""The part of the bound that is left after a clearance, so that the next is not due at once."""
_OFTEN = 500
"""How many results are kept between two looks at their size."""
_ABANDONED = 3600.0
"""Seconds after which a file that was never finished belongs to nobody."""


class Entry(BaseModel):
    """A kept result: the text, the files it came from, and what tools showed from beyond the call's scope.

    While the repository as a whole has this `stamp`, they show the same without being asked; "" is never so. `findings` are
    those that the call, or one below it, proposed, and that stood.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    text: str
    files: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()
    stamp: str = ""
    findings: tuple[Finding, ...] = ()


class Memo:
    """Kept results by their keys (hexadecimal digests and a number). For any thread, and for several processes at once."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        """Keep up to `most` bytes in `folder`, which is made when there is something to keep."""
        self._folder = folder
        self._most = most
        self._kept = 0

    def find(self, key: str) -> Entry | None:
        """Return what was kept under `key`, or None: also for a file that is damaged, which is removed."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                entry = Entry.model_validate_json(file.read(_LONGEST + 1))
            if entry.key != key:
                raise ValueError("this is another's")
            os.utime(path)
        except ValueError:  # pydantic's, too
            with suppress(OSError):
                path.unlink()
            return None
        except OSError:
            return None
        return entry

    def keep(self, entry: Entry) -> None:
        """Keep a result, whole or not at all. Raises `OSError` when it cannot be written."""
        data = entry.model_dump_json().encode()
        if len(data) > _LONGEST:
            return
        path = self._path(entry.key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(f".{token_hex(4)}")
        # Results quote the repository's source: they are nobody else's to read.
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        self._kept += 1
        if self._kept % _OFTEN == 1:
            self.clear_out()

    def clear_out(self) -> None:
        """Bring the folder within its bound, and remove what a killed process left unfinished."""
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):  # another process may be at it, too
                status = path.stat()
                if path.suffix == ".json":
                    found.append((status.st_mtime, status.st_size, path))
                elif time.time() - status.st_mtime > _ABANDONED:
                    path.unlink()
        size = sum(bytes_ for _, bytes_, _ in found)
        if size <= self._most:
            return
        for _, bytes_, path in sorted(found):
            if size <= self._most * _ROOM:
                return
            with suppress(OSError):
                path.unlink()
            size -= bytes_

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
