"""Kotlin: packages that files declare wherever they lie, extension functions, companions, types after a colon or from calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import CHARACTER, QUOTED, SLASHES, SUPPLIED, THROWN, TRIPLE, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.definitions import UNNAMED
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import ANNOTATION, public_unless_stated
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths
from rlm_tui.repository.parsing.written import member

_QUERY = """
(class_declaration) @def.class
(class_declaration "interface") @def.interface
(class_declaration (enum_class_body)) @def.enum
(object_declaration) @def.class
(companion_object) @def.class
(enum_entry) @def.constant
(type_alias) @def.type
(function_declaration) @def.function
(secondary_constructor) @def.function
(source_file (property_declaration) @def.variable)
(class_body (property_declaration) @def.variable)
(enum_class_body (property_declaration) @def.variable)
(class_parameter ["val" "var"]) @def.variable
(call_expression . [(identifier) (navigation_expression)] @call)
(object_literal (delegation_specifiers (delegation_specifier (constructor_invocation (user_type) @call))))
(object_literal (delegation_specifiers)) @def.class
(object_literal (delegation_specifiers (delegation_specifier (user_type) @inherit)))
(object_literal (delegation_specifiers (delegation_specifier (_ . (user_type) @inherit))))
(navigation_expression) @use
(navigation_expression . (identifier) @use)
(callable_reference (identifier) @use)
(value_argument (identifier) @use .)
(return_expression (identifier) @use)
(assignment (identifier) @use .)
(function_body (identifier) @use .)
(property_declaration (identifier) @use .)
(user_type) @type
(class_declaration (delegation_specifiers (delegation_specifier (user_type) @inherit)))
(class_declaration (delegation_specifiers (delegation_specifier (_ . (user_type) @inherit))))
(object_declaration (delegation_specifiers (delegation_specifier (user_type) @inherit)))
(object_declaration (delegation_specifiers (delegation_specifier (_ . (user_type) @inherit))))
(import) @import
(property_declaration) @bind
(class_parameter) @bind
(lambda_parameters (variable_declaration (_)) @bind)
(for_statement (variable_declaration (_)) @bind)
(function_body "=") @bind
(catch_block (identifier) (user_type)) @bind
"""

_IMPORT = re.compile(r"import\s+([\w.`]+?)(\.\*)?(?:\s+as\s+(\w+))?\s*;?$")
_ANNOTATIONS = r"(?:@[\w.:]+(?:\([^()]*\))?\s*)*"
_PROPERTY = re.compile(
    _ANNOTATIONS
    + r"(?:(?!val\b|var\b)[a-z]+\s+|@[\w.:]+\s+)*(?:val|var)\s+(?:<[^>]*>\s*)?(?:[\w.]+(?:<[^=()]*?>)?\??\.)?(\w+)\s*"
    r"(?::\s*([\w.]+)|=\s*|by\s+lazy\s*(?:\([^()]*\)\s*)?\{\s*)"
)
_NAMED = re.compile(_ANNOTATIONS + r"(?:catch\s*\(\s*)?(?:(?:private|internal|vararg)\s+)*(\w+)\s*:\s*([\w.]+)")
_PARAMETER = re.compile(
    r"(?<=[(,])\s*" + _ANNOTATIONS + r"(?:(?:vararg|noinline|crossinline)\s+)?(\w+)\s*:\s*(?:suspend\s+)?([\w.]+)"
)
_EXTENDED = re.compile(r"\bfun\s+(?:<(?:[^<>]|<[^<>]*>)*>\s*)?([\w.]+)(?:<(?:[^<>]|<[^<>]*>)*>)?\??\.\w+\s*\(")
_RESULT = re.compile(r"\)\s*:\s*([\w.]+)[^()]*$")
_CAST = re.compile(r"[^\n]*\sas\??\s+([A-Z][\w.]*)")
_NO_EXPRESSION = re.compile(r"[\"'\d(\[{!-]|(?:null|true|false|if|when|try|object|fun|return|throw)\b")
_WORDS = """
Int Long Short Byte Float Double Boolean Char String Unit Any Nothing Number Array IntArray ByteArray CharArray LongArray
List MutableList Map MutableMap Set MutableSet Pair Iterable Sequence Throwable Exception it this super field value
T K V E R listOf mutableListOf mapOf setOf arrayOf emptyList println print error check require checkNotNull requireNotNull
Suppress JvmStatic JvmField JvmName JvmOverloads Deprecated Throws lazy
"""
_BASIC = frozenset(_WORDS.split())
_MAX_BINDING = 300


def _name_of(node: Node, text: str) -> tuple[str, str]:
    kind = node.type
    if kind == "secondary_constructor":
        return "constructor", ""
    if kind == "object_literal":
        head = text[node.start_byte : node.end_byte].partition(":")[2]
        base = re.match(r"\s*([\w.`]+)", head)
        return (f"{base[1].rpartition('.')[2].strip('`')}{UNNAMED}", "") if base else ("", "")
    if kind == "property_declaration":
        node = next((child for child in node.named_children if child.type == "variable_declaration"), node)
    name = node.child_by_field_name("name") or node.child_by_field_name("type")
    if name is None and kind != "companion_object":  # the members of a companion without a name are those of its class
        name = next((child for child in node.named_children if child.type == "identifier"), None)
    return (text[name.start_byte : name.end_byte].strip("`"), "") if name else ("", "")


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    match = _IMPORT.match(text.strip())
    if not match:
        return
    module, every, alias = match.groups()
    module = module.replace("`", "").replace(".Companion", "")
    written = " ".join(text.split())[:200]
    last = module.rpartition(".")[2]
    yield ImportFact(line, written, module, () if every else ((last, alias or last),), "", False)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    end = min(end, start + _MAX_BINDING)
    if text[start] == "=":
        yield from _made("return", text[start + 1 : end])
        return
    match = _PROPERTY.match(text, start, end)
    if not match:
        if (match := _NAMED.match(text, start, end)) and match.group(2) not in _BASIC:
            yield match.group(1), match.group(2)
        return
    name, kind = match.groups()
    if kind:
        if kind not in _BASIC:
            yield name, kind
        return
    yield from _made(name, text[match.end() : end])


def _made(name: str, written: str) -> Iterable[Bound]:
    """Say of what type the expression is that `name` gets."""
    expression = written.partition("?:")[0].strip()
    if not _NO_EXPRESSION.match(expression):
        if cast := _CAST.match(expression):
            yield name, cast.group(1)
        elif made := member(f"{_line(expression)}.x")[1]:
            yield name, f"={made}"


def _line(expression: str) -> str:
    """Return an expression up to the end of its line, and the calls that go on below it."""
    lines = expression.split("\n")
    kept = lines[:1] + [line for line in lines[1:2] if line.lstrip().startswith((".", "?."))]
    return "".join(kept).strip().rstrip("}; ")


def _parameters(signature: str) -> Iterable[Bound]:
    if "fun " not in signature:
        return
    if (extended := _EXTENDED.search(signature)) and extended.group(1) not in _BASIC:
        yield "this", extended.group(1)
    for match in _PARAMETER.finditer(signature):
        if match.group(2) not in _BASIC:
            yield match.group(1), match.group(2)
    if (result := _RESULT.search(signature)) and result.group(1) not in _BASIC:
        yield "return", result.group(1)


_LAMBDA = "->"
_LITERALS = {
    "string_literal": ":String", "number_literal": ":Int", "boolean_literal": ":Boolean", "character_literal": ":Char",
    "lambda_literal": _LAMBDA,
}  # fmt: skip


def _arguments(node: Node, text: str) -> str:
    """Write the arguments of a call: how many, their names where they are named, what literals they are."""
    call = node.parent
    if call is None or call.type != "call_expression":
        return ""
    listed = next((child for child in call.named_children if child.type == "value_arguments"), None)
    found = [_argument(one, text) for one in (listed.named_children if listed else ()) if one.type == "value_argument"]
    behind = (
        call.parent
        if call.parent and call.parent.type == "call_expression" and call.parent.named_child(0) == call
        else call
    )
    if any(child.type == "annotated_lambda" for one in (call, behind) for child in one.named_children):
        found.append(_LAMBDA)
    return ",".join(found) or "()"


def _argument(node: Node, text: str) -> str:
    value = node.named_child(node.named_child_count - 1)
    if node.named_child_count > 1:
        name = node.named_child(0)
        return f"{text[name.start_byte : name.end_byte]}=" if name else "?"
    return _LITERALS.get(value.type, "?") if value else "?"


GRAMMAR = Grammar(
    "kotlin",
    wheel("tree_sitter_kotlin"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    decorator=ANNOTATION,
    arguments=_arguments,
    visibility=public_unless_stated,
    builtin=_BASIC,
    package=re.compile(r"^[ \t]*package\s+([\w.]+)", re.MULTILINE),
)


def _parse(path: str, source: bytes) -> FileFacts:
    return parse(GRAMMAR, path, source)


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Return the files of the longest declared package that `module` begins with; what follows it may be a class or a name."""
    paths = Paths.of(files)
    parts = module.split(".")
    for cut in range(len(parts), 0, -1):
        if any(part[:1].islower() for part in parts[cut:-1]):
            break
        if found := paths.packaged(".".join(parts[:cut])):
            return tuple(path for path in found if path.endswith((".kt", ".kts", ".java")))
    return ()


_IDIOMS = Idioms(
    unread=f"{SLASHES}|{TRIPLE}|{QUOTED}|{CHARACTER}",
    decisions=r"\b(?:if|for|while|catch)\b|&&|\|\||\?:|^[^\n{}()]*->",
    main=r"^\s*(?:suspend )?fun main\(",
    raising=THROWN + SUPPLIED,
    prints=r"^\s*println\(",
    skips=r"^\s*@(?:Disabled|Ignore)\b",
    broad=r"\bcatch\s*\(\s*\w+\s*:\s*(?:Exception|Throwable)\s*\)",
)

INDEXER = Indexer(
    "kotlin",
    (".kt", ".kts"),
    "java",
    _parse,
    _resolve,
    scoping=Scoping(shared="package", spread="package", members_bare=True, extensions=True),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
