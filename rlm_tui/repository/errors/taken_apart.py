"""What a line takes apart, and what gives a name its value: read off the syntax trees of languages that have null."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from tree_sitter import Node

_APART = {
    "attribute": ("object", "attribute"),
    "member_expression": ("object", "property"),
    "field_access": ("object", "field"),
    "method_invocation": ("object", "name"),
    "selector_expression": ("operand", "field"),
    "subscript": ("value", ""),
    "subscript_expression": ("object", ""),
    "array_access": ("array", ""),
    "index_expression": ("operand", ""),
}
"""What takes a value apart: the field of the value, and that of the name which is asked of it."""
CALLS = {"call": "function", "call_expression": "function", "method_invocation": "name"}
"""Calls, and the field of what is called."""
_ASSIGNING = {
    "assignment": ("left", "right"),
    "assignment_expression": ("left", "right"),
    "variable_declarator": ("name", "value"),
    "short_var_declaration": ("left", "right"),
    "assignment_statement": ("left", "right"),
    "named_expression": ("name", "value"),
    "for_statement": ("left", "right"),
    "enhanced_for_statement": ("name", "value"),
    "public_field_definition": ("name", "value"),
}
NOTHING = frozenset({"None", "null", "undefined", "nil"})
"""How languages write that there is no value."""
_PASSED = frozenset(
    {"await", "await_expression", "parenthesized_expression", "non_null_expression", "as_expression", "expression_list"}
)
_CASTS = frozenset({"cast_expression", "type_assertion"})
_ASKED = re.compile(
    r"has no attribute '(?P<a>\w+)'|\(reading '(?P<b>[^']+)'\)|property '(?P<c>[^']+)' of|undefined method [`'](?P<e>\w+)'"
    r"|Cannot (?:invoke|read field) \"(?P<d>[^\"(]+)"
)
_BECAUSE = re.compile(r'because (?:the return value of )?"(?P<what>[^"]+)"')
_INNER = re.compile(r"function|lambda|method|closure|arrow|class")

Given = tuple[Node, Node, Node | None]
"""An assignment, its left side, and the value; None for a declaration without one."""


def taken_apart(root: Node, line: int, message: str) -> list[Node]:
    """Return the values that a line takes apart, likeliest first: those of what the message names, else all."""
    asked = _ASKED.search(message)
    name = next((part for part in asked.groups() if part), "").rpartition(".")[2] if asked else ""
    found: list[tuple[Node, str]] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.start_point[0] + 1 > line or node.end_point[0] + 1 < line:
            continue
        if (whole := _taken_whole(node, message)) is not None:
            found.append((whole, "*"))
        value, member = (node.child_by_field_name(f) if f else None for f in _APART.get(node.type, ("", "")))
        at = member if member is not None else node
        safe = any(child.type in ("optional_chain", "?.") for child in node.children)
        if value is not None and not safe and at.start_point[0] + 1 <= line <= at.end_point[0] + 1:
            found.append((value, text_of(member)))
        waiting.extend(node.children)
    found = [pair for pair in found if pair[1] == "*"] or [pair for pair in found if name and pair[1] == name] or found
    if "subscriptable" in message:
        found = [pair for pair in found if not pair[1]] or found
    if because := _BECAUSE.search(message):
        what = re.sub(r"<[^>]*>\.?|\(.*", "", because["what"]).rpartition(".")[2]
        found = [pair for pair in found if re.search(rf"\b{re.escape(what)}\b", text_of(pair[0]))] or found
    return [value for value, _ in found if text_of(value) not in ("self", "this", "cls", "super")][:6]


def _taken_whole(node: Node, message: str) -> Node | None:
    """Return the value that is gone through, unpacked, measured or called at a node, where the message tells of that."""
    if "itera" in message or "unpack" in message:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        unpacks = node.type == "assignment" and left is not None and left.type.endswith(("pattern_list", "pattern"))
        return right if unpacks or node.type in ("for_statement", "for_in_clause", "for_in_statement") else None
    if node.type == "call" and "no len()" in message and called_name(node) == "len":
        arguments = node.child_by_field_name("arguments")
        return arguments.named_children[0] if arguments is not None and arguments.named_children else None
    called = "not callable" in message or "is not a function" in message
    return node.child_by_field_name(CALLS[node.type]) if called and node.type in ("call", "call_expression") else None


def assignments(scope: Node) -> list[Given]:
    """Return what assigns or declares something in a node, in order."""
    waiting, found = [scope], list[Given]()
    while waiting:
        node = waiting.pop()
        if node.type in _ASSIGNING:
            left, right = (node.child_by_field_name(field) for field in _ASSIGNING[node.type])
            if left is not None and (right is not None or node.type == "variable_declarator"):
                found.append((node, left, right))
        waiting.extend(node.named_children)
    return sorted(found, key=lambda one: one[0].start_byte)


def fields(node: Node, name: str) -> list[Given]:
    """Return what gives the fields called `name` a value, in the whole file: by `self.name`, or bare where that means a field."""
    found: list[Given] = []
    for one in assignments(root_above(node)):
        left = text_of(one[1])
        declared = one[0].parent is not None and one[0].parent.type == "field_declaration"
        bare_field = declared or one[0].type == "assignment_expression" or one[0].type == "public_field_definition"
        if re.split(r"\.|->", left)[-1] == name and ("." in left or "->" in left or bare_field):
            found.append(one)
    return found


def gives(left: Node, name: str) -> bool:
    """Tell whether the left side of an assignment binds a name, alone or among others."""
    if text_of(left) == name:
        return True
    several = left.type.endswith(("pattern", "pattern_list", "tuple", "expression_list"))
    return several and re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text_of(left)) is not None


def parameter_of(function: Node, name: str) -> tuple[int, Node] | None:
    """Return the place and the node of a parameter, None where there is none of this name."""
    listed = function.child_by_field_name("parameters")
    for place, child in enumerate(listed.named_children if listed is not None else ()):
        declared = child.child_by_field_name("name") or child.child_by_field_name("pattern") or child
        if name in (text_of(declared).partition(":")[0].strip(), text_of(child)):
            return place, child
    return None


def import_of(root: Node, name: str) -> Node | None:
    """Return the import of a module of JavaScript or TypeScript that binds a name."""
    for node in root.named_children:
        bound = node.type == "import_statement" and node.child_by_field_name("source") is not None
        if bound and re.search(rf"\b{re.escape(name)}\b", text_of(node)):
            return node
    return None


def calls_at(root: Node, line: int, names: Collection[str]) -> Iterator[Node]:
    """Yield the calls, and the makings, of what has one of these names at a line."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.start_point[0] + 1 > line or node.end_point[0] + 1 < line:
            continue
        made = node.child_by_field_name("type") or node.child_by_field_name("constructor")
        makes = node.type in ("object_creation_expression", "new_expression") and text_of(made) in names
        if makes or (node.type in CALLS and called_name(node) in names):
            yield node
        waiting.extend(node.named_children)


