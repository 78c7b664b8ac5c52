"""What pyright says of every call in a Python repository, one line of JSON a call site, as `compare.py` reads it.

    python benchmarks/edges/truth_python.py ROOT "npx --prefix DIR pyright-langserver --stdio" [--files N] > truth.jsonl

The second argument starts pyright's language server (`npm install pyright` in a folder of its own). Of more than N files, N are
drawn by a fixed seed. Calls are what `ast` finds: calls of names and attributes, and decorators. Pyright reads the repository
and the standard library's stubs; what comes from packages that are not installed stays unresolved: no line.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple  # Any: the server's JSON
from urllib.parse import unquote, urlparse

from language_server import Server


class Site(NamedTuple):
    """The last name of a called expression: line and column from 0."""

    line: int
    column: int
    name: str


def main() -> None:
    """Print the truth of the repository on the command line."""
    parser = argparse.ArgumentParser(description="Print where pyright says that calls lead.")
    parser.add_argument("root", type=Path)
    parser.add_argument("server")
    parser.add_argument("--files", type=int, default=400)
    given = parser.parse_args()
    root = given.root.resolve()
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"], cwd=root, capture_output=True, check=True
    )
    paths = [root / name for name in listed.stdout.decode().splitlines()]
    paths = sorted(random.Random(1).sample(paths, min(given.files, len(paths))))
    server = Server(given.server, root, "python")
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            sites = sorted(set(_sites(ast.parse(text), text)))
        except (OSError, SyntaxError, UnicodeDecodeError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        server.open(path, text)
        for site, places in zip(sites, server.definitions(path, [(s.line, s.column) for s in sites]), strict=True):
            row = _row(root, places)
            if row:
                print(
                    json.dumps({"path": str(path.relative_to(root)), "line": site.line + 1, "name": site.name, **row})
                )
        server.close(path)
    server.end()


def _sites(tree: ast.AST, text: str) -> Iterator[Site]:
    lines = text.split("\n")
    for node in ast.walk(tree):
        called = [node.func] if isinstance(node, ast.Call) else []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            called = [d for d in node.decorator_list if not isinstance(d, ast.Call)]
        for function in called:
            if isinstance(function, ast.Name):
                yield Site(function.lineno - 1, _column(lines, function.lineno, function.col_offset), function.id)
            elif isinstance(function, ast.Attribute) and function.end_lineno and function.end_col_offset:
                end = _column(lines, function.end_lineno, function.end_col_offset)
                yield Site(function.end_lineno - 1, end - len(function.attr), function.attr)


def _column(lines: list[str], line: int, offset: int) -> int:
    """Turn `ast`'s bytes into the server's UTF-16 units."""
    before = lines[line - 1].encode()[:offset].decode(errors="replace")
    return len(before.encode("utf-16-le")) // 2


def _row(root: Path, places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the target of a site, functions and classes before variables; None where nothing is said."""
    found: list[tuple[str, int, str]] = []
    variables: list[tuple[str, int, str]] = []
    for place in places:
        path = Path(unquote(urlparse(place["uri"]).path))
        start = place["range"]["start"]
        if not path.is_relative_to(root):
            continue
        defined = _defined(path)
        if defined is None:
            return None
        kind, name = defined.get((start["line"] + 1, start["character"]), ("", ""))
        if kind:
            target = (str(path.relative_to(root)), start["line"] + 1, name)
            (variables if kind == "variable" else found).append(target)
    if not places:
        return None
    targets = found or variables
    if not targets:
        return {"target_path": "", "target_line": 0}
    path_, line, name = targets[0]
    also = {"also": [list(target[:2]) for target in targets[1:]]} if targets[1:] else {}
    counted = {} if found else {"counted": False}
    return {"target_path": path_, "target_line": line, "target_name": name, **also, **counted}


@cache
def _defined(path: Path) -> dict[tuple[int, int], tuple[str, str]] | None:
    """Return kind and name of what a file defines in reach of others, by the line and column of its name.

    None for a file that this Python cannot parse.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.split("\n")
    found: dict[tuple[int, int], tuple[str, str]] = {}
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            column = lines[node.lineno - 1].find(node.name, node.col_offset + 3)
            found[node.lineno, column] = ("definition", node.name)
        if isinstance(node, ast.Module | ast.ClassDef):
            for statement in node.body:
                for target in _assigned(statement):
                    found[target.lineno, target.col_offset] = ("variable", target.id)
    return found


def _assigned(statement: ast.stmt) -> list[ast.Name]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return [target for target in targets if isinstance(target, ast.Name)]


if __name__ == "__main__":
    main()
