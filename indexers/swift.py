"""Swift: a module sees all of its files, extensions add members to types anywhere, `self` need not be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import QUOTED, SLASHES, TRIPLE, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import ANNOTATION, Head, stated_visibility
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths
from rlm_tui.repository.parsing.written import member

_QUERY = """
(class_declaration declaration_kind: ["class" "actor"]) @def.class
(class_declaration declaration_kind: "struct") @def.struct
(class_declaration declaration_kind: "enum") @def.enum
(class_declaration declaration_kind: "extension") @scope
(protocol_declaration) @def.interface
(function_declaration) @def.function
(protocol_function_declaration) @def.function
(init_declaration) @def.function
(subscript_declaration) @def.function
(source_file (property_declaration) @def.variable)
(class_body (property_declaration) @def.variable)
(enum_class_body (property_declaration) @def.variable)
(protocol_property_declaration) @def.variable
(enum_entry name: (simple_identifier) @def.constant)
(typealias_declaration) @def.type
(associatedtype_declaration) @def.type
(call_expression . [(simple_identifier) (navigation_expression)] @call (call_suffix [(value_arguments "(") (lambda_literal)]))
(constructor_expression constructed_type: (user_type) @call)
(navigation_expression) @use
(navigation_expression target: (simple_identifier) @use)
(value_argument value: (simple_identifier) @use)
(assignment result: (simple_identifier) @use)
(property_declaration value: (simple_identifier) @use)
(control_transfer_statement result: (simple_identifier) @use)
(statements (simple_identifier) @use)
(user_type) @type
(inheritance_specifier inherits_from: (user_type) @inherit)
(import_declaration) @import
(property_declaration) @bind
(protocol_property_declaration) @bind
(if_statement) @bind
(guard_statement) @bind
"""

_IMPORT = re.compile(
    r"(?:@\w+\s+|\b(?:public|internal|private)\s+)*import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?([\w.]+)"
)
_DECLARED = re.compile(
    r"(?:(?:if|guard)\s+|(?:@\w+(?:\([^()]*\))?\s*|(?!let\b|var\b)[a-z]+(?:\([a-z]+\))?\s+)*)(?:let|var)\s+(\w+)\s*"
    r"(?::\s*\(?(?:(?:any|some)\s+)?([\w.]+)|(?::[^=\n{]*)?=\s*)"
)
_TRIED = re.compile(r"(?:(?:try[?!]?|await)\s+)+")
_PARAMETER = re.compile(
    r"(?<=[(,])\s*(?:\w+\s+)?(\w+)\s*:\s*\(?(?:@\w+\s+|(?:inout|any|some|borrowing|consuming|sending)\s+)*([\w.]+)"
)
_RESULT = re.compile(r"->\s*(?:(?:any|some)\s+)?([\w.]+)")
_CAST = re.compile(r"[^\n]*\sas[?!]?\s+([A-Z][\w.]*)")
_GENERIC = re.compile(r"<[^{}]*>")
_NO_EXPRESSION = re.compile(r"[\"'\d(\[{!&.-]|(?:nil|true|false|if|switch|self)\b(?!\.)")
_TARGET = re.compile(r"(?:^|/)(?:Sources|Tests)/([^/]+)/")
_SETTER = re.compile(r"\b\w+\(set\)")
_WORDS = """
Int Int8 Int16 Int32 Int64 UInt UInt8 UInt16 UInt32 UInt64 Float Double Bool String Character Void Any AnyObject Never Array
Dictionary Set Optional Error Self T U K V print fatalError precondition preconditionFailure assert min max nil self super
"""
_BASIC = frozenset(_WORDS.split())
_MAX_BINDING = 300


def _name_of(node: Node, text: str) -> tuple[str, str]:
    kind = node.type
    if kind == "init_declaration":
        return "init", ""
    if kind == "subscript_declaration":
        return "subscript", ""
    if kind == "simple_identifier":  # a case of an enum
        return text[node.start_byte : node.end_byte], ""
    name = node.child_by_field_name("name")
    if name is None:
        return "", ""
    if kind in {"property_declaration", "protocol_property_declaration"}:
        name = name.child_by_field_name("bound_identifier") or name
    written = _GENERIC.sub("", text[name.start_byte : name.end_byte]).strip("` ")
    owner, _, last = written.rpartition(".")
    return last, owner


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    if match := _IMPORT.match(" ".join(text.split())):
        module, _, name = match.group(1).partition(".")
        yield ImportFact(line, " ".join(text.split())[:200], module, ((name, name),) if name else (), "", False)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    end = min(end, start + _MAX_BINDING)
    match = _DECLARED.match(text, start, end)
    if not match:
        return
    name, kind = match.groups()
    if kind:
        if kind not in _BASIC:
            yield name, kind
        return
    expression = _TRIED.sub("", text[match.end() : end].partition("\n")[0].strip())
    if text.startswith(("if", "guard"), start):
        expression = re.split(r",|\s\{|\selse\b", expression, maxsplit=1)[0] if "(" not in expression else expression
    if not _NO_EXPRESSION.match(expression):
        if cast := _CAST.match(expression):
            yield name, cast.group(1)
        elif made := member(f"{_first(expression)}.x")[1]:
            yield name, f"={made}"


def _first(expression: str) -> str:
    """Return an expression up to the comma, the brace or the word after its last bracket."""
    depth = 0
    for index, character in enumerate(expression):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character in ",{ " and not expression[index:].lstrip().startswith("."):
            return expression[:index]
    return expression


def _parameters(signature: str) -> Iterable[Bound]:
    if "(" not in signature or ("func " not in signature and "init" not in signature):
        return
    for match in _PARAMETER.finditer(signature):
        if match.group(2) not in _BASIC:
            yield match.group(1), match.group(2)
    result = _RESULT.search(signature, signature.rfind(")"))
    if result and result.group(1) not in _BASIC:
        yield "return", result.group(1)


def _visibility(head: Head) -> str:
    written = head.signature
    if written.partition(head.name)[0].split()[:1] == ["open"] or " open " in written.partition(head.name)[0]:
        return "public"
    return stated_visibility(head._replace(signature=_SETTER.sub("", written))) or "internal"


GRAMMAR = Grammar(
    "swift",
    wheel("tree_sitter_swift"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    decorator=ANNOTATION,
    visibility=_visibility,
    builtin=_BASIC,
)


def _parse(path: str, source: bytes) -> FileFacts:
    target = _TARGET.search(path)
    return parse(GRAMMAR, path, source)._replace(package=target.group(1) if target else "")


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    return tuple(path for path in Paths.of(files).packaged(module) if path.endswith(".swift"))


_IDIOMS = Idioms(
    unread=f"{SLASHES}|{TRIPLE}|{QUOTED}",
    decisions=r"\b(?:if|for|while|case|catch|guard)\b|&&|\|\||\?\?|\s\?\s",
    main=r"^\s*@main\b",
    prints=r"^\s*print\(",
)

INDEXER = Indexer(
    "swift",
    (".swift",),
    "swift",
    _parse,
    _resolve,
    scoping=Scoping(shared="package", spread="anywhere", members_bare=True, constructors=frozenset({"init"})),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
