"""The longest and the most complex functions.

Complexity is McCabe's cyclomatic number as the field's counters take it (radon, lizard): one, and one more for each decision:
branches, loops, cases, handlers, conditional and short-circuit operators. Definitions inside of a function count for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbols import Symbol

CALLABLE = ("function", "method")
_DENSE = 2
"""A function has at most about so many decisions a line: shorter ones cannot reach the most complex so far."""
_C = r"(?<!#)(?<!# )\b(?:if|for|while|case|catch)\b|&&|\|\|"
_TERNARY = r"|\?(?![.?:])"
_DECISIONS = {
    "python": r"\b(?:if|elif|for|while|except|and|or)\b|^[ \t]*case\b(?!\s*_\s*:)",
    "c": _C + _TERNARY,
    "cpp": _C + _TERNARY,
    "java": _C + r"|(?<![<,\s])\s*\?(?!\s*(?:extends|super)\b|\s*[>,])",
    "javascript": _C + r"|\?\?|\?(?![.?:)\],;=])",
    "typescript": _C + r"|\?\?|\?(?![.?:)\],;=])",
    "go": _C,
    "rust": r"\b(?:if|for|while|loop)\b|&&|\|\||=>|\?(?=[;.)\s,])",
    "csharp": _C + r"|\bforeach\b|\?\?|\s\?\s",
    "kotlin": r"\b(?:if|for|while|catch)\b|&&|\|\||\?:|^[^\n{}()]*->",
    "scala": _C,
    "swift": r"\b(?:if|for|while|case|catch|guard)\b|&&|\|\||\?\?|\s\?\s",
    "php": _C + r"|\b(?:elseif|foreach|and|or)\b|\?\?|\?(?![?>:-])",
    "ruby": r"\b(?:if|elsif|unless|while|until|for|when|rescue|and|or)\b|&&|\|\||\s\?\s",
    "lua": r"\b(?:if|elseif|for|while|repeat|and|or)\b",
    "bash": r"\b(?:if|elif|for|while|until)\b|&&|\|\||;;",
}
_COMPILED = {language: re.compile(pattern, re.MULTILINE) for language, pattern in _DECISIONS.items()}


def most_complex(
    functions: Iterable[Symbol], inside: Callable[[str], Sequence[Symbol]], source: Callable[[str], bytes], most: int
) -> list[tuple[int, Symbol]]:
    """Return the `most` complex of `functions`, which stand by falling length, with their complexity.

    `inside` lists the definitions of a file, `source` reads it (and raises `PermissionError` where that cannot be).
    """
    best: list[tuple[int, Symbol]] = []
    texts: dict[str, str] = {}
    nested: dict[str, Sequence[Symbol]] = {}
    for symbol in functions:
        if len(best) >= most and _DENSE * (symbol.end - symbol.start + 1) < best[-1][0]:
            break
        path = symbol.path
        if path not in texts:
            try:
                texts[path] = source(path).decode("latin-1")
            except PermissionError:
                texts[path] = ""
            nested[path] = [other for other in inside(path) if other.kind in CALLABLE]
        best.append((complexity(texts[path], symbol, nested[path]), symbol))
        best.sort(key=lambda found: -found[0])
        del best[most:]
    return best


def complexity(text: str, symbol: Symbol, functions: Sequence[Symbol]) -> int:
    """Return the cyclomatic complexity of `symbol` in the Latin-1 `text` of its file, without the other `functions` in it."""
    pieces: list[str] = []
    position = symbol.start_byte
    for other in functions:
        if position <= other.start_byte and other.end_byte <= symbol.end_byte and other != symbol:
            pieces.append(text[position : other.start_byte])
            position = other.end_byte
    pieces.append(text[position : symbol.end_byte])
    return 1 + decisions(" ".join(pieces), symbol.language)


def decisions(text: str, language: str) -> int:
    """Return how many decisions some source holds."""
    pattern = _COMPILED.get(language, _COMPILED["c"])
    return sum(1 for _ in pattern.finditer(code_of(text, language)))
