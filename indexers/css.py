"""CSS, SCSS, Sass and Less, read by line: rules nested as they are written, at-rules, custom properties, variables, mixins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.idioms import QUOTED, SINGLE, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

_HIDDEN = re.compile(
    r"/\*.*?(?:\*/|\Z)|(?<![:\w])//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|url\([^)\n]*\)", re.DOTALL
)
"""Comments, strings and addresses: brackets in them open nothing."""
_PART = re.compile(r"[{};]")
_VARIABLE = re.compile(
    r"\s*(--[\w-]+|\$[\w-]+|@(?!media\b|import\b|include\b|use\b|charset\b|extend\b|plugin\b)[\w-]+)\s*:"
)
_MIXIN = re.compile(r"@(mixin|function|keyframes|-webkit-keyframes|layer|container|property)\s+([\w-]+)")
_DEEPEST = 4
_LONGEST = 120


def _entries(text: str) -> Iterator[Entry]:
    plain = _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    plain = plain.replace("#{", "# ").replace("@{", "@ ")
    level, begins = 0, 0
    opened: list[tuple[int, str, str, int]] = []
    found: list[Entry] = []
    for part in _PART.finditer(plain):
        head = plain[begins : part.start()]
        start = begins + len(head) - len(head.lstrip())
        if part.group() == "{":
            level += 1
            name, kind = _named(" ".join(text[start : part.start()].split()))
            opened.append((level, name, kind, start))
        else:
            if (variable := _VARIABLE.match(head)) and level < _DEEPEST:
                found.append(Entry(level + 1, variable.group(1), "variable", start, part.start()))
            if part.group() == "}" and opened:
                depth, name, kind, first = opened.pop()
                level -= 1
                if name and depth <= _DEEPEST:
                    found.append(Entry(depth, name, kind, first, part.end()))
        begins = part.end()
    yield from sorted(found, key=lambda entry: (entry.start, entry.level))


def _named(head: str) -> tuple[str, str]:
    """Return what a block is called, and its kind."""
    if mixin := _MIXIN.match(head):
        kind = {"mixin": "macro", "function": "function"}.get(mixin.group(1), "rule")
        return (mixin.group(2) if kind != "rule" else f"@{mixin.group(1)} {mixin.group(2)}"), kind
    if re.fullmatch(r"(?:from|to|[\d., %]+)*", head) or head.startswith(("@include", "@if", "@else", "@each", "@for")):
        return "", ""
    return head[:_LONGEST], "rule"


def _parse(path: str, source: bytes) -> FileFacts:
    return outlined("css", path, source, _entries(source.decode("latin-1")), separator=" ")


INDEXER = Indexer(
    "css",
    (".css", ".scss", ".less"),
    "css",
    _parse,
    outline=True,
    idioms=Idioms(unread=rf"/\*.*?(?:\*/|\Z)|{QUOTED}|{SINGLE}"),
)
