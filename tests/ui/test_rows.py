"""The rows of the calls pane, from generated logs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from sample_runs import HOSTILE, Script, answering, finished

from rlm_tui.records.events import CallEnded
from rlm_tui.records.tree import Tree
from rlm_tui.ui.nodes import node, parent_key, siblings
from rlm_tui.ui.rows import COLOURS, MARKS, Folds, Row, rows


def drawn(found: list[Row]) -> list[str]:
    lines = []
    for row in found:
        fold = " " if row.is_open is None else "▾" if row.is_open else "▸"
        price = "" if row.dollars is None else f" ${row.dollars:.3f}"
        said = f"{'  ' * row.depth}{fold} {row.label} | {row.detail} | {MARKS[row.phase]}"
        lines.append(f"{said} {row.seconds or 0:.1f}s{price}")
    return lines


def test_a_run_whose_agents_work() -> None:
    script = answering()
    assert drawn(rows(Tree.of(script.events), Folds(), script.now)) == [
        "▾ root |  | ● 19.6s $0.090",
        "    step 1 | grep\N{MULTIPLICATION SIGN}2 peek | ✓ 1.6s $0.021",
        "  ▾ step 2 | code | ● 18.1s $0.069",
        "    ▸ auth |  | ✓ 2.2s $0.008",
        "    ▸ sessions |  | ✓ 2.2s $0.008",
        "    ▸ adapters |  | ✓ 2.2s $0.008",
        "    ▸ cookies | the model gave up after an error in its cell | ✗ 2.0s $0.002",
        "    ▸ hooks |  | ✓ 2.2s $0.008",
        "    ▸ models |  | ✓ 2.2s $0.008",
        "    ▸ structures |  | ✓ 2.2s $0.008",
        "    ▸ utils | retry 1 in 4 s: the endpoint is overloaded (529) | ● 0.7s",
        "      compare the two paths |  | ✓ 0.7s $0.001",
    ]


def test_an_opened_agent_shows_its_steps_and_a_closed_step_hides_its_calls() -> None:
    tree = Tree.of(answering().events)
    folds = Folds()
    folds.set("4", True)
    assert drawn(rows(tree, folds, tree.last))[6:8] == [
        "    ▾ cookies | the model gave up after an error in its cell | ✗ 2.0s $0.002",
        "        step 1 | ZeroDivisionError: division by zero | ✗ 2.0s $0.002",
    ]
    folds.set("0/2", False)
    assert [row.key for row in rows(tree, folds, tree.last)] == ["0", "0/1", "0/2"]


def test_a_closed_call_counts_what_is_below_it() -> None:
    tree = Tree.of(answering().events)
    folds = Folds()
    folds.set("0", False)
    (row,) = rows(tree, folds, tree.last)
    assert row.detail == "(9) ✗1 ●1 step 2"


def test_the_navigator_has_no_price() -> None:
    tree = Tree.of(finished(Script(model="navigator", language_model=False)).events)
    assert all(row.dollars is None for row in rows(tree, Folds(), tree.last))


def test_rows_keep_their_order_and_their_keys_as_a_run_grows() -> None:
    tree = Tree()
    before: list[str] = []
    for event in finished().events:
        tree.apply(event)
        keys = [row.key for row in rows(tree, Folds(), tree.last)]
        assert [key for key in keys if key in before] == [key for key in before if key in keys]
        assert set(before) <= set(keys)
        before = keys


def many(agents: int, live: int) -> Tree:
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    script.step("0", 1)
    for number in range(1, agents + 1):
        script.agent(str(number), f"module {number}", 1)
    for number in range(agents + 1, agents + live + 1):
        script.call(str(number), "0", f"module {number}", 1)
    return Tree.of(script.events)


def test_more_than_eight_finished_siblings_fold_and_what_lives_stays() -> None:
    assert "more calls" not in str(rows(many(8, 2), Folds(), 0.0))
    tree = many(20, 2)
    labels = [row.label for row in rows(tree, Folds(), 0.0)]
    assert labels[:3] == ["root", "step 1", "17 more calls"]
    assert labels[3:] == [f"module {number}" for number in range(18, 23)]
    opened = Folds()
    opened.set("0/1+", True)
    assert len(rows(tree, opened, 0.0)) == 24


def test_kept_results_are_shown_as_such_and_fold_like_finished_ones() -> None:
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    script.step("0", 1)
    for number in range(1, 11):
        script.call(str(number), "0", f"module {number}", 1)
        script.done(str(number), "as before")
        ended = script.events[-1]
        assert isinstance(ended, CallEnded)
        script.events[-1] = ended.model_copy(update={"memo": True})
    found = drawn(rows(Tree.of(script.events), Folds(), script.now))
    assert found[2:4] == ["    ▸ 7 more calls |  | ✓ 0.0s", "      module 8 |  | ≋ 0.0s"]
    assert COLOURS.keys() == MARKS.keys()


def test_nodes_parents_and_siblings() -> None:
    tree = Tree.of(finished().events)
    assert [parent_key(tree, key) for key in ("4/1", "4", "0/2", "0", "0/2+")] == ["4", "0/2", "0", None, "0/2"]
    assert siblings(tree, "4") == [str(number) for number in range(1, 10)]
    assert siblings(tree, "0/2") == ["0/1", "0/2", "0/3"]
    assert siblings(tree, "0") == ["0"]
    found = node(tree, "4/1")
    assert found is not None and found[1] is not None and "ZeroDivision" in found[1].error
    assert node(tree, "77") is None and node(tree, "4/9") is None and parent_key(tree, "77") is None


@pytest.mark.parametrize("end", [0, 1, 2, 3, 5, 40])
def test_a_log_cut_anywhere_has_rows(end: int) -> None:
    tree = Tree.of(answering().events[:end])
    assert len(rows(tree, Folds(), tree.last)) == (0 if end < 2 else len(rows(tree, Folds(), tree.last)))


def test_labels_and_details_are_one_safe_line() -> None:
    script = Script()
    script.start()
    script.call("0", "", HOSTILE + "\nsecond", 0, depth=0)
    script.step("0", 1)
    script.retry("0", 1)
    script.tool("0", 1, HOSTILE, "", "")
    script.done("0", "", "failed", HOSTILE)
    found = rows(Tree.of(script.events), Folds(), 0.0)
    text = json.dumps([[row.label, row.detail] for row in found], ensure_ascii=False)
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(text)
    assert "\\n" not in text
    assert "[/][@click=app.quit]x[/] list[int]" in text


def test_the_rows_know_nothing_of_textual() -> None:
    code = "import sys, rlm_tui.ui.rows; sys.exit(any(name.startswith(('textual', 'rich')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
