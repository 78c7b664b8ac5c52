from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.text(alphabet=st.sampled_from("ab/.:#L`-, 0179[]()\u2013\n\\@$"), max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for mention in mentions(text):
        assert mention.path == mention.path.strip()
        assert mention.start > 0


@given(
    st.from_regex(r"[a-z]{1,8}(/[a-z_]{1,8}){0,3}\.(py|go|ts)", fullmatch=True), st.integers(1, 9_999), st.integers(0, 99),
    st.sampled_from(["{}", "`{}`", "({})", "**{}**", "- {}.", "see {}, and", "\u201c{}\u201d", "| `{}` | x |", "[1] {} ok"]),
)  # fmt: skip
def test_every_citation_is_found_however_it_is_set(path: str, start: int, more: int, around: str) -> None:
    span = f"{path}:{start}-{start + more}" if more else f"{path}:{start}"
    assert mentions(around.format(span)) == [Mention(path, start, start + more)]


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
