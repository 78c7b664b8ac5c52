"""Tells by path and header what a tool made or somebody else wrote: copies, which stand behind the code itself."""

from __future__ import annotations

import re

_GENERATED = re.compile(
    r"(?:^|/)(?:vendor|third_party|node_modules|dist|generated|gen)/|\.min\.|\.pb\.|_pb2|\.generated\."
    r"|^(?:(?!src/)[^/]+/)*build/"  # below src it is a package of that name
)
_SAYS = re.compile(
    rb"^[ \t]*(?://|/?\*|#|--|;|<!--|%|\"\"\")[^\n]*"
    rb"(?:\bdo not edit\b|@generated\b|made by GNU Bison|\bfile (?:is|was|has been) (?:auto-?|automatically )?generated\b"
    # What follows tells a header from "keeps auto-generated keys".
    rb"|(?<!not )\b(?:auto-?|automatically |machine[ -]|code |file )generated"
    rb"(?=[ \t]+(?:automatically|by|from|with|using|file|code)\b|[ \t]*(?:[^\w \t]|$)))",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = 1_500
"""Bytes: a licence may come first."""


def is_generated(path: str) -> bool:
    """Tell whether the file at `path` is built, generated or vendored, as far as its path says so."""
    return _GENERATED.search(path) is not None


def says_generated(head: bytes) -> bool:
    """Tell whether a comment in the first lines of a file says that a program wrote it."""
    return _SAYS.search(head[:_HEAD]) is not None
