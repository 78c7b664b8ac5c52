"""The imports and exports of a JavaScript or TypeScript module: what they bring, and how one comes or goes."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from rlm_tui.repository.patches.moving.pieces import Change, spliced, text_of

_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import binds as `local`: `name` of a module, "default", or "*" for all of it as one object.

    Of a re-export (`passed`), `local` is what it is called outside, "*" for everything. `module` is "" for an export of what the
    file has itself. `types` says that only a type comes. `node` is the specifier.
    """

    local: str
    module: str
    name: str
    types: bool
    passed: bool
    statement: Node
    node: Node


def brought(root: Node) -> list[Brought]:
    """Return what the imports and the re-exports at the top of a module bring, in order; exports of its own names, too."""
    found: list[Brought] = []
    for node in root.named_children:
        if node.type == "import_statement":
            found += _imported(node)
        elif node.type == "export_statement" and node.child_by_field_name("declaration") is None:
            found += _exported(node)
    return found


def _imported(node: Node) -> Iterator[Brought]:
    module, types = _module(node), _is_typed(node)
    clause = next((child for child in node.named_children if child.type == "import_clause"), None)
    for child in clause.named_children if clause is not None else ():
        if child.type == "identifier":
            yield Brought(text_of(child), module, "default", types, False, node, child)
        elif child.type == "namespace_import":
            yield Brought(text_of(child.named_children[-1]), module, "*", types, False, node, child)
        for one in child.named_children if child.type == "named_imports" else ():
            name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
            if name is not None:
                yield Brought(text_of(alias or name), module, text_of(name), types or _is_typed(one), False, node, one)


def _exported(node: Node) -> Iterator[Brought]:
    module, types = _module(node), _is_typed(node)
    for child in node.children:
        if child.type == "*":
            yield Brought("*", module, "*", types, True, node, child)
        elif child.type == "namespace_export":
            yield Brought(text_of(child.named_children[-1]), module, "*", types, True, node, child)
        for one in child.named_children if child.type == "export_clause" else ():
            name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
            if name is not None:
                yield Brought(text_of(alias or name), module, text_of(name), types or _is_typed(one), True, node, one)


def _module(node: Node) -> str:
    return text_of(node.child_by_field_name("source")).strip("\"'`")


def _is_typed(node: Node) -> bool:
    return any(child.type == "type" for child in node.children)


def specifiers(node: Node) -> list[Node]:
    """Return the names between the braces of an import or export."""
    waiting, found = list(reversed(node.named_children)), []
    while waiting:
        one = waiting.pop()
        if one.type in ("import_specifier", "export_specifier"):
            found.append(one)
        elif one.type in ("import_clause", "named_imports", "export_clause"):
            waiting.extend(reversed(one.named_children))
    return found


def without(text: bytes, one: Brought, module: str = "") -> Change:
    """Return the change that takes a name out of its statement; with `module`, it comes by one from there, right behind."""
    listed = specifiers(one.statement)
    start, end = one.statement.start_byte, one.statement.end_byte
    source = one.statement.child_by_field_name("source")
    alone = listed == [one.node] and not _has_default(one.statement)
    if alone and module and source is not None:
        return source.start_byte + 1, source.end_byte - 1, module
    if alone or one.node not in listed:
        last = text.find(b"\n", end)
        last = len(text) if last < 0 else last + 1
        return (start, last, "") if not text[end:last].strip(b"; \t\r\n") else (start, end, "")
    at = listed.index(one.node)
    first, last = (
        (one.node.start_byte, listed[at + 1].start_byte)
        if at + 1 < len(listed)
        else (listed[at - 1].end_byte if at else one.node.start_byte, one.node.end_byte)
    )
    if not module:
        return first, last, ""
    kept = (text[start:first] + text[last:end]).decode("utf-8", "replace")
    kept = re.sub(r",\s*\{\s*\}", "", kept)
    return start, end, f"{kept}\n{_written(text, one, module)}"


def _has_default(node: Node) -> bool:
    return any(child.type == "identifier" for part in node.named_children if part.type == "import_clause"
               for child in part.named_children)  # fmt: skip


def _written(text: bytes, one: Brought, module: str) -> str:
    """Return a statement that brings the same from another module."""
    word = "export" if one.passed else "import"
    types = " type" if _is_typed(one.statement) else ""
    source = text_of(one.statement.child_by_field_name("source"))
    end = ";" if text_of(one.statement).rstrip().endswith(";") else ""
    return f"{word}{types} {{ {text_of(one.node)} }} from {source[:1]}{module}{source[:1]}{end}"


