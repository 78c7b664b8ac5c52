"""What the navigator quotes, counts and leaves out: found by reviewers, in small repositories and printed output."""

from __future__ import annotations

import pytest

from rlm_tui.models.navigator import delegation
from rlm_tui.models.navigator.answer import Section
from rlm_tui.models.navigator.candidates import Candidates, fused, needles
from rlm_tui.models.navigator.places import arrows_cell, drawing, own_words
from rlm_tui.models.navigator.reading import Excerpt, read
from rlm_tui.models.navigator.searching import region
from rlm_tui.models.navigator.understand import understand
from rlm_tui.repository.symbols import Span


def quoted(path: str, text: str) -> str:
    lines = list(enumerate(text.splitlines(), 1))
    return own_words(Excerpt(Span(path, 1, len(lines)), lines)).partition(": ")[2]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("README.rst", ".. image:: y.svg\n   :alt: State of the build\n\nIt sends mail quickly.", '"It sends mail quickly."'),
        ("README.rst", ":Keywords: task, queue, job, async\n\nIt runs tasks later.", '"It runs tasks later."'),
        ("lib.rs", "#![allow(dead_code, unused, and more)]\n//! Parses what is given.\n", '"Parses what is given."'),
        ("README.md", "**Requests** is a simple HTTP library.", '"Requests is a simple HTTP library."'),
        ("README.md", "**Half of it is\nbold** here.\n\nThe whole is plain.", '"The whole is plain."'),
        ("README.md", "<table>\n<tr><td>\nOur gold sponsors\n</td></tr>\n</table>\nFor all of you.", '"For all of you."'),
        ("README.md", " • [the other half of it](b.md) • [c](c.md)\n\nIt is the first half.", '"It is the first half."'),
        ("README.md", "It is a library that\nsends mail.", '"It is a library that …"'),
        ("a.py", "import os\n# not at the head of it\n", ""),
    ],
)  # fmt: skip
def test_a_file_is_quoted_cleanly_or_not_at_all(path: str, text: str, said: str) -> None:
    assert quoted(path, text) == said


def test_a_long_sentence_is_cut_at_a_word() -> None:
    said = quoted("README.md", "wording " * 60)
    assert said.endswith('wording …"')


def test_arrows_give_the_root_its_own_imports_and_count_lines() -> None:
    class Item:
        def __init__(self, path: str, line: int) -> None:
            self.path, self.line = path, line

    printed: list[str] = []
    found = {"lib": [Item("index.js", 1), Item("index.js", 1), Item("index.js", 2)], "(root)": [Item("lib/a.js", 7)]}
    found["lib"].append(Item("test/unit/a.js", 3))
    names: dict[str, object] = {"importers": found.__getitem__, "print": printed.append}
    exec(arrows_cell(["(root)", "lib"], ["test/unit"]), names)
    drawn = drawing("\n".join(printed))
    assert "(root) → lib (2)" in drawn
    assert "lib → (root) (1)" in drawn


def test_code_decides_and_messages_and_comments_tell() -> None:
    (intent,) = understand("where is the retry limit decided?").intents
    candidates = Candidates(needles(intent), wants_tests=False, asked=intent.text)
    sets, uses = "limit = retry or 3", "check(limit, retry)"
    assert candidates.deciding(sets) > candidates.deciding(uses)
    for told in ('log("the retry limit")', "# retry limit", ":param limit: of a retry (any)"):
        assert candidates.deciding(uses) > candidates.deciding(told) > 0


def test_a_closer_look_orders_what_is_near_the_top_but_for_the_first() -> None:
    assert fused(["a", "b", "c", "d"], ["c", "b", "e"]) == ["a", "c", "b", "e", "d"]
    assert fused(["a", "b"], []) == ["a", "b"]
    assert fused([], ["b", "a", "b"]) == ["b", "a"] and fused([], []) == []
    many = [f"f{number}" for number in range(20)]
    assert fused(many, ["f15", "f9", "new"]) == ["f0", "f9", *many[1:9], *many[10:], "new"]


def test_a_sub_agents_long_answer_is_cut_at_a_line() -> None:
    move = next(delegation.ask_sub_agents("Explain it.", ["a"], Section("")))
    printed: list[str] = []
    names: dict[str, object] = {
        "rlm_query_batched": lambda tasks: ["| `row` |\n" * 500],
        "print": lambda *text: printed.append(" ".join(map(str, text))),
    }
    exec(move.code, names)
    rows = printed[1].splitlines()
    assert set(rows[:-2]) == {"| `row` |"}
    assert rows[-1] == delegation.CUT_LINE


def test_a_region_stays_within_its_definition_and_holds_the_line_that_tells_most() -> None:
    (intent,) = understand("where is the retry limit decided?").intents
    candidates = Candidates(needles(intent), wants_tests=False, asked=intent.text)
    candidates.add(
        read("a.go:10-90  struct Retry\na.go:60  [Retry]  limit = retry\na.go:20  [Retry]  // a retry limit")
    )
    candidates.add(read("\n".join(f"a.go:{line}  [Retry.Run]  limit = retry" for line in range(200, 220))))
    item = next(item for item in candidates.ranked() if item.qualified == "Retry")
    chosen = region(item, candidates)
    assert 10 <= chosen.start <= 60 <= chosen.end <= 90
