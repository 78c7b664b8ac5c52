"""Rust: modules are files, `impl` blocks give types their methods, traits are inherited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import CHARACTER, RETURNED, SLASHES, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, field_name, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, nearest

from .rust_values import locals_of, standard, written

_QUERY = """
(function_item) @def.function
(function_signature_item) @def.function
(struct_item) @def.struct
(union_item) @def.struct
(enum_item) @def.enum
(trait_item) @def.trait
(type_item) @def.type
(const_item) @def.constant
(static_item) @def.constant
(enum_variant) @def.constant
(macro_definition) @def.macro
(mod_item body: (_)) @def.module
(impl_item) @scope
(impl_item trait: [(type_identifier) (scoped_type_identifier)] @inherit)
(impl_item trait: (generic_type type: [(type_identifier) (scoped_type_identifier)] @inherit))
(trait_item bounds: (trait_bounds [(type_identifier) (scoped_type_identifier)] @inherit))
(trait_bounds [(type_identifier) (scoped_type_identifier)] @type)
(call_expression function: [(identifier) (scoped_identifier) (field_expression)] @call)
(call_expression function: (generic_function function: [(identifier) (scoped_identifier) (field_expression)] @call))
(macro_invocation macro: [(identifier) (scoped_identifier)] @call)
(token_tree (identifier) @loose . (token_tree))
(struct_expression name: [(type_identifier) (scoped_type_identifier)] @use)
(arguments [(identifier) (scoped_identifier)] @use)
(field_initializer value: [(identifier) (scoped_identifier)] @use)
(let_declaration value: [(identifier) (scoped_identifier)] @use)
(match_pattern [(identifier) (scoped_identifier)] @use)
(tuple_struct_pattern type: (scoped_identifier) @use)
[(type_identifier) (scoped_type_identifier)] @type
(use_declaration) @import
(mod_item !body) @import
(let_declaration) @bind
(let_condition) @bind
(match_arm) @bind
(for_expression) @bind
(closure_expression) @bind
(field_declaration) @bind
(ordered_field_declaration_list) @bind
"""

_USE = re.compile(r"(pub(?:\([^)]*\))?\s+)?use\s+(.*?);?$", re.DOTALL)
_MOD = re.compile(r"(pub(?:\([^)]*\))?\s+)?mod\s+(\w+)")
_PARAMETER = re.compile(r"(?<=[(,])\s*(?:mut\s+)?(\w+)\s*:\s*((?:[^,()<>]|<(?:[^<>]|<[^<>]*>)*>)+)")
_BOUNDED = re.compile(r"(?:[<,]|\bwhere)\s*([A-Z]\w*)\s*:\s*(?:\?Sized\s*\+\s*)?(?:'\w+\s*\+\s*)?([A-Z][\w:]*)")
_RESULT = re.compile(r"->\s*(.+?)(?:\s+where\b.*)?$")
_IMPLEMENTED = re.compile(
    r"(?:unsafe )?impl\b(?:\s*<[^{]*?>\s)?(?:.*\bfor\b)?\s*([\w:]+<.*?>)\s*(?:where\b.*)?$", re.DOTALL
)
"""An `impl` block of a type with arguments: one type may have several."""
_WORDS = """
bool char str String u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 Self Some None Ok Err Option
Result Vec Box println format vec assert assert_eq panic write writeln matches unreachable todo debug_assert
eprintln T
"""
_BASIC = frozenset(_WORDS.split())
_TEST = re.compile(r"#\[(?:\w+::)*test\b|#\[cfg\(test\)\]")

_ATTRIBUTE = re.compile(r"#\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")


def _name_of(node: Node, text: str) -> tuple[str, str]:
    if node.type == "impl_item":
        kind = node.child_by_field_name("type")
        name = text[kind.start_byte : kind.end_byte].partition("<")[0] if kind else ""
        return name.lstrip("&").removeprefix("mut ").strip().rpartition("::")[2], ""
    return field_name(node, text)


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    written = " ".join(text.split())[:200]
    match = _MOD.match(text)
    if match:
        yield ImportFact(line, written, f"self::{match.group(2)}", (), match.group(2), bool(match.group(1)))
        return
    match = _USE.match(text)
    if match:
        exported = bool(match.group(1))
        for path, alias in _tree(
            "".join(re.sub(r"//[^\n]*", "", match.group(2)).split("\n")).replace(" as ", "@").replace(" ", ""), 0
        ):
            module, _, name = path.rpartition("::")
            if name == "*":
                yield ImportFact(line, written, module, (), "", exported)
            elif name == "self":
                last = module.rpartition("::")[2]
                yield ImportFact(line, written, module, (), alias or last, exported)
            else:
                yield ImportFact(line, written, module, ((name, alias or name),), "", exported)


def _tree(text: str, depth: int) -> Iterable[tuple[str, str]]:
    """Flatten `a::{b, c::{d, e@f}}` into paths with their aliases."""
    head, brace, rest = text.partition("{")
    if not brace or depth > 8:
        path, _, alias = head.strip(",").partition("@")
        if path:
            yield path, alias
        return
    level, piece = 0, ""
    for character in rest:
        if character == "}" and level == 0:
            break
        level += (character == "{") - (character == "}")
        if character == "," and level == 0:
            for path, alias in _tree(piece, depth + 1):
                yield head + path, alias
            piece = ""
        else:
            piece += character
    if piece:
        for path, alias in _tree(piece, depth + 1):
            yield head + path, alias


def _parameters(signature: str) -> Iterable[Bound]:
    if made := _IMPLEMENTED.match(signature):
        yield "<impl>", made.group(1)
    for match in _BOUNDED.finditer(signature):
        yield f"<{match.group(1)}>", match.group(2)
    for match in _PARAMETER.finditer(signature):
        yield match.group(1), match.group(2)
    result = _RESULT.search(signature)
    if result:
        yield "return", result.group(1)


def _marks_test(name: str, before: str) -> bool:
    return _TEST.search(before[before.rfind("}") + 1 :]) is not None


def _visibility(head: Head) -> str:
    if head.signature.startswith("pub("):
        return "internal"
    return "public" if head.signature.startswith("pub ") or head.outer_kind == "trait" else "private"


GRAMMAR = Grammar(
    "rust",
    wheel("tree_sitter_rust"),
    _QUERY,
    _imports,
    name_of=_name_of,
    local=locals_of,
    parameters=_parameters,
    marks_test=_marks_test,
    skipped=("#[",),
    decorator=_ATTRIBUTE,
    visibility=_visibility,
    builtin=_BASIC,
)


def _parse(path: str, source: bytes) -> FileFacts:
    return parse(GRAMMAR, path, source)


MANIFEST = "Cargo.toml"
_PACKAGE_NAME = re.compile(r"^\[package\][^\[]*?^name\s*=\s*\"([\w-]{1,100})\"", re.MULTILINE)
_LIBRARY_NAME = re.compile(r"^\[lib\][^\[]*?^name\s*=\s*\"([\w-]{1,100})\"", re.MULTILINE)


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    paths = Paths.of(files)
    parts = [part for part in module.split("::") if part]
    if not parts:
        return ()
    folder, _, name = importer.rpartition("/")
    own = folder if name in {"mod.rs", "lib.rs", "main.rs"} else f"{folder}/{name.removesuffix('.rs')}".lstrip("/")
    if parts[0] == "crate":
        return _module(paths, _crate_root(importer, paths), parts[1:])
    if parts[0] in {"self", "super"}:
        while parts and parts[0] in {"self", "super"}:
            own = own.rpartition("/")[0] if parts.pop(0) == "super" else own
        return _module(paths, own, parts)
    beside = f"{own}/{parts[0]}".lstrip("/")
    if paths.first((f"{beside}.rs", f"{beside}/mod.rs")):
        return _module(paths, own, parts)
    return _other_crate(paths, parts, importer)


def _crate_root(importer: str, paths: Paths) -> str:
    folder = importer.rpartition("/")[0]
    while folder and not paths.first((f"{folder}/lib.rs", f"{folder}/main.rs")):
        folder = folder.rpartition("/")[0]
    return folder


def package(manifest: str) -> str:
    """Return the name by which other crates know that of a Cargo.toml, "" for none."""
    named = _LIBRARY_NAME.search(manifest) or _PACKAGE_NAME.search(manifest)
    return named.group(1).replace("-", "_") if named else ""


def _other_crate(paths: Paths, parts: list[str], importer: str) -> tuple[str, ...]:
    roots = [f"{folder}/src".lstrip("/") for said, folder in paths.declaring(MANIFEST) if said == parts[0]]
    for root in nearest(roots, importer):
        return _module(paths, root, parts[1:])
    return ()


def _module(paths: Paths, folder: str, parts: Sequence[str]) -> tuple[str, ...]:
    """Find the file of a module; what names no file lies in the nearest file above it."""
    for length in range(len(parts), -1, -1):
        base = "/".join([part for part in (folder, *parts[:length]) if part])
        tried = (
            (f"{base}.rs", f"{base}/mod.rs")
            if length
            else (f"{base}/lib.rs", f"{base}/mod.rs", f"{base}/main.rs", f"{base}.rs")
        )
        found = paths.first(tried)
        if found:
            return found
        if length < len(parts) - 1:
            break
    return ()


_RESERVED = """
as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref
return self Self static struct super trait true type unsafe use where while abstract become box do final macro override priv
try typeof unsized virtual yield
"""
_IDIOMS = Idioms(
    unread=rf'{SLASHES}|r(#+)".*?(?:"\1|\Z)|r"[^"]*"|"(?:\\.|[^"\\])*"|{CHARACTER}',
    decisions=r"\b(?:if|for|while|loop)\b|&&|\|\||=>|\?(?=[;.)\s,])",
    main=r"^\s*(?:pub )?(?:async )?fn main\(\)",
    raising=RETURNED,
    breakpoints=r"\bdbg!\(",
    often_meant=True,
    prints=r"^\s*(?:e?println|print)!\(",
    skips=r"^\s*#\[ignore",
    kept=frozenset(_RESERVED.split()),
)

INDEXER = Indexer(
    "rust",
    (".rs",),
    "rust",
    _parse,
    _resolve,
    scoping=Scoping(spread="anywhere"),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
    standard=standard,
    written=written,
)
