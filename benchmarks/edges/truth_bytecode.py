"""What a compiler made of the calls in a repository, one line of JSON a call site, as `compare.py` reads it.

    python benchmarks/edges/truth_bytecode.py ROOT CALLS.jsonl > truth.jsonl

CALLS has the call instructions with their lines, as `TruthCSharp.cs` and `javap_calls.py` print them. An instruction knows
the line of its statement (of the JVM: of the name) and the name that it calls: the calls of that name there, by the syntax
tree, are its sites. Several of one statement are told apart by the order in which they run (arguments first), and left out
where that order is not sure.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple  # Any: JSON

from call_sites import Site, nodes, sites_of
from tree_sitter import Node

from rlm_tui.repository.indexer import indexer_of
from rlm_tui.repository.parsing.grammar import tree_of

_TYPES = frozenset({"class_declaration", "struct_declaration", "interface_declaration", "record_declaration"})
_PLAIN = {"String": "string", "Object": "object", "Boolean": "bool", "Int32": "int", "Int64": "long", "Char": "char"}


class Target(NamedTuple):
    """Where an instruction leads, no path for what is outside. `also` are the parts of a class, and overrides of a method."""

    path: str
    line: int
    also: tuple[tuple[str, int], ...] = ()


def main() -> None:
    """Print the truth of the repository on the command line."""
    parser = argparse.ArgumentParser(description="Print where the compiler says that calls lead.")
    parser.add_argument("root", type=Path)
    parser.add_argument("calls", type=Path)
    given = parser.parse_args()
    root = given.root.resolve()
    called: dict[tuple[str, str, int], list[Target]] = defaultdict(list)
    with given.calls.open(encoding="utf-8") as lines:
        for line in lines:
            call = json.loads(line)
            name = call["name"]
            if name == ".ctor":
                name = re.split(r"[/.$]", call["owner"])[-1].partition("`")[0]
            if target := _target(root, call):
                called[call["path"], name, call["line"]].append(target)
    found: dict[tuple[str, Site], set[Target]] = defaultdict(set)
    for (path, name, at), targets in called.items():
        begins = path.endswith(".cs")  # others know the line of the name itself
        sites = [s for s in _sites(root / path) if s.name == name and (s.first if begins else s.line) <= at <= s.line]
        for site, target in _pairs(sites, targets):
            found[path, site].add(target)
    for (path, site), known in found.items():
        if len(known) == 1:
            target = known.pop()
            row = {"path": path, "line": site.line, "name": site.name}
            print(json.dumps({**row, "target_path": target.path, "target_line": target.line, "also": target.also}))


def _pairs(sites: list[Site], targets: list[Target]) -> list[tuple[Site, Target]]:
    if len(set(targets)) == 1:
        return [(site, targets[0]) for site in sites]
    if len(sites) == len(targets) and len({site.body for site in sites}) == 1:
        return list(zip(sites, targets, strict=True))
    return []


def _target(root: Path, call: dict[str, Any]) -> Target | None:
    """Return the target of an instruction, None when its definition is not found in the source."""
    full = re.sub(r"[/$]", ".", call["owner"])
    parts = _types(root).get(full, ()) if call["name"] == ".ctor" else tuple(map(tuple, call["overrides"]))
    if not call["ours"]:
        return None if parts else Target("", 0)
    if call["target_path"]:
        return Target(call["target_path"], call["target_line"], parts)
    if call["name"] == ".ctor":
        return Target(parts[0][0], parts[0][1], parts) if parts else None
    rivals = _bodiless(root).get((full, call["name"]), [])
    fitting = [target for types, target in rivals if len(types) == len(call["parameters"])]
    if len(fitting) > 1:
        wanted = [_plain(name) for name in call["parameters"]]
        fitting = [target for types, target in rivals if [_plain(name) for name in types] == wanted]
    return fitting[0]._replace(also=parts) if len(fitting) == 1 else None


def _plain(name: str) -> str:
    last = name.partition("<")[0].partition("`")[0].rstrip("?&[]").rpartition(".")[2]
    return _PLAIN.get(last, last)


@cache
def _sites(path: Path) -> list[Site]:
    return sites_of(path)


@cache
def _types(root: Path) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return where the classes are declared, by full name: each part of a partial one."""
    found: dict[str, tuple[tuple[str, int], ...]] = defaultdict(tuple)
    for path, node in _declared(root):
        if node.type in _TYPES:
            found[_full(node)] += ((path, node.start_point[0] + 1),)
    return found


@cache
def _bodiless(root: Path) -> dict[tuple[str, str], list[tuple[list[str], Target]]]:
    """Return the methods of a C# repository by type and name: those without a body are in no table of lines."""
    found: dict[tuple[str, str], list[tuple[list[str], Target]]] = defaultdict(list)
    for path, node in _declared(root):
        name, parameters = node.child_by_field_name("name"), node.child_by_field_name("parameters")
        if node.type == "method_declaration" and node.parent and node.parent.parent and name and parameters:
            types = [child.child_by_field_name("type") for child in parameters.named_children]
            written = [_text(type_) for type_ in types if type_]
            target = Target(path, name.start_point[0] + 1)
            found[_full(node.parent.parent), _text(name)].append((written, target))
    return found


@cache
def _declared(root: Path) -> list[tuple[str, Node]]:
    found: list[tuple[str, Node]] = []
    for path in sorted(root.rglob("*.cs")):
        indexer = indexer_of(path.name)
        if indexer and indexer.syntax:
            grammar, text = indexer.syntax(path.name, path.read_bytes())
            kinds = _TYPES | {"method_declaration"}
            relative = str(path.relative_to(root))
            found += [(relative, node) for node in nodes(tree_of(grammar, text).root_node) if node.type in kinds]
    return found


def _full(node: Node) -> str:
    """Return the name of a type with its namespace and the types around it."""
    parts: list[str] = []
    around: Node | None = node
    while around is not None:
        name = around.child_by_field_name("name")
        if name and (around.type in _TYPES or around.type == "namespace_declaration"):
            types = around.child_by_field_name("type_parameters")
            types = types or next((c for c in around.named_children if c.type == "type_parameter_list"), None)
            parts.append(_text(name) + (f"`{types.named_child_count}" if types else ""))
        around = around.parent
    return ".".join(reversed(parts))


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


if __name__ == "__main__":
    main()
