"""What moves, and what it needs: the lines of a definition, and the names in them that mean something outside of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.grammar import Grammar, tree_of
from rlm_tui.repository.parsing.occurrences import Occurrence
from rlm_tui.repository.symbols import Symbol

Change = tuple[int, int, str]
"""Bytes from the first to before the second become a text."""
_NAMES = frozenset({"identifier", "type_identifier", "shorthand_property_identifier", "package_identifier"})
_ABOVE = re.compile(r"comment|^attribute_item$")
_FUNCTIONS = re.compile(
    r"^(?:function|method|lambda|closure|arrow|constructor|generator_function)(?!.*(?:type|call|invocation|declarator|signature)$)"
)
_HEADS = re.compile(r"(?:declaration|definition|_item|_spec|declarator|signature)$")
_TYPE_NAMES = frozenset({"type_parameter", "mapped_type_clause", "index_signature", "type_predicate", "infer_type"})
_IN_ORDER = frozenset({"go", "rust"})
"""Languages in which a name means what is bound above, block by block."""
_BLOCKS = re.compile(r"^(?:if|for|expression_switch|type_switch|select)_statement$|_case$|^func_literal$")
_ASSIGNING = frozenset({"short_var_declaration", "var_spec", "const_spec", "let_declaration"})
_KEPT_ABOVE = re.compile(rb"#!|#.*coding[:=]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A definition that moves: its node at file level, and its bytes, from the first line of its comment to its last line."""

    symbol: Symbol
    node: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Need:
    """A name that a piece uses and does not bind: `deferred` where that is in a function's body, `quoted` in a string."""

    name: str
    node: Node
    deferred: bool
    quoted: bool = False


def root_of(indexer: Indexer, path: str, text: bytes) -> Node:
    """Return the syntax tree of a text; the language must have a grammar."""
    return tree_of(*syntax_of(indexer, path, text)).root_node


def syntax_of(indexer: Indexer, path: str, text: bytes) -> tuple[Grammar, bytes]:
    """Return the grammar of a file, and the text that it is given. Raises `ValueError` for a language without one."""
    if indexer.syntax is None:
        raise ValueError(f"{path} cannot be parsed: {indexer.name} has no grammar here")
    return indexer.syntax(path, text)


def spliced(text: bytes, changes: Iterable[Change]) -> bytes:
    """Return a text with changes that do not overlap, each made once."""
    for start, end, new in sorted(set(changes), reverse=True):
        text = text[:start] + new.encode() + text[end:]
    return text


def piece_of(text: bytes, root: Node, symbol: Symbol) -> Piece:
    """Return the lines of a definition at file level, with the comments above it. Raises `ValueError` where it shares them."""
    node = root.descendant_for_byte_range(symbol.start_byte, max(symbol.start_byte, symbol.end_byte - 1))
    while node is not None and node.parent is not None and node.parent != root:
        if node.parent.type not in _WRAPPERS:
            raise ValueError(
                f"{symbol.qualified} ({symbol.path}:{symbol.start}) does not stand by itself at the top of its file, but "
                f"within {_told(node.parent)}: take it out of that first"
            )
        node = node.parent
    if node is None or node == root:
        raise ValueError(f"{symbol.qualified} was not found in {symbol.path}: the file changed?")
    if node.type in _LISTS and sum(child.type in _LISTED for child in node.named_children) > 1:
        raise ValueError(f"{symbol.path}:{symbol.start} defines several things in one statement: take it apart first")
    first = node
    while (before := first.prev_named_sibling) is not None and _is_overload(before, symbol.name):
        first = before
    while (before := first.prev_sibling) is not None and _ABOVE.search(before.type):
        apart = first.start_point[0] - _last_row(before) > 1
        if apart or _line_before(text, before).strip() or _KEPT_ABOVE.match(before.text or b""):
            break
        first = before
    last = node
    while (after := last.next_sibling) is not None and after.start_point[0] == _last_row(last):
        if not (_ABOVE.search(after.type) or after.type in (";", ",")):
            break
        last = after
    end = text.find(b"\n", _last_byte(last))
    end = len(text) if end < 0 else end
    if _line_before(text, first).strip() or text[_last_byte(last) : end].strip():
        raise ValueError(f"{symbol.path}:{symbol.start} has other code on its lines: give it lines of its own first")
    return Piece(symbol, node, text.rfind(b"\n", 0, first.start_byte) + 1, end)


