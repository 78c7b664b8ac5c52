"""TOML: tables and their keys; of an array of tables those that have a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.idioms import HASHES, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

from . import rust

_LINE = re.compile(
    r"^[ \t]*(?:\[\[[ \t]*(?P<array>[^\]\n]{1,200})\]\]|\[[ \t]*(?P<table>[^\[\]\n]{1,200})\]"
    r"|(?P<key>[\w.\-]{1,100}|\"[^\"\n]{1,100}\"|'[^'\n]{1,100}')[ \t]*=[ \t]*(?P<value>.*))",
    re.MULTILINE,
)
_QUOTES = re.compile(r'"""|\'\'\'')


def _entries(text: str) -> Iterator[Entry]:
    within = False  # of an array of tables that has no name
    element: re.Match[str] | None = None
    level = 1
    closed = 0
    for match in _LINE.finditer(text):
        if match.start() < closed:
            continue
        if match["table"] or match["array"]:
            element = match if match["array"] else None
            within = bool(element)
            level = 2
            if match["table"]:
                yield Entry(1, match["table"].strip(), "key", match.start())
            continue
        if opened := _QUOTES.match(match["value"]):
            closed = text.find(opened.group(), match.start("value") + 3) % (len(text) + 1)
        if element and match["key"] in ("name", "id"):
            name = match["value"].strip().strip("\"'")
            yield Entry(1, f"{element['array'].strip()}.{name}", "key", element.start())
            element = None
        if not within:
            yield Entry(level, match["key"].strip("\"'"), "key", match.start())


def _parse(path: str, source: bytes) -> FileFacts:
    found = outlined("toml", path, source, _entries(source.decode("latin-1")))
    is_crate = path.rpartition("/")[2] == rust.MANIFEST
    return found._replace(package=rust.package(source.decode("utf-8", "replace"))) if is_crate else found


INDEXER = Indexer(
    "toml",
    (".toml",),
    "toml",
    _parse,
    filenames=("Cargo.lock", "poetry.lock", "uv.lock", "Pipfile"),
    outline=True,
    idioms=Idioms(unread=HASHES),
)
