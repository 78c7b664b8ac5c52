"""Turns what a host function returns into JSON for the guest: repository records become `{"@": class, ...fields}`.

Only the host uses this module. In the other direction nothing but JSON is accepted, so there is nothing to decode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache

from rlm_tui.repl.frames import text
from rlm_tui.repository.symbols import Edge, File, Hit, Import, Match, Module, Slice, Span, Symbol

_RECORDS = frozenset({File, Module, Symbol, Slice, Hit, Match, Edge, Import})


def encode(value: object, parts: list[bytes]) -> object:
    """Return `value` as JSON with tags, its long strings added to `parts`.

    Tuples, sets and other iterables of the standard containers become lists, a `Span` its citation string. Raises
    TypeError for what the guest cannot be given; that is a defect of the host function, not of the cell.
    """
    kind = type(value)
    if kind is str:
        return text(value, parts)  # type: ignore[arg-type]
    if value is None or kind in (int, float, bool):
        return value
    if kind in _RECORDS:
        return {"@": kind.__name__} | {name: encode(getattr(value, name), parts) for name in _names(kind)}
    if isinstance(value, Span):
        return str(value)
    if isinstance(value, str):
        return text(str(value), parts)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        items = [[str(key), encode(item, parts)] for key, item in value.items()]
        return {"@": "dict", "items": items} if "@" in value else {str(key): item for key, item in items}
    if isinstance(value, list | tuple | set | frozenset) or (hasattr(value, "__len__") and hasattr(value, "__getitem__")):
        return [encode(item, parts) for item in value]  # type: ignore[union-attr]
    raise TypeError(f"a host function returned {kind.__name__}, which cells cannot be given")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
