"""What the parameters of a callback are that declares no types: what the function says to which it is handed.

TypeScript's contextual types, of `run(context => ...)`, `run({ before(context) {} })` and `const run: Handler = context => ...`.
What a parse can tell is written down as the type `^PLACE|KEY|NUMBER|HOLDER|MEMBER`: the parameter NUMBER of what stands as KEY in
the argument PLACE of a call of HOLDER, or of a value of the type HOLDER; of what is unpacked, its MEMBER.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tree_sitter import Node

from rlm_tui.repository.parsing.written import split

MARK = "^"
_LONGEST = 80
_FUNCTIONS = ("function", "generator_function", "arrow_function", "method_definition")
_NAME = re.compile(r"\s*([\w$]+)\s*(?:=|$)")
_MEMBER = re.compile(r"([\w$]+)\s*(?::\s*([\w$]+)\s*)?(?:=.*)?$", re.DOTALL)


def handed(nodes: Iterable[Node], text: str, parts: Callable[[str], tuple[str, str]]) -> Iterator[tuple[int, str, str]]:
    """Return the parameters without types of functions that are handed over: position, name, and type as written above."""
    for node in nodes:
        listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        written = text[listed.start_byte : listed.end_byte] if listed else "()"
        if written == "()" or (holder := _holder(node, text, parts)) is None:
            continue
        place, key, called = holder
        for number, one in enumerate(split(written) if written[:1] == "(" else [written]):
            for name, member in _named(one.strip()):
                yield node.start_byte, name, f"{MARK}{place}|{key}|{number}|{called}|{member}"


def _holder(node: Node, text: str, parts: Callable[[str], tuple[str, str]]) -> tuple[str, str, str] | None:
    """Return where a function stands: the place among the arguments, the key in an object, and what is called (or a type)."""
    key, value, around = "", node, node.parent
    if around is not None and around.type == "pair":
        value = around
        named = around.child_by_field_name("key")
    else:
        named = node.child_by_field_name("name") if node.type == "method_definition" else None
    if named is not None:
        key, around = text[named.start_byte : named.end_byte], value.parent
        if around is None or around.type != "object":
            return None
        value, around = around, around.parent
    if around is None or "|" in key:
        return None
    if around.type == "variable_declarator":
        declared = around.child_by_field_name("type")
        written = text[declared.start_byte : declared.end_byte].lstrip(": ") if declared else ""
        return ("", key, written) if written and len(written) <= _LONGEST and "|" not in written else None
    call = around.parent if around.type == "arguments" else None
    callee = (call.child_by_field_name("function") or call.child_by_field_name("constructor")) if call else None
    if callee is None:
        return None
    name, receiver = parts(text[callee.start_byte : callee.end_byte][-2 * _LONGEST :])
    called = f"{receiver}.{name}" if receiver else name
    if not name or "|" in called or len(called) > _LONGEST:
        return None
    place = next((i for i, one in enumerate(around.named_children) if one.start_byte == value.start_byte), 0)
    return str(place), key, called


def _named(one: str) -> Iterator[tuple[str, str]]:
    """Return the names that a parameter without a type binds, each with the member that it is of what is given."""
    if one[:1] != "{":
        if match := _NAME.match(one):
            yield match.group(1), ""
    elif one.endswith("}"):
        for part in split(one):
            if match := _MEMBER.fullmatch(part.strip()):
                yield match.group(2) or match.group(1), match.group(1)


def returned(member: Node, end: int) -> str | None:
    """Return what stands before the name of an object's member: "return." in what the function that closes at `end` returns.

    None in what another function returns, "" in any other object.
    """
    around = member.parent.parent if member.parent else None
    if around is None or around.type != "return_statement":
        return ""
    while around is not None and not around.type.startswith(_FUNCTIONS):
        around = around.parent
    return "return." if around is not None and around.end_byte == end else None
