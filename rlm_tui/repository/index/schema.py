"""The tables of the index, and the records that go into them and come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from rlm_tui.repository.symbols import File, Symbol

SCHEMA = 5
SHIFT = 20
"""A symbol's id is its file's id, shifted, plus its place in the file: the symbols of a file are a range of ids."""
LAST = (1 << SHIFT) - 1
"""The last place that a symbol can have."""

_TOKENS = """content='', detail=column, columnsize=0, tokenize="unicode61 remove_diacritics 0\""""
TABLES = (
    """CREATE TABLE file(id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE, raw BLOB, language TEXT, size INTEGER,
    mtime INTEGER, lines INTEGER, symbols INTEGER, module TEXT, status TEXT, is_test INTEGER, is_generated INTEGER)""",
    "CREATE TABLE facts(id INTEGER PRIMARY KEY, package TEXT, blob BLOB)",
    """CREATE TABLE symbol(id INTEGER PRIMARY KEY, name TEXT, qualified TEXT, kind TEXT, start INTEGER, "end" INTEGER,
    signature TEXT, doc TEXT, parent TEXT, is_test INTEGER, decorators TEXT, visibility TEXT, start_byte INTEGER,
    end_byte INTEGER)""",
    "CREATE INDEX symbol_name ON symbol(name)",
    f"CREATE VIRTUAL TABLE search USING fts5(names, body, {_TOKENS})",
    f"CREATE VIRTUAL TABLE mention USING fts5(names, imports, {_TOKENS})",
    "INSERT INTO meta VALUES ('dead', 0)",
)
FILES = "SELECT path, language, size, lines, module, status, is_test, is_generated FROM file"
SYMBOLS = """SELECT s.name, s.qualified, s.kind, f.path, s.start, s."end", s.signature, s.doc, s.parent, f.module, f.language,
    s.is_test, s.decorators, s.visibility, s.start_byte, s.end_byte FROM symbol s JOIN file f ON f.id = s.id >> 20"""
OUTLINES = """SELECT id, name, qualified, kind, start, "end", signature, doc, is_test, start_byte, end_byte FROM symbol
    WHERE id >= ? AND id < ? ORDER BY id"""
MATCHING = (
    "SELECT id FROM symbol WHERE (:all OR lower(qualified) GLOB :match) AND (:kind = '' OR kind = :kind) ORDER BY id"
)
LIKE = r"""SELECT id FROM symbol WHERE name LIKE :holds ESCAPE '\'
    ORDER BY name NOT LIKE :begins ESCAPE '\', length(name), id LIMIT :limit"""
LIKE_OWNED = LIKE.replace("WHERE", r"WHERE qualified LIKE :owner ESCAPE '\' AND")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as listed: what a `File` says before it was read. `raw` is its name in bytes, `mtime` in nanoseconds."""

    path: str
    raw: bytes
    language: str
    size: int
    mtime: int
    module: str
    status: str
    is_test: bool
    is_generated: bool


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the index last knew of a file; equal size and mtime mean that it has not changed."""

    id: int
    size: int
    mtime: int
    module: str
    status: str


class Outline(NamedTuple):
    """What ranking needs of a definition; thousands of them are read for a question, so it is a plain row."""

    id: int
    name: str
    qualified: str
    kind: str
    start: int
    end: int
    signature: str
    doc: str
    is_test: bool
    start_byte: int
    end_byte: int


def file_of(symbol: int) -> int:
    """Return the id of the file that the symbol with this id is in."""
    return symbol >> SHIFT


def id_range(identity: int) -> tuple[int, int]:
    """Return the first id of a file's symbols, and the first after them."""
    return identity << SHIFT, (identity + 1) << SHIFT


def quoted(token: str) -> str:
    """Return a token as it may stand within the quotes of a full-text query."""
    return token.replace('"', '""')


def to_file(row: tuple[Any, ...]) -> File:
    """Return the file that a row of `FILES` tells of."""
    return File(*row[:6], *map(bool, row[6:]))


def to_symbol(row: tuple[Any, ...]) -> Symbol:
    """Return the symbol that a row of `SYMBOLS` tells of."""
    return Symbol(*[*row[:11], bool(row[11]), tuple(row[12].split("\n") if row[12] else ()), *row[13:]])
