"""Moves definitions between the files of a Go package: nothing that uses them changes, but for the imports of the two files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from rlm_tui.repository.patches.moving.job import Job
from rlm_tui.repository.patches.moving.pieces import Change, Piece, cut, needs, spliced, syntax_of, text_of
from rlm_tui.repository.patches.moving.placing import is_short, put

_TAGS = re.compile(rb"^//(?:go:build|\s*\+build)[^\n]*", re.MULTILINE)
_FOR = re.compile(
    r"_(?:aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9|solaris|wasip1|windows|386|amd64|arm|"
    r"arm64|loong64|mips\w*|ppc64\w*|riscv64|s390x|wasm)(?=[_.])"
)
_VERSION = re.compile(r"v\d+")


@dataclass(frozen=True, slots=True)
class _Imported:
    """A package that a file imports: how it is called there, and whether that is written; `node` is that of its line."""

    name: str
    path: str
    written: bool
    node: Node


class GoMove:
    """One move; `rewrite` returns the new texts by path, and raises `ValueError` for what cannot be moved."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._target_text = job.read(job.target)
        self._target_root = job.parsed(job.target, self._target_text)

    def rewrite(self) -> dict[str, bytes]:
        """Return the texts of the two files."""
        job = self._job
        self._refuse()
        wanted = self._wanted()
        text = self._target_text
        if not text.strip():
            tags = b"\n".join(_TAGS.findall(job.text))
            text = (tags + b"\n\n" if tags else b"") + b"package " + _package(job.root).encode() + b"\n"
        for item in wanted:
            text = _with_import(text, job.parsed(job.target, text), item)
        body = "\n\n".join(job.text[piece.start : piece.end].decode("utf-8", "replace") for piece in job.pieces)
        text = spliced(text, [put(text, self._place(text), body, "\n\n")])
        left = spliced(job.text, cut(job.text, job.pieces))
        for item in _imports(job, job.parsed(job.source, job.text)):
            left = self._tidied(left, item)
        return {job.source: left, job.target: text}

    def _refuse(self) -> None:
        job = self._job
        if job.source.rpartition("/")[0] != job.target.rpartition("/")[0]:
            raise ValueError(
                f"{job.target} is of another package: its users would need other names, and what is not exported could not go; "
                f"definitions of Go are moved within {job.source.rpartition('/')[0] or 'their folder'}"
            )
        ours, theirs = (
            _package(job.root),
            _package(self._target_root) if self._target_text.strip() else _package(job.root),
        )
        if ours != theirs or job.source.endswith("_test.go") != job.target.endswith("_test.go"):
            raise ValueError(
                f"{job.source} and {job.target} are not built together: one is of package {ours}, or a test"
            )
        tags = [sorted(_TAGS.findall(text)) for text in (job.text, self._target_text or job.text)]
        marks = [_FOR.findall(path) for path in (job.source, job.target)]
        if tags[0] != tags[1] or marks[0] != marks[1]:
            raise ValueError(
                f"{job.source} and {job.target} are not built for the same systems: their build constraints differ"
            )
        names = {item.name for item in _imports(job, self._target_root)}
        for piece in job.pieces:
            if piece.symbol.name in names and piece.symbol.kind != "method":
                raise ValueError(f"{job.target} imports a package that is called {piece.symbol.name}, too")
            if piece.symbol.name == "init":
                raise ValueError("the order in which `init` functions run hangs on their files: move it by hand")

    def _wanted(self) -> list[_Imported]:
        """Return the imports that what moves needs in the target, and that are not there."""
        job = self._job
        used = {need.name for need in job.needs}
        found = [item for item in _imports(job, job.root) if item.name in used]
        if any(item.name == "." for item in _imports(job, job.root)):
            raise ValueError(f"{job.source} imports a package as `.`: what comes from it cannot be told")
        there = {item.name: item.path for item in _imports(job, self._target_root)}
        for item in found:
            if item.path == "C":
                raise ValueError(f"{job.told()} uses C, which is declared in {job.source} alone")
            if there.get(item.name, item.path) != item.path:
                raise ValueError(
                    f"`{item.name}` is another package in {job.target}: {there[item.name]}, not {item.path}"
                )
        return [item for item in found if item.name not in there]

    def _place(self, text: bytes) -> int:
        if not is_short(self._job):
            return len(text)
        ends = [node.end_byte for node in self._job.parsed(self._job.target, text).named_children
                if node.type in ("package_clause", "import_declaration")]  # fmt: skip
        return max(ends, default=len(text))

    def _tidied(self, text: bytes, item: _Imported) -> bytes:
        """Take out an import that only what has moved used: Go takes no unused ones."""
        job = self._job
        root = job.parsed(job.source, text)
        here = next((one for one in _imports(job, root) if one.path == item.path and one.name == item.name), None)
        grammar, read = syntax_of(job.indexer, job.source, text)
        whole = [Piece(job.symbols[0], node, node.start_byte, node.end_byte) for node in root.named_children]
        was = {need.name for need in job.needs}
        if here is None or item.name not in was or item.name in {need.name for need in needs(whole, grammar, read)}:
            return text
        return spliced(text, [_line_of(text, here.node)])


