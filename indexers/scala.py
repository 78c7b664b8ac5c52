"""Scala 2 and 3: nested packages, imports with selectors and renamings, companions, methods called by their name alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import CHARACTER, DECISIONS, QUOTED, SLASHES, TRIPLE, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import ANNOTATION, public_unless_stated
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths
from rlm_tui.repository.parsing.written import member

_QUERY = """
(class_definition) @def.class
(object_definition) @def.class
(trait_definition) @def.trait
(enum_definition) @def.enum
(package_object) @def.module
(function_definition) @def.function
(function_declaration) @def.function
(type_definition) @def.type
(simple_enum_case) @def.constant
(full_enum_case) @def.constant
(given_definition name: (_)) @def.variable
(compilation_unit [(val_definition) (var_definition)] @def.variable)
(template_body [(val_definition) (var_definition) (val_declaration) (var_declaration)] @def.variable)
(class_definition "case" class_parameters: (class_parameters (class_parameter) @def.variable))
(class_parameter ["val" "var"]) @def.variable
(call_expression function: [(identifier) (field_expression)] @call)
(call_expression function: (generic_function function: [(identifier) (field_expression)] @call))
(instance_expression . [(type_identifier) (stable_type_identifier)] @call)
(instance_expression . (generic_type type: [(type_identifier) (stable_type_identifier)] @call))
(field_expression) @use
(field_expression value: (identifier) @use)
(arguments (identifier) @use)
(infix_expression [(identifier) (field_expression)] @use .)
(infix_expression left: (identifier) @use)
(val_definition value: (identifier) @use)
(function_definition body: (identifier) @use)
(block (identifier) @use)
(case_clause body: (identifier) @use)
(case_class_pattern type: [(type_identifier) (stable_type_identifier)] @use)
[(type_identifier) (stable_type_identifier)] @type
(extends_clause [(type_identifier) (stable_type_identifier)] @inherit)
(extends_clause (generic_type type: [(type_identifier) (stable_type_identifier)] @inherit))
(extends_clause (compound_type [(type_identifier) (stable_type_identifier)] @inherit))
(extends_clause (compound_type (generic_type type: [(type_identifier) (stable_type_identifier)] @inherit)))
(import_declaration) @import
[(val_definition) (var_definition) (val_declaration) (var_declaration)] @bind
(class_parameter) @bind
(typed_pattern) @bind
(lambda_expression parameters: (bindings (binding type: (_)) @bind))
"""

_CLAUSE = re.compile(r"([\w.`]+?)\.?(?:(\{[^}]*\})|([_*]|given\b)|(?=,|$))(?:\s+as\s+(\w+))?\s*(?:,\s*|$)")
_SELECTOR = re.compile(r"(\w+|\*)(?:\s*(?:=>|\bas\b)\s*(\w+))?")
_TYPE = r"(?:=>\s*)?([\w.]+(?:\[[^\n()={}]*\])?)"
_DECLARED = re.compile(
    r"(?:@[\w.]+(?:\([^()]*\))?\s*|(?!val\b|var\b)[a-z]+(?:\[\w+\])?\s+)*(?:val|var)\s+(\w+)\s*(?::\s*"
    + _TYPE
    + r"|=\s*)"
)
_NAMED = re.compile(r"\(?\s*(\w+)\s*:\s*" + _TYPE)
_PARAMETER = re.compile(
    r"(?<=[(,])\s*(?:(?:implicit|using|inline)\s+)?(\w+)\s*:\s*" + _TYPE.replace(r"[^\n()={}]*", r"[^()=]*?")
)
_RESULT = re.compile(r"(?:\)|\bdef\s+\w+(?:\[[^()=]*?\])?)\s*:\s*([\w.]+(?:\[[^=]*\])?)$")
_ARGUMENTS = re.compile(r"\[[^\[\]\n]*\]")
_NO_EXPRESSION = re.compile(r"[\"'\d({!-]|(?:null|true|false|if|match|try|for|throw)\b")
_PACKAGE = re.compile(r"^[ \t]*package[ \t]+(?!object\b)([\w.]+)", re.MULTILINE)
_WORDS = """
Int Long Short Byte Float Double Boolean Char String Unit Any AnyRef AnyVal Nothing Null Array Throwable Exception
List Map Set Seq Vector Option Some None Either Left Right Iterable Function1 Function2 implicitly this super Nil
println require assert identity A B C D E F G H I K M N R S T U V W X Y Z
"""
_BASIC = frozenset(_WORDS.split())
_UNTYPED = _BASIC - {"Option", "Some"}
_MAX_BINDING = 300


def _name_of(node: Node, text: str) -> tuple[str, str]:
    name = node.child_by_field_name("name") or node.child_by_field_name("pattern")
    if name is None and node.type == "class_parameter":
        name = next((child for child in node.named_children if child.type == "identifier"), None)
    if name is None or name.type == "tuple_pattern":
        return "", ""
    return text[name.start_byte : name.end_byte].strip("`"), ""


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    written = " ".join(text.split())
    for match in _CLAUSE.finditer(written.removeprefix("import").strip()):
        module, selectors, every, alias = match.groups()
        module = module.replace("`", "")
        last = module.rpartition(".")[2]
        if every:
            yield ImportFact(line, written[:200], module, (), "", False)
        elif not selectors:
            yield ImportFact(line, written[:200], module, ((last, alias or last),), "", False)
        for chosen in _SELECTOR.finditer(selectors or ""):
            name, renamed = chosen.groups()
            if name in {"_", "*", "given"}:
                yield ImportFact(line, written[:200], module, (), "", False)
            elif renamed != "_":
                yield ImportFact(line, written[:200], f"{module}.{name}", ((name, renamed or name),), "", False)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    end = min(end, start + _MAX_BINDING)
    match = _DECLARED.match(text, start, end)
    if not match:
        if (match := _NAMED.match(text, start, end)) and match.group(2).partition("[")[0] not in _UNTYPED:
            yield match.group(1), match.group(2)
        return
    name, kind = match.groups()
    if kind:
        if kind.partition("[")[0] not in _UNTYPED:
            yield name, kind
        return
    expression = text[match.end() : end].partition("\n")[0].strip()
    for _nested in range(3):
        expression = _ARGUMENTS.sub("", expression)
    if not _NO_EXPRESSION.match(expression) and (made := member(f"{expression}.x")[1]):
        yield name, f"={made}"


def _parameters(signature: str) -> Iterable[Bound]:
    if "def " not in signature:
        return
    for match in _PARAMETER.finditer(signature):
        if match.group(2).partition("[")[0] not in _UNTYPED:
            yield match.group(1), match.group(2)
    if (result := _RESULT.search(signature)) and result.group(1).partition("[")[0] not in _UNTYPED:
        yield "return", result.group(1)


GRAMMAR = Grammar(
    "scala",
    wheel("tree_sitter_scala"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    decorator=ANNOTATION,
    visibility=public_unless_stated,
    builtin=_BASIC,
)


def _parse(path: str, source: bytes) -> FileFacts:
    declared = _PACKAGE.findall(source.decode("latin-1"))
    return parse(GRAMMAR, path, source)._replace(package=".".join(declared))


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Return the files of the longest package that `module` begins with, named from the root or from a package around."""
    paths = Paths.of(files)
    module = module.removeprefix("_root_.")
    around = paths.declared(importer).split(".")
    parts = module.split(".")
    for cut in range(len(parts), 0, -1):
        package = ".".join(parts[:cut])
        for depth in range(len(around), -1, -1):
            if found := paths.packaged(".".join([*around[:depth], package])):
                return tuple(path for path in found if path.endswith((".scala", ".sc")))
    return ()


_IDIOMS = Idioms(
    unread=f"{SLASHES}|{TRIPLE}|{QUOTED}|{CHARACTER}",
    decisions=DECISIONS,
    main=r"\bextends (?:IO)?App\b|@main\b",
    broad=r"\bcase\s+_\s*:\s*Throwable\b",
)

INDEXER = Indexer(
    "scala",
    (".scala", ".sc"),
    "scala",
    _parse,
    _resolve,
    scoping=Scoping(
        shared="packages", members_bare=True, constructors=frozenset({"this", "apply"}), called_by_name=True
    ),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