def style_of(root: Node, others: Node | None = None) -> tuple[str, str]:
    """Return the quotation mark and the end of statements that a file uses, or those of another where it has none."""
    for node in (*root.named_children, *(others.named_children if others is not None else ())):
        if node.type in ("import_statement", "export_statement") and (source := node.child_by_field_name("source")):
            return text_of(source)[:1], ";" if text_of(node).rstrip().endswith(";") else ""
    whole = text_of(root) or (text_of(others) if others is not None else "")
    return ("'" if whole.count("'") >= whole.count('"') else '"'), (";" if ";\n" in whole else "")


def with_import(text: bytes, root: Node, item: tuple[str, str, str, bool], style: tuple[str, str]) -> bytes:
    """Return the text of a module with one more import (local, module, name, types) at its top, joined to one that fits."""
    local, module, name, types = item
    here = [one for one in brought(root) if not one.passed]
    if any((one.local, one.module, one.name) == (local, module, name) for one in here):
        return text
    written = name + (f" as {local}" if local != name else "")
    quote, end = style
    if name == "*":
        clause = f"* as {local}"
    elif name == "default":
        clause = local
    else:
        for one in here:
            fits = one.module == module and one.name not in ("*", "default") and _is_typed(one.statement) == types
            if fits and (change := _joined(text, one.statement, written)) is not None:
                return spliced(text, [change])
        clause = f"{{ {written} }}"
    line = f"import{' type' if types else ''} {clause} from {quote}{module}{quote}{end}\n"
    at, ended = head_end(text, root)
    gap = "\n" if not ended and text[at:].strip() and not text[at:].startswith(b"\n") else ""
    return spliced(text, [(at, at, f"{line}{gap}")])


def with_export(text: bytes, root: Node, name: str, module: str, types: bool, style: tuple[str, str]) -> bytes:
    """Return the text of a module that passes on a name of another one, behind its other exports of that kind."""
    quote, end = style
    last = [one.statement for one in brought(root) if one.passed and one.module]
    line = f"export {'type ' if types else ''}{{ {name} }} from {quote}{module}{quote}{end}\n"
    at = _next_line(text, last[-1].end_byte) if last else head_end(text, root)[0]
    return spliced(text, [(at, at, line)])


def _joined(text: bytes, statement: Node, written: str) -> Change | None:
    listed = specifiers(statement)
    if not listed:
        return None
    names = [text_of(one) for one in listed]
    at = bisect(names, written) if names == sorted(names) else len(names)
    lines = statement.start_point[0] != statement.end_point[0]
    if not lines and len(text_of(statement)) + len(written) + 2 > _WIDTH:
        return None
    first = listed[0].start_byte
    indent = text[text.rfind(b"\n", 0, first) + 1 : first].decode("utf-8", "replace")
    if lines and (indent.strip() or len({one.start_point[0] for one in listed}) != len(listed)):
        return None
    gap = f",\n{indent}" if lines else ", "
    if at < len(listed):
        return listed[at].start_byte, listed[at].start_byte, f"{written}{gap}"
    return listed[-1].end_byte, listed[-1].end_byte, f"{gap}{written}"


def head_end(text: bytes, root: Node) -> tuple[int, bool]:
    """Return the byte behind the last import at the top of a module, and whether there is one; else behind its first comment."""
    last, at = None, 0
    for node in root.named_children:
        if node.type == "import_statement":
            last = node
        elif node.type not in ("comment", "export_statement", "hash_bang_line", "expression_statement"):
            break
    if last is not None:
        return _next_line(text, last.end_byte), True
    for node in root.named_children:
        directive = (
            node.type == "expression_statement" and node.named_children and node.named_children[0].type == "string"
        )
        opens = node.type == "hash_bang_line" or directive or (node.type == "comment" and _is_license(text, node))
        if not opens:
            break
        at = _next_line(text, node.end_byte)
    return at, False


def _is_license(text: bytes, node: Node) -> bool:
    """Tell whether a comment at the top stands by itself, with a blank line behind it."""
    return not text[node.end_byte :].partition(b"\n")[2].partition(b"\n")[0].strip() or b"eslint" in (node.text or b"")


def _next_line(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end + 1
