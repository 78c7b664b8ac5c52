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
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple  # Any: the server's JSON
from urllib.parse import unquote, urlparse


class Site(NamedTuple):
    """The last name of a called expression: line and column from 0."""

    line: int
    column: int
    name: str


class Server:
    """A language server that is asked for definitions over its standard input and output."""

    def __init__(self, command: str, root: Path) -> None:
        self._process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=root
        )
        self._last = 0
        folder = {"uri": root.as_uri(), "name": root.name}
        self.ask(
            "initialize",
            [
                {
                    "processId": None,
                    "rootUri": root.as_uri(),
                    "workspaceFolders": [folder],
                    "capabilities": {"workspace": {"workspaceFolders": True}},
                }
            ],
        )
        self._send({"method": "initialized", "params": {}})

    def open(self, path: Path, text: str) -> None:
        """Hand the server a file."""
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def close(self, path: Path) -> None:
        """Take a file back."""
        self._send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": path.as_uri()}}})

    def end(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()

    def definitions(self, path: Path, sites: list[Site]) -> list[list[dict[str, Any]]]:
        """Return the places that the server names for each site."""
        asked = [
            {"textDocument": {"uri": path.as_uri()}, "position": {"line": s.line, "character": s.column}} for s in sites
        ]
        return [answer or [] for answer in self.ask("textDocument/definition", asked)]

    def ask(self, method: str, asked: list[dict[str, Any]]) -> list[Any]:
        """Send requests at once and return their results in order."""
        first = self._last + 1
        self._last += len(asked)
        for offset, params in enumerate(asked):
            self._send({"id": first + offset, "method": method, "params": params})
        results: dict[int, Any] = {}
        while len(results) < len(asked):
            message = self._receive()
            if "method" in message and "id" in message:  # a question of the server's: it may go on without our answer
                items = message.get("params", {}).get("items", [])
                self._send({"id": message["id"], "result": [{} for _ in items] or None})
            elif "id" in message:
                results[message["id"]] = message.get("result")
        return [results[first + offset] for offset in range(len(asked))]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        if not length:
            raise SystemExit("the language server ended")
        found: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return found


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
    server = Server(given.server, root)
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            sites = sorted(set(_sites(ast.parse(text), text)))
        except (OSError, SyntaxError, UnicodeDecodeError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        server.open(path, text)
        for site, places in zip(sites, server.definitions(path, sites), strict=True):
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
