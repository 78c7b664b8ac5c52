"""Where the calls of a file stand, by the syntax tree alone: for truths that know lines or ask about places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tree_sitter import Node

from rlm_tui.repository.indexer import indexer_of
from rlm_tui.repository.parsing.grammar import tree_of

_CALLS = {
    "csharp": {"invocation_expression": "function", "object_creation_expression": "type"},
    "kotlin": {"call_expression": "", "constructor_invocation": "", "infix_expression": ""},
    "scala": {"call_expression": "function", "instance_expression": ""},
    "php": {
        "function_call_expression": "function",
        "member_call_expression": "name",
        "nullsafe_member_call_expression": "name",
        "scoped_call_expression": "name",
        "object_creation_expression": "",
    },
    "bash": {"command": "name"},
}
"""The nodes that are calls, each with the field that holds what is called ("": its first child)."""
_NAMES = frozenset({"identifier", "simple_identifier", "name", "word", "type_identifier"})
_ASIDE = frozenset({"type_argument_list", "type_arguments", "arguments", "value_arguments"})
_BODIES = re.compile(r"lambda|anonymous|_literal$|function_|method_|constructor_decl|accessor")
_STARTS = re.compile(r"_statement$|_declaration$|_definition$|^(?:arrow_expression_clause|lambda_expression|block)$")


class Site(NamedTuple):
    """The name of a called function or class: where it stands, and where its statement and its call begin and end."""

    name: str
    line: int
    column: int
    start: int
    first: int
    end: int
    body: int


def sites_of(path: Path) -> list[Site]:
    """Return the calls in a file, innermost first where one is an argument of another.

    `line` counts from 1, `column` in bytes from 0; `start` is the byte of the name, `first` the line on which the statement
    begins, `end` the last byte of the call, `body` the first byte of the function around.
    """
    indexer = indexer_of(path.name)
    if indexer is None or indexer.syntax is None:
        return []
    source = path.read_bytes()
    grammar, text = indexer.syntax(path.name, source)
    calls = _CALLS[indexer.name]
    found = [
        _site(node, name, source)
        for node in nodes(tree_of(grammar, text).root_node)
        if node.type in calls and (name := _name(node, calls[node.type]))
    ]
    return sorted(found, key=lambda site: site.end)


def _site(call: Node, name: Node, source: bytes) -> Site:
    around = call
    while around.parent is not None and not _STARTS.search(around.type):
        around = around.parent
    body = call.parent
    while body is not None and not _BODIES.search(body.type):
        body = body.parent
    return Site(
        source[name.start_byte : name.end_byte].decode(errors="replace"),
        name.start_point[0] + 1,
        name.start_point[1],
        name.start_byte,
        around.start_point[0] + 1,
        call.end_byte,
        body.start_byte if body else -1,
    )


def _name(node: Node, field: str) -> Node | None:
    """Return the last name of what a call calls."""
    called = node.child_by_field_name(field) if field else node.named_child(0)
    while called is not None and called.type not in _NAMES:
        if any(called.type in calls for calls in _CALLS.values()):
            return None
        inner = [child for child in called.named_children if child.type not in _ASIDE]
        called = inner[-1] if inner else None
    return called


def nodes(root: Node) -> Iterator[Node]:
    """Yield all named nodes of a tree."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.named_children)
