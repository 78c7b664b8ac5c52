"""What the navigator reads in a question."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_tui.models.navigator.mentions import clean_name
from rlm_tui.models.navigator.phrases import SPANNING
from rlm_tui.models.navigator.understand import CHILD_PREFIX, understand

ASKED = [
    ("Where is Session.send?", "definition", ("Session.send",)),
    ("where's `Session.send()` defined?", "definition", ("Session.send",)),
    ("what is HTTPAdapter", "definition", ("HTTPAdapter",)),
    ("show me get_adapter", "definition", ("get_adapter",)),
    ("Session.send", "definition", ("Session.send",)),
    ("show resolve", "definition", ("resolve",)),
    ("Find the implementation of jv_equal.", "definition", ("jv_equal",)),
    ("In which file is the class Router declared?", "definition", ("Router",)),
    ("Which file defines the class Router?", "definition", ("Router",)),
    ("Locate the send method of Session in the code base.", "definition", ("Session.send",)),
    ("who calls send?", "callers", ("send",)),
    ("What calls Session.send?", "callers", ("Session.send",)),
    ("callers of `gin.Context.JSON()`", "callers", ("gin.Context.JSON",)),
    ("where do we call parse_url", "callers", ("parse_url",)),
    ("where is Router::route called from?", "callers", ("Router.route",)),
    ("What uses HTTPAdapter?", "references", ("HTTPAdapter",)),
    ("all usages of the constant DEFAULT_RETRIES", "references", ("DEFAULT_RETRIES",)),
    ("references to src/app.py::App.run", "references", ("src/app.py::App.run",)),
    ("what does Session.send call?", "callees", ("Session.send",)),
    ("callees of build_response", "callees", ("build_response",)),
    ("Which functions are called by prepare_body?", "callees", ("prepare_body",)),
    ("how does Session.get reach HTTPAdapter.send?", "path", ("Session.get", "HTTPAdapter.send")),
    ("path from main to parse_slice", "path", ("main", "parse_slice")),
    ("How does a call get from Session.get to HTTPAdapter.send?", "path", ("Session.get", "HTTPAdapter.send")),
    ("is there a call path between `a_one` and `b_two`?", "path", ("a_one", "b_two")),
    ("subclasses of JsonElement", "subclasses", ("JsonElement",)),
    ("Which types implement the `HTMLRender` interface?", "subclasses", ("HTMLRender",)),
    ("what inherits from BaseAdapter", "subclasses", ("BaseAdapter",)),
    ("Who implements Reader?", "subclasses", ("Reader",)),
    ("who imports requests.compat?", "importers", ("requests.compat",)),
    ("Which files include src/builtin.h?", "importers", ("src/builtin.h",)),
    ("importers of src/requests/utils.py", "importers", ("src/requests/utils.py",)),
    ("how is this repository built up?", "overview", ()),
    ("explain this code base", "overview", ()),
    ("give me an overview", "overview", ()),
    ("What is the architecture of this project?", "overview", ()),
    ("How is the code organised?", "overview", ()),
    ("what does this repo do?", "overview", ()),
    ("explain the module requests.adapters", "explain", ("requests.adapters",)),
    ("how does Session.send work?", "explain", ("Session.send",)),
    ("what does resolve_redirects do?", "explain", ("resolve_redirects",)),
    ("where is the retry policy of a session decided?", "free", ()),
    ("How does cookie handling work?", "free", ()),
    ("where is the code that parses the command line?", "free", ()),
    ("why are redirects followed twice with `allow_redirects`?", "free", ("allow_redirects",)),
    ("where are timeouts handled", "free", ()),
    ("which modules of this project handle authentication?", "free", ()),
    ("what are the main components?", "overview", ()),
    ("what is Gatewey", "definition", ("Gatewey",)),
    ("What does the module src/shop do?", "explain", ("src/shop",)),
]


@pytest.mark.parametrize(("question", "kind", "names"), ASKED)
def test_one_question(question: str, kind: str, names: tuple[str, ...]) -> None:
    first = understand(question).intents[0]
    assert (first.kind, first.names) == (kind, names)


def test_several_questions_in_one() -> None:
    intents = understand("Where is Session.send defined, and who calls it? What does `get_adapter` call?").intents
    assert [intent.kind for intent in intents] == ["definition", "callers", "callees"]
    assert intents[1].names == ("Session.send",)  # `it` is what the clause before was about


def test_sentences_of_one_free_question_stay_together() -> None:
    understood = understand("Proxies are ignored. The environment sets them. Where does that go wrong?")
    assert [intent.kind for intent in understood.intents] == ["free"]
    assert {"proxi", "environment"} <= set(understood.intents[0].terms)


def test_words_that_carry_meaning() -> None:
    (intent,) = understand("where is the retry policy of a session decided?").intents
    assert intent.terms == ("retri", "polici", "sess")


def test_a_task_of_a_parent() -> None:
    understood = understand(f"{CHILD_PREFIX}Explain this module: what it holds and what it is for.")
    assert understood.is_child
    assert understood.intents[0].kind in ("explain", "overview")
    assert not understand("Explain this module").is_child


def test_questions_across_modules_are_told_apart() -> None:
    assert SPANNING.search("how are errors handled across all modules?")
    assert not SPANNING.search("how are errors handled?")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("send()", "send"),
        ("Session::send", "Session.send"),
        ("#include <stdio.h>", "stdio.h"),
        ("def parse(a, b):", "parse"),
        ("@app.route", "app.route"),
        ("src/a::b.c", "src/a::b.c"),
    ],
)
def test_names_are_cleaned(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.text("«»0`'\"().:?who calls of the\n", max_size=120))
def test_any_text_is_understood_as_something(question: str) -> None:
    understood = understand(question)
    assert 1 <= len(understood.intents) <= 4
    assert all(name for intent in understood.intents for name in intent.names)


def test_long_text_is_read_fast() -> None:
    understood = understand("which " * 20_000 + "who calls " * 5_000 + "`" * 10_000)
    assert understood.intents


@pytest.mark.parametrize(
    "question",
    [
        "where is the route tree built?",
        "where is the engine built?",
        "where is the help message organized?",
        "what is put together when a request is built?",
        "how is the routing code of the server structured?",
    ],
)
def test_a_part_is_not_the_whole(question: str) -> None:
    assert understand(question).intents[0].kind == "free"


@pytest.mark.parametrize(
    "question",
    [
        "how is this repository built up?",
        "how is this code base put together?",
        "architecture?",
        "give me an overview",
        "how is it organised?",
        "Give me a high-level overview of the gin repository.",
        "where should I start reading?",
        "which packages are there?",
    ],
)
def test_the_whole(question: str) -> None:
    assert understand(question).intents[0].kind == "overview"
