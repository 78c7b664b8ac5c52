"""SQL of any dialect, read by line: tables and their columns, views, types, functions, procedures, triggers, indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.idioms import SINGLE, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

_KINDS = {
    "table": "struct", "view": "type", "type": "type", "domain": "type", "function": "function", "procedure": "function",
    "proc": "function", "trigger": "function", "index": "variable", "sequence": "variable", "schema": "module",
    "database": "module", "package": "module",
}  # fmt: skip
_QUOTED = r"(?:\"[^\"\n]{1,200}\"|`[^`\n]{1,200}`|\[[^\]\n]{1,200}\]|[\w$#@]{1,200})"
_CREATE = re.compile(
    r"^[ \t]*CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:\w+(?:\s*=\s*\S+)?\s+){0,5}?"
    r"(?P<kind>TABLE|VIEW|TYPE|DOMAIN|FUNCTION|PROCEDURE|PROC|TRIGGER|INDEX|SEQUENCE|SCHEMA|DATABASE|PACKAGE)\s+"
    r"(?:BODY\s+)?(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?!ON\b)(?P<name>"
    + _QUOTED
    + r"(?:\s*\.\s*"
    + _QUOTED
    + r"){0,3})",
    re.MULTILINE | re.IGNORECASE,
)
_HIDDEN = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|\$(\w*)\$.*?(?:\$\1\$|\Z)", re.DOTALL)
"""Comments and strings: what looks like a statement in them is none."""
_COLUMN = re.compile(rf"\s*({_QUOTED})\s+[A-Za-z]\w*")
_NO_COLUMN = frozenset(
    (
        "constraint",
        "primary",
        "foreign",
        "unique",
        "check",
        "key",
        "index",
        "exclude",
        "like",
        "partition",
        "period",
        "fulltext",
    )
)
_COMMENT = re.compile(r"(?:^[ \t]*--[^\n]*\n)+\Z", re.MULTILINE)
_TOKEN = re.compile(r"[();]|^[ \t]*(?:GO[ \t]*$|CREATE\b)|\b(?:BEGIN|CASE)\b|\bEND\b", re.MULTILINE | re.IGNORECASE)
_LISTED = re.compile(r"[(),;]")
_LOOK_BACK = 2_000


def _entries(text: str) -> Iterator[Entry]:
    plain = _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    for match in _CREATE.finditer(plain):
        kind, name = match["kind"].lower(), _plain(text[match.start("name") : match.end("name")])
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        said = _COMMENT.search(text, max(0, match.start() - _LOOK_BACK), match.start())
        doc = " ".join(line.strip(" \t-") for line in said.group().splitlines()) if said else ""
        yield Entry(1, name, _KINDS[kind], start, _end(plain, match.end()), doc)
        if kind == "table":
            yield from _columns(text, plain, match.end())


def _end(plain: str, start: int) -> int:
    """Return where a statement ends: after its semicolon, or before a line that is GO or begins another CREATE."""
    depth = 0
    for token in _TOKEN.finditer(plain, start):
        word = token.group().strip().upper()
        if word in {"GO", "CREATE"}:
            return token.start()
        depth += (word in {"(", "BEGIN", "CASE"}) - (word in {")", "END"})
        if word == ";" and depth <= 0:
            return token.end()
    return len(plain)


def _columns(text: str, plain: str, start: int) -> Iterator[Entry]:
    """Yield the columns between the brackets of a table."""
    opened = plain.find("(", start, start + 200)
    if opened < 0:
        return
    depth, begins = 0, opened + 1
    for token in _LISTED.finditer(plain, opened):
        depth += (token.group() == "(") - (token.group() == ")")
        if (depth == 1 and token.group() == ",") or depth == 0 or token.group() == ";":
            column = _COLUMN.match(plain, begins, token.start())
            if column and column.group(1).lower() not in _NO_COLUMN:
                yield Entry(2, _plain(column.group(1)), "variable", column.start(1), token.start())
            begins = token.end()
            if depth == 0 or token.group() == ";":
                return


def _plain(name: str) -> str:
    """Return a name without its quotes, and without the schema before it."""
    last: str = re.findall(_QUOTED, name)[-1]
    return last.strip('"`[]')


def _parse(path: str, source: bytes) -> FileFacts:
    return outlined("sql", path, source, _entries(source.decode("latin-1")))


INDEXER = Indexer(
    "sql",
    (".sql", ".ddl", ".pgsql", ".plsql", ".psql", ".tsql"),
    "sql",
    _parse,
    idioms=Idioms(unread=rf"--[^\n]*|/\*.*?(?:\*/|\Z)|{SINGLE}"),
)
