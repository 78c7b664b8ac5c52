from __future__ import annotations

import pytest

from rlm_tui.engine.citations import Mention, mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see `src/a.py:10-20`.", [("src/a.py", 10, 20)]),
        ("in src/a.py:7, and (lib/b.go:3-4)", [("src/a.py", 7, 7), ("lib/b.go", 3, 4)]),
        ("**src/a.py:7**: here", [("src/a.py", 7, 7)]),
        ("`src/a.py#L10-L12` [x](lib/b.go#L3)", [("src/a.py", 10, 12), ("lib/b.go", 3, 3)]),
        ("[b.go:3](lib/b.go:3)", [("b.go", 3, 3), ("lib/b.go", 3, 3)]),
        ("`src/a.py:1-3, 7, 9-12`", [("src/a.py", 1, 3), ("src/a.py", 7, 7), ("src/a.py", 9, 12)]),
        ("`a file.py:4` and ./x/y.rs:3", [("a file.py", 4, 4), ("x/y.rs", 3, 3)]),
        ("app/[slug]/page.tsx:12\u201315", [("app/[slug]/page.tsx", 12, 15)]),
        ("src/a.py:10:5 is a column", [("src/a.py", 10, 10)]),
        ("twice src/a.py:1 and src/a.py:1", [("src/a.py", 1, 1)]),
        ("http://localhost:8080/x and https://a.b/c.py:3", []),
        ("line zero a.py:0", []),
    ],
)
def test_citations_are_found_in_text(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert mentions(text) == [Mention(*one) for one in expected]


def test_many_citations_end_somewhere() -> None:
    assert len(mentions(" ".join(f"src/a.py:{line}" for line in range(1, 2_000)))) == 200


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000 + "a/" * 20_000 + ":" * 10_000,
        "`" * 50_000,
        "`a" * 30_000,
        "a:1" * 30_000,
        "1-" * 50_000,
        "`x:1, " + "1, " * 30_000,
    ],
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    assert len(mentions(text)) < 3
