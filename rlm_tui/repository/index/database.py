"""The SQLite database under the index: opened, rebuilt when corrupt or of another version, shared by many threads."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rlm_tui.repository.symbols import RepositoryError

_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_PATIENCE = 20.0
"""Seconds to wait for another instance that writes: each of its transactions takes less than one."""


class IndexRebuilt(RepositoryError):
    """The index was found corrupt, or had to leave a full disk, and is empty now: scan again."""


class Database:
    """The database at `path`, or a temporary one when there is none or it cannot be written.

    `tables` is the SQL that makes it, statement by statement; with another `version` it starts empty. What happened to it is
    told in `notices`. One connection reads, one writes (write-ahead log: readers never wait for the writer), each behind a lock.
    """

    def __init__(self, path: Path | None, tables: tuple[str, ...], version: str) -> None:
        self.notices: list[str] = []
        self.rebuilds = 0
        """How often it became empty since it was opened."""
        self._tables = tables
        self._version = version
        self._path = path
        self._in_memory = False
        self._changes = 0
        self._writing = 0  # the thread that holds the transaction
        self._write_lock = threading.RLock()
        self._read_lock = threading.RLock()
        self._open()

    @property
    def folder(self) -> Path | None:
        """Where it is kept; None for a temporary one."""
        return self._path.parent if self._path else None

    @property
    def generation(self) -> tuple[int, int]:
        """A value that is another one when anything was committed, by this object or another process."""
        with self.reading() as db:
            return self._changes, db.execute("PRAGMA data_version").fetchone()[0]

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection that reads. Raises `IndexRebuilt` or `RepositoryError` where SQLite fails."""
        with self._guarded(), self._read_lock:
            yield self._reader

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold one transaction: all of it is stored, or nothing. Nested uses join the outer one. Raises as `reading` does."""
        if self._writing == threading.get_ident():
            yield self._writer
            return
        with self._guarded(), self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            self._writing = threading.get_ident()
            try:
                yield self._writer
                self._writer.commit()
            except BaseException:  # also Ctrl+C: whatever ended it, half a transaction must not stay open
                self._writer.rollback()
                raise
            finally:
                self._writing = 0
            self._changes += 1

    def clear(self) -> None:
        """Empty it."""
        with self._read_lock, self._write_lock:
            self.close()
            self._unlink()
            self._open()
            self._changes += 1
            self.rebuilds += 1

    def close(self) -> None:
        """Close the connections; nothing works afterwards."""
        with self._read_lock, self._write_lock:
            self._reader.close()
            self._writer.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError as error:
            raise RepositoryError("the repository is closed") from error
        except sqlite3.DatabaseError as error:
            if _is(error, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                self.notices.append("the index was corrupt and has been rebuilt")
                self.clear()
                raise IndexRebuilt(
                    f"the index was corrupt ({error}) and is being rebuilt: try again when it is ready"
                ) from error
            if _is(error, *_NO_ROOM) and not self._in_memory:
                self._leave(error)
                raise IndexRebuilt("the index had to move into memory: try again when it is ready") from error
            raise RepositoryError(
                f"the index at {self._path or 'a temporary place'} cannot be used: {error}"
            ) from error

    def _leave(self, error: sqlite3.DatabaseError) -> None:
        """Go on in memory: the disk is full, or no longer to be written. What is stored there stays, and is taken up again."""
        with self._read_lock, self._write_lock:
            place = self._path.parent if self._path else "the folder of temporary files"
            self.notices.append(f"the index cannot be written to {place} ({error}): it is in memory for this session")
            self.close()
            self._path, self._in_memory = None, True
            self._open_temporary()
            self._changes += 1
            self.rebuilds += 1

    def _open(self) -> None:
        if self._path is None:
            self._open_temporary()
            return
        patience = time.monotonic() + _PATIENCE
        corrupt = said = False
        while True:
            try:
                if corrupt:
                    self._unlink()
                    corrupt = False
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._writer = _connect(str(self._path))
                self._prepare()
                self._reader = _connect(str(self._path))
                os.utime(self._path)  # it was used now: see `index_folder.tidy`
            except (OSError, sqlite3.DatabaseError) as error:
                if _is(error, sqlite3.SQLITE_BUSY) and time.monotonic() < patience:
                    time.sleep(0.02)  # another instance is making it: SQLite does not wait for that by itself
                    continue
                if _is(error, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) and not said:
                    corrupt = said = True
                    self.notices.append("the index was corrupt and has been rebuilt")
                    continue
                advice = "the index lasts for this session only"
                self.notices.append(f"the cache directory {self._path.parent} cannot be written ({error}): {advice}")
                self._path = None
                self._open_temporary()
            return

    def _open_temporary(self) -> None:
        # "" is SQLite's own temporary database: in memory while it is small, then in a file that is already unlinked.
        self._read_lock = self._write_lock
        try:
            self._writer = self._reader = _connect(":memory:" if self._in_memory else "")
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise RepositoryError(
                f"no index can be made: {error}: Python's SQLite must have FTS5, and some space"
            ) from error

    def _prepare(self) -> None:
        db = self._writer
        db.execute("BEGIN IMMEDIATE")
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if "meta" in tables:
            row = db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
            if row and row[0] == self._version:
                db.rollback()
                return
            db.rollback()
            self.notices.append("the index was made by another version and has been rebuilt")
            db.close()
            self._unlink()
            db = self._writer = _connect(str(self._path))
            db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID")
        db.execute("INSERT INTO meta VALUES ('version', ?)", (self._version,))
        for statement in self._tables:
            db.execute(statement)
        db.commit()

    def _unlink(self) -> None:
        if self._path:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)


def _connect(name: str) -> sqlite3.Connection:
    db = sqlite3.connect(name, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA cache_size = -16000")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


def _is(error: Exception, *codes: int) -> bool:
    """Tell whether SQLite failed for one of these reasons; a code's upper bits say more than is asked for."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in codes
