"""Questions about the syntax tree of a JavaScript or TypeScript module: what it binds, exports, and needs for types alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tree_sitter import Node

from rlm_tui.repository.patches.moving.pieces import text_of

_NAMED = frozenset(
    {"function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration",
     "interface_declaration", "type_alias_declaration", "enum_declaration", "function_signature", "internal_module"}
)  # fmt: skip


def bound(root: Node) -> dict[str, list[Node]]:
    """Return what a module binds at its own level but by imports: the statements, by name."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in root.named_children:
        for name in _declared(node):
            found[name].append(node)
    return dict(found)


def _declared(node: Node) -> Iterator[str]:
    inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
    inner = inner.named_children[0] if inner is not None and inner.type == "ambient_declaration" else inner
    if inner is None:
        return
    if inner.type in _NAMED:
        yield text_of(inner.child_by_field_name("name"))
    for child in inner.named_children if inner.type in ("lexical_declaration", "variable_declaration") else ():
        if child.type == "variable_declarator":
            yield from _bound_by(child.child_by_field_name("name"))


def _bound_by(pattern: Node | None) -> Iterator[str]:
    waiting = [pattern] if pattern is not None else []
    while waiting:
        one = waiting.pop()
        if one.type in ("identifier", "shorthand_property_identifier_pattern"):
            yield text_of(one)
        elif one.type == "pair_pattern":
            waiting += filter(None, [one.child_by_field_name("value")])
        else:
            waiting += one.named_children


def is_exported(node: Node) -> bool:
    """Tell whether a statement exports what it defines."""
    return node.type == "export_statement"


def is_default(node: Node) -> bool:
    """Tell whether a statement is the default export."""
    return any(child.type == "default" for child in node.children)


def is_typed(node: Node) -> bool:
    """Tell whether a name stands for a type only: in an annotation, not in code that runs."""
    around: Node | None = node.parent
    if node.type == "type_identifier":
        return not (around is not None and around.type in ("class_heritage", "extends_clause"))
    while around is not None and around.type in ("nested_type_identifier", "member_expression", "type_query"):
        if around.type in ("type_query", "nested_type_identifier"):
            return True
        around = around.parent
    return False


def assigned(root: Node) -> set[str]:
    """Return the names that are assigned anew anywhere: those of `let` that others must not import by value."""
    found: set[str] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in ("assignment_expression", "augmented_assignment_expression"):
            found.update(_bound_by(node.child_by_field_name("left")) if _is_pattern(node) else ())
        elif node.type == "update_expression":
            argument = node.child_by_field_name("argument")
            if argument is not None and argument.type == "identifier":
                found.add(text_of(argument))
        waiting.extend(node.named_children)
    return found


def _is_pattern(node: Node) -> bool:
    left = node.child_by_field_name("left")
    return left is not None and left.type in ("identifier", "object_pattern", "array_pattern")


def stands(root: Node, name: str, apart: Node) -> bool:
    """Tell whether a name stands anywhere in a module but in the node `apart`: in code, or in a comment, which may be read."""
    waiting, word = [root], re.compile(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])")
    while waiting:
        node = waiting.pop()
        if node == apart or node.type == "string_fragment":
            continue
        if node.child_count == 0 and word.search(node.text or b""):
            return True
        waiting.extend(node.children)
    return False
