"""Where the time of a call went, from generated runs."""

from __future__ import annotations

import itertools

import pytest
from sample_runs import BEGIN, Script, answering, finished

from rlm_tui.records.timeline import Stretch, longest_wait, most_at_once, seconds_by, stretches
from rlm_tui.records.tree import Tree


def told(parts: list[Stretch]) -> list[tuple[str, float, float]]:
    return [(doing, round(start - BEGIN, 2), round(end - BEGIN, 2)) for doing, start, end in parts]


def nested() -> Tree:
    """A root that waits a second for its model, then for two calls of which the second waits for its slot."""
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    script.prompt("0")
    script.step("0", 1)
    script.wait(1)
    script.turn("0", 1, "", "rlm_query_batched(tasks)")
    script.wait(1)
    script.call("1", "0", "a", 1)
    script.call("2", "0", "b", 1)
    script.prompt("1")
    script.wait(2)
    script.done("1", "x")
    script.prompt("2")
    script.wait(3)
    script.done("2", "y")
    script.wait(1)
    script.cell("0", 1, "z")
    script.wait(1)
    script.step("0", 2)
    script.wait(1)
    return Tree.of(script.events)


def test_a_call_waits_writes_computes_and_waits_for_its_calls() -> None:
    tree = nested()
    root, second = tree.calls["0"], tree.calls["2"]
    now = BEGIN + 10
    assert told(stretches(tree, root, now)) == [
        ("model", 0, 1),
        ("cell", 1, 2),
        ("calls", 2, 4),
        ("calls", 4, 7),
        ("cell", 7, 8),
        ("waiting", 8, 9),
        ("model", 9, 10),
    ]
    assert told(stretches(tree, root, now, root.steps[0]))[-1] == ("cell", 7, 8)
    assert told(stretches(tree, second, now)) == [("waiting", 2, 4), ("waiting", 4, 7)]
    assert seconds_by(stretches(tree, root, now)) == pytest.approx({"model": 2, "cell": 2, "calls": 5, "waiting": 1})
    assert most_at_once(tree) == 1
    assert longest_wait(tree, now) == (2.0, second)


def test_the_stretches_of_a_call_leave_no_gap() -> None:
    for events in (answering().events, finished().events):
        tree = Tree.of(events)
        for call in tree.calls.values():
            parts = stretches(tree, call, tree.last)
            assert all(one.end == other.start for one, other in itertools.pairwise(parts))
            assert parts[0].start == call.started and parts[-1].end == (call.ended or tree.last)


def test_a_log_cut_anywhere_has_a_timeline() -> None:
    events = finished().events
    for end in range(len(events)):
        tree = Tree.of(events[:end])
        for call in tree.calls.values():
            assert sum(seconds_by(stretches(tree, call, tree.last)).values()) == pytest.approx(
                (call.ended or tree.last) - call.started
            )
        most_at_once(tree)
        longest_wait(tree, tree.last)
