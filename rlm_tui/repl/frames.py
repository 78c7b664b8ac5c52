"""Frames on the pipe between host and guest: length-prefixed JSON, with large strings beside it as raw UTF-8.

    u32 length of the JSON | u32 length of the raw area | JSON | raw area = (u32 length, UTF-8) ...

A long string stands in the JSON as `{"@": "raw", "n": index}`, and a dict that happens to have the key "@" as
`{"@": "dict", "items": [[key, value], ...]}`; so no data can be taken for a tag. Both sides use this module: it imports
the standard library only. Whoever reads is told nothing but bytes, and every bound is checked before memory is taken.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

Tagger = Callable[[dict[str, object]], object]

HEADER = struct.Struct("!II")
_LENGTH = struct.Struct("!I")
LONG = 512
"""Strings of at least this many characters travel raw."""
_LONE_SURROGATE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]")
"""Neither side escapes surrogates (they are replaced when written), so this is forged."""


class FrameError(Exception):
    """The bytes on the pipe are no frame: the other side is broken or hostile, and nothing more of it can be believed."""


class Bounds(NamedTuple):
    """The largest JSON part and raw area in bytes, and the number of values the JSON may hold."""

    json: int
    raw: int
    values: int


FROM_GUEST = Bounds(json=4 << 20, raw=32 << 20, values=400_000)
FROM_HOST = Bounds(json=32 << 20, raw=96 << 20, values=4_000_000)


class Frame(NamedTuple):
    """One frame as it came: its JSON, not yet parsed, and its long strings."""

    json: bytes
    parts: list[str]


def text(value: str, parts: list[bytes]) -> object:
    """Return what stands for a string in the JSON: itself, or its place among `parts`, to which it is added."""
    if len(value) < LONG:
        return value
    parts.append(value.encode("utf-8", "replace"))
    return {"@": "raw", "n": len(parts) - 1}


def pack(message: dict[str, object], parts: list[bytes], bounds: Bounds) -> bytes:
    """Return the frame of a message whose long strings are in `parts`. Raises ValueError when it is over the bounds."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
    raw = sum(len(part) + _LENGTH.size for part in parts)
    if len(body) > bounds.json or raw > bounds.raw or _values(body) > bounds.values:
        raise ValueError(
            f"too large to hand over: {len(body) + raw:,} bytes (at most {bounds.raw >> 20} MB of text and "
            f"{bounds.values:,} values)"
        )
    if not parts:
        return HEADER.pack(len(body), 0) + body
    area = b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))
    return b"".join((HEADER.pack(len(body), raw), body, area))


class FrameReader:
    """Cuts a stream of bytes into frames. Raises FrameError at the first byte that cannot be right."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Add bytes and yield the frames that are whole now."""
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            body, raw = HEADER.unpack_from(self._buffer)
            if not 2 <= body <= self._bounds.json or raw > self._bounds.raw:
                raise FrameError(f"a frame of {body:,} + {raw:,} bytes is announced")
            end = HEADER.size + body + raw
            if len(self._buffer) < end:
                return
            frame = Frame(
                bytes(self._buffer[HEADER.size : HEADER.size + body]),
                _parts(bytes(self._buffer[HEADER.size + body : end])) if raw else [],
            )
            del self._buffer[:end]
            yield frame


def unpack(frame: Frame, bounds: Bounds, tagger: Tagger | None = None) -> dict[str, object]:
    """Parse the JSON of a frame. `tagger` turns other tagged dicts into values; without it they are a FrameError."""
    if _values(frame.json) > bounds.values:
        raise FrameError("a frame with too many values")
    if _LONE_SURROGATE.search(frame.json):
        raise FrameError("a frame with a lone surrogate")

    def hook(pairs: dict[str, object]) -> object:
        tag = pairs.get("@")
        if tag is None:
            return pairs
        if tag == "raw":
            index = pairs.get("n")
            if type(index) is int and 0 <= index < len(frame.parts):
                return frame.parts[index]
        elif tag == "dict":
            return _dict(pairs.get("items"))
        elif tagger is not None:
            return tagger(pairs)
        raise FrameError("a frame with an unknown tag")

    try:
        message = json.loads(frame.json, object_hook=hook, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise FrameError(f"a frame that is no JSON ({type(error).__name__})") from None
    if type(message) is not dict:
        raise FrameError("a frame that is no object")
    return message


def _parts(area: bytes) -> list[str]:
    parts = []
    at = 0
    while at < len(area):
        start = at + _LENGTH.size
        if start > len(area):
            raise FrameError("a raw area that ends within a length")
        at = start + _LENGTH.unpack_from(area, start - _LENGTH.size)[0]
        if at > len(area):
            raise FrameError("a raw area that ends within a string")
        try:
            parts.append(area[start:at].decode("utf-8"))
        except UnicodeDecodeError:
            raise FrameError("a raw string that is not UTF-8") from None
    return parts


def _dict(items: object) -> dict[str, object]:
    if type(items) is not list:
        raise FrameError("a dict tag without items")
    result: dict[str, object] = {}
    for item in items:
        if type(item) is not list or len(item) != 2 or type(item[0]) is not str:
            raise FrameError("a dict tag with a malformed item")
        result[item[0]] = item[1]
    return result


def _values(body: bytes) -> int:
    """Bound the number of values in JSON text without parsing it (commas and brackets in strings count too)."""
    return body.count(b",") + body.count(b"[") + body.count(b"{") + 1


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
