"""C++: classes, namespaces, templates and qualified definitions on top of C's rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from tree_sitter import Node

from rlm_tui.repository.idioms import RETURNED, THROWN, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.grammar import Bound, Grammar, Local
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.written import bare

from . import c

_QUERY = (
    c.SHARED_QUERY
    + """
(class_specifier name: (_) body: (_)) @def.class
(namespace_definition name: (_)) @def.module
(alias_declaration) @def.type
(concept_definition) @def.type
(template_declaration) @outer
(field_declaration declarator: (function_declarator) default_value: (_)) @def.function
(call_expression function: (qualified_identifier) @call)
(call_expression function: (template_function name: (identifier) @call))
(call_expression function: (qualified_identifier name: (template_function name: (identifier) @call)))
(new_expression type: [(type_identifier) (qualified_identifier)] @call)
(compound_literal_expression type: [(type_identifier) (qualified_identifier)] @call)
(argument_list (qualified_identifier) @use)
(base_class_clause [(type_identifier) (qualified_identifier)] @inherit)
(base_class_clause (template_type name: (type_identifier) @inherit))
(lambda_expression
  declarator: (abstract_function_declarator parameters: (parameter_list (parameter_declaration) @bind)))
(declaration type: [(qualified_identifier) (template_type) (placeholder_type_specifier)]) @bind
(field_declaration type: [(qualified_identifier) (template_type)]) @bind
"""
)
_POINTED = re.compile(r"(?:std::)?(?:unique_ptr|shared_ptr|weak_ptr|optional)<\s*(?:const\s+)?([\w:]+)\s*>[\s&]+(\w+)")
_MADE = re.compile(r"(?:const\s+)?auto[\s*&]+(\w+)\s*=\s*(?:new\s+)?([\w:.]+(?:->\w+)*)(?:<([\w:]+)>)?\s*([({])?")

_HEADS = frozenset(("parameter_list", "abstract_function_declarator", "init_statement", "condition_clause"))
_CONST = re.compile(r"\bconst\b")

_LOOK_BACK = 20_000


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    match = _POINTED.match(text, start, min(end, start + 300))
    if match:
        yield match.group(2), match.group(1)
    elif match := _MADE.match(text, start, min(end, start + 300)):
        name, made, inner, opened = match.groups()
        yield name, inner if inner and made.startswith("std::make_") else f"{made}()" if opened == "(" else made
    elif (match := c.DECLARED.match(text, start, min(end, start + 200))) and match.group(1) not in c.BASIC:
        yield match.group(2), _kept(match)


def _local(node: Node, text: str) -> Iterable[Local]:
    """Read a declaration: what it declares counts to the end of the block, the loop or the lambda that it stands in."""
    around = node.parent
    while around is not None and around.type in _HEADS:
        around = around.parent
    first, last = node.start_point[0] + 1, (around or node).end_point[0] + 1
    for name, kind in _bindings(text, node.start_byte, node.end_byte):
        yield Local(name, kind, first, last)


def _parameters(signature: str) -> Iterable[Bound]:
    for match in c.PARAMETER.finditer(signature):
        if match.group(1) not in c.BASIC:
            yield match.group(2), _kept(match)
    result = c.RESULT.match(signature)
    if result and result.group(1) not in c.BASIC:
        yield "return", _kept(result)


def _kept(match: re.Match[str]) -> str:
    """Return the type of a declaration, with `const` where it is of what is pointed at, or of the object itself."""
    return f"const {match.group(1)}" if _CONST.search(match.group().partition("*")[0]) else match.group(1)


_LITERALS = {
    "string_literal": ":char*", "concatenated_string": ":char*", "raw_string_literal": ":char*", "char_literal": ":char",
    "true": ":bool", "false": ":bool", "null": ":null", "nullptr": ":null", "lambda_expression": ":->",
}  # fmt: skip
_NAMES = frozenset(
    ("identifier", "field_expression", "call_expression", "qualified_identifier", "subscript_expression")
)
_KNOWN = {"size()": ":int", "length()": ":int", "c_str()": ":char*"}
"""What methods of these names give, by the standard library's custom."""
_TRUTHS = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||"))


_CALLS = {"call_expression": "arguments", "new_expression": "arguments", "compound_literal_expression": "value"}


def _arguments(node: Node, text: str) -> str:
    """Write the arguments of the call whose function, or of the `new` whose type, is `node`."""
    call: Node | None = node.parent
    while call is not None and call.type not in _CALLS:
        call = call.parent
    given = call.child_by_field_name(_CALLS[call.type]) if call else None
    if given is None:
        return ""
    return ",".join([_argument(one, text) for one in given.named_children if one.type != "comment"]) or "()"


