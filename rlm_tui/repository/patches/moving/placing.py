"""Where in a file definitions can be put that another file had: behind what they need there, before what needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tree_sitter import Node

from rlm_tui.repository.patches.moving.job import Job
from rlm_tui.repository.patches.moving.pieces import Change, is_deferred

_VALUES = ("variable", "constant")


def room(job: Job, text: bytes, head: int, level: Mapping[str, Sequence[Node]], ends: Iterable[int]) -> tuple[int, int]:
    """Return the first and the last byte of the target that what moves can be put at. Raises `ValueError` for no place.

    It goes behind the byte `head` (its imports), and before each of `ends`; `level` are its statements by the names they bind.
    """
    first, last = head, min([len(text), *ends])
    for need in job.needs:
        if not need.deferred and need.name in level:
            first = max(first, level[need.name][-1].end_byte)
    for one in job.sites.get(job.target, ()):
        if one.place == "name" and one.imported is None and not is_deferred(one.node):
            last = min(last, statement_of(one.node).start_byte)
    if first > last:
        raise ValueError(f"{job.target} uses {job.told()} before what it needs is there: no place in it would do")
    return first, last


def joined(job: Job, texts: Sequence[str], gap: str) -> str:
    """Return the texts of the pieces of a job one behind the other, with a gap between; constants stand together."""
    found = ""
    kinds = ["value" if piece.symbol.kind in _VALUES else "code" for piece in job.pieces]
    for at, text in enumerate(texts):
        found += text if not at else ("\n" if kinds[at - 1] == kinds[at] == "value" else gap) + text
    return found


def is_short(job: Job) -> bool:
    """Tell whether only constants and the like move, which stand at the top of a file."""
    return all(piece.symbol.kind in _VALUES for piece in job.pieces)


def put(text: bytes, at: int, body: str, gap: str) -> Change:
    """Return the change that puts definitions at a byte, with a gap before and behind them."""
    before, after = text[:at], text[at:]
    start, rest = len(before.rstrip()), at + len(after) - len(after.lstrip())
    return start, rest, f"{gap if start else ''}{body}{gap if after.strip() else chr(10)}"


def statement_of(node: Node) -> Node:
    """Return the statement at file level that a node stands in."""
    while node.parent is not None and node.parent.parent is not None:
        node = node.parent
    return node
