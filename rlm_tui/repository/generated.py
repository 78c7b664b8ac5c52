"""Tells by its path what a tool made or somebody else wrote: copies, which stand behind the code itself."""

from __future__ import annotations

import re

_GENERATED = re.compile(
    r"(?:^|/)(?:vendor|third_party|node_modules|dist|generated|gen)/|\.min\.|\.pb\.|_pb2|\.generated\."
    r"|^(?:(?!src/)[^/]+/)*build/"  # below src it is a package of that name
)
_SAYS = re.compile(
    rb"do not (?:edit|modify)|@generated|made by GNU Bison|(?:auto|automatically |code |file )-?generated",
    re.IGNORECASE,
)


def is_generated(path: str) -> bool:
    """Tell whether the file at `path` is built, generated or vendored, as far as its path says so."""
    return _GENERATED.search(path) is not None


def says_generated(head: bytes) -> bool:
    """Tell whether the first lines of a file say that a program wrote it."""
    return _SAYS.search(head[:800]) is not None
