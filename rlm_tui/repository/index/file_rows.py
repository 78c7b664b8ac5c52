"""The rows that a file has in the tables of the index: made, filled with its facts, and removed."""

from __future__ import annotations

import sqlite3

from rlm_tui.repository.index.packing import Packed
from rlm_tui.repository.index.schema import LAST, SHIFT, Listed, id_range


def add_file(db: sqlite3.Connection, file: Listed) -> int:
    """Add a file as listed, without facts, and return its new id."""
    raw = None if file.raw == file.path.encode("utf-8", "surrogatepass") else file.raw or None
    row = (
        file.path, raw, file.language, file.size, file.mtime, 0, 0, file.module, file.status, file.is_test,
        file.is_generated,
    )  # fmt: skip
    done = db.execute("INSERT INTO file VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    return done.lastrowid or 0


def add_facts(db: sqlite3.Connection, identity: int, status: str, packed: Packed) -> None:
    """Add what was found in the file with this id; nothing when that file is gone or has its facts already."""
    if db.execute("SELECT 1 FROM facts WHERE id = ?", (identity,)).fetchone():
        return
    updated = db.execute(
        """UPDATE file SET status = ?, language = ?, lines = ?, symbols = ?, is_test = is_test OR ?,
        is_generated = is_generated OR ? WHERE id = ?""",
        (status, packed.language, packed.lines, len(packed.symbols), packed.is_test, packed.is_generated, identity),
    )
    if not updated.rowcount:
        return
    first = identity << SHIFT
    db.execute("INSERT INTO facts VALUES (?, ?, ?)", (identity, packed.package, packed.blob))
    symbols = ((first + place, *row) for place, row in enumerate(packed.symbols[:LAST]))
    db.executemany("INSERT INTO symbol VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", symbols)
    db.execute("INSERT INTO search(rowid, names, body) VALUES (?, ?, ?)", (identity, packed.defined, packed.body))
    db.execute("INSERT INTO mention(rowid, names, imports) VALUES (?, ?, ?)", (identity, packed.names, packed.imports))


def forget_file(db: sqlite3.Connection, path: str) -> None:
    """Remove the file at `path` and its definitions; its words stay in the full-text tables, and are counted as dead."""
    row = db.execute("SELECT id FROM file WHERE path = ?", (path,)).fetchone()
    if not row:
        return
    db.execute("DELETE FROM symbol WHERE id >= ? AND id < ?", id_range(row[0]))
    db.execute("DELETE FROM facts WHERE id = ?", (row[0],))
    db.execute("DELETE FROM file WHERE id = ?", (row[0],))
    db.execute("UPDATE meta SET value = value + 1 WHERE key = 'dead'")
