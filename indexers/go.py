"""Go: packages are folders of a module, methods belong to their receiver's type, embedding inherits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import CHARACTER, DECISIONS, QUOTED, RETURNED, SLASHES, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths

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
[
  (argument_list (identifier) @use)
  (literal_element (identifier) @use)
  (return_statement (expression_list (identifier) @use))
  (assignment_statement right: (expression_list (identifier) @use))
  (short_var_declaration right: (expression_list (identifier) @use))
  (const_spec value: (expression_list (identifier) @use))
  (var_spec value: (expression_list (identifier) @use))
  (expression_case value: (expression_list (identifier) @use))
  (binary_expression (identifier) @use)
  (unary_expression (identifier) @use)
  (index_expression (identifier) @use)
  (array_type length: (identifier) @use)
]
(selector_expression) @use
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
    r"(\w+)(?:\s*,\s*\w+)*\s*:?=\s*(?:(&?)([A-Za-z_][\w.]*(?:\[[^\]\n]*\]\.[\w.]+)*)(?:\[[^\]\n]*\])?([({])"
    r"|new\(([\w.]+)\)|([A-Za-z_][\w.]*(?:\[[^\]\n]*\][\w.]*)*)\s*$)"
)
_INDEX = re.compile(r"\[[^\]\n]*\]")
_ASSERTED = re.compile(r"(\w+)(?:\s*,\s*\w+)?\s*:?=[^\n]*\.\(([*\w.]+)\)\s*$")
_DECLARED = re.compile(r"(\w+(?:\s*,\s*\w+)*)\s+([*\[\]\w.]*(?:map\[[^\]]*\])?[*\w.\[\]]+)")
_ELEMENTS = re.compile(r"(?:type\s+)?\w+\s+(?:\[\w*\]|map\[[^\]]*\])\s*(\S+)$")
_RANGED = re.compile(r"\w+\s*,\s*(\w+)\s*:=\s*range\s+([\w.]+)\s*$")
_BASIC = frozenset(
    {"string", "int", "int64", "bool", "error", "byte", "nil", "true", "false", "uint64", "float64", "any", "make"}
)
_WORDS = """
append cap close complex copy delete imag len max min new panic print println real recover clear int8 int16
int32 uint uint8 uint16 uint32 uintptr float32 complex64 complex128 rune comparable iota
"""
_BUILTIN = _BASIC | frozenset(_WORDS.split())
_STANDARD_FOLDERS = """
archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html
image index internal io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs
sync syscall testing text time unicode unique unsafe weak
"""
_STANDARD = frozenset(_STANDARD_FOLDERS.split())
"""First parts of the standard library's packages: no module of anybody else begins with one."""
_MODULE_FILE = "go.mod"
_MODULE = re.compile(rb"^\s*module\s+[\"`]?([\w.~/-]{1,500})", re.MULTILINE)
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
            yield name, f"{_INDEX.sub('[]', made)}()" if bracket == "(" else made
        elif copied and copied not in _BASIC:
            yield name, f"={_INDEX.sub('[]', copied)}"
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
    if (elements := _ELEMENTS.match(signature)) and elements.group(1) not in _BASIC:
        yield "[]", elements.group(1)
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


def _visibility(head: Head) -> str:
    return "public" if head.name[:1].isupper() else "internal"


GRAMMAR = Grammar(
    "go",
    wheel("tree_sitter_go"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    visibility=_visibility,
    builtin=_BUILTIN,
    package=re.compile(r"^package\s+(\w+)", re.MULTILINE),
)


def _parse(path: str, source: bytes) -> FileFacts:
    if path.rpartition("/")[2] != _MODULE_FILE:
        return parse(GRAMMAR, path, source)
    declared = _MODULE.search(source)
    name = declared.group(1).decode() if declared else ""
    return FileFacts("text", source.count(b"\n") + 1, name, False, False, (), (), (), ())


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Look into the modules of this repository; without their names, a folder must be what the import ends with."""
    paths = Paths.of(files)
    parts = module.split("/")
    own = paths.declaring(_MODULE_FILE)
    for name, folder in own:
        if f"{module}/".startswith(f"{name}/"):
            inside = [part for part in (folder, module[len(name) + 1 :]) if part]
            if found := _sources("/".join(inside), paths):
                return found
    if parts[0] in _STANDARD or (own and "." not in parts[0]) or module.startswith("."):
        return ()
    # vendored, or a GOPATH
    whole = sorted(paths.folders_ending(module), key=lambda folder: (folder.count("/"), folder))
    ends = [] if own else ["/".join(parts[start:]) for start in range(1, len(parts))]
    return next((found for folder in (*whole, *ends) if (found := _sources(folder, paths))), ())


def _sources(folder: str, paths: Paths) -> tuple[str, ...]:
    return tuple(path for path in paths.within(folder) if path.endswith(".go") and not path.endswith("_test.go"))


_RESERVED = """
break case chan const continue default defer else fallthrough for func go goto if import interface map package range return
select struct switch type var
"""
_IDIOMS = Idioms(
    unread=rf"{SLASHES}|{QUOTED}|{CHARACTER}|`[^`]*`",
    decisions=DECISIONS,
    main=r"^func main\(\)",
    raising=RETURNED,
    prints=r"^\s*fmt\.Print(?:ln|f)?\(",
    skips=r"\bt\.Skip(?:f|Now)?\(",
    kept=frozenset(_RESERVED.split()),
)

INDEXER = Indexer(
    "go",
    (".go",),
    "go",
    _parse,
    _resolve,
    (_MODULE_FILE,),
    Scoping(shared="folder", spread="folder", structural=True),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
