"""The longest and the most complex functions.

Complexity is McCabe's cyclomatic number as the field's counters take it (radon, lizard): one, and one more for each decision:
branches, loops, cases, handlers, conditional and short-circuit operators. Definitions inside of a function count for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rlm_tui.repository.indexer import idioms_of
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbols import Symbol

CALLABLE = ("function", "method")
_DENSE = 2
"""A function has at most about so many decisions a line: shorter ones cannot reach the most complex so far."""


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
    return sum(1 for _ in re.finditer(idioms_of(language).decisions, code_of(text, language), re.MULTILINE))
