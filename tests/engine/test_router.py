from __future__ import annotations

import pytest

from rlm_tui.engine.router import Measure, choose
from rlm_tui.records.events import Route

MANY = ["auth", "net", "storage"]


@pytest.mark.parametrize(
    ("question", "tokens", "modules", "route"),
    [
        ("where is the retry policy?", 9_000, MANY, "direct"),
        ("where is the retry policy?", 300_000, MANY, "repl"),
        ("where is the retry policy?", 3_000_000, MANY, "rlm"),
        ("how is this code base put together?", 300_000, MANY, "rlm"),
        ("how is this code base put together?", 20_000, MANY, "repl"),
        ("how do auth and net talk to each other?", 300_000, MANY, "rlm"),
        ("how does authentication work?", 300_000, MANY, "repl"),
        ("how is this code base put together?", 3_000_000, ["one"], "repl"),
    ],
)
def test_size_and_question_decide(question: str, tokens: int, modules: list[str], route: Route) -> None:
    choice = choose(question, Measure(tokens, modules), None, language_model=True, depth=1)
    assert choice.route == route
    assert f"{tokens:,}" in choice.why


def test_the_navigator_never_goes_direct() -> None:
    assert choose("why?", Measure(100, MANY), None, language_model=False, depth=1).route == "repl"
    choice = choose("why?", Measure(100, MANY), "direct", language_model=False, depth=1)
    assert choice.route == "repl"
    assert "navigator" in choice.why


def test_no_sub_agents_where_none_are_allowed() -> None:
    assert choose("audit everything", Measure(5_000_000, MANY), None, language_model=True, depth=0).route == "repl"
    assert choose("audit everything", Measure(5_000_000, MANY), "rlm", language_model=True, depth=0).route == "repl"


@pytest.mark.parametrize("asked", ["direct", "repl", "rlm"])
def test_the_user_overrides(asked: Route) -> None:
    choice = choose("why?", Measure(50_000, MANY), asked, language_model=True, depth=1)
    assert (choice.route, choice.why) == (asked, "asked for")


def test_the_window_of_the_model_decides_too() -> None:
    assert choose("why?", Measure(9_000, MANY, window=8_192), None, language_model=True, depth=1).route == "repl"
    assert choose("why?", Measure(30_000, MANY, window=32_768), "direct", language_model=True, depth=1).route == "repl"


def test_what_fits_no_prompt_is_not_sent() -> None:
    choice = choose("why?", Measure(900_000, MANY), "direct", language_model=True, depth=1)
    assert choice.route == "repl"
    assert "900,000" in choice.why
