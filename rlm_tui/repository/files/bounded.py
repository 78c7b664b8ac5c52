"""Reads streams that may be longer than anybody wants to hold: their beginning and their end are kept."""

from __future__ import annotations

from typing import BinaryIO

_PIECE = 1024 * 1024


def read_ends(stream: BinaryIO, most: int) -> tuple[str, int]:
    """Return the text of a stream, and 0; of one longer than `most` bytes its first and last halves, with what is missing told.

    The second is then the number of bytes that are left out.
    """
    half = most // 2
    head = _read(stream, half)
    tail = bytearray()
    total = len(head)
    while piece := stream.read(_PIECE):
        total += len(piece)
        tail += piece
        if len(tail) > 2 * max(half, _PIECE):
            del tail[:-half]
    if total <= most:
        return (head + bytes(tail)).decode("utf-8", "replace"), 0
    kept = bytes(tail[-half:])
    left = total - len(head) - len(kept)
    parts = (head.decode("utf-8", "replace"), f"[... {left:,} bytes left out ...]", kept.decode("utf-8", "replace"))
    return "\n".join(parts), left


def _read(stream: BinaryIO, most: int) -> bytes:
    """Read `most` bytes, or all there are: a pipe gives them in pieces."""
    data = bytearray()
    while len(data) < most and (piece := stream.read(most - len(data))):
        data += piece
    return bytes(data)
