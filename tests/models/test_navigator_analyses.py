"""Questions for analyses in many phrasings, and the answers that come of the tools."""

from __future__ import annotations

import pytest

from rlm_tui.models.navigator.understand import understand

PHRASINGS = [
    ("Which functions in src/app.py are never called?", "unused", ("src/app.py",)),
    ("Is there dead code in `src/app`?", "unused", ("src/app",)),
    ("List unused functions", "unused", ()),
    ("what is unused in src/app?", "unused", ("src/app",)),
    ("what's never called in `src/app.py`?", "unused", ("src/app.py",)),
    ("Are there circular imports?", "cycles", ()),
    ("Counting only what runs at load time, which modules form an import cycle with `a/b.py`?", "cycles", ("a/b.py",)),
    ("What are the 5 longest functions in src?", "longest", ("src",)),
    ("Show me the 3 largest functions in this repository, by number of lines.", "longest", ()),
    ("Rank the functions of lib/ by cyclomatic complexity", "complex", ("lib",)),
    ("Where is ValueError raised?", "raises", ("ValueError",)),
    ("What code throws `NotFound`?", "raises", ("NotFound",)),
    ("Which functions in the render directory call panic?", "raises", ("panic", "render")),
    ("Where do we read the environment variable HOME_DIR?", "settings", ("HOME_DIR",)),
    ("Which environment variables are read?", "settings", ()),
    ("Find the code that looks at config `log.level`.", "settings", ("log.level",)),
    ("What is the public API of src/app.py?", "public_api", ("src/app.py",)),
    ("Which names are exported by `web/index.ts`?", "public_api", ("web/index.ts",)),
    ("Which tests cover `Session.send`?", "tests", ("Session.send",)),
    ("Is send_all tested anywhere?", "tests", ("send_all",)),
    ("What breaks if I change `Session.send`?", "impact", ("Session.send",)),
    ("What is the impact of `backoff`?", "impact", ("backoff",)),
]


@pytest.mark.parametrize(("question", "kind", "names"), PHRASINGS)
def test_what_is_asked(question: str, kind: str, names: tuple[str, ...]) -> None:
    intent = understand(question).intents[0]
    assert (intent.kind, intent.names) == (kind, names)


@pytest.mark.parametrize(
    "question",
    [
        "If I rename `Session.send`, which files do I have to touch?",
        "The library raises `TypeError` when the pointer resolves to None.",
        "Add tests for implicit chains and make the parser throw earlier",
        "How does retry work?",
        "why does login throw an error after a redirect?",
    ],
)
def test_what_is_no_analysis(question: str) -> None:
    kinds = {intent.kind for intent in understand(question).intents}
    assert not kinds & {"unused", "cycles", "longest", "complex", "raises", "settings", "public_api", "tests", "impact"}