def _package(root: Node) -> str:
    clause = next((node for node in root.named_children if node.type == "package_clause"), None)
    return text_of(clause.named_children[0]) if clause is not None else ""


def _imports(job: Job, root: Node) -> list[_Imported]:
    found: list[_Imported] = []
    waiting = [node for node in reversed(root.named_children) if node.type == "import_declaration"]
    while waiting:
        node = waiting.pop()
        if node.type == "import_spec":
            path = text_of(node.child_by_field_name("path")).strip('"`')
            name = node.child_by_field_name("name")
            found.append(
                _Imported(text_of(name) if name is not None else _called(job, path), path, name is not None, node)
            )
        else:
            waiting.extend(reversed(node.named_children))
    return found


def _called(job: Job, path: str) -> str:
    """Return how a package calls itself: as its files say where it is here, else by the usual form of its path."""
    for file in job.leads(path, job.source):
        view = job.view(file)
        if view is not None and view.package and not file.endswith("_test.go"):
            return view.package.rpartition("/")[2] if "/" in view.package else view.package
    parts = path.split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
    last = re.sub(r"\.v\d+$", "", last)
    return re.sub(r"^go[-.]|[-.]go$", "", last).rpartition("-")[2].replace(".", "_")


def _line_of(text: bytes, node: Node) -> Change:
    """Return the change by which an import goes, with the statement or the brackets that hold nothing else."""
    around = node.parent
    while around is not None and around.type in ("import_spec_list", "import_declaration"):
        if sum(child.type == "import_spec" for child in around.named_children) > 1:
            break
        node, around = around, around.parent
    start = text.rfind(b"\n", 0, node.start_byte) + 1
    end = text.find(b"\n", node.end_byte)
    end = len(text) if end < 0 else end + 1
    before = text[text.rfind(b"\n", 0, max(0, start - 1)) + 1 : start].strip()
    opens, closes = before in (b"", b"import ("), text[end:].lstrip(b" \t").startswith((b"\n", b")"))
    if node.type == "import_declaration" and opens:
        while text[end : end + 1] == b"\n":
            end += 1  # blank lines that would stand twice
    elif opens and closes and not before and text[end:].lstrip(b" \t").startswith(b")"):
        start -= 1  # the blank line before the last group
    elif opens and closes and text[end:].startswith(b"\n"):
        end += 1
    return start, end, ""


def _with_import(text: bytes, root: Node, item: _Imported) -> bytes:
    """Return a text with one more import: among those of its kind, sorted."""
    line = f'{f"{item.name} " if item.written else ""}"{item.path}"'
    block = next((node for node in root.named_children if node.type == "import_declaration"
                  and any(child.type == "import_spec_list" for child in node.named_children)), None)  # fmt: skip
    if block is None:
        last = [node for node in root.named_children if node.type in ("package_clause", "import_declaration")][-1]
        gap = "\n" if last.type == "import_declaration" else "\n\n"
        return spliced(text, [(last.end_byte, last.end_byte, f"{gap}import {line}")])
    specs = [node for child in block.named_children for node in child.named_children if node.type == "import_spec"]
    alike = [node for node in specs if _is_outside(_path(node)) == _is_outside(item.path)]
    after = next((node for node in alike if _path(node) > item.path), None)
    if after is not None:
        return spliced(text, [(after.start_byte, after.start_byte, f"{line}\n\t")])
    if alike:
        at = _line_end(text, alike[-1].end_byte)
        return spliced(text, [(at, at, f"\n\t{line}")])
    if specs and _is_outside(item.path):
        at = _line_end(text, specs[-1].end_byte)
        return spliced(text, [(at, at, f"\n\n\t{line}")])
    at = specs[0].start_byte if specs else block.end_byte - 1
    return spliced(text, [(at, at, f"{line}\n\n\t" if specs else f"\t{line}\n")])


def _line_end(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end


def _path(node: Node) -> str:
    return text_of(node.child_by_field_name("path")).strip('"`')


def _is_outside(path: str) -> bool:
    return "." in path.partition("/")[0]
