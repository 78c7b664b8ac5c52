"""Lua: modules that a file returns, tables as classes, `require "a.b"`, methods with `self`, LuaLS annotations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import QUOTED, SINGLE, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, nearest
from rlm_tui.repository.parsing.written import member

_QUERY = """
(function_declaration) @def.function
(assignment_statement (variable_list . name: (_) .) (expression_list . value: (function_definition) .)) @def.function
(field name: (identifier) value: (function_definition)) @def.function
(chunk (variable_declaration (assignment_statement) @def.variable))
(chunk (assignment_statement) @def.variable)
(function_call) @invoke
(arguments [(identifier) (dot_index_expression)] @use)
(field value: [(identifier) (dot_index_expression)] @use)
(return_statement (expression_list [(identifier) (dot_index_expression)] @use))
(assignment_statement (expression_list value: [(identifier) (dot_index_expression)] @use))
(chunk (variable_declaration (assignment_statement (expression_list value: (function_call name: (identifier) @_set
  arguments: (arguments (table_constructor (field name: (identifier) @_index value: (identifier) @inherit)))))))
  (#eq? @_set "setmetatable") (#eq? @_index "__index"))
(chunk (_ (assignment_statement (expression_list value: (function_call name: (method_index_expression
  table: (identifier) @inherit method: (identifier) @_extend))))) (#any-of? @_extend "extend" "subclass" "derive"))
(assignment_statement (expression_list . value: [(function_call) (identifier) (dot_index_expression)])) @bind
(assignment_statement (expression_list value: (function_call name: (identifier) @_require))
  (#any-of? @_require "require" "pcall")) @import
(chunk (function_call name: (identifier) @_require) @import (#any-of? @_require "require" "dofile"))
(chunk (return_statement) @import)
"""

_REQUIRED = re.compile(
    r"(?:([\w.,\s]+?)(?:\s*<\w+>)?\s*=\s*)?(?:pcall\s*\(\s*)?(require|dofile)\s*[(,]?\s*[\"']([^\"'\n]+)[\"']\s*\)?(.?)"
)
_IMPORTED = re.compile(r"[\w,\s]+(?:<\w+>)?\s*=\s*(?:pcall\s*\(\s*)?require\b")
_RETURNED = re.compile(r"return\s+(\w+)\s*;?$")
_SEVERAL = re.compile(r"([\w.]+(?:\s*,\s*[\w.]+)+)\s*=\s*([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)+)")
_ASSIGNED = re.compile(r"([\w.]+)\s*=\s*([A-Za-z_][\w.:]*)\s*([(\"'{]?)")
_TAG = re.compile(r"@(param|return|type)\s+(?:(\w+)\??\s+)?([A-Z_a-z][\w.]*)")
_NEW = re.compile(r"(?:\w+[.:])new(?:\s*=\s*function)?\s*\(")
_WORDS = """
print require pairs ipairs type tostring tonumber assert error pcall xpcall select next rawget rawset rawequal rawlen unpack
setmetatable getmetatable setfenv getfenv load loadstring loadfile dofile collectgarbage string table math io os debug coroutine
utf8 bit32 jit _G _VERSION _ENV arg package self nil true false describe it before_each after_each
"""
_BUILTIN = frozenset(_WORDS.split())
_BASIC = frozenset(
    {"string", "number", "boolean", "table", "integer", "any", "nil", "fun", "function", "self", "unknown", "true"}
)


def _name_of(node: Node, text: str) -> tuple[str, str]:
    name = node.child_by_field_name("name")
    if node.type == "assignment_statement":
        if _IMPORTED.match(text, node.start_byte, node.end_byte):
            return "", ""
        first = node.named_child(0)
        name = first.named_child(0) if first else None
    written = text[name.start_byte : name.end_byte].replace(":", ".").replace(" ", "") if name else ""
    if not written.replace(".", "").isidentifier():
        return "", ""
    owner, _, last = written.rpartition(".")
    return last, owner if owner not in ("self", "_G", "_M") else ""


def _split(whole: str) -> tuple[str, str]:
    name, receiver = member(whole.strip())
    return name, receiver.replace(":", ".")


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    """Read a `require`, which brings what its file returns, or is that file itself; and what this file returns."""
    written = " ".join(text.split())[:200]
    if text.startswith("return"):
        if match := _RETURNED.match(text):
            yield ImportFact(line, written, "", ((match.group(1), "default"),), "", True)
        return
    match = _REQUIRED.match(text)
    if not match:
        return
    targets, _, module, after = match.groups()
    alias = (targets or "").split(",")[-1 if "pcall" in text else 0].strip()
    if after in (".", ":", "(") or not alias.isidentifier():
        alias = ""
    yield ImportFact(line, written, module, (("default", alias),) if alias else (), alias, False)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    if several := _SEVERAL.fullmatch(text, start, end):
        names, values = (re.split(r"\s*,\s*", part) for part in several.groups())
        yield from zip(names, (f"={value}" for value in values), strict=False)
        return
    match = _ASSIGNED.match(text, start, end)
    if match and match.group(2) not in _BUILTIN:
        name, made, opened = match.groups()
        made = made.replace(":", ".")
        yield name, f"{made}()" if opened else f"={made}"


def _parameters(signature: str) -> Iterable[Bound]:
    if _NEW.search(signature):
        yield "return", "self"  # by convention `new` makes an object of its table


def _documented(doc: str, name: str) -> Iterable[Bound]:
    if "@" not in doc:
        return
    for tag, parameter, declared in _TAG.findall(doc):
        if declared in _BASIC:
            continue
        if tag == "param" and parameter:
            yield parameter, declared
        elif tag != "param":
            yield "return" if tag == "return" else name, declared


def _visibility(head: Head) -> str:
    if head.outer_start < 0 or head.kind == "method":
        return "public"
    return (
        "private"
        if head.text[max(0, head.start - 6) : head.start].startswith("local") or head.signature.startswith("local")
        else "public"
    )


GRAMMAR = Grammar(
    "lua",
    wheel("tree_sitter_lua"),
    _QUERY,
    _imports,
    name_of=_name_of,
    split=_split,
    bindings=_bindings,
    parameters=_parameters,
    documented=_documented,
    visibility=_visibility,
    comments=("--",),
    builtin=_BUILTIN,
)


def _parse(path: str, source: bytes) -> FileFacts:
    """Parse a file; a table that has functions or a base is a class, its functions are the methods."""
    facts = parse(GRAMMAR, path, source)
    tables = {
        s.qualified: index
        for index, s in reversed(list(enumerate(facts.symbols)))
        if s.kind in ("variable", "constant")
    }
    classes = {reference.scope for reference in facts.references if reference.kind == "inherit"}
    symbols = list(facts.symbols)
    for index, symbol in enumerate(symbols):
        owner = tables.get(symbol.qualified.rpartition(".")[0], -1)
        if owner < 0 or owner == index or symbol.scope not in (-1, owner):
            continue
        kind = "method" if symbol.kind == "function" else symbol.kind
        if kind == "method":
            classes.add(owner)
        symbols[index] = symbol._replace(kind=kind, scope=owner)
    for index in classes:
        if index in tables.values():
            symbols[index] = symbols[index]._replace(kind="class")
    return facts._replace(symbols=tuple(symbols))


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    paths = Paths.of(files)
    tail = module if module.endswith(".lua") else module.replace(".", "/")
    spellings = (tail,) if module.endswith(".lua") else (f"{tail}.lua", f"{tail}/init.lua")
    found = [path for spelling in spellings for path in paths.ending(spelling)]
    if "/" not in tail:  # a plain name is a file beside, or at the top of a source folder
        found = [
            path for path in found if path.removesuffix(spellings[0]).removesuffix(spellings[-1]) in _tops(importer)
        ]
    return nearest(found, importer)


def _tops(importer: str) -> tuple[str, ...]:
    return (importer.rpartition("/")[0] + "/", "", "src/", "lib/", "lua/")


_IDIOMS = Idioms(
    unread=rf"--\[\[.*?(?:\]\]|\Z)|--[^\n]*|{QUOTED}|{SINGLE}",
    decisions=r"\b(?:if|elseif|for|while|repeat|and|or)\b",
)

INDEXER = Indexer(
    "lua",
    (".lua",),
    "lua",
    _parse,
    _resolve,
    scoping=Scoping(magic=re.compile(r"__.*")),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