def _is_overload(node: Node, name: str) -> bool:
    """Tell whether a statement is a signature of the function `name` that comes before its body."""
    inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
    return (
        inner is not None and inner.type == "function_signature" and text_of(inner.child_by_field_name("name")) == name
    )


_WRAPPERS = frozenset(
    {"decorated_definition", "export_statement", "expression_statement", "lexical_declaration", "variable_declaration",
     "const_declaration", "var_declaration", "type_declaration", "ambient_declaration", "declaration", "template_declaration",
     "assignment", "init_declarator", "pointer_declarator", "function_declarator", "array_declarator", "variable_declarator",
     "var_spec", "const_spec", "type_spec", "type_alias", "type_definition", "var_spec_list"}
)  # fmt: skip
_LISTS = frozenset(
    {"lexical_declaration", "variable_declaration", "const_declaration", "var_declaration", "type_declaration", "declaration",
     "var_spec_list"}
)  # fmt: skip
_LISTED = frozenset(
    {"variable_declarator", "const_spec", "var_spec", "type_spec", "type_alias", "init_declarator", "var_spec_list"}
)


def _told(node: Node) -> str:
    return f"a {node.type.replace('_', ' ')}"


def _last_row(node: Node) -> int:
    """Return the row of the last byte of a node, which may take its line end with it."""
    return node.end_point[0] - (node.end_point[1] == 0 and node.end_byte > node.start_byte)


def _last_byte(node: Node) -> int:
    return node.end_byte - (node.end_point[1] == 0 and node.end_byte > node.start_byte)


def _line_before(text: bytes, node: Node) -> bytes:
    return text[text.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte]


def cut(text: bytes, pieces: Sequence[Piece]) -> list[Change]:
    """Return the changes that take pieces out, with the blank lines that would stand twice."""
    found: list[Change] = []
    for piece in pieces:
        start, end = piece.start, piece.end + 1
        while end < len(text) and not text[end : (line_end := _line_end(text, end))].strip():
            end = line_end + 1
        if end >= len(text):  # the last of the file: the blank lines before it go
            end = len(text)
            while start > 0 and not text[(before := text.rfind(b"\n", 0, start - 1) + 1) : start].strip():
                start = before
        found.append((start, end, ""))
    return found


def _line_end(text: bytes, start: int) -> int:
    end = text.find(b"\n", start)
    return len(text) if end < 0 else end


