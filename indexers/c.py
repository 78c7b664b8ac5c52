"""C, and what C++ shares with it: declarators, includes, macros."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import RETURNED, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, joined, nearest

SHARED_QUERY = """
(function_definition) @def.function
(struct_specifier name: (_) body: (_)) @def.struct
(union_specifier name: (_) body: (_)) @def.struct
(enum_specifier name: (_) body: (_)) @def.enum
(type_definition) @def.type
(preproc_function_def) @def.macro
(preproc_def value: (_)) @def.constant
(enumerator) @def.constant
(translation_unit (declaration declarator: (init_declarator)) @def.variable)
(call_expression function: [(identifier) (field_expression)] @call)
(call_expression function: (parenthesized_expression (identifier) @call))
(argument_list (identifier) @use)
(argument_list (pointer_expression argument: (identifier) @use))
(initializer_list (identifier) @use)
(initializer_pair value: (identifier) @use)
(init_declarator value: (identifier) @use)
(init_declarator value: (pointer_expression argument: (identifier) @use))
(assignment_expression right: (identifier) @use)
(return_statement (identifier) @use)
(binary_expression (identifier) @use)
(case_statement value: (identifier) @use)
(function_declarator declarator: (identifier) @use)
(type_identifier) @type
(preproc_include) @import
(declaration type: [(struct_specifier) (type_identifier)]) @bind
(field_declaration type: [(struct_specifier) (type_identifier)]) @bind
"""

_INCLUDE = re.compile(r"#\s*include\s*([<\"][^>\"\n]+[>\"])")
DECLARED = re.compile(
    r"(?:(?:static|const|extern|struct|mutable|inline|volatile|unsigned)\s+)*([\w:]+)(?:<[^;=()]*>)?[\s*&]+(\w+)"
)
PARAMETER = re.compile(
    r"(?<=[(,])\s*(?:(?:const|struct|volatile)\s+)*([\w:]+)(?:<[^()]*?>)?(?:\s+const)?[\s*&]+(\w+)\s*(?=[,)=\[])"
)
RESULT = re.compile(
    r"(?:(?:static|inline|const|extern|virtual|struct|constexpr|explicit)\s+)*([\w:]+)(?:<[^()]*>)?[\s*&]+[\w:~]+\s*\("
)
_RESERVED = """
void int char long short float double bool unsigned signed size_t ssize_t int8_t int16_t int32_t int64_t
uint8_t uint16_t uint32_t uint64_t uintptr_t intptr_t FILE NULL auto true false nullptr return const struct
std string this
"""
BASIC = frozenset(_RESERVED.split())


def name_of(node: Node, text: str) -> tuple[str, str]:
    """Follow the declarators down to the name; `A::b` is owned by `A`."""
    found = node.child_by_field_name("name")
    inner: Node | None = node
    for _ in range(12):
        if found or inner is None:
            break
        inner = inner.child_by_field_name("declarator") or next(
            (child for child in inner.named_children if child.type.endswith("declarator")), None
        )
        if inner is not None and inner.type.endswith(("identifier", "name")):
            found = inner
    if not found:
        return "", ""
    name = text[found.start_byte : found.end_byte]
    owner, _, last = name.rpartition("::")
    if not last.replace("~", "_").isidentifier() and not last.startswith("operator"):
        return "", ""
    owner = re.sub(r"<[^<>]*>", "", owner)
    return last, owner.rpartition("::")[2] if node.type == "function_definition" else ""


def imports(text: str, line: int) -> Iterable[ImportFact]:
    """Read an `#include`; system headers keep their angle brackets."""
    match = _INCLUDE.match(text)
    if match:
        written = match.group(1)
        yield ImportFact(
            line, f"#include {written}", written if written[0] == "<" else written.strip('"'), (), "", True
        )


def bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    """Read `T *x`, also as a field."""
    match = DECLARED.match(text, start, min(end, start + 200))
    if match and match.group(1) not in BASIC:
        yield match.group(2), match.group(1)


def parameters(signature: str) -> Iterable[Bound]:
    """Read the parameters and the result of a signature."""
    for match in PARAMETER.finditer(signature):
        if match.group(1) not in BASIC:
            yield match.group(2), match.group(1)
    result = RESULT.match(signature)
    if result and result.group(1) not in BASIC:
        yield "return", result.group(1)


def _visibility(head: Head) -> str:
    return "private" if head.signature.startswith("static ") and not head.outer_kind else "public"


GRAMMAR = Grammar(
    "c",
    wheel("tree_sitter_c"),
    SHARED_QUERY,
    imports,
    name_of=name_of,
    bindings=bindings,
    parameters=parameters,
    visibility=_visibility,
    builtin=BASIC,
)


def _parse(path: str, source: bytes) -> FileFacts:
    return parse(GRAMMAR, path, source)


def resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Find a header beside the importer, or the one whose path ends as written."""
    paths = Paths.of(files)
    system = module.startswith("<")
    name = module.strip('<>"').lstrip("/")
    beside = () if system else paths.first((joined(importer.rpartition("/")[0], name),))
    while name.startswith(("../", "./")):
        name = name.partition("/")[2]
    found = paths.ending(name) if name else []
    if system and "/" not in name:
        found = [path for path in found if f"include/{name}" in path]
    return beside or nearest(found, importer)


MAIN = r"^(?:(?:static|extern|int|void)\s+)*(?:int\s+)?w?main\s*\("
_RESERVED = """auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while"""
KEPT = frozenset(_RESERVED.split())
_IDIOMS = Idioms(
    main=MAIN,
    raising=RETURNED,
    kept=KEPT,
)

INDEXER = Indexer(
    "c",
    (".c",),
    "c",
    _parse,
    resolve,
    scoping=Scoping(shared="linked", spread="anywhere"),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
