"""Text that was made to keep a pattern busy for minutes or years: what reads whole files and lines is done with it at once."""

from __future__ import annotations

import pytest

from rlm_tui.repository.analyses.cycles import cycles
from rlm_tui.repository.analyses.public_interface import prototypes
from rlm_tui.repository.analyses.raising import raised
from rlm_tui.repository.analyses.settings_read import settings
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbols import File, Hit, Import

LENGTH = 200_000
LANGUAGES = ["python", "go", "rust", "java", "typescript", "php", "lua", "sql", "html", "css", "ruby", "c"]
OPENED = ['"\\', "'\\", "`\\", "`${", '"', "(", "=/[", "/*\n", "<!-- ", '"""a', 'r#"', "--[[\n"]
BEGUN = [
    "return ",
    "Err a.b::",
    "a::",
    "throw new a.",
    "orElseThrow(",
    "reject(a::",
    "environ[a.",
    "getenv(a,",
    "config.get(a",
]


def written_in(path: str) -> File:
    """Return a file in the language that its path names."""
    return File(path, path, 1, 1, "", "parsed", False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("opened", OPENED)
def test_what_opens_and_never_closes(language: str, opened: str) -> None:
    text = opened * (LENGTH // len(opened))
    assert len(code_of(text, language)) == len(text)


@pytest.mark.parametrize("language", ["go", "cpp", "java", "javascript"])
@pytest.mark.parametrize("begun", BEGUN)
def test_lines_that_begin_to_raise_or_read_and_never_end(language: str, begun: str) -> None:
    line = begun * (LENGTH // len(begun))
    hits = [Hit(language, 1, line[:300], "")]
    assert raised("Missing", hits, written_in, lambda _: [line]) == []
    assert raised("panic", hits, written_in, lambda _: [line]) == []
    assert settings("MISSING", hits, written_in, lambda _: [line]) == []


def test_an_import_of_types_that_never_ends() -> None:
    text = "import { " + "type a " * 60
    both = [Import("a.ts", 1, text, "b.ts", True), Import("b.ts", 1, text, "a.ts", True)]
    (cycle,) = cycles(both, lambda _: "typescript", lambda _: [text], lambda _: [])
    assert cycle.kind == "runtime"


@pytest.mark.parametrize(
    "text", ["int f(void) " + "a" * 90 + " {", "int f(a) " + "b(c) " * 9_000, "int f(a" * 9_000, "a\n" * 9_000]
)
def test_headers_that_define_where_they_should_declare(text: str) -> None:
    assert list(prototypes(text)) == []


def test_an_escaped_quote_outside_of_strings_begins_none() -> None:
    assert code_of('echo \\" $A # B', "bash") == 'echo \\" $A    '
    assert code_of('if (/\\"/.test(a)) b("c")', "javascript").endswith("b(   )")
