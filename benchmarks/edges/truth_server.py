"""What a language server says of every call in a repository, one line of JSON a call site, as `compare.py` reads it.

    python benchmarks/edges/truth_server.py ROOT "npx --prefix DIR intelephense --stdio" .php --ready indexingEnded > truth.jsonl
    python benchmarks/edges/truth_server.py ROOT "npx --prefix DIR bash-language-server start" .sh .bash > truth.jsonl

The second argument starts the server (`npm install intelephense` in a folder of its own); `--ready` is what it says when it has
read the repository. Calls are found by the syntax tree. Of more than N files, N are drawn by a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any  # the server's JSON
from urllib.parse import unquote, urlparse

from call_sites import Site, sites_of
from language_server import Server
from tree_sitter import Node, Tree

from rlm_tui.repository.indexer import indexer_of
from rlm_tui.repository.parsing.grammar import tree_of

_DEFINITIONS = re.compile(r"^(?:function|method|class|interface|trait|enum)_(?:definition|declaration)$")
_OWN = frozenset({"self", "static"})
"""Words for the class around: of a construction, the class is named."""
_CONSTRUCTORS = frozenset({"__construct"})
_DEEP = 3


def main() -> None:
    """Print the truth of the repository on the command line."""
    parser = argparse.ArgumentParser(description="Print where a language server says that calls lead.")
    parser.add_argument("root", type=Path)
    parser.add_argument("server")
    parser.add_argument("suffixes", nargs="+")
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--ready", default="")
    given = parser.parse_args()
    root = given.root.resolve()
    patterns = [f"*{suffix}" for suffix in given.suffixes]
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=root, capture_output=True, check=True
    )
    paths = [root / name for name in listed.stdout.decode().splitlines()]
    indexer = indexer_of(paths[0].name)
    storage = TemporaryDirectory()
    options = {"storagePath": storage.name, "globalStoragePath": storage.name}
    server = Server(given.server, root, indexer.name if indexer else "", options)
    if given.ready:
        server.wait(given.ready)
    for path in sorted(random.Random(1).sample(paths, min(given.files, len(paths)))):
        text = path.read_text(encoding="utf-8", errors="replace")
        sites = sites_of(path)
        server.open(path, text)
        places = [(site.line - 1, _column(text, site)) for site in sites]
        for site, answer in zip(sites, server.definitions(path, places), strict=True):
            if answer:
                target = _target(root, answer)
                name = target.get("target_name") if site.name in _OWN else site.name
                if site.name not in _CONSTRUCTORS and target.get("target_name") in _CONSTRUCTORS:
                    target["target_name"] = "constructor"
                if name:
                    print(json.dumps({"path": str(path.relative_to(root)), "line": site.line, "name": name, **target}))
        server.close(path)
    server.end()
    storage.cleanup()


def _column(text: str, site: Site) -> int:
    """Turn bytes into the server's UTF-16 units."""
    line = text.split("\n")[site.line - 1].encode()
    return len(line[: site.column].decode(errors="replace").encode("utf-16-le")) // 2


def _target(root: Path, answer: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the target, and the others that are as right; what is no function, method or class is not counted."""
    found: list[tuple[str, int, str, bool]] = []
    for place in answer:
        path = Path(unquote(urlparse(place.get("targetUri") or place["uri"]).path))
        start = (place.get("targetSelectionRange") or place["range"])["start"]
        if path.is_relative_to(root):
            name, counted = _defined(path, start["line"], start["character"])
            found.append((str(path.relative_to(root)), start["line"] + 1, name, counted))
    if not found:
        return {"target_path": "", "target_line": 0}
    path_, line, name, counted = found[0]
    row = {"target_path": path_, "target_line": line, "target_name": name, "also": [other[:2] for other in found[1:]]}
    return row if counted else {**row, "counted": False}


def _defined(path: Path, line: int, column: int) -> tuple[str, bool]:
    """Return the name of what is defined at a place, and whether it is a function or a class."""
    tree = _tree(path)
    node: Node | None = tree.root_node.descendant_for_point_range((line, column), (line, column)) if tree else None
    for _step in range(_DEEP):
        if node is not None and _DEFINITIONS.match(node.type):
            name = node.child_by_field_name("name")
            written = (name.text or b"").decode() if name else ""
            return written, True
        node = node.parent if node else None
    return "", False


@cache
def _tree(path: Path) -> Tree | None:
    indexer = indexer_of(path.name)
    return tree_of(*indexer.syntax(path.name, path.read_bytes())) if indexer and indexer.syntax else None


if __name__ == "__main__":
    main()
