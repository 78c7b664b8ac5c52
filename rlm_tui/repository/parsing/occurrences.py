"""Where a name stands in a file, token by token: as an identifier, in a comment, in a string.

The index keeps a use by its line; what is to be changed needs every byte. So the file is parsed once more, by the grammar that
it was indexed with, and each word that is the name is looked up in the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tree_sitter import Node

from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.grammar import Grammar, tree_of

Place: TypeAlias = Literal["name", "comment", "string", "text"]
_DOTS = frozenset({".", "->", "::", "?.", "&.", "?->", ".:", "?::"})
_MEMBER = re.compile(r"field|member|access")
"""Nodes in which an arrow is a dot; elsewhere it leads to a result or a body."""
_CALLED = re.compile(rb"\s*!?\s*(?:::)?(?:<[^<>()]{0,80}>)?\s*\(")
_MOST_UP = 40
_CHAIN = 2_000
_IMPORTS = re.compile(r"import|use_declaration|export_(?:specifier|clause)|using_|namespace_use|require(?!d_)")
_PATTERNS = re.compile(
    r"pattern|_list$|^expression_list$|^(?:pointer_|array_|reference_|function_|parenthesized_|init_|variable_)?declarator$|"
    r"^(?:typed|default|typed_default|optional|required|rest|spread|simple|variadic)_parameter|^formal_parameters?$|^parameters$|"
    r"^lambda_parameters$|^(?:inferred|closure)_parameters$|^as_pattern_target$|^identifiers?$|^variable_declaration$|"
    r"^(?:object|array)_assignment_pattern$|^with_item$"
)
"""Nodes between a name that is bound and what binds it."""
_BINDERS = {
    "assignment": ("left",),
    "augmented_assignment": ("left",),
    "for_statement": ("left", "name"),
    "for_in_clause": ("left",),
    "for_in_statement": ("left",),
    "for_expression": ("pattern",),
    "for_range_loop": ("declarator",),
    "enhanced_for_statement": ("name",),
    "range_clause": ("left",),
    "named_expression": ("name",),
    "as_pattern": ("alias",),
    "catch_clause": ("parameter",),
    "catch_formal_parameter": ("name",),
    "resource": ("name",),
    "short_var_declaration": ("left",),
    "var_spec": ("name",),
    "const_spec": ("name",),
    "parameter_declaration": ("name", "declarator"),
    "variadic_parameter_declaration": ("name",),
    "type_switch_statement": ("alias",),
    "parameter": ("pattern", "name"),
    "let_declaration": ("pattern",),
    "let_condition": ("pattern",),
    "match_arm": ("pattern",),
    "local_variable_declaration": ("declarator",),
    "declaration": ("declarator",),
    "variable_declarator": ("name",),
    "arrow_function": ("parameter", "parameters"),
    "function_declaration": ("parameters",),
    "function_definition": ("parameters",),
    "function_expression": ("parameters",),
    "generator_function_declaration": ("parameters",),
    "method_definition": ("parameters",),
    "method_declaration": ("parameters", "receiver"),
    "constructor_declaration": ("parameters",),
    "lambda": ("parameters",),
    "lambda_expression": ("parameters",),
    "closure_expression": ("parameters",),
}
"""What binds names, and in which of its fields they stand."""

_DECLARATIONS = frozenset({"declaration", "variable_declarator", "assignment", "var_spec", "const_spec"})
"""What binds a name for all of a file where it stands outside of functions."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A word that is the name: its first byte in the file's text (without a byte order mark), its line, and what it stands in."""

    start: int
    line: int
    place: Place
    node: Node
    grammar: Grammar
    source: bytes

    @property
    def end(self) -> int:
        """The byte behind it."""
        return self.node.end_byte if self.place == "name" else self.start

    @property
    def receiver(self) -> str:
        """What stands before the dot, as references have it; "" for a name that stands by itself."""
        owner = _owner(self.node)
        if owner is None:
            return ""
        start = max(owner.start_byte, self.node.start_byte - _CHAIN)
        whole = self.source[start : self.node.end_byte].decode("latin-1")
        receiver = self.grammar.split(whole)[1] if start == owner.start_byte else ""
        cut = receiver.startswith("…")
        return "?" if cut or not receiver else receiver.encode("latin-1").decode("utf-8", "replace")

    @property
    def is_call(self) -> bool:
        """Whether it is called here."""
        return _CALLED.match(self.source, self.node.end_byte, self.node.end_byte + 120) is not None

    @property
    def imported(self) -> Node | None:
        """The import, or export from elsewhere, that it stands in."""
        found = None
        for node in _above(self.node):
            if _IMPORTS.search(node.type):
                found = node
            elif found is not None or node.type.endswith(("block", "body")):
                break
        return found

    @property
    def binder(self) -> Node | None:
        """What binds the name here, as an assignment or a parameter does; None where it is only used."""
        child = self.node
        if child.prev_sibling is not None and child.prev_sibling.type in _DOTS:
            return None
        for node in _above(self.node):
            for name in _BINDERS.get(node.type, ()):
                if any(part == child for part in node.children_by_field_name(name)):
                    return node
            if not _PATTERNS.search(node.type):
                return None
            value = node.child_by_field_name("value") or node.child_by_field_name("type")
            if value is not None and value == child:
                return None
            child = node
        return None

    @property
    def is_bound(self) -> bool:
        """Whether it is bound here as a local name; a declaration outside of functions tells of what stands elsewhere."""
        binder = self.binder
        return binder is not None and (binder.type not in _DECLARATIONS or enclosing_function(self.node) is not None)

    @property
    def is_member(self) -> bool:
        """Whether the grammar takes it for a member of something, which is not written before it."""
        return self.node.type in ("field_identifier", "property_identifier")

    @property
    def written(self) -> str:
        r"""The name as references have it: with its namespace where that stands before it (PHP's `Handler\Curl`)."""
        parent = self.node.parent
        apart = (
            parent is not None and parent.type == "qualified_name" and self.source[self.start - 1 : self.start] == b"\\"
        )
        start = parent.start_byte if parent is not None and apart else self.start
        return self.source[start : self.end].decode("utf-8", "replace")

    @property
    def is_key(self) -> bool:
        """Whether it is the name of an argument, which names nothing that stands elsewhere."""
        parent = self.node.parent
        return (
            parent is not None and parent.type == "keyword_argument" and parent.child_by_field_name("name") == self.node
        )

    @property
    def literal(self) -> str:
        """The type of the literal (Go's `T{name: x}`) that it is a key in, which may be a field's name; "" where it is none.

        Keys of arrays, slices and maps are values.
        """
        element = self.node.parent
        pair = element.parent if element is not None and element.type == "literal_element" else None
        if pair is None or pair.type != "keyed_element" or pair.children[0] != element:
            return ""
        deep = 0
        for above in _above(pair):
            kind = above.child_by_field_name("type") if above.type == "composite_literal" else None
            if kind is None:
                deep += above.type == "literal_value"
                continue
            for _ in range(deep - 1):  # a literal within the literal has the type of its elements
                kind = kind.child_by_field_name("element") or kind.child_by_field_name("value") or kind
            bare = "" if kind.type.endswith(("array_type", "slice_type", "map_type")) else (kind.text or b"").decode()
            return bare.lstrip("*&")
        return ""

    @property
    def is_shorthand(self) -> bool:
        """Whether it is key and value at once, as in `{ send }`."""
        return self.node.type.startswith("shorthand_") and not self.node.type.endswith("_pattern")