def returns_of(function: Node) -> Iterator[Node]:
    """Yield the returns of a function, not those of functions in it."""
    waiting = list(function.children)
    while waiting:
        node = waiting.pop()
        if node.type == "return_statement":
            yield node
        elif not _INNER.search(node.type) or node.type.endswith(("body", "definition")):
            waiting.extend(node.children)


def falls_through(function: Node) -> bool:
    """Tell whether the end of a function of Python can be reached: its last statement neither returns nor raises."""
    body = function.child_by_field_name("body")
    last = body.named_children[-1] if body is not None and body.named_children else None
    if last is not None and last.type == "if_statement":
        return not any(child.type == "else_clause" for child in last.named_children)
    return last is not None and last.type == "for_statement"


def called_name(call: Node) -> str:
    """Return the last name of what a call calls."""
    return re.split(r"\.|->|::", text_of(call.child_by_field_name(CALLS[call.type])))[-1]


def bare(node: Node) -> Node:
    """Return an expression without what only passes it on: brackets, `await`, casts."""
    while (node.type in _PASSED or node.type in _CASTS) and node.named_children:
        node = node.named_children[-1 if node.type in _CASTS else 0]
    return node


def is_nothing(node: Node) -> bool:
    """Tell whether an expression is the language's word for no value."""
    return text_of(node) in NOTHING


def root_above(node: Node) -> Node:
    """Return the node of the whole file."""
    while node.parent is not None:
        node = node.parent
    return node


def line_of(node: Node) -> int:
    """Return the first line of a node."""
    return node.start_point[0] + 1


def text_of(node: Node | None) -> str:
    """Return the text of a node, "" for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def short(node: Node) -> str:
    """Return the text of a node in one line, cut where it is long."""
    text = " ".join(text_of(node).split())
    return text if len(text) < 60 else f"{text[:57]}..."
