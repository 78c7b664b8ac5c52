"""Questions about the syntax tree of a Python file: what it binds, what its strings name, where a name stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tree_sitter import Node

from rlm_tui.repository.patches.moving.pieces import text_of
from rlm_tui.repository.patches.moving.placing import statement_of

_TYPE = re.compile(r"[\w.\[\], |]+")


def bound(root: Node) -> dict[str, list[Node]]:
    """Return what a file binds at its own level but by imports: the statements, by name."""
    found: dict[str, list[Node]] = defaultdict(list)
    waiting = list(reversed(root.named_children))
    while waiting:
        node = waiting.pop()
        if node.type in ("function_definition", "class_definition"):
            found[text_of(node.child_by_field_name("name"))].append(node)
            continue
        if node.type in ("lambda", "import_statement", "import_from_statement"):
            continue
        for field in ("left", "alias"):
            if node.type in ("assignment", "augmented_assignment", "for_statement", "as_pattern"):
                for name in targets(node.child_by_field_name(field)):
                    found[name].append(statement_of(node))
        if not node.type.endswith("comprehension"):
            waiting.extend(reversed(node.named_children))
    return dict(found)


def targets(node: Node | None) -> Iterator[str]:
    """Yield the names that the left side of an assignment binds."""
    if node is None:
        return
    if node.type == "identifier":
        yield text_of(node)
    elif node.type in ("pattern_list", "tuple_pattern", "list_pattern", "as_pattern_target", "list_splat_pattern"):
        for child in node.named_children:
            yield from targets(child)


def strings_in(node: Node) -> Iterator[Node]:
    """Yield the texts of the strings in a node."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type == "string_content":
            yield one
        waiting.extend(one.named_children)


def stands_for_type(node: Node) -> bool:
    """Tell whether the text of a string stands for a type."""
    if not _TYPE.fullmatch(text_of(node)):
        return False
    around = node.parent.parent if node.parent is not None else None
    while around is not None and around.type in (
        "list",
        "tuple",
        "binary_operator",
        "keyword_argument",
        "argument_list",
    ):
        around = around.parent
    if around is not None and around.type == "call":
        return text_of(around.child_by_field_name("function")).rpartition(".")[2] in (
            "cast",
            "TypeVar",
            "NewType",
            "ForwardRef",
        )
    return in_type(node) or (around is not None and around.type == "subscript")


def global_statements(root: Node) -> Iterator[Node]:
    """Yield the `global` statements in a node."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "global_statement":
            yield node
        waiting.extend(node.named_children)


def names_of(node: Node) -> list[str]:
    """Return the names that a `global` statement lists."""
    return [text_of(child) for child in node.named_children]


def before_dot(node: Node) -> Node | None:
    """Return the expression before the dot of an attribute, None for a name that stands by itself."""
    parent = node.parent
    return parent.child_by_field_name("object") if parent is not None and parent.type == "attribute" else None


def after_docstring(root: Node) -> int:
    """Return the byte behind the docstring of a file, 0 without one."""
    first = root.named_children[0] if root.named_children else None
    while first is not None and first.type == "comment":
        first = first.next_named_sibling
    is_string = first is not None and first.named_children and first.named_children[0].type == "string"
    return first.end_byte if first is not None and is_string else 0


def in_type(name: Node) -> bool:
    """Tell whether a node stands in an annotation."""
    node: Node | None = name
    while node is not None:
        if node.type == "type":
            return True
        node = node.parent
    return False


def stands(root: Node, name: str, spans: list[tuple[int, int]]) -> bool:
    """Tell whether a name stands anywhere in a file but in imports and comments: a string may name it, too."""
    waiting, word = [root], re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    while waiting:
        node = waiting.pop()
        if node.type == "comment" or (node.start_byte, node.end_byte) in spans:
            continue
        if node.type == "string_content" and not _TYPE.fullmatch(text_of(node)):
            continue
        if node.child_count == 0 and word.search(node.text or b""):
            return True
        waiting.extend(node.children)
    return False


def listed_in(root: Node) -> set[str] | None:
    """Return the names in `__all__` of a file, None for one without."""
    found: set[str] | None = None
    for statement in bound(root).get("__all__", ()):
        found = (found or set()) | {text_of(node) for node in strings_in(statement)}
    return found
