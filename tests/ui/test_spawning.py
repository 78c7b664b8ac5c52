"""The line of a cell that started a call."""

from __future__ import annotations

import pytest

from rlm_tui.records.tree import Call
from rlm_tui.ui.spawning import spawning_lines

CELL = """\
hits = grep("lock")
about = rlm_query("Where is the lock of the store taken?", scope="store")
other = rlm_query(
    "Which timers call refresh?",
    scope="timers",
)
said = llm_query("Compare the two")
"""


def call(task: str, kind: str = "agent") -> Call:
    return Call("1", "0", "query" if kind == "query" else "agent", "x", task, (), "m", 1, 1, 0.0)


@pytest.mark.parametrize(
    "task, kind, lines",
    [
        ("Where is the lock of the store taken?", "agent", range(2, 3)),
        ("Which timers call refresh?", "agent", range(3, 7)),
        ("Compare the two", "query", range(7, 8)),
    ],
)
def test_of_several_it_is_the_one_that_says_what_was_asked(task: str, kind: str, lines: range) -> None:
    assert spawning_lines(CELL, call(task, kind)) == lines


def test_code_that_does_not_parse_is_read_by_its_lines() -> None:
    assert spawning_lines("x = (\nrlm_query(one", call("one")) == range(2, 3)
    assert spawning_lines("\0", call("one")) == range(0)


def test_a_cell_without_such_a_line_has_none() -> None:
    assert not spawning_lines("print(1)", call("one"))
    assert not spawning_lines("rlm_query('x')\n" * 20_000, call("x"))
