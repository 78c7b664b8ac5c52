"""The index on disk: files, symbols, packed facts and postings in one SQLite database, made for quick appending.

A file that changes gets a new id; what was indexed under the old one is left in the full-text tables, where it no longer
joins with anything. When more is dead than alive the index is built anew (`overgrown`), so no text is kept to delete by.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rlm_tui.repository.files.secrets import CLOSED, Secrets
from rlm_tui.repository.index.database import Database
from rlm_tui.repository.index.file_rows import add_facts, add_file, forget_file
from rlm_tui.repository.index.index_folder import index_name
from rlm_tui.repository.index.packing import Packed, Read, Unpacked, exact, pack
from rlm_tui.repository.index.schema import (
    FILES,
    OUTLINES,
    SCHEMA,
    SYMBOLS,
    TABLES,
    Listed,
    Outline,
    Stamp,
    id_range,
    quoted,
    to_file,
    to_symbol,
)
from rlm_tui.repository.index.symbol_table import SymbolTable
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.symbols import File, Symbol

_COMMON = 20_000
"""A word that stands in more files than this tells little, and costs much to count."""
_DEAD = 3_000
"""So many files may be dead beyond those alive before the index is built anew."""


class Store:
    """Reads and writes the index in `folder`; a folder that cannot be written means a temporary index.

    Thread-safe. `version` names everything that the stored facts depend on: with another one the index starts empty.
    What happened to the index is told in `notices`.
    """

    def __init__(
        self,
        folder: Path | None,
        version: str = "",
        secrets: Secrets = CLOSED,
        excluded: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.secrets = secrets
        """Which files' contents neither go into it nor are read beside it."""
        self.excluded = excluded
        """Tells which paths are left out of it, and of what is read beside it."""
        self._db = Database(folder / index_name(SCHEMA) if folder else None, TABLES, f"{SCHEMA} {version}")
        self.symbols = SymbolTable(self._db)
        """The definitions by their ids."""
        self._cached_paths: tuple[tuple[int, int], tuple[str, ...]] | None = None
        self._generated: tuple[tuple[int, int], frozenset[str]] | None = None

    # Reading

    @property
    def notices(self) -> list[str]:
        """What happened to the index and should be said: rebuilt, temporary."""
        return self._db.notices

    @property
    def folder(self) -> Path | None:
        """Where the index is kept; None for a temporary one."""
        return self._db.folder

    @property
    def rebuilds(self) -> int:
        """How often the index became empty since it was opened, so that it must be filled again."""
        return self._db.rebuilds

    def notice(self, text: str) -> None:
        """Add to the notices, once."""
        if text not in self._db.notices:
            self._db.notices.append(text)

    @property
    def generation(self) -> tuple[int, int]:
        """A value that is another one when anything has changed, through this store or another process."""
        return self._db.generation

    def paths(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""
        generation = self.generation
        if self._cached_paths is None or self._cached_paths[0] != generation:
            with self._db.reading() as db:
                found = tuple(row[0] for row in db.execute("SELECT path FROM file ORDER BY path"))
            self._cached_paths = (generation, found)
        return self._cached_paths[1]

    def files(self) -> list[File]:
        """Return all files, sorted by path."""
        with self._db.reading() as db:
            return [to_file(row) for row in db.execute(f"{FILES} ORDER BY path")]

    def is_generated(self, path: str) -> bool:
        """Tell whether the file at `path` is built, vendored or made by a program."""
        generation = self.generation
        if self._generated is None or self._generated[0] != generation:
            with self._db.reading() as db:
                found = frozenset(row[0] for row in db.execute("SELECT path FROM file WHERE is_generated"))
            self._generated = (generation, found)
        return path in self._generated[1]

    def file(self, path: str) -> File | None:
        """Return the file at `path`, or None."""
        with self._db.reading() as db:
            row = db.execute(f"{FILES} WHERE path = ?", (path,)).fetchone()
        return to_file(row) if row else None

    def raw(self, path: str) -> bytes | None:
        """Return the name in bytes under which the file at `path` is opened, or None."""
        with self._db.reading() as db:
            row = db.execute("SELECT raw FROM file WHERE path = ?", (path,)).fetchone()
        return (row[0] or path.encode()) if row else None

    def has_below(self, folder: str) -> bool:
        """Tell whether there are files in `folder` or below it."""
        with self._db.reading() as db:
            # "0" is the character after "/": the range holds exactly what begins with the folder's name and a slash.
            query = "SELECT 1 FROM file WHERE path > ? AND path < ? LIMIT 1"
            return db.execute(query, (f"{folder}/", f"{folder}0")).fetchone() is not None

    def stamps(self) -> dict[str, Stamp]:
        """Return what is known of every file, by path."""
        with self._db.reading() as db:
            return {
                row[0]: Stamp(*row[1:]) for row in db.execute("SELECT path, id, size, mtime, module, status FROM file")
            }

    def stamp(self, path: str) -> Stamp | None:
        """Return what is known of the file at `path`, or None."""
        with self._db.reading() as db:
            row = db.execute("SELECT id, size, mtime, module, status FROM file WHERE path = ?", (path,)).fetchone()
        return Stamp(*row) if row else None

    def symbols_in(self, path: str) -> list[Symbol]:
        """Return the definitions of the file at `path`, in order."""
        with self._db.reading() as db:
            row = db.execute("SELECT id FROM file WHERE path = ?", (path,)).fetchone()
            return self.symbols_at(row[0]) if row else []

    def symbols_at(self, identity: int) -> list[Symbol]:
        """Return the definitions of the file with this id, in order."""
        with self._db.reading() as db:
            rows = db.execute(f"{SYMBOLS} WHERE s.id >= ? AND s.id < ? ORDER BY s.id", id_range(identity))
            return list(map(to_symbol, rows))

    def symbols_named(self, name: str) -> list[Symbol]:
        """Return the definitions whose last name is exactly `name`, by path and line."""
        with self._db.reading() as db:
            return [to_symbol(row) for row in db.execute(f"{SYMBOLS} WHERE s.name = ? ORDER BY f.path, s.id", (name,))]

    def named(self, name: str) -> list[tuple[int, str, str]]:
        """Return id, qualified name and path of the definitions whose last name is exactly `name`, by path and line."""
        query = "SELECT s.id, qualified, path FROM symbol s JOIN file f ON f.id = s.id >> 20 WHERE s.name = ? ORDER BY path, s.id"
        with self._db.reading() as db:
            return db.execute(query, (name,)).fetchall()

    def names_like(self, prefix: str, limit: int = 5_000) -> list[str]:
        """Return the distinct last names of definitions that begin with `prefix`, sorted, at most `limit`."""
        with self._db.reading() as db:
            query = "SELECT DISTINCT name FROM symbol WHERE name >= ? AND name < ? ORDER BY name LIMIT ?"
            return [row[0] for row in db.execute(query, (prefix, f"{prefix}\U0010ffff", limit))]

    def file_ids(self) -> dict[str, int]:
        """Return the id of every file, by path; a symbol's id holds that of its file (`file_of`)."""
        with self._db.reading() as db:
            return dict(db.execute("SELECT path, id FROM file"))

    def spans(self, path: str) -> list[tuple[int, int, str]]:
        """Return first line, last line and qualified name of the definitions of the file at `path`, outer ones first."""
        with self._db.reading() as db:
            row = db.execute("SELECT id FROM file WHERE path = ?", (path,)).fetchone()
            query = 'SELECT start, "end", qualified FROM symbol WHERE id >= ? AND id < ? ORDER BY id'
            return db.execute(query, id_range(row[0])).fetchall() if row else []

    def counts(self) -> dict[str, int]:
        """Return the number of definitions by path; files without any are left out."""
        with self._db.reading() as db:
            return dict(db.execute("SELECT path, symbols FROM file WHERE symbols > 0"))

    def count_files(self) -> int:
        """Return the number of all files."""
        with self._db.reading() as db:
            return int(db.execute("SELECT count(*) FROM file").fetchone()[0])

    def count_pending(self) -> int:
        """Return the number of files whose symbols are not in yet."""
        with self._db.reading() as db:
            return int(db.execute("SELECT count(*) FROM file WHERE status = 'pending'").fetchone()[0])

    def count_symbols(self) -> int:
        """Return the number of all definitions."""
        with self._db.reading() as db:
            return int(db.execute("SELECT total(symbols) FROM file").fetchone()[0])

    def read(self, path: str, *, symbols: bool = True) -> Read | None:
        """Return the file at `path` with all that its parse gave, or without its definitions; None when it was not parsed."""
        with self._db.reading() as db:
            query = "SELECT id, language, is_test, blob FROM file JOIN facts USING (id) WHERE path = ?"
            row = db.execute(query, (path,)).fetchone()
            if not row or not row[3]:
                return None
            defined = self.symbols_at(row[0]) if symbols else []
            return Read(row[0], row[1], bool(row[2]), Unpacked(row[3]), defined)

    def facts(self, path: str) -> FileFacts | None:
        """Return everything that the parse of the file at `path` gave; None when it was not parsed."""
        with self._db.reading():
            read, file = self.read(path), self.file(path)
        return read.facts(file.lines) if read and file else None

    def packages(self) -> dict[str, str]:
        """Return the package that each file declares for itself, by path; files that declare none are left out."""
        with self._db.reading() as db:
            return dict(db.execute("SELECT path, package FROM file JOIN facts USING (id) WHERE package != ''"))

    def files_mentioning(self, name: str) -> list[str]:
        """Return the paths of the files that define, use or import exactly `name`, sorted."""
        return self._mentions("names", name)

    def files_importing(self, word: str) -> list[str]:
        """Return the paths of the files with an import whose module text has `word` between its separators, sorted."""
        return self._mentions("imports", word)

    def files_with(self, word: str, *, defined: bool = False) -> Sequence[int]:
        """Return the ids of the files that have a word (as `words.words` gives them) anywhere, or in a name they define.

        Ids of what has gone may be among them. Of a word that stands in very many files, only so many are given.
        """
        if not word.isalnum():
            return ()
        column = "names" if defined else "body"
        query = "SELECT rowid FROM search WHERE search MATCH ? LIMIT ?"
        with self._db.reading() as db:
            try:
                return [row[0] for row in db.execute(query, (f'{column} : "{word}"', _COMMON))]
            except sqlite3.OperationalError:
                if word.isascii():
                    raise
                return ()  # SQLite cuts at a letter that is younger than its tables: no word in them has it

    def listed(self) -> Iterator[tuple[int, File]]:
        """Yield the id of every file, and the file."""
        with self._db.reading() as db:
            rows = db.execute(f"SELECT id, {FILES.removeprefix('SELECT ')}").fetchall()
        return ((row[0], to_file(row[1:])) for row in rows)

    def file_at(self, identity: int) -> File | None:
        """Return the file with this id, or None."""
        with self._db.reading() as db:
            row = db.execute(f"{FILES} WHERE id = ?", (identity,)).fetchone()
        return to_file(row) if row else None

    def outlines(self, identity: int) -> list[Outline]:
        """Return what ranking needs of the definitions in the file with this id, in order."""
        with self._db.reading() as db:
            return list(map(Outline._make, db.execute(OUTLINES, id_range(identity))))

    # Writing

    def put(self, file: File, facts: FileFacts | None = None, source: bytes = b"") -> None:
        """Store one file and, when it was parsed, its facts; `source` gives the words of the bodies."""
        listed = Listed(
            file.path, b"", file.language, file.size, 0, file.module, file.status, file.is_test, file.is_generated
        )
        packed = pack(file.path, facts, source) if facts else None
        with self._db.writing():
            identity = self.list_files([listed])[0]
            if packed:
                self.write([(identity, file.status, packed)])

    def delete(self, paths: Iterable[str]) -> None:
        """Forget the files at `paths`."""
        with self._db.writing() as db:
            for path in paths:
                forget_file(db, path)

    def list_files(self, listed: Iterable[Listed]) -> list[int]:
        """Store files as listed, without facts, and return their new ids; what was known of them is forgotten."""
        identities: list[int] = []
        with self._db.writing() as db:
            for file in listed:
                forget_file(db, file.path)
                identities.append(add_file(db, file))
        return identities

    def set_modules(self, modules: Mapping[str, str]) -> None:
        """Store other module names for the files at the paths that `modules` names."""
        with self._db.writing() as db:
            db.executemany(
                "UPDATE file SET module = ? WHERE path = ?", [(module, path) for path, module in modules.items()]
            )

    def write(self, parsed: Iterable[tuple[int, str, Packed | None]]) -> None:
        """Store what was found in files: (its id, its status, its facts). Ids gone or written already are passed over."""
        with self._db.writing() as db:
            for identity, status, packed in parsed:
                if packed is None:
                    db.execute("UPDATE file SET status = ? WHERE id = ?", (status, identity))
                else:
                    add_facts(db, identity, status, packed)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold several writes together: all of them are stored, or none."""
        with self._db.writing():
            yield

    def overgrown(self) -> bool:
        """Tell whether more is dead in the full-text tables than alive, so that `clear` is worth its price."""
        with self._db.reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'dead'").fetchone()
            return bool(row) and int(row[0]) > self.count_files() + _DEAD

    def clear(self) -> None:
        """Empty the index."""
        self._db.clear()

    def close(self) -> None:
        """Close the database; the store is of no use afterwards."""
        self._db.close()

    # Inside

    def _mentions(self, column: str, name: str) -> list[str]:
        token = exact(name)
        if not token:
            return []
        with self._db.reading() as db:
            query = "SELECT path FROM mention JOIN file ON file.id = mention.rowid WHERE mention MATCH ? ORDER BY path"
            return [row[0] for row in db.execute(query, (f'{column} : "{quoted(token)}"',))]
