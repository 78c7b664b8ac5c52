"""Finds where an exception or error is raised, thrown or returned as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rlm_tui.repository.indexer import idioms_of
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbols import File, Hit

_WORDS = (
    "panic abort exit die assert fatal bail ensure unreachable todo unimplemented error longjmp unwrap expect Errorf"
)
_OPERATIONS = frozenset(_WORDS.split())
"""Functions and macros that end what runs, or make an error: to ask where they raise is to ask where they are called."""
_CALLED = r"(?<![\w.])(?:\w+(?:\.|::)){0,12}{name}!?\s*\("
_BEFORE = 2
"""So many lines above may hold the keyword of a statement that was wrapped."""


def candidates(name: str) -> str:
    """Return a regular expression, in ripgrep's syntax, for the lines that may raise `name`."""
    last = re.escape(_last(name))
    if last in _OPERATIONS:
        return rf"\b{last}!?\s*\("
    words = "raise|throw|reject|orElseThrow|return|panic|Err|bail|ensure|errno"
    return rf"\b(?:{words})\b.*\b{last}\b|^\s*[&(]?(?:new\s+)?(?:\w+(?:\.|::))*{last}\b"


def raised(
    name: str, hits: Iterable[Hit], file: Callable[[str], File | None], lines: Callable[[str], list[str]]
) -> list[Hit]:
    """Return those of `hits`, the lines that `candidates` found, that raise `name` in code; those in tests last."""
    last = _last(name)
    found: list[tuple[bool, Hit]] = []
    codes: dict[str, list[str]] = {}
    for hit in hits:
        about = file(hit.path)
        if about is None or about.language in ("", "text", "markdown", "html"):
            continue
        if hit.path not in codes:
            try:
                codes[hit.path] = code_of("\n".join(lines(hit.path)), about.language).split("\n")
            except PermissionError:
                codes[hit.path] = []
        if _raises(last, codes[hit.path], hit.line, about.language):
            found.append((about.is_test, hit))
    return [hit for _, hit in sorted(found, key=lambda one: one[0])]


def _last(name: str) -> str:
    return re.split(r"\.|::|\\|->", name.strip().removesuffix("()").rstrip("!"))[-1]


def _raises(name: str, code: list[str], line: int, language: str) -> bool:
    pattern = _CALLED if name in _OPERATIONS else idioms_of(language).raising
    window = "\n".join(code[max(0, line - 1 - _BEFORE) : line])
    here = len(window) - len(code[line - 1]) if line <= len(code) else 0
    found = re.finditer(pattern.replace("{name}", re.escape(name)), window)
    return any(match.end() > here for match in found)
