"""YAML: keys by their indentation, and elements of lists that have a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rlm_tui.repository.idioms import HASHES, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

_KEY = re.compile(
    r"([ ]*)((?:-[ ]+)*)(\"[^\"\n]{1,100}\"|'[^'\n]{1,100}'|[\w./$@*][\w./$@ *()+-]{0,100}?)[ ]*:(?:[ ]+(.*)|[ ]*)$"
)
_BLOCK = re.compile(r"(?:[&!]\S+\s+)*[|>][+-]?\d?\s*(?:#.*)?$")
_DEEPEST = 3
_NAMING = frozenset({"name", "id"})


def _entries(lines: Sequence[str]) -> Iterator[Entry]:
    """Yield the keys outside of lists, down to a depth; of an element of a list its name, when that comes first."""
    start, block = 0, -1
    around: list[tuple[int, bool]] = []  # indentation, is shown
    for line in lines:
        begins = start
        start += len(line) + 1
        text = line.rstrip()
        indent = len(text) - len(text.lstrip(" "))
        if not text or text.lstrip().startswith("#") or (block >= 0 and indent > block):
            continue
        block = -1
        if text.startswith(("---", "...")):
            around.clear()
            continue
        dashed = text[indent : indent + 2] in ("- ", "-")
        while around and around[-1][0] >= indent and not (dashed and around[-1] == (indent, True)):
            around.pop()
        match = _KEY.match(text)
        if not match:
            if dashed:
                around.append((indent, False))
            continue
        _, dashes, key, value = match.groups()
        value = value or ""
        if _BLOCK.match(value):
            block = indent + len(dashes)
        hidden = any(not shown for _, shown in around)
        level = sum(1 for _, shown in around if shown) + 1
        if dashes:
            named = key in _NAMING and bool(value) and not hidden
            around.append((indent + 1, named))
            if named and level <= _DEEPEST:
                yield Entry(level, value.strip("\"' "), "key", begins)
            continue
        around.append((indent, not hidden))
        if not hidden and level <= _DEEPEST:
            yield Entry(level, key.strip("\"'"), "key", begins + indent)


def _parse(path: str, source: bytes) -> FileFacts:
    return outlined("yaml", path, source, _entries(source.decode("latin-1").split("\n")))


INDEXER = Indexer("yaml", (".yaml", ".yml"), "yaml", _parse, outline=True, idioms=Idioms(unread=HASHES))
