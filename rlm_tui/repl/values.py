"""Turns what a host function returns into JSON for the guest: repository records become `{"@": class, ...fields}`.

Only the host uses this module. In the other direction nothing but JSON is accepted, so there is nothing to decode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields

from rlm_tui.repl.frames import text
from rlm_tui.repository.symbols import (
    Blame,
    Commit,
    Cycle,
    Edge,
    Failure,
    File,
    Frame,
    Hit,
    Hunk,
    Import,
    Match,
    Module,
    Remark,
    Setting,
    Slice,
    Span,
    Symbol,
)

_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind))
    for kind in (
        File,
        Module,
        Symbol,
        Slice,
        Hit,
        Match,
        Edge,
        Import,
        Remark,
        Cycle,
        Setting,
        Commit,
        Blame,
        Hunk,
        Frame,
        Failure,
    )
}


def encode(value: object, parts: list[bytes]) -> object:
    """Return `value` as JSON with tags, its long strings added to `parts`.

    Tuples, sets and other iterables of the standard containers become lists, a `Span` its citation string. Raises
    TypeError for what the guest cannot be given; that is a defect of the host function, not of the cell.
    """
    kind = type(value)
    if isinstance(value, str):
        return text(str(value), parts)
    if value is None or isinstance(value, bool | float):
        return value
    if kind in _FIELDS:
        return {"@": kind.__name__} | {name: encode(getattr(value, name), parts) for name in _FIELDS[kind]}
    if isinstance(value, Span):
        return str(value)
    if isinstance(value, int):
        return int(value)  # a Tier is its number
    if isinstance(value, Mapping):
        items = {str(key): encode(item, parts) for key, item in value.items()}
        return {"@": "dict", "items": list(items.items())} if "@" in items else items
    if isinstance(value, Sequence | Set):
        return [encode(item, parts) for item in value]
    raise TypeError(f"a host function returned {kind.__name__}, which cells cannot be given")