def _argument(node: Node, text: str) -> str:
    kind = node.type
    if kind in _LITERALS:
        return _LITERALS[kind]
    written = text[node.start_byte : node.end_byte]
    if kind in _NAMES:
        if kind == "call_expression" and (known := _KNOWN.get(written.rpartition(".")[2].rpartition("->")[2])):
            return known
        return (written if written.isidentifier() else bare(written)).replace(",", "")
    if kind == "number_literal":
        return ":double" if "." in written else ":int"
    if kind in {"cast_expression", "new_expression"}:
        made = node.child_by_field_name("type")
        return f":{text[made.start_byte : made.end_byte].replace(',', '')}" if made else "?"
    if kind == "binary_expression":
        operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        return ":bool" if operator and operator.type in _TRUTHS else _argument(left, text) if left else "?"
    if kind in {"parenthesized_expression", "unary_expression", "conditional_expression", "assignment_expression"}:
        inner = node.named_children
        return _argument(inner[-1], text) if inner else "?"
    return "?"


_ACCESS = re.compile(r"\b(public|protected|private)\s*:(?!:)")


def _visibility(head: Head) -> str:
    if head.outer_start < 0:
        return ""
    if head.outer_kind not in CONTAINERS:
        return "private" if head.signature.startswith("static ") else "public"
    said = _ACCESS.findall(head.text, max(head.outer_start, head.start - _LOOK_BACK), head.start)
    return said[-1] if said else "private" if head.outer_kind == "class" else "public"


GRAMMAR = replace(
    c.GRAMMAR,
    name="cpp",
    language=wheel("tree_sitter_cpp"),
    query=_QUERY,
    local=_local,
    parameters=_parameters,
    visibility=_visibility,
    arguments=_arguments,
)


_WORDS = (b"class ", b"namespace ", b"template", b"using ")
_LINES = re.compile(
    rb"^[ \t]*(?:class\s+\w+(?:\s+\w+)?(?:\s+final)?\s*[;:{]|namespace\s+[\w:]*\s*\{|template\s*<|using\s+[\w:]+\s*[=;:])",
    re.MULTILINE,
)
_EXPORTED = [
    re.compile(
        word
        + rb"((?<=\b"
        + word
        + rb")\s+(?:\[\[[^\]\n]*\]\]\s*)?)([A-Z][A-Z0-9_]+(?:\([^()\n]*\))?)"
        + rb"(?=\s+(?:\[\[[^\]\n]*\]\]\s*)?\w[\w:]*(?:<[^;{}()]{0,200}>)?(?:\s+final)?\s*[:{])"
    )
    for word in (b"class", b"struct")  # a pattern is found faster that begins with a literal
]
_AFTER = re.compile(
    rb"\)((?:\s*(?:const|noexcept|override|final)\b)*\s*)((?:\b[A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()\n]*\))?\s*)+)"
    rb"(?=[;{]|=\s*(?:0|default|delete)\b)"
)
"""What a macro says of a function, after its parameters."""
_STATEMENT = re.compile(rb"\b(?:if|for|while|switch|return)\b")


