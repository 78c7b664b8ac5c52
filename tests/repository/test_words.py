"""The words of the index and of a question are cut by the same rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlm_tui.repository.search.words import split, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getHTTPRetries", ["get", "http", "retri"]),
        ("resolve_redirects", ["resolv", "redirect"]),
        ("XMLHttpRequest2", ["xml", "http", "request"]),
        ("where is the retry policy?", ["wher", "is", "the", "retri", "polici"]),
        ("a.b(c) 0x1F 12345 x", []),
        ("变量 naïveÄnderung", ["变量", "naïveänderung"]),
        ("x" * 65, []),
    ],
)
def test_identifiers_are_split_and_numbers_dropped(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "family",
    [
        ("retry", "retries", "retried"),
        ("cache", "cached", "caching", "caches"),
        ("cookie", "cookies"),
        ("stop", "stopped", "stopping"),
    ],
)
def test_forms_of_a_word_meet(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@given(st.text())
def test_any_text_gives_words_that_can_be_asked_for(text: str) -> None:
    assert all(word and not word.isspace() and len(word) <= 64 for word in words(text))
    assert all(split(name) == tuple(words(name)) for name in text.split() if name.isalnum())
