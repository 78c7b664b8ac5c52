"""Rewrites a cell for Monty: the last expression is echoed, and `x.source` asks the host.

The text is edited in place, so that line numbers stay what they were. The code is parsed, never compiled or run, here.
"""

from __future__ import annotations

import ast
from itertools import accumulate
from typing import NamedTuple

LONGEST = 200_000
_ASKED = ("source", "children", "modules", "files", "symbols")


class Prepared(NamedTuple):
    """The code to feed, and the names that it may set at its top level."""

    code: str
    names: tuple[str, ...]


class _Edit(NamedTuple):
    """Text to put at an offset, after dropping some bytes before it; ends come before beginnings, inner before outer."""

    at: int
    begins: int
    rank: int
    dropped: int
    text: bytes


def prepare(code: str) -> Prepared:
    """Return the cell as Monty is given it. What cannot be parsed is handed on as it is, for Monty to complain about."""
    if len(code) > LONGEST:
        raise ValueError(f"the cell has {len(code):,} characters; at most {LONGEST:,} are run")
    try:
        tree = ast.parse(code)
        nodes = list(ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Prepared(code, ())
    starts = list(accumulate((len(line) for line in code.encode().splitlines(keepends=True)), initial=0))
    source = code.encode()
    edits: list[_Edit] = []

    def offset(line: int | None, column: int | None) -> int:
        return starts[(line or 1) - 1] + (column or 0)

    def wrap(node: ast.expr, before: str, dropped: int, after: str, begin: int | None = None) -> None:
        # Outer nodes come first: their beginnings stand before those of inner ones, their ends behind.
        rank = len(edits)
        start = offset(node.lineno, node.col_offset)
        edits.append(_Edit(begin or start, 1, rank, (begin or start) - start, before.encode()))
        edits.append(_Edit(offset(node.end_lineno, node.end_col_offset), 0, -rank, dropped, after.encode()))

    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        wrap(last.value, "_echo((", 0, "))")
    for node in nodes:  # ast.walk is breadth first
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "repo":
            key = node.slice
            begin, end = offset(key.lineno, key.col_offset), offset(key.end_lineno, key.end_col_offset)
            wrap(node, "_resolve(", offset(node.end_lineno, node.end_col_offset) - end, ")", begin)
        if isinstance(node, ast.Attribute) and node.attr in _ASKED and isinstance(node.ctx, ast.Load):
            ending = f".{node.attr}".encode()
            # Before Python 3.12 the positions within f-strings are wrong; then the text is not what it should be.
            if source[: offset(node.end_lineno, node.end_col_offset)].endswith(ending):
                wrap(node, "_get(", len(ending), f", {node.attr!r})")
    pieces = []
    at = 0
    for edit in sorted(edits):
        pieces += [source[at : edit.at - edit.dropped], edit.text]
        at = edit.at
    source = b"".join([*pieces, source[at:]])
    return Prepared(source.decode(), tuple(dict.fromkeys(_assigned(tree))))


def _assigned(tree: ast.Module) -> list[str]:
    names: list[str] = []
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        if node in inner:
            inner.update(ast.iter_child_nodes(node))
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
            inner.update(ast.iter_child_nodes(node))
        elif isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            inner.update(ast.iter_child_nodes(node))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
        elif isinstance(node, ast.alias):
            names.append((node.asname or node.name).partition(".")[0])
    return [name for name in names if not name.startswith("_")]