def words(node: Node) -> Iterator[Node]:
    """Yield the names that stand in a node, in order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.child_count == 0:
            if one.type in _NAMES:
                yield one
        else:
            waiting.extend(reversed(one.children))


def needs(pieces: Sequence[Piece], grammar: Grammar, text: bytes) -> list[Need]:
    """Return the names that pieces use without binding them."""
    found: list[Need] = []
    in_order = grammar.name in _IN_ORDER
    for piece in pieces:
        bound: dict[int, dict[str, int]] = defaultdict(dict)
        whole: dict[int, set[str]] = defaultdict(set)
        free: list[Occurrence] = []
        for node in words(piece.node):
            one = Occurrence(node.start_byte, node.start_point[0] + 1, "name", node, grammar, text)
            if (kinds := _kind_of(node)) is not None:
                whole[kinds.id].add(text_of(node))
                continue
            statement = one.imported
            if is_head(node) or statement is not None or (not one.receiver and one.binder is not None):
                around = _block(node, piece.node) if in_order else _scope(node, piece.node)
                if around is not None and (statement is None or _is_brought(node, statement)):
                    since = _since(one) if in_order else 0
                    bound[around.id].setdefault(text_of(node), since)
                continue
            if not (one.receiver or one.is_key or one.is_member):
                free.append(one)
        found += [
            Need(text_of(one.node), one.node, is_deferred(one.node, piece.node))
            for one in free
            if not _is_local(one.node, piece.node, bound, whole)
        ]
    return found


def _is_brought(node: Node, statement: Node) -> bool:
    """Tell whether a name in an import is what it binds, and not a module on the way or another name of it."""
    child, parent = node, node.parent
    while parent is not None and child != statement:
        alias = parent.child_by_field_name("alias")
        if child in (parent.child_by_field_name("module_name"), parent.child_by_field_name("path")):
            return False
        if alias is not None and alias != child:
            return False
        child, parent = parent, parent.parent
    return node.prev_sibling is None or statement.type != "import_statement"


def is_head(node: Node) -> bool:
    """Tell whether a name is that of the definition around it."""
    parent = node.parent
    return parent is not None and _HEADS.search(parent.type) is not None and parent.child_by_field_name("name") == node


def is_deferred(node: Node, until: Node | None = None) -> bool:
    """Tell whether a node stands in the body of a function (within `until`), so that it is looked at when that is called."""
    child, parent = node, node.parent
    while parent is not None and child != until:
        if _FUNCTIONS.search(parent.type) and parent.child_by_field_name("body") == child:
            return True
        child, parent = parent, parent.parent
    return False


def _scope(node: Node, until: Node) -> Node | None:
    """Return what a name that is bound at a node is local to; a function's own name belongs to what is around it."""
    child, parent = node, node.parent
    if is_head(node) and parent is not None and parent != until:
        child, parent = parent, parent.parent
    while parent is not None and child != until:
        if _FUNCTIONS.search(parent.type) or parent.type.endswith(("comprehension", "generator_expression")):
            return parent
        if parent.type in ("class_definition", "class_body", "class_declaration"):
            return None
        child, parent = parent, parent.parent
    return None


def _block(node: Node, until: Node) -> Node | None:
    """Return the block, or what has a head with names of its own, that a name is local to."""
    child, parent = node, node.parent
    while parent is not None and child != until:
        if parent.type == "block" or _BLOCKS.search(parent.type) or _FUNCTIONS.search(parent.type):
            return parent
        child, parent = parent, parent.parent
    return None


def _since(one: Occurrence) -> int:
    """Return the byte from which a name is the one that is bound here: what is assigned does not know it yet."""
    binder = one.binder
    return binder.end_byte if binder is not None and binder.type in _ASSIGNING else 0


def _kind_of(node: Node) -> Node | None:
    """Return what a name is bound in as a type parameter, or as a name that a type gives to what it is about."""
    parent = node.parent
    if parent is None or parent.type not in _TYPE_NAMES or parent.child_by_field_name("name") != node:
        return None
    if parent.type == "type_parameter":
        return parent.parent.parent if parent.parent is not None else None
    return parent.parent


def _is_local(node: Node, until: Node, bound: dict[int, dict[str, int]], whole: dict[int, set[str]]) -> bool:
    name = text_of(node)
    child, parent = node, node.parent
    while parent is not None and child != until:
        since = bound.get(parent.id, {}).get(name, -1)
        if name in whole.get(parent.id, ()) or (0 <= since <= node.start_byte and not _is_outside(child, parent)):
            return True
        child, parent = parent, parent.parent
    return False


def _is_outside(part: Node, function: Node) -> bool:
    """Tell whether a part of a function is looked up outside of it: defaults, annotations, its result."""
    named = ("parameters", "return_type", "type_parameters", "result")
    return any(function.child_by_field_name(name) == part for name in named)


def text_of(node: Node | None) -> str:
    """Return the text of a node, "" for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
