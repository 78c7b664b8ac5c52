"""Outlines of documentation and data: headings, keys and targets, each up to the next of its level, and not too many."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from rlm_tui.repository.parsing.facts import FileFacts, SymbolFact
from rlm_tui.repository.parsing.heads import decode
from rlm_tui.repository.parsing.tests_by_path import is_test_path

MOST = 400
"""So many entries of a file are kept: whole levels from the top, as long as they fit; of the top level the first ones."""
_MAX_NAME = 120
_MAX_TEXT = 200


class Entry(NamedTuple):
    """A heading, key or target: its level from 1, the bytes of its line (or of all of it, `end` > 0), and what is said of it."""

    level: int
    name: str
    kind: str
    start: int
    end: int = 0
    doc: str = ""


def outlined(language: str, path: str, source: bytes, entries: Iterable[Entry], separator: str = ".") -> FileFacts:
    """Return the facts of a file that has `entries`, in order; qualified names are joined by `separator`."""
    starts = [0, *accumulate(len(line) + 1 for line in source.split(b"\n")[:-1])]
    kept = _kept(list(entries))
    test = is_test_path(path)
    symbols: list[SymbolFact] = []
    around: list[tuple[int, int]] = []
    for place, entry in enumerate(kept):
        while around and around[-1][0] >= entry.level:
            around.pop()
        scope = around[-1][1] if around else -1
        end = entry.end or next((other.start for other in kept[place + 1 :] if other.level <= entry.level), len(source))
        end = entry.start + len(source[entry.start : end].rstrip())
        name = decode(entry.name)[:_MAX_NAME]
        line = source[entry.start : source.find(b"\n", entry.start) % (len(source) + 1)][: 2 * _MAX_TEXT]
        written = " ".join(decode(line.decode("latin-1")).split())[:_MAX_TEXT]
        qualified = f"{symbols[scope].qualified}{separator}{name}" if scope >= 0 else name
        symbols.append(
            SymbolFact(
                name, qualified, entry.kind, bisect_right(starts, entry.start), bisect_right(starts, max(entry.start, end - 1)),
                entry.start, end, written, decode(entry.doc)[:_MAX_TEXT], scope, test,
            )
        )  # fmt: skip
        around.append((entry.level, len(symbols) - 1))
    lines = len(starts) - (not source or source.endswith(b"\n"))
    return FileFacts(language, lines, "", test, False, tuple(symbols), (), (), ())


def _kept(entries: Sequence[Entry]) -> list[Entry]:
    counts = Counter(entry.level for entry in entries)
    total, deepest = 0, 0
    for level in sorted(counts):
        total += counts[level]
        if total > MOST and deepest:
            break
        deepest = level
    return [entry for entry in entries if entry.level <= deepest and entry.name.strip()][:MOST]
