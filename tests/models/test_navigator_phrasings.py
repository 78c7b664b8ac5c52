"""Hundreds of ways to ask: each is understood as its kind, with the names it holds, however carelessly it was typed."""

from __future__ import annotations

import pytest
from asked_phrasings import questions

from rlm_tui.models.navigator.plain import plain
from rlm_tui.models.navigator.understand import understand

_AS_GOOD = {
    "callers": ("callers", "references"),
    "rename": ("rename", "references"),
    "references": ("references", "rename", "impact", "callers"),
    "tests": ("tests", "references"),
    "explain": ("explain", "definition"),
}


@pytest.mark.parametrize("seed", range(6))
def test_however_it_is_asked(seed: int) -> None:
    for kind, question, names in questions(seed):
        intents = understand(question).intents
        assert [intent.kind in _AS_GOOD.get(kind, (kind,)) for intent in intents] == [True], question
        if names and kind not in ("free", "overview"):
            assert sorted(intents[0].names) == sorted(names), question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hey, wher is «0» defnied ???", "where is «0» defined?"),
        ("Could you please tell me which functions call «0»", "which functions call «0»"),
        ("wich classes imlpement «0» in this repo?", "which classes implement «0»?"),
        ("please list the callrs of «0», thanks", "list the callers of «0»"),
        ("whats the longest fucntion in «0»?", "what's the longest function in «0»?"),
        ("who extents «0»", "who extents «0»"),
        ("where are these cells filled?", "where are these cells filled?"),
    ],
)
def test_greetings_fillers_and_slips_are_taken_out(typed: str, meant: str) -> None:
    assert plain(typed) == meant


@pytest.mark.parametrize(
    "report",
    [
        "Fix usages of `parse_url`.",
        "Add tests for `Session.send`",
        "Crash on start\n\nSince 2.1 the program ends at once. `Loader.load` raises. I use `Session`.\n\n```\nprint res\n```",
        "### Describe the bug\nThe callers of `send` get None.\n\n### Expected\nA response. What is `None` for?",
        "Retry twice\n\nBefore, callers of `send` had to retry. Now the adapter does. References to `Retry` are gone.",
    ],
)
def test_a_report_is_one_search_whatever_it_mentions(report: str) -> None:
    (intent,) = understand(report).intents
    assert (intent.kind, intent.text) == ("free", report.strip())


def test_a_path_may_be_asked_from_its_end() -> None:
    (intent,) = understand("how is Loader.load reached from parse_url?").intents
    assert (intent.kind, intent.names) == ("path", ("parse_url", "Loader.load"))


@pytest.mark.parametrize(
    ("question", "kind", "names"),
    [
        ("most complex function in src/walk.rs", "complex", ("src/walk.rs",)),
        ("longest method in Foo", "longest", ("Foo",)),
        ("which middleware recovers from panics", "free", ()),
        ("which functions panic?", "raises", ("panic",)),
        ("why is `notify` called twice?", "free", ("notify",)),
        ("Where is the config key tool:web read?", "settings", ("tool:web",)),
        ("find the code that reads the config file", "free", ()),
        ("Where is the function get defined?", "definition", ("get",)),
        ("what does the `addRoute` method of node call?", "callees", ("node.addRoute",)),
        ("show me the 5 largest functions in the code base, by number of lines", "longest", ()),
    ],
)
def test_what_was_misread_once(question: str, kind: str, names: tuple[str, ...]) -> None:
    (intent,) = understand(question).intents
    assert (intent.kind, intent.names) == (kind, names)


def test_what_is_asked_beside_a_plain_question_is_answered_too() -> None:
    kinds = [intent.kind for intent in understand("how does retry work and who calls parse_url?").intents]
    assert kinds == ["free", "callers"]
