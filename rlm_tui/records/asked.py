"""What was asked, across sessions: a bounded file of questions that several instances may write at once."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.repository.sanitize import sanitize

try:
    import fcntl
except ImportError:  # Windows: two instances at once may lose a line
    fcntl = None  # type: ignore[assignment]

MOST = 1_000
"""Questions that are kept."""
LONGEST = 20_000
"""Characters of a question that is kept; a longer one is a document, and its run has it."""
_LARGEST = 32 * 1024 * 1024
"""Bytes of the file that are read; what is larger was not written by us."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the root of the repository that it was about."""

    text: str
    root: str


class AskedStore:
    """The file at `path`: a line of JSON a question, the newest last. Its folder is made when something is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Sequence[Asked]:
        """Return what was asked, oldest first, each text of a repository once; lines that make no sense are passed over.

        Blocks. Raises `OSError` when the file is there and cannot be read.
        """
        found: dict[Asked, None] = {}
        for line in self._lines():
            if (asked := _parsed(line)) is not None:
                found.pop(asked, None)
                found[asked] = None
        return list(found)[-MOST:]

    def add(self, text: str, root: str) -> None:
        """Keep a question. Blocks. Raises `OSError` when it cannot be written."""
        if not text.strip() or len(text) > LONGEST:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = json.dumps({"text": text, "root": root}).encode() + b"\n"
        with self._alone():
            # Questions may quote what is secret: the file is nobody else's to read.
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0), 0o600)
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise OSError(f"{self.path} is not a regular file")
                size = os.fstat(descriptor).st_size
                cut = bool(size) and os.pread(descriptor, 1, size - 1) != b"\n"  # a killed instance's last line
                os.write(descriptor, (b"\n" if cut else b"") + line)
            finally:
                os.close(descriptor)
            if size > 2 * MOST * 200:
                self._shorten()

    def _shorten(self) -> None:
        """Write the newest questions anew, whole or not at all; with the lock held."""
        lines = [line for line in self._lines() if _parsed(line) is not None]
        if len(lines) <= 2 * MOST:
            return
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(line.rstrip(b"\n") + b"\n" for line in lines[-MOST:])
            Path(name).replace(self.path)
        except BaseException:  # whatever ended it, no half file stays
            Path(name).unlink(missing_ok=True)
            raise

    def _lines(self) -> list[bytes]:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            return []
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(f"{self.path} is not a regular file")
            file.seek(max(0, os.fstat(descriptor).st_size - _LARGEST))
            return file.readlines()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock beside the file, so that no instance shortens while another one appends."""
        lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if fcntl is not None:
                with suppress(OSError):  # a file system without locks
                    fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _parsed(line: bytes) -> Asked | None:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(item, dict):
        return None
    text, root = item.get("text"), item.get("root")
    if not isinstance(text, str) or not isinstance(root, str) or len(text) > LONGEST:
        return None
    text = sanitize(text).strip()
    return Asked(text, sanitize(root)) if text else None