_MACROS = re.compile(
    rb"""\n[ \t]*(?=[A-Z][A-Z0-9]*_[A-Z]|[tsivfe}])(?:
      (?P<opens>(?P<name>[A-Z][A-Z0-9]*)(?:_[A-Z0-9]+)*_(?:BEGIN_NAMESPACE|NAMESPACE_BEGIN|OPEN_NAMESPACE)) [ \t]*;?[ \t]*$
    | (?P<closes>[A-Z][A-Z0-9_]*_(?:END_NAMESPACE|NAMESPACE_END|CLOSE_NAMESPACE)) [ \t]*;?[ \t]*(?=$|//|/\*)
    | (?P<alone>[A-Z][A-Z0-9]*_[A-Z0-9_]+) [ \t]*$ (?=\s*(?:\[\[|[A-Za-z_][\w:]*(?!\w|[ \t]*\()))
    | (?:template[ \t]*<[^;{}()\n]{0,200}>[ \t]*)? (?:(?:static|inline|virtual|friend|extern|explicit)[ \t]+)*
      (?P<before>(?:[A-Z][A-Z0-9]*_[A-Z0-9_]*[ \t]+)+)
      (?=~|operator\b|(?:[a-z]|[A-Z]\w*[a-z])[\w:]*(?:<[^;{}()]{0,200}>)?[\s&*]+[\w:~])
    | (?<=\n)(?P<told>[A-Z][A-Z0-9]*_[A-Z0-9_]+\([^(){};]{0,200}\)) [ \t]*(?://[^\n]*)?$
      (?=(?:\s*//[^\n]*\n)*\s*(?:\[\[|\#|[A-Z][A-Z0-9]*_[A-Z0-9_]+\(|[A-Za-z_][\w:]*(?!\w|[ \t]*\()))
    | (?P<made>[A-Z][A-Z0-9_]*_(?:CONSTEXPR|INLINE|API|EXPORT|FUNC)[0-9]*[ \t]+)(?=\w+\()
    | (?:\}[ \t]*else[ \t]+)?if[ \t]+(?P<constant>[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?=[ \t]*\()
    )""",
    re.MULTILINE | re.VERBOSE,
)
"""What macros write that the grammar does not see: a namespace's opening and end, and what stands before a declaration."""
_MACRO = re.compile(rb"[A-Z][A-Z0-9]*_[A-Z]")
_LINES_OF_FRAGMENT = rb"(?:[^#;{}\n]*\n){1,8}"
_FRAGMENT = re.compile(
    rb"^([ \t]*#[ \t]*if[^\n]*(?<!\\)\n)(" + _LINES_OF_FRAGMENT + rb")"
    rb"((?:[ \t]*#[ \t]*el[^\n]*\n" + _LINES_OF_FRAGMENT + rb"){0,3}[ \t]*#[ \t]*endif[^\n]*)",
    re.MULTILINE,
)
"""Conditions around less than a statement, in a list or before a declaration, which the grammar does not take."""
_VISIBLE = re.compile(rb"[^\s]")


def _syntax(path: str, source: bytes) -> tuple[Grammar, bytes]:
    """Read a file as C++; a header in which nothing is C++, as C. Macros that the grammar would stumble over are blanked out."""
    if path.endswith(".h") and not (any(word in source for word in _WORDS) and _LINES.search(source)):
        return c.GRAMMAR, source
    for exported in _EXPORTED:
        source = exported.sub(_blanked, source)
    source = _AFTER.sub(_said, source) if _MACRO.search(source) else source
    if b"#" in source:
        source = _FRAGMENT.sub(_first_branch, source)
    return GRAMMAR, _MACROS.sub(_written_out, source) if _MACRO.search(source) else source


def _parse(path: str, source: bytes) -> FileFacts:
    grammar, text = _syntax(path, source)
    return parse(grammar, path, text)


def _blanked(match: re.Match[bytes]) -> bytes:
    return match[0][: match.start(2) - match.start()] + _VISIBLE.sub(b" ", match[2])


def _said(match: re.Match[bytes]) -> bytes:
    """Leave out what macros say of a function; after the brackets of an `if` they are statements of their own."""
    line = match.string[match.string.rfind(b"\n", 0, match.start()) + 1 : match.start()]
    return match[0] if _STATEMENT.search(line) else _blanked(match)


def _first_branch(match: re.Match[bytes]) -> bytes:
    return _VISIBLE.sub(b" ", match[1]) + match[2] + _VISIBLE.sub(b" ", match[3])


def _written_out(match: re.Match[bytes]) -> bytes:
    """Return as many bytes without the macro: `X_BEGIN_NAMESPACE` opens the namespace `x`, where that is as short."""
    whole, group = match.group(), match.lastgroup or ""
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    instead = b""
    if group == "opens":
        instead = b"namespace " + match["name"].lower() + b"{"
        instead = instead if len(instead) <= end - start else b"namespace{"
    elif group == "closes":
        instead = b"}"
    between = instead + _VISIBLE.sub(b" ", whole[start:end])[len(instead) :]
    return whole[:start] + between + whole[end:]


_RESERVED = """alignas alignof and asm bool catch class concept const_cast constexpr co_await co_return co_yield decltype delete
dynamic_cast explicit export false friend mutable namespace new noexcept not nullptr operator or private protected public
reinterpret_cast requires static_assert static_cast template this thread_local throw true try typeid typename using virtual"""
_KEPT = c.KEPT | frozenset(_RESERVED.split())
_IDIOMS = Idioms(
    main=c.MAIN,
    raising=f"{THROWN}|{RETURNED}",
    kept=_KEPT,
)

INDEXER = Indexer(
    "cpp",
    (".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tcc"),
    "c",
    _parse,
    c.resolve,
    scoping=Scoping(shared="linked", spread="anywhere", members_bare=True, constness=True),
    syntax=_syntax,
    idioms=_IDIOMS,
)
