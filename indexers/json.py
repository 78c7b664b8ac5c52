"""JSON, with comments or without: keys of objects, down to a depth; nothing inside of arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import MOST, Entry, outlined

from . import javascript

_TOKEN = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"(\s*:)?|[\[\]{}]|//[^\n]*|/\*.*?\*/", re.DOTALL)
_DEEPEST = 3
_LARGE = 500_000
"""Of a file of more bytes only the top level is read: it is data."""


def _entries(text: str) -> Iterator[Entry]:
    deepest = _DEEPEST if len(text) <= _LARGE else 1
    depth, arrays, top = 0, 0, 0
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        if first == "{":
            depth += 1
        elif first == "}":
            depth -= 1
        elif first == "[":
            arrays += 1
        elif first == "]":
            arrays -= 1
        elif token.group(2) and not arrays and 1 <= depth <= deepest:
            top += depth == 1
            if top > MOST:
                return
            yield Entry(depth, token.group(1), "key", token.start())


def _parse(path: str, source: bytes) -> FileFacts:
    found = outlined("json", path, source, _entries(source.decode("latin-1")))
    return (
        found._replace(package=javascript.package(source)) if path.rpartition("/")[2] == javascript.MANIFEST else found
    )


INDEXER = Indexer("json", (".json", ".jsonc", ".json5"), "json", _parse, filenames=("composer.lock",), outline=True)
