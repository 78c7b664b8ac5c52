"""Writes the record of one run: a line of JSON an event, appended and flushed as it happens."""

from __future__ import annotations

import os
from io import BufferedWriter
from pathlib import Path

from rlm_tui.records.events import Event


class RecordError(Exception):
    """A record cannot be written, read or found: what happened, which file, and what to do."""


class RecordWriter:
    """The append-only record of a run. A kill loses at most the line that was being written."""

    def __init__(self, path: Path) -> None:
        """Create the file, and its folder. Raises `RecordError` when that cannot be done, or the file is there already."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Records quote the repository's source: they are nobody else's to read.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise RecordError(_unwritable(path, error)) from error
        self._file: BufferedWriter = os.fdopen(descriptor, "wb")

    def write(self, event: Event) -> None:
        """Append one event. Raises `RecordError` when it could not be written whole (a full disk)."""
        try:
            self._file.write(event.model_dump_json().encode() + b"\n")
            self._file.flush()
        except (OSError, ValueError) as error:  # ValueError: the file was closed
            raise RecordError(_unwritable(self.path, error)) from error

    def sync(self) -> None:
        """Bring what was written to the disk; blocks. Raises `RecordError` when the disk refuses."""
        try:
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as error:
            raise RecordError(_unwritable(self.path, error)) from error

    def close(self) -> None:
        """Bring the record to the disk and close it. Idempotent. Raises `RecordError` when the disk refuses."""
        if self._file.closed:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            # Closing flushes again and fails again on a full disk: give the descriptor back without it.
            self._file.raw.close()
            raise RecordError(_unwritable(self.path, error)) from error


def _unwritable(path: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"the record {path} cannot be written ({reason}): free space, or set another folder for runs"
