"""The import statements of a Python file: what they bring, and how one comes or goes."""

from __future__ import annotations

import re
import sys
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tree_sitter import Node

from rlm_tui.repository.patches.moving.pieces import spliced, text_of

Where = Literal["top", "types", "block", "inner"]
"""At the top of the file; there below `if TYPE_CHECKING:`; in another block there; in a function or class."""
_GUARD = re.compile(rb"if\s+(?:\w+\.)?TYPE_CHECKING\s*:")
_STATEMENTS = ("import_statement", "import_from_statement", "future_import_statement")
_WIDTH = 100
_FUTURE = "__future__"


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import binds as `local`: `name` of a module, or ("") the module itself; "*" is everything.

    `import a.b` binds `a`. `node` is that of the name in the statement.
    """

    local: str
    module: str
    name: str
    where: Where
    statement: Node
    node: Node


def brought(root: Node) -> list[Brought]:
    """Return all that the imports of a file bring, in order."""
    found: list[Brought] = []
    waiting: list[tuple[Node, Where]] = [(root, "top")]
    while waiting:
        node, where = waiting.pop()
        if node.type in _STATEMENTS:
            found += _read(node, where)
            continue
        inner: Where = where
        if node.type in ("function_definition", "class_definition", "lambda"):
            inner = "inner"
        elif where == "top" and node.type in ("if_statement", "try_statement", "with_statement", "for_statement"):
            inner = "types" if _GUARD.match(node.text or b"") else "block"
        waiting += [(child, inner) for child in reversed(node.named_children)]
    return sorted(found, key=lambda one: one.node.start_byte)


def _read(node: Node, where: Where) -> Iterator[Brought]:
    module = node.child_by_field_name("module_name")
    written = _FUTURE if node.type == "future_import_statement" else "".join(text_of(module).split()) if module else ""
    for child in node.children:
        if child.type == "wildcard_import":
            yield Brought("*", written, "*", where, node, child)
    for child in node.children_by_field_name("name"):
        inner, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
        name = text_of(inner or child)
        if written:
            yield Brought(text_of(alias) if alias else name, written, name, where, node, child)
        else:
            yield Brought(text_of(alias) if alias else name.partition(".")[0], name, "", where, node, child)


def statement(local: str, module: str, name: str) -> str:
    """Return the import that binds `local`."""
    if name:
        return f"from {module} import {name}" + (f" as {local}" if local != name else "")
    return f"import {module}" + (f" as {local}" if local != module.partition(".")[0] else "")


def without(text: bytes, one: Brought, instead: str = "") -> tuple[int, int, str]:
    """Return the change that takes a name out of its statement; `instead` comes where the statement has others, too, or goes."""
    others = [child for child in one.statement.children_by_field_name("name") if child != one.node]
    start, end = one.statement.start_byte, one.statement.end_byte
    if not others and instead:
        return start, end, instead
    if not others:
        node = _alone(one.statement)
        return _whole_lines(text, node.start_byte, node.end_byte)
    names = one.statement.children_by_field_name("name")
    at = names.index(one.node)
    first, last = (
        (one.node.start_byte, names[at + 1].start_byte)
        if at + 1 < len(names)
        else (names[at - 1].end_byte, one.node.end_byte)
    )
    if not instead:
        return first, last, ""
    indent = text[text.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")
    kept = (text[start:first] + text[last:end]).decode("utf-8", "replace")
    return start, end, f"{kept}\n{indent}{instead}"


def _alone(node: Node) -> Node:
    """Return a statement, or the `if` that holds nothing else."""
    block = node.parent
    around = block.parent if block is not None else None
    if block is None or around is None or block.type != "block" or block.named_child_count > 1:
        return node
    return around if around.type == "if_statement" and around.child_by_field_name("alternative") is None else node


def _whole_lines(text: bytes, start: int, end: int) -> tuple[int, int, str]:
    """Return the change by which a statement goes, with its line where it stands alone on it."""
    first = text.rfind(b"\n", 0, start) + 1
    last = text.find(b"\n", end)
    last = len(text) if last < 0 else last + 1
    alone = not text[first:start].strip() and re.fullmatch(rb"\s*(?:#[^\n]*)?\n?", text[end:last])
    if not alone:
        return start, end, "pass"
    above = text.rfind(b"\n", 0, max(0, first - 1)) + 1
    twice = not text[above:first].strip()
    while twice and last < len(text) and not text[last : _next_line(text, last)].strip():
        last = _next_line(text, last)  # blank lines that would stand twice
    return first, last, ""


def with_import(
    text: bytes, root: Node, local: str, module: str, name: str, *, types: bool = False, unused: bool = False
) -> bytes:
    """Return the text of a file with one more import at its top, in a statement that is there where one fits.

    With `types`, it is put below `if TYPE_CHECKING:`; with `unused`, linters are told that it is meant for others.
    """
    here = [one for one in brought(root) if one.where in (("types",) if types else ("top",))]
    if any((one.local, one.module, one.name) == (local, module, name) for one in here):
        return text
    written = name + (f" as {local}" if local != name else "")
    for one in here if name and not unused else ():
        if one.module != module or one.name in ("", "*"):
            continue
        if (change := _joined(text, one.statement, written)) is not None:
            return spliced(text, [change])
    line = statement(local, module, name) + ("  # noqa: F401" if unused else "")
    if types:
        return _guarded(text, root, here, line)
    at, before, after = _place(text, root, module)
    return spliced(text, [(at, at, f"{before}{line}\n{after}")])


def _joined(text: bytes, statement_node: Node, written: str) -> tuple[int, int, str] | None:
    names = statement_node.children_by_field_name("name")
    listed = [text_of(one) for one in names]
    at = bisect(listed, written) if listed == sorted(listed) else len(listed)
    lines = statement_node.start_point[0] != statement_node.end_point[0]
    line_end = text.find(b"\n", statement_node.start_byte)
    width = (len(text) if line_end < 0 else line_end) - statement_node.start_byte
    if not lines and width + len(written) + 2 > _WIDTH:
        return None
    own = lines and len({one.start_point[0] for one in names}) == len(names)
    first = names[0].start_byte
    indent = text[text.rfind(b"\n", 0, first) + 1 : first].decode("utf-8", "replace")
    if lines and (not own or indent.strip()):
        return None
    gap = f",\n{indent}" if own and lines else ", "
    if at < len(names):
        return names[at].start_byte, names[at].start_byte, f"{written}{gap}"
    return names[-1].end_byte, names[-1].end_byte, f"{gap}{written}"


def head_end(root: Node) -> Node | None:
    """Return the last import at the top of a file that comes before its definitions, in a block or not; None without any."""
    last = None
    for node in root.named_children:
        if node.type in ("function_definition", "class_definition", "decorated_definition"):
            break
        if node.type in _STATEMENTS:
            last = node
    return last


def _place(text: bytes, root: Node, module: str) -> tuple[int, str, str]:
    """Return where a new import goes, and what comes before and after it: among those of its kind."""
    before, behind, end = None, None, head_end(root)
    for node in root.named_children if end else ():
        if node.type in _STATEMENTS and module != _FUTURE:
            if _group(_module(node)) <= _group(module):
                before = node
            else:
                behind = behind or node
        if node == end:
            break
    if before is not None:
        at = _next_line(text, before.end_byte)
        ended = "" if text[at - 1 : at] == b"\n" else "\n"
        return at, ended + ("\n" if _group(_module(before)) < _group(module) else ""), ""
    if behind is not None:
        return behind.start_byte, "", "\n"
    return _beginning(text, root)


def _module(statement_node: Node) -> str:
    if statement_node.type == "future_import_statement":
        return _FUTURE
    return text_of(statement_node.child_by_field_name("module_name") or statement_node.child_by_field_name("name"))


def _group(module: str) -> int:
    """Return how late among the imports one of a module usually stands."""
    if module == _FUTURE:
        return 0
    return 3 if module.startswith(".") else 1 if module.partition(".")[0] in sys.stdlib_module_names else 2


def _beginning(text: bytes, root: Node) -> tuple[int, str, str]:
    """Return where the first import of a file goes: after what its first lines say, and its docstring."""
    at = 0
    for node in root.children:
        string = node.type == "expression_statement" and node.named_children and node.named_children[0].type == "string"
        if node.type == "comment" and node.start_point[0] == text.count(b"\n", 0, at) and not string:
            at = _next_line(text, node.end_byte)
        elif string and not text[at : node.start_byte].strip():
            return _next_line(text, node.end_byte), "\n", ""
        else:
            break
    rest = text[at:]
    if not rest.strip() or rest.startswith(b"\n"):
        return at, "\n" if at else "", ""
    return at, "\n" if at else "", "\n\n" if re.match(rb"(?:async\s+)?def |class |@", rest) else "\n"


def _guarded(text: bytes, root: Node, here: list[Brought], line: str) -> bytes:
    if here:
        last = here[-1].statement
        indent = text[text.rfind(b"\n", 0, last.start_byte) + 1 : last.start_byte].decode("utf-8", "replace")
        at = _next_line(text, last.end_byte)
        return spliced(text, [(at, at, f"{indent}{line}\n")])
    end = head_end(root)
    at = _next_line(text, end.end_byte) if end else _beginning(text, root)[0]
    return spliced(text, [(at, at, f"\nif TYPE_CHECKING:\n    {line}\n")])


def _next_line(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end + 1


def loaded(path: str, root: Node, leads: Callable[[str], Sequence[str]], has: Callable[[str], bool]) -> set[str]:
    """Return the files that load as a file is loaded: what it imports outside of functions, and the packages around that.

    `leads` finds the files of an import; `has` tells whether there is a file.
    """
    found: set[str] = set()
    for one in brought(root):
        if one.where not in ("top", "block"):
            continue
        targets = leads(one.module)
        if one.name not in ("", "*"):
            targets = leads(one.module + ("" if one.module.endswith(".") else ".") + one.name) or targets
        found.update(targets)
    for target in list(found):
        folder = target.rpartition("/")[0]
        while folder and has(f"{folder}/__init__.py") and not path.startswith(f"{folder}/"):
            found.add(f"{folder}/__init__.py")
            folder = folder.rpartition("/")[0]
    return found - {path}
