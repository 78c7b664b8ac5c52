"""Which call found a citation, from generated runs."""

from __future__ import annotations

from sample_runs import Script, finished

from rlm_tui.records.events import CallEnded, Citation
from rlm_tui.records.evidence import Finder, found_by, used_from
from rlm_tui.records.findings import Finding
from rlm_tui.records.tree import Tree


def cited(path: str, start: int, end: int) -> Citation:
    return Citation(path=path, start=start, end=end, ok=True)


def looked(*looks: tuple[str, str, str], files: tuple[str, ...] = ()) -> Tree:
    """A root whose steps each used one tool: its arguments, what it told, and what the cell printed."""
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    for number, (arguments, told, printed) in enumerate(looks, 1):
        script.step("0", number)
        script.turn("0", number, "", "x")
        script.tool("0", number, "peek", arguments, told)
        if files:
            script.events[-1] = script.events[-1].model_copy(update={"files": files})
        script.wait(1)
        script.cell("0", number, printed)
    return Tree.of(script.events)


def test_a_sub_agent_that_looked_first_is_the_finder() -> None:
    tree = Tree.of(finished().events)
    assert found_by(tree, tree.citations[0]) == Finder("1", 1)
    assert found_by(tree, tree.citations[1]) is None
    assert used_from(tree, "1") == [1] == used_from(tree, "0") == used_from(tree, "0", 2) == used_from(tree, "1", 1)
    assert used_from(tree, "2") == [] == used_from(tree, "0", 1) == used_from(tree, "nobody")


def test_the_very_lines_come_before_lines_near_and_these_before_the_file() -> None:
    tree = looked(
        ("'lock'", "2 x hit, first: a/b.py:400", ""),
        ("'a/b.py', 1, 60", "", ""),
        ("'lock'", "a/b.py:10-20, 80 characters", ""),
        ("'lock'", "", "a/b.py:10-20 again"),
    )
    assert found_by(tree, cited("a/b.py", 10, 20)) == Finder("0", 3)
    assert found_by(tree, cited("a/b.py", 15, 70)) == Finder("0", 2)
    assert found_by(tree, cited("a/b.py", 900, 910)) == Finder("0", 1)
    assert found_by(tree, cited("b.py", 10, 20)) is None


def test_a_file_that_a_result_showed_is_enough() -> None:
    tree = looked(("'lock'", "9 x hit", ""), files=("c.py",))
    assert found_by(tree, cited("c.py", 3, 4)) == Finder("0", 1)
    assert found_by(tree, cited("d.py", 3, 4)) is None


def test_a_remembered_result_is_a_finder_without_a_step() -> None:
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    script.step("0", 1)
    script.call("1", "0", "auth", 1)
    script.done("1", "it is in src/a.py:3-9")
    ended = script.events[-1]
    assert isinstance(ended, CallEnded)
    script.events[-1] = ended.model_copy(update={"memo": True, "files": ("src/b.py",)})
    tree = Tree.of(script.events)
    assert found_by(tree, cited("src/a.py", 3, 9)) == Finder("1", 0) == found_by(tree, cited("src/b.py", 1, 1))


def test_the_evidence_of_findings_is_found_too_and_numbered_as_on_the_screen() -> None:
    script = finished()
    script.cite()
    tree = Tree.of(script.events)
    finding = Finding(
        id="f1",
        title="a lock is taken twice",
        severity="high",
        confidence="high",
        explanation="It is.",
        evidence=(cited("src/shop/gone.py", 1, 2), cited("src/shop/payment.py", 21, 27)),
    )
    tree.proposed[finding.id] = finding
    assert used_from(tree, "1") == [tree.evidence.index(finding.evidence[1]) + 1]
