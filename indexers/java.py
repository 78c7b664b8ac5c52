"""Java: packages, imports of classes and members, fields and parameters by their declared types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import CHARACTER, DECISIONS, QUOTED, SLASHES, SUPPLIED, THROWN, TRIPLE, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.definitions import CONTAINERS, UNNAMED
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact, ReferenceFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, field_name, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import ANNOTATION, Head, stated_visibility
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, nearest
from rlm_tui.repository.parsing.written import bare

_QUERY = """
(class_declaration) @def.class
(interface_declaration) @def.interface
(annotation_type_declaration) @def.interface
(enum_declaration) @def.enum
(record_declaration) @def.class
(object_creation_expression (class_body)) @def.class
(method_declaration) @def.function
(constructor_declaration) @def.function
(compact_constructor_declaration) @def.function
(field_declaration) @def.variable
(enum_constant) @def.constant
(method_invocation) @invoke
(explicit_constructor_invocation) @invoke
(object_creation_expression type: [(type_identifier) (scoped_type_identifier)] @call)
(object_creation_expression type: (generic_type . [(type_identifier) (scoped_type_identifier)] @call))
(method_reference) @use
(argument_list (identifier) @use)
(field_access) @use
[(type_identifier) (scoped_type_identifier)] @type
(marker_annotation name: (identifier) @type)
(annotation name: (identifier) @type)
(object_creation_expression type: [(type_identifier) (scoped_type_identifier)] @inherit (class_body))
(object_creation_expression type: (generic_type . [(type_identifier) (scoped_type_identifier)] @inherit) (class_body))
(superclass [(type_identifier) (scoped_type_identifier)] @inherit)
(superclass (generic_type . [(type_identifier) (scoped_type_identifier)] @inherit))
(super_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @inherit))
(super_interfaces (type_list (generic_type . [(type_identifier) (scoped_type_identifier)] @inherit)))
(extends_interfaces (type_list [(type_identifier) (scoped_type_identifier)] @inherit))
(extends_interfaces (type_list (generic_type . [(type_identifier) (scoped_type_identifier)] @inherit)))
(import_declaration) @import
(local_variable_declaration) @bind
(field_declaration) @bind
(enhanced_for_statement) @bind
(resource) @bind
(catch_formal_parameter) @bind
"""

_IMPORT = re.compile(r"import\s+(static\s+)?([\w.]+?)(\.\*)?\s*;")
_ANNOTATIONS = (
    r"(?:@[\w.]+(?:\((?:[^()]|\([^()]*\))*\))?\s*|\b(?:final|public|private|protected|static|transient|volatile)\s+)*"
)
_DECLARED = re.compile(
    r"(?:for\s*\()?\s*"
    + _ANNOTATIONS
    + r"([\w.]+)(?:<[^=;(){}]*>)?((?:\[\])*)\s+(\w+)\s*(?:=\s*(?:(?:new\s+)?([\w.]+)([(<])?)?|[;:,)]|$)"
)
_PARAMETER = re.compile(r"(?<=[(,])\s*" + _ANNOTATIONS + r"([\w.]+)(?:<[^()]*?>)?(?:\[\]|\.\.\.)?\s+(\w+)\s*(?=[,)])")
_GENERIC = re.compile(r"<[^<>]*(?:<[^<>]*>[^<>]*)*>")
_MODIFIERS = frozenset({"public", "private", "protected", "static", "final", "abstract", "default", "synchronized"})
_LEADING = re.compile(r"^" + _ANNOTATIONS)
_WORDS = """
void int long boolean double float byte short char String Object var Integer Long Boolean Class Override
Nullable SuppressWarnings Deprecated return new T K V E
"""
_BASIC = frozenset(_WORDS.split())


def _name_of(node: Node, text: str) -> tuple[str, str]:
    if node.type == "field_declaration":
        declared = node.child_by_field_name("declarator")
        return field_name(declared, text) if declared else ("", "")
    if node.type == "object_creation_expression":
        made = node.child_by_field_name("type")
        base = _GENERIC.sub("", text[made.start_byte : made.end_byte]) if made else ""
        return f"{base.rpartition('.')[2].strip()}{UNNAMED}", ""
    return field_name(node, text)


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    match = _IMPORT.match(text)
    if not match:
        return
    static, module, every = match.groups()
    written = " ".join(text.split())[:200]
    last = module.rpartition(".")[2]
    if every:
        yield ImportFact(line, written, module, (), "", False)
    elif static:
        yield ImportFact(line, written, module.rpartition(".")[0], ((last, last),), "", False)
    else:
        yield ImportFact(line, written, module, ((last, last),), "", False)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    match = _DECLARED.match(text, start, min(end, start + 300))
    if match:
        kind, array, name, made, opened = match.groups()
        if kind == "var" and made:
            yield (
                name,
                made if text[match.start(4) - 4 : match.start(4)] == "new " else f"{made}()" if opened else f"={made}",
            )
        elif kind != "return":
            yield name, kind + array


def _parameters(signature: str) -> Iterable[Bound]:
    for match in _PARAMETER.finditer(signature):
        if match.group(1) not in _BASIC:
            yield match.group(2), match.group(1)
    if "(" not in signature:
        return
    bare = _LEADING.sub("", signature) if "@" in signature else signature
    parts = _GENERIC.sub("", bare.partition("(")[0]).split()
    result = parts[-2].rstrip("[]") if len(parts) > 1 else ""
    if result and result not in _BASIC and result not in _MODIFIERS:
        yield "return", result


_LITERALS = {
    "string_literal": ":String", "character_literal": ":char", "true": ":boolean", "false": ":boolean",
    "null_literal": ":null", "class_literal": ":Class", "lambda_expression": ":->", "method_reference": ":->",
    "hex_floating_point_literal": ":double", "instanceof_expression": ":boolean",
}  # fmt: skip
_INTEGERS = frozenset(
    ("decimal_integer_literal", "hex_integer_literal", "octal_integer_literal", "binary_integer_literal")
)
_NAMES = frozenset(("identifier", "field_access", "method_invocation", "this", "array_access"))
_TRUTHS = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||"))


def _arguments(node: Node, text: str) -> str:
    """Write the arguments of a call: of a construction, those beside its type."""
    call: Node | None = node
    while call is not None and "invocation" not in call.type and call.type != "object_creation_expression":
        call = call.parent
    given = call.child_by_field_name("arguments") if call else None
    if given is None:
        return ""
    return ",".join([_argument(one, text) for one in given.named_children if "comment" not in one.type]) or "()"


def _argument(node: Node, text: str) -> str:
    kind = node.type
    if kind in _LITERALS:
        return _LITERALS[kind]
    written = text[node.start_byte : node.end_byte]
    if kind in _NAMES:
        return (written if written.isidentifier() else bare(written)).replace(",", "")
    if kind in _INTEGERS:
        return ":long" if written[-1] in "lL" else ":int"
    if kind == "decimal_floating_point_literal":
        return ":float" if written[-1] in "fF" else ":double"
    if kind in {"object_creation_expression", "cast_expression", "array_creation_expression"}:
        made = node.child_by_field_name("type")
        name = _GENERIC.sub("", text[made.start_byte : made.end_byte]) if made else "?"
        arrays = "[]" * sum(part.type.startswith("dimensions") for part in node.children) if kind[0] == "a" else ""
        return f":{name.replace(' ', '')}{arrays}"
    if kind == "binary_expression":
        operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        if operator and operator.type in _TRUTHS:
            return ":boolean"
        right = node.child_by_field_name("right")
        sides = [_argument(side, text) for side in (left, right) if side]
        return next((side for side in (":String", ":double", ":long") if side in sides), sides[0] if sides else "?")
    if kind in {"parenthesized_expression", "unary_expression", "assignment_expression", "ternary_expression"}:
        inner = node.named_children
        return _argument(inner[-1], text) if inner else "?"
    return "?"


def _visibility(head: Head) -> str:
    if head.kind == "constant" and head.outer_kind == "enum":
        return "public"
    return stated_visibility(head) or ("public" if head.outer_kind == "interface" else "internal")


GRAMMAR = Grammar(
    "java",
    wheel("tree_sitter_java"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    decorator=ANNOTATION,
    visibility=_visibility,
    arguments=_arguments,
    builtin=_BASIC,
    package=re.compile(r"^[ \t]*package\s+([\w.]+)\s*;", re.MULTILINE),
)


def _parse(path: str, source: bytes) -> FileFacts:
    facts = parse(GRAMMAR, path, source)
    return facts._replace(references=tuple(_constructed(facts, reference) for reference in facts.references))


def _constructed(facts: FileFacts, reference: ReferenceFact) -> ReferenceFact:
    """Return `this(...)` and `super(...)` as calls of the class whose constructor they are."""
    if reference.name not in _OWN_CONSTRUCTORS or reference.kind != "call" or reference.receiver:
        return reference
    scope = reference.scope
    while scope >= 0 and facts.symbols[scope].kind not in CONTAINERS:
        scope = facts.symbols[scope].scope
    if scope < 0:
        return reference
    owner = facts.symbols[scope]
    if reference.name == "this":
        return reference._replace(name=owner.name)
    extends = " extends " in owner.signature
    base = next((r for r in facts.references if extends and r.kind == "inherit" and r.scope == scope), None)
    return reference._replace(name=base.name, receiver=base.receiver) if base else reference


_OWN_CONSTRUCTORS = frozenset({"this", "super"})


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    paths = Paths.of(files)
    parts = module.split(".")
    while len(parts) > 1:
        found = paths.ending("/".join(parts) + ".java")
        if found:
            return nearest(found, importer)
        if not parts[-1][:1].isupper():
            break
        parts.pop()  # a member, or a class within a class
    if module[-1:] and not module.rpartition(".")[2][:1].isupper():
        tail = module.replace(".", "/")
        return tuple(p for folder in paths.folders_ending(tail) for p in paths.within(folder) if p.endswith(".java"))
    return ()


_RESERVED = """
abstract assert boolean break byte case catch char class const continue default do double else enum extends false final
finally float for goto if implements import instanceof int interface long native new null package private protected public
return short static strictfp super switch synchronized this throw throws transient true try void volatile while _
"""
_IDIOMS = Idioms(
    unread=f"{SLASHES}|{TRIPLE}|{QUOTED}|{CHARACTER}",
    decisions=DECISIONS + r"|(?<![<,\s])\s*\?(?!\s*(?:extends|super)\b|\s*[>,])",
    main=r"public\s+static\s+(?:final\s+)?void\s+main\s*\(",
    raising=THROWN + SUPPLIED,
    breakpoints=r"\.printStackTrace\(\)",
    often_meant=True,
    prints=r"\bSystem\.(?:out|err)\.print",
    skips=r"^\s*@(?:Disabled|Ignore)\b",
    broad=r"\bcatch\s*\(\s*(?:final\s+)?(?:Exception|Throwable)\s+\w+\s*\)",
    kept=frozenset(_RESERVED.split()),
)

INDEXER = Indexer(
    "java",
    (".java",),
    "java",
    _parse,
    _resolve,
    scoping=Scoping(shared="package", members_bare=True, methods_apart=True),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
