"""Ranking: the words of a question, and which definitions they bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from code_graph import Code

from rlm_tui.repository.search.history import CommitWords, History
from rlm_tui.repository.search.looking import files_named
from rlm_tui.repository.search.question import Asked
from rlm_tui.repository.search.ranking import Ranking
from rlm_tui.repository.symbols import Match

FILES = {
    "src/net/adapters.py": '''
        class HTTPAdapter:
            """Sends requests over a pool."""

            def __init__(self, max_retries=0):
                # how often a request is tried again
                self.max_retries = Retry(max_retries)

            def close(self):
                self.pool.clear()
    ''',
    "src/net/sessions.py": '''
        class Session:
            """Keeps cookies between requests."""

            def mount(self, prefix, adapter):
                self.adapters[prefix] = adapter

            def get_adapter(self, url):
                return self.adapters[url]
    ''',
    "src/net/cookies.py": "def merge_cookies(jar, other):\n    jar.update(other)\n",
    "vendor/adapters.py": "class HTTPAdapter:\n    max_retries = 3\n",
    "tests/test_adapters.py": "def test_max_retries():\n    assert HTTPAdapter(max_retries=2).max_retries\n",
}


def rank(
    code: Code, question: str, k: int, within: Callable[[str], bool], commits: Sequence[CommitWords] = ()
) -> list[Match]:
    ranking = Ranking(code.store, code.sources.__getitem__, partial(History, commits))
    return ranking.rank(question, k, within)


def names(code: Code, question: str, k: int = 5) -> list[str]:
    return [f"{m.symbol.path}::{m.symbol.qualified}" for m in rank(code, question, k, lambda path: True)]


def test_a_question_is_taken_apart() -> None:
    asked = Asked.of("Where does `HTTPAdapter.send` handle retries of the max_retries option?")
    assert asked.names == {"send": ("HTTPAdapter",), "max_retries": ()}
    assert {"retri", "http", "adapter", "max"} <= set(asked.terms) and not {"the", "where"} & set(asked.terms)
    assert Asked.of("where is it").terms
    assert Asked.of("mount").names == {"mount": ()}


def test_words_of_a_body_bring_its_symbol() -> None:
    code = Code(FILES)
    assert names(code, "how often is a request retried?")[0] == "src/net/adapters.py::HTTPAdapter.__init__"
    assert names(code, "where do cookies get merged")[0] == "src/net/cookies.py::merge_cookies"


def test_an_identifier_brings_its_definition_first() -> None:
    code = Code(FILES)
    assert names(code, "get_adapter")[0] == "src/net/sessions.py::Session.get_adapter"
    assert names(code, "what does `mount` do")[0] == "src/net/sessions.py::Session.mount"
    assert names(code, "HTTPAdapter")[0] == "src/net/adapters.py::HTTPAdapter"


def test_tests_and_vendored_code_come_later_unless_asked_for() -> None:
    code = Code(FILES)
    found = names(code, "max retries", 10)
    assert found.index("src/net/adapters.py::HTTPAdapter.__init__") < found.index(
        "tests/test_adapters.py::test_max_retries"
    )
    assert names(code, "test of max retries")[0] == "tests/test_adapters.py::test_max_retries"


def test_tests_can_be_left_out_and_kinds_chosen() -> None:
    code = Code(FILES)
    ranking = Ranking(code.store, code.sources.__getitem__, partial(History, ()))
    without = ranking.rank("test of max retries", 20, lambda path: True, without_tests=True)
    assert without and not any(match.symbol.is_test for match in without)
    classes = ranking.rank("adapters of a session", 20, lambda path: True, kind="class")
    assert {match.symbol.kind for match in classes} == {"class"}


def test_scope_limits_and_parts_are_told() -> None:
    code = Code(FILES)
    found = rank(code, "adapters of a session", 10, lambda path: path.startswith("src/net/s"))
    assert found and {match.symbol.path for match in found} == {"src/net/sessions.py"}
    assert all(match.why and match.score > 0 for match in found)
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert rank(code, "", 5, lambda path: True) == [] and rank(code, "?! ()", 5, lambda path: True) == []
    assert len(rank(code, "adapter", 1, lambda path: True)) == 1


def test_what_holds_more_of_the_words_tells_that_it_does() -> None:
    once = "def clear(pool):\n    pool.cookies = expire(pool)\n"
    code = Code({"a/one.py": "def drop(pool):\n    pool = pool.pool(pool)\n    return pool\n", "a/two.py": once})
    found = {match.symbol.qualified: match for match in rank(code, "pool of cookies", 4, lambda path: True)}
    assert "words held 1.0" in found["clear"].why and "words held 1.0" not in found["drop"].why
    assert next(iter(found)) == "clear"


def test_a_file_is_meant_by_its_name_the_less_the_more_are_called_so() -> None:
    paths = ["a/__init__.py", "b/__init__.py", "b/c/__init__.py", "b/jar.py", "c/jar.txt"]
    named = files_named(["jar.py", "b/__init__.py", "x/y.py"], paths)
    assert named["b/jar.py"] == 0.5 and set(named) == {*paths} - {"c/jar.txt"}
    assert named["b/__init__.py"] > named["b/jar.py"] > named["a/__init__.py"] == named["b/c/__init__.py"]
    assert files_named(["__init__.py"], paths)["a/__init__.py"] < 0.3
    assert files_named([], paths) == files_named(["/", "."], paths) == {}
    code = Code({"src/jar.py": "x = 1\n", "src/other.py": "crash = 2\n"})
    assert names(code, "crash in src/jar.py", 1) == ["src/jar.py::jar.py"]


def test_words_of_samples_count_half() -> None:
    terms = Asked.of("Session leaks\n\nA jar stays open.\n```\njar = pool()\n```\n>>> drop(jar)\nIn [1]: keep(1)").terms
    assert terms["pool"] == terms["drop"] == terms["keep"] == 0.5 * terms["open"] and terms["jar"] > terms["open"]
    assert Asked.of("ab\n```" * 2_000 + ">>> " * 5_000).terms


def test_code_without_a_grammar_stands_before_prose() -> None:
    code = Code({"src/grammar.y": "binding: term operator term\n", "docs/a.txt": "binding term operator term\n"})
    assert [path.partition("::")[0] for path in names(code, "binding of terms")] == ["src/grammar.y", "docs/a.txt"]


def test_past_commits_with_a_similar_message_bring_their_files() -> None:
    code = Code(FILES)
    commits = [
        CommitWords("fix leak of jar in flask", ("src/net/cookies.py",)),
        CommitWords("bump version", ("src/net/sessions.py",)),
        CommitWords("flask start slower", ("old/place/adapters.py", "src/gone.py")),
    ]
    found = rank(code, "slow flask", 3, lambda path: True, commits)
    assert [match.symbol.path for match in found] != [] and "history" in found[0].why
    found = rank(code, "leak in flask", 1, lambda path: True, commits)
    assert found[0].symbol.path == "src/net/cookies.py"


def test_hostile_questions() -> None:
    code = Code(FILES)
    for question in (
        '") OR *',
        "NEAR(a b)",
        "'; DROP TABLE file; --",
        "x" * 10_000,
        "a " * 5_000,
        "-" * 20_000,
        "a/" * 10_000,
        "_" * 20_000,
        "`'\"" * 5_000,
        " ".join(f"w{number}x" for number in range(4_000)),
        "\x00\x1b[31m",
        "ß Ölwechsel 漢字",
    ):
        rank(code, question, 5, lambda path: True)


def test_the_parts_of_a_score_add_up_to_it() -> None:
    code = Code({**FILES, "dist/bundle/adapters.py": FILES["src/net/adapters.py"]})
    found = [
        match
        for question in ("adapters of a session", "max retries", "HTTPAdapter", "test of max retries", "send a request")
        for match in rank(code, question, 20, lambda path: True)
    ]
    assert any(match.symbol.path.startswith("dist/") for match in found)
    for match in found:
        parts = [float(part.rpartition(" ")[2]) for part in match.why.split(", ")]
        assert round(sum(parts), 1) == float(f"{match.score:.1f}"), (match.score, match.why)
