"""Go: packages are folders, methods belong to their receiver's type, embedding inherits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import tree_sitter_go
from tree_sitter import Node

from rlm_tui.repository.facts import FileFacts, ImportFact
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parse import Bound, Grammar, parse
from rlm_tui.repository.paths import Paths

_QUERY = """
(function_declaration) @def.function
(method_declaration) @def.function
(method_elem) @def.function
(type_spec type: (struct_type)) @def.struct
(type_spec type: (interface_type)) @def.interface
(type_spec) @def.type
(type_alias) @def.type
(source_file (const_declaration (const_spec) @def.constant))
(source_file (var_declaration (var_spec) @def.variable))
(source_file (var_declaration (var_spec_list (var_spec) @def.variable)))
(call_expression function: [(identifier) (selector_expression)] @call)
(call_expression function: (parenthesized_expression [(identifier) (selector_expression)] @call))
(call_expression function: (index_expression operand: [(identifier) (selector_expression)] @call))
(call_expression function: (type_instantiation_expression type: (_) @call))
(argument_list [(identifier) (selector_expression)] @use)
(literal_element [(identifier) (selector_expression)] @use)
(return_statement (expression_list [(identifier) (selector_expression)] @use))
(assignment_statement right: (expression_list [(identifier) (selector_expression)] @use))
(short_var_declaration right: (expression_list [(identifier) (selector_expression)] @use))
(field_declaration !name type: [(type_identifier) (qualified_type)] @inherit)
(field_declaration !name type: (generic_type type: (type_identifier) @inherit))
(interface_type (type_elem . [(type_identifier) (qualified_type)] @inherit .))
[(type_identifier) (qualified_type)] @type
(import_spec) @import
(field_declaration name: (field_identifier)) @bind
(short_var_declaration) @bind
(var_spec) @bind
(range_clause) @bind
(func_literal parameters: (parameter_list (parameter_declaration) @bind))
"""

_IMPORT = re.compile(r"([\w.]+\s+)?[\"`]([^\"`\n]*)[\"`]")
_OWNER = re.compile(r"func\s*\(\s*(?:(\w+)\s+)?\*?\s*(\w+)")
_MADE = re.compile(
    r"(\w+)(?:\s*,\s*\w+)*\s*:?=\s*(?:(&?)([A-Za-z_][\w.]*)(?:\[[^\]\n]*\])?([({])|new\(([\w.]+)\)|([A-Za-z_][\w.]*)\s*$)"
)
_ASSERTED = re.compile(r"(\w+)(?:\s*,\s*\w+)?\s*:?=[^\n]*\.\(([*\w.]+)\)\s*$")
_DECLARED = re.compile(r"(\w+(?:\s*,\s*\w+)*)\s+([*\[\]\w.]*(?:map\[[^\]]*\])?[*\w.\[\]]+)")
_RANGED = re.compile(r"\w+\s*,\s*(\w+)\s*:=\s*range\s+([\w.]+)\s*$")
_BASIC = frozenset(
    {"string", "int", "int64", "bool", "error", "byte", "nil", "true", "false", "uint64", "float64", "any", "make"}
)
_WORDS = """
append cap close complex copy delete imag len max min new panic print println real recover clear int8 int16
int32 uint uint8 uint16 uint32 uintptr float32 complex64 complex128 rune comparable iota
"""
_BUILTIN = _BASIC | frozenset(_WORDS.split())
_MAX_BINDING = 400
_RESULT_NAMES = re.compile(r"^\(\s*\w+\s+(?=[*\[\]A-Za-z])")


def _name_of(node: Node, text: str) -> tuple[str, str]:
    name = node.child_by_field_name("name")
    if not name:
        return "", ""
    owner = ""
    if node.type == "method_declaration":
        match = _OWNER.match(text, node.start_byte, name.start_byte)
        owner = match.group(2) if match else ""
    return text[name.start_byte : name.end_byte], owner


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    match = _IMPORT.match(text)
    if match:
        module = match.group(2)
        last = module.rpartition("/")[2]
        if re.fullmatch(r"v\d+", last) and "/" in module:
            last = module.split("/")[-2]
        alias = (match.group(1) or "").strip() or re.sub(r"^go-|\.v\d+$|-go$", "", last)
        dotted = alias == "."
        yield ImportFact(line, " ".join(text.split())[:200], module, (), "" if dotted else alias, False)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    end = min(end, start + _MAX_BINDING)
    match = _MADE.match(text, start, end)
    if match:
        name, _, made, bracket, new, copied = match.groups()
        if new or made == "new":
            yield name, new or made
        elif made and made not in _BASIC:
            yield name, f"{made}()" if bracket == "(" else made
        elif copied and copied not in _BASIC:
            yield name, f"={copied}"
        return
    match = _ASSERTED.match(text, start, end)
    if match:
        yield match.group(1), match.group(2)
    elif match := _RANGED.match(text, start, end):
        yield match.group(1), f"={match.group(2)}[]"
    elif (match := _DECLARED.match(text, start, end)) and match.group(2) not in _BASIC:
        for name in match.group(1).split(","):
            yield name.strip(), match.group(2)


def _parameters(signature: str) -> Iterable[Bound]:
    rest = signature
    owner = _OWNER.match(signature)
    if owner and signature.startswith(("func (", "func(")):
        if owner.group(1):
            yield owner.group(1), owner.group(2)
        rest = signature[signature.find(")") + 1 :]
    opened = rest.find("(")
    if opened < 0 or rest.startswith("type "):
        return
    depth, close = 0, len(rest)
    for index in range(opened, len(rest)):
        if rest[index] in "([":
            depth += 1
        elif rest[index] in ")]":
            depth -= 1
            if not depth:
                close = index
                break
    for match in _DECLARED.finditer(rest, opened + 1, close):
        if match.group(2) not in _BASIC:
            for name in match.group(1).split(","):
                yield name.strip(), match.group(2).lstrip(".")
    result = _RESULT_NAMES.sub("", rest[close + 1 :].strip()).strip("(").partition(",")[0].strip(") ")
    if result and result not in _BASIC:
        yield "return", result


GRAMMAR = Grammar(
    "go",
    tree_sitter_go.language,
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    builtin=_BUILTIN,
    package=re.compile(r"^package\s+(\w+)", re.MULTILINE),
)


def _parse(path: str, source: bytes) -> FileFacts:
    return parse(GRAMMAR, path, source)


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    paths = Paths.of(files)
    if "/" not in module and "." not in module:
        return ()  # a package of the standard library
    if module.startswith("."):
        return ()
    parts = module.split("/")
    if "." not in parts[0]:
        # no host name: the standard library, unless the repository's own module path has none either
        parts = [*parts] if len(parts) > 1 and paths.folders_ending("/".join(parts[1:])) else parts
    for start in range(len(parts)):
        folder = "/".join(parts[start:])
        if folder and start < len(parts):
            found = [f for f in paths.folders_ending(folder) if any(p.endswith(".go") for p in paths.within(f))]
            exact = [f for f in found if f == folder] or (found if start <= len(parts) - 2 else [])
            if exact:
                best = min(exact, key=lambda f: (f.count("/"), f))
                return tuple(p for p in paths.within(best) if p.endswith(".go") and not p.endswith("_test.go"))
    root = tuple(p for p in paths.within("") if p.endswith(".go") and not p.endswith("_test.go"))
    return root if root and "." in parts[0] and len(parts) <= 4 and _is_root(module, importer, paths) else ()


def _is_root(module: str, importer: str, paths: Paths) -> bool:
    """Guess whether an import without a matching folder is the repository's own root package."""
    name = module.rpartition("/")[2]
    return any(p.rpartition("/")[2] in {f"{name}.go", "doc.go"} for p in paths.within("")) and importer != ""


INDEXER = Indexer("go", (".go",), "go", _parse, _resolve)
