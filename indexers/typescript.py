"""TypeScript and TSX: JavaScript's rules, and interfaces, types, enums, namespaces and annotations."""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.grammar import Grammar
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import ANNOTATION
from rlm_tui.repository.parsing.parse import parse

from . import javascript

_TYPED = """
(abstract_class_declaration) @def.class
(interface_declaration) @def.interface
(type_alias_declaration) @def.type
(enum_declaration) @def.enum
(internal_module) @def.module
(module) @def.module
(internal_module (statement_block (lexical_declaration (variable_declarator name: (identifier)) @def.variable)))
(internal_module (statement_block
  (export_statement (lexical_declaration (variable_declarator name: (identifier)) @def.variable))))
(method_signature) @def.function
(abstract_method_signature) @def.function
(function_signature) @def.function
(public_field_definition value: [(arrow_function) (function_expression)]) @def.function
(enum_assignment name: (property_identifier)) @def.constant
(enum_body name: (property_identifier) @def.constant)
(public_field_definition) @bind
(property_signature type: (_)) @bind
(variable_declarator type: (_)) @bind
(arrow_function parameters: (formal_parameters (_ type: (_)) @bind))
(function_expression parameters: (formal_parameters (_ type: (_)) @bind))
(extends_clause value: [(identifier) (member_expression)] @inherit)
(implements_clause [(type_identifier) (nested_type_identifier)] @inherit)
(implements_clause (generic_type name: [(type_identifier) (nested_type_identifier)] @inherit))
(extends_type_clause type: [(type_identifier) (nested_type_identifier)] @inherit)
(extends_type_clause type: (generic_type name: [(type_identifier) (nested_type_identifier)] @inherit))
[(type_identifier) (nested_type_identifier)] @type
(as_expression (identifier) @use)
(non_null_expression (identifier) @use)
(type_query (identifier) @use)
"""
_JSX = """
(jsx_opening_element name: [(identifier) (member_expression)] @call)
(jsx_self_closing_element name: [(identifier) (member_expression)] @call)
"""


def _name_of(node: Node, text: str) -> tuple[str, str]:
    if node.type == "property_identifier":
        return text[node.start_byte : node.end_byte], ""
    if node.type == "function_signature" and _goes_on(node, text):
        return "", ""
    return javascript.name_of(node, text)


def _goes_on(node: Node, text: str) -> bool:
    """Tell whether another overload or the implementation follows: the last one stands for all."""
    outer = node.parent if node.parent and node.parent.type == "export_statement" else node
    after = outer.next_named_sibling
    while after and after.type == "comment":
        after = after.next_named_sibling
    following = after.child_by_field_name("declaration") if after and outer is not node else after
    name = javascript.name_of(node, text)
    return (
        following is not None
        and following.type in {"function_signature", "function_declaration"}
        and javascript.name_of(following, text) == name
    )


GRAMMAR = Grammar(
    "typescript",
    wheel("tree_sitter_typescript", "language_typescript"),
    javascript.SHARED_QUERY + _TYPED,
    javascript.imports,
    name_of=_name_of,
    bindings=javascript.bindings,
    parameters=javascript.parameters,
    skipped=("@",),
    decorator=ANNOTATION,
    visibility=javascript.visibility,
    closed=True,
    builtin=javascript.BASIC,
)
_WITH_JSX = replace(GRAMMAR, language=wheel("tree_sitter_typescript", "language_tsx"), query=GRAMMAR.query + _JSX)


def _syntax(path: str, source: bytes) -> tuple[Grammar, bytes]:
    return _WITH_JSX if path.endswith(".tsx") else GRAMMAR, source


def _parse(path: str, source: bytes) -> FileFacts:
    grammar, text = _syntax(path, source)
    return parse(grammar, path, text)


_IDIOMS = replace(javascript.IDIOMS, broad=r"\bcatch\s*(?:\(\s*\w*\s*(?::\s*\w+)?\s*\))?\s*\{\s*\}")

INDEXER = Indexer(
    "typescript",
    (".ts", ".tsx", ".mts", ".cts"),
    "javascript",
    _parse,
    javascript.resolve,
    scoping=Scoping(namespaces_merge=True),
    syntax=_syntax,
    idioms=_IDIOMS,
)
