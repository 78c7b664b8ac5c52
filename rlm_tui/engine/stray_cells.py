"""Tells a cell that a model wrote into its text, where nothing runs it, from code that belongs to an answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})\s*(?P<word>[\w+-]*)")
_PYTHON = ("", "python", "python3", "py", "repl")
_LONGEST = 50_000


def is_stray(text: str, functions: Collection[str]) -> bool:
    """Tell whether a turn ends with a block of Python that calls one of our `functions` by its bare name."""
    code = _last_block(text[-_LONGEST:])
    if not code:
        return False
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # no Python, or none that could be run
        return False
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return bool(called & (set(functions) - own))


def _last_block(text: str) -> str:
    """Return the code of the block of Python, or of no named language, that a text ends with; "" where it ends otherwise."""
    marks, word, found = "", "", list[str]()
    ended = False
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if fence and not marks:
            marks, word, found, ended = fence["marks"], fence["word"].lower(), [], False
        elif fence and marks and fence["marks"].startswith(marks):
            marks, ended = "", True
        elif marks:
            found.append(line)
        elif line.strip():
            ended, found = False, []
    return "\n".join(found) if (marks or ended) and word in _PYTHON else ""
