"""Findings: their ids, their order, duplicates, and what stands of them in a tree."""

from __future__ import annotations

from finding_samples import citation, finding, stamp

from rlm_tui.records.events import CallStarted, Cited, Proposed, Refuted
from rlm_tui.records.findings import duplicate, finding_id, merged
from rlm_tui.records.tree import Tree


def test_an_id_survives_moved_lines_and_new_indentation_but_no_other_text() -> None:
    title = "The lock is never released"
    first = finding_id(title, citation())
    assert first == finding_id(title.upper(), citation(start=30, end=31, excerpt="  x = 1\n  y = 2"))
    assert first != finding_id(title, citation(excerpt="x = 2"))
    assert first != finding_id(title, citation(path="b.py"))


def test_duplicates_are_about_the_same_lines_in_much_the_same_words() -> None:
    known = finding()
    same = finding("Lock never released in refresh", evidence=(citation(start=4, end=9, excerpt="other"),))
    assert duplicate(same, [known]) is known
    elsewhere = finding("Lock never released in refresh", evidence=(citation(start=40, end=49, excerpt="other"),))
    other = finding("The timeout is ignored", evidence=(citation(excerpt="other"),))
    before = finding(evidence=(citation(commit="abc1234", excerpt="other"),))
    assert [duplicate(one, [known]) for one in (elsewhere, other, before)] == [None, None, None]


def test_two_that_say_the_same_become_the_graver_and_surer_with_the_evidence_of_both() -> None:
    one = merged(finding(severity="low"), finding(severity="high", evidence=(citation(start=9, end=9),), patch="p"))
    assert (one.severity, one.confidence, one.patch) == ("high", "medium", "p")
    assert [each.span for each in one.evidence] == ["a.py:3-4", "a.py:9"]


def test_a_tree_holds_what_stands_and_remembers_what_does_not() -> None:
    low, high = finding("low", severity="low"), finding("high", severity="high")
    tree = Tree.of([Proposed(**stamp(), finding=low), Proposed(**stamp(), finding=high)])
    assert [one.title for one in tree.findings] == ["high", "low"]
    tree.apply(Refuted(**stamp(), finding=high.id, reason="it is released in finally"))
    assert [one.title for one in tree.findings] == ["low"]
    assert tree.refuted == {high.id: "it is released in finally"}
    tree.apply(Refuted(**stamp(), finding="nobody", reason="?"))
    assert "nobody" not in tree.refuted


def test_findings_belong_to_the_call_that_proposed_them_first() -> None:
    started = CallStarted(**stamp(), call="agent", label="a", task="t", scope=(), model="m", depth=1, step=1)
    one = finding()
    tree = Tree.of([started, Proposed(**stamp(), finding=one), Proposed(**stamp("0"), finding=one)])
    assert tree.findings_of("1") == (one,)
    assert tree.findings_of("0") == ()


def test_the_evidence_of_a_tree_is_what_can_be_opened_now_each_once() -> None:
    tree = Tree.of([
        Cited(**stamp("0"), citations=(citation(), citation(path="b.py", commit="abc1234"))),
        Proposed(**stamp(), finding=finding(evidence=(citation(start=9, end=9), citation(), citation(commit="abc1234")))),
    ])  # fmt: skip
    assert [one.span for one in tree.evidence] == ["a.py:3-4", "a.py:9"]
