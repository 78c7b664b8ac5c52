"""Every further language of tree-sitter-language-pack, where that is installed: definitions found by the names of their nodes.

Outline level: no uses, no imports, no types. The extra `[all-languages]` brings the package; without it this adds nothing.
"""

from __future__ import annotations

import importlib
import re
from functools import cache, partial
from importlib.util import find_spec

from tree_sitter import Language, Node

from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.grammar import Grammar
from rlm_tui.repository.parsing.parse import parse

_PACKAGE = "tree_sitter_language_pack"
_SUFFIXES = {
    "actionscript": ".as", "ada": ".adb .ads", "apex": ".cls", "asm": ".asm .s", "bicep": ".bicep", "cairo": ".cairo",
    "capnp": ".capnp", "clojure": ".clj .cljs .cljc", "cuda": ".cu .cuh", "dart": ".dart", "elm": ".elm",
    "erlang": ".erl .hrl", "fish": ".fish", "fortran": ".f90 .f95 .f03 .f08", "fsharp": ".fs .fsx", "gdscript": ".gd",
    "gleam": ".gleam", "glsl": ".glsl .vert .frag", "graphql": ".graphql .gql", "groovy": ".groovy .gradle",
    "hare": ".ha", "haskell": ".hs", "haxe": ".hx", "hlsl": ".hlsl", "julia": ".jl", "luau": ".luau", "nim": ".nim",
    "objc": ".m .mm", "ocaml": ".ml", "ocaml_interface": ".mli", "odin": ".odin", "pascal": ".pas", "pony": ".pony",
    "powershell": ".ps1 .psm1", "prisma": ".prisma", "proto": ".proto", "purescript": ".purs", "r": ".r .R",
    "smithy": ".smithy", "solidity": ".sol", "starlark": ".bzl .star", "tcl": ".tcl", "thrift": ".thrift",
    "verilog": ".sv .svh", "vhdl": ".vhd .vhdl", "vim": ".vim", "wgsl": ".wgsl", "zig": ".zig",
}  # fmt: skip
_KINDS = {
    "function": "function func fun method procedure proc subroutine subprogram rpc task predicate value",
    "class": "class object actor contract service library entity",
    "struct": "struct record message data adt newtype",
    "enum": "enum", "interface": "interface protocol", "trait": "trait", "macro": "macro",
    "module": "module namespace package", "type": "type", "constant": "const constant",
}  # fmt: skip
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_DEFINITION = re.compile(
    r"(?!end_|enum_value)(?:[a-z]+_)*?(" + "|".join(sorted(_KIND_OF, key=len, reverse=True)) + r")"
    r"(?:_type)?((?:_(?:definition|declaration|item|statement|decl|def|spec|signature|body_declaration))?)"
)
_IDENTIFIER = re.compile(r"(?:\w+_)?(?:identifier|name|word|symbol)|variable|IDENTIFIER", re.IGNORECASE)


def _load(name: str) -> object:
    made: object = importlib.import_module(_PACKAGE).get_binding(name)
    return made


def _named(node: Node, kind: str, loose: bool) -> Node | None:
    """Return the child that names a node: its field, `KIND_name`, or (`loose`) the first that looks like an identifier."""
    name = node.child_by_field_name("name")
    if name is not None:
        return name if name.is_named else None
    children = node.named_children
    return next((c for c in children if c.type == f"{kind}_name" or (loose and _IDENTIFIER.fullmatch(c.type))), None)


def _name_of(node: Node, text: str) -> tuple[str, str]:
    matched = _DEFINITION.fullmatch(node.type)
    name = _named(node, node.type, bool(matched and matched.group(2)))
    if name is None and matched and matched.group(2):  # in a header, or in the first clause
        inner = (_named(child, node.type, True) for child in node.named_children[:1])
        name = next((found for found in inner if found), None)
    written = text[name.start_byte : name.end_byte] if name else ""
    return (written.strip("'\"`") if "\n" not in written else ""), ""


@cache
def _grammar(name: str) -> Grammar:
    """Return the grammar of a language of the pack, with a query for those of its nodes that are named like definitions."""
    load = partial(_load, name)
    language = Language(load())
    patterns: list[str] = []
    for index in range(language.node_kind_count):
        kind = language.node_kind_for_id(index) or ""
        match = _DEFINITION.fullmatch(kind)
        if match and language.node_kind_is_named(index) and language.node_kind_is_visible(index):
            patterns.append(f"({kind}) @def.{_KIND_OF[match.group(1)]}")
    return Grammar(name, load, "\n".join(dict.fromkeys(patterns)), _no_imports, name_of=_name_of)


def _no_imports(_text: str, _line: int) -> tuple[()]:
    return ()


def _parse(name: str, path: str, source: bytes) -> FileFacts:
    return parse(_grammar(name), path, source)


INDEXERS = tuple(
    Indexer(name, tuple(suffixes.split()), name, partial(_parse, name))
    for name, suffixes in (_SUFFIXES.items() if find_spec(_PACKAGE) else ())
)