def occurrences(indexer: Indexer, path: str, source: bytes, name: str) -> Iterator[Occurrence]:
    """Yield every word in `source` (as `walk.plain` gives it) that is `name`, in order."""
    if indexer.syntax is None:
        return
    grammar, text = indexer.syntax(path, source)
    root = tree_of(grammar, text).root_node
    written = name.encode()
    line, before = 1, 0
    for match in re.finditer(rb"(?<![\w$\x80-\xff])" + re.escape(written) + rb"(?![\w$\x80-\xff])", source):
        start = match.start()
        line += source.count(b"\n", before, start)
        before = start
        node = root.descendant_for_byte_range(start, match.end())
        if node is None:
            continue
        yield Occurrence(start, line, _place(node, start, match.end(), text, written), node, grammar, text)


def _place(node: Node, start: int, end: int, text: bytes, written: bytes) -> Place:
    if node.start_byte == start and node.end_byte == end and node.child_count == 0 and text[start:end] == written:
        kinds = (node.type, node.parent.type if node.parent else "")
        if not any("comment" in kind or kind in ("string_content", "string_fragment", "string") for kind in kinds):
            return "name"
    for above in (node, *_above(node)):
        if "comment" in above.type:
            return "comment"
        if "string" in above.type or "template" in above.type or "heredoc" in above.type or "symbol" in above.type:
            return "string"
        if above.child_count > 3:
            break
    return "text"


def enclosing_function(node: Node) -> Node | None:
    """Return the innermost function around a node, methods and lambdas included."""
    kinds = ("function", "method", "lambda", "closure", "arrow", "constructor")
    return next((n for n in _above(node) if n.type.startswith(kinds) and n.child_count > 1 and "call" not in n.type
                 and not n.type.endswith(("declarator", "type", "invocation", "signature"))), None)  # fmt: skip


def _above(node: Node) -> Iterator[Node]:
    current = node.parent
    for _ in range(_MOST_UP):
        if current is None:
            return
        yield current
        current = current.parent


def _owner(node: Node) -> Node | None:
    """Return the node before the dot that stands before `node`."""
    for _ in range(4):
        before = node.prev_sibling
        if before is not None:
            arrow = before.type == "->" and not (node.parent and _MEMBER.search(node.parent.type))
            joined = (
                before.type == "." and before.parent is not None and before.parent.type == "binary_expression"
            )  # PHP
            if before.type not in _DOTS or arrow or joined:
                return None
            owner = before.prev_sibling or (node.parent.prev_sibling if node.parent else None)
            while owner is not None and ("comment" in owner.type or owner.type in ("?", "!")):  # `a?.b` of Swift
                owner = owner.prev_sibling
            return owner
        if node.parent is None or node.parent.start_byte != node.start_byte:
            return None
        node = node.parent
    return None
