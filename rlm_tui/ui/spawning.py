"""Which line of a cell started a call: pure, no Textual. Cells are only read here, never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from rlm_tui.records.tree import Call

_STARTERS = {
    "agent": ("rlm_query", "rlm_query_batched"),
    "query": (
        "llm_query",
        "llm_query_batched",
        "llm_batch",
        "map_query",
        "filter_query",
        "reduce_query",
        "cross_query",
    ),
}
"""The functions of a cell that start calls, by the kind of call."""
_WORD = re.compile(r"\w{3,}")
_LONGEST = 200_000
"""Characters of a cell above which its lines are not looked for."""


class _Place(NamedTuple):
    lines: range
    words: frozenset[str]


def spawning_lines(code: str, call: Call) -> range:
    """Return the lines (from 1) of the statement in `code` that started `call`; empty when none can be told.

    Of several that could have, it is the one whose texts say most of what the call was asked.
    """
    places = list(_places(code, _STARTERS[call.kind])) if len(code) <= _LONGEST else []
    if not places:
        return range(0)
    asked = frozenset(_WORD.findall(f"{call.task} {call.label} {' '.join(call.scope)}".lower()))
    return max(places, key=lambda place: len(place.words & asked) / (len(place.words) or 1)).lines


def _places(code: str, names: tuple[str, ...]) -> Iterator[_Place]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a strange escape in a cell is not the user's concern
            parsed = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        calls = re.compile(rf"\b(?:{'|'.join(names)})\s*\(")
        for number, line in enumerate(code.split("\n"), 1):
            if calls.search(line):
                yield _Place(range(number, number + 1), frozenset(_WORD.findall(line.lower())))
        return
    for each in ast.walk(parsed):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in names:
            texts = " ".join(
                str(part.value)
                for part in ast.walk(each)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            last = each.end_lineno or each.lineno
            yield _Place(range(each.lineno, last + 1), frozenset(_WORD.findall(texts.lower())))
