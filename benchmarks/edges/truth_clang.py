"""What clang says of every call in C and C++ sources: `truth_clang.py ROOT [FOLDER...] [-- FLAG...] > truth.jsonl`.

Needs `pip install libclang==14.*`. One line of JSON a call site, as compare.py reads it; "also" are the other declarations and
definitions of the same function, by linkage, and in a C file those of the same name: other builds have them. The target is
empty where the callee is defined outside of ROOT or is a pointer in a field or a variable. Left out: what a macro writes,
operators, implicit calls, and calls in templates that depend on their parameters. Every folder with a header is an include
folder, the system's before them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from clang.cindex import Cursor, CursorKind, Index, TranslationUnit  # type: ignore[import-not-found, unused-ignore]

_SOURCES = {".c", ".cc", ".cpp", ".cxx"}
_HEADERS = {".h", ".hh", ".hpp", ".hxx"}
_FUNCTIONS = {
    CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR, CursorKind.DESTRUCTOR,
    CursorKind.FUNCTION_TEMPLATE, CursorKind.CONVERSION_FUNCTION,
}  # fmt: skip
_VALUES = {CursorKind.FIELD_DECL, CursorKind.VAR_DECL, CursorKind.PARM_DECL}
_NAMED = {CursorKind.DECL_REF_EXPR, CursorKind.MEMBER_REF_EXPR}
_Place = tuple[str, int]


class Truth:
    """Collects calls and declarations over all translation units."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls: dict[tuple[str, int, int], tuple[str, str]] = {}  # path, line, column: name, linkage of the target
        self.declared: defaultdict[str, list[_Place]] = defaultdict(list)  # definitions first
        self._seen: set[_Place] = set()
        self._files: dict[str, str] = {}

    def read(self, unit: TranslationUnit) -> None:
        """Add what one translation unit has; headers are read once."""
        done = set(self._files.values())
        for top in unit.cursor.get_children():
            path = self.inside(top)
            if path and (path not in done or Path(path).suffix in _SOURCES):
                self._walk(top)

    def inside(self, cursor: Cursor) -> str:
        """Return the path of the file in which `cursor` stands, "" outside of the root."""
        name = cursor.location.file.name if cursor.location.file else ""
        if name not in self._files:
            path = Path(name).resolve()
            self._files[name] = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else ""
        return self._files[name]

    def _walk(self, top: Cursor) -> None:
        for cursor in top.walk_preorder():
            if cursor.kind in _FUNCTIONS:
                self._declare(cursor)
            elif cursor.kind == CursorKind.CALL_EXPR:
                self._call(cursor)

    def _declare(self, cursor: Cursor) -> None:
        place = (self.inside(cursor), cursor.location.line)
        if cursor.kind == CursorKind.FUNCTION_DECL and cursor.extent.start.offset == cursor.location.offset:
            return  # declared by its first use, not by a line of anybody
        if place[0] and place not in self.declared[cursor.get_usr()]:
            self.declared[cursor.get_usr()].insert(0 if cursor.is_definition() else 99, place)

    def _call(self, call: Cursor) -> None:
        target = call.referenced
        named = _named(call)
        if target is not None and target.kind == CursorKind.CONSTRUCTOR:
            named = call
        if target is None or named is None:
            return
        template = self._template(target)
        name = target.spelling.partition("<")[0]
        path, at = self.inside(call), named.location
        if not path or not name.isidentifier() or self._text(path, at.line)[at.column - 1 :][: len(name)] != name:
            return
        if target.kind in _FUNCTIONS:
            self._declare(template)
            self.calls[path, at.line, at.column] = (name, template.get_usr())
        elif target.kind in _VALUES:
            self.calls[path, at.line, at.column] = (name, "")

    @staticmethod
    def _template(target: Cursor) -> Cursor:
        """Return what a function was instantiated from, or itself."""
        from clang.cindex import conf  # type: ignore[import-not-found, unused-ignore]

        found = conf.lib.clang_getSpecializedCursorTemplate(target)
        return found if found is not None and found.kind in _FUNCTIONS else target

    def _text(self, path: str, line: int) -> str:
        lines = _lines(self.root / path)
        return "" if lines[line - 1].lstrip().startswith("#") else lines[line - 1]

    def _defining(self, path: str, line: int, name: str) -> list[int]:
        """Return the other lines that begin a definition of the same function, in conditions that were not met.

        In a C file those of its name; elsewhere those that are written alike, in another branch of the same condition.
        """
        lines = _lines(self.root / path)
        if not path.endswith(".c"):
            branches, head = _branches(self.root / path), _head(lines, line)
            mine = dict(branches[line - 1])
            return [
                at
                for at, text in enumerate(lines, 1)
                if at != line and name in text and any(mine.get(k, branch) != branch for k, branch in branches[at - 1])
                if _head(lines, at) == head
            ]
        start = re.compile(rf"[A-Za-z_][\w\s*]*\b{re.escape(name)}\s*\((?!.*;\s*$)")
        return [at for at, text in enumerate(lines, 1) if at != line and start.match(text)]

    def rows(self) -> Iterator[dict[str, object]]:
        """Return the rows to print, by place."""
        for (path, line, _), (name, linkage) in sorted(self.calls.items()):
            places = self.declared.get(linkage) or [("", 0)]
            twins = [(at, twin) for at, here in places if at for twin in self._defining(at, here, name)]
            places = [*places, *twins]
            first = {"path": path, "line": line, "name": name, "target_path": places[0][0], "target_line": places[0][1]}
            yield {**first, "also": places[1:]}


@cache
def _lines(path: Path) -> list[str]:
    return path.read_text("latin-1").split("\n")


@cache
def _branches(path: Path) -> list[tuple[tuple[int, int], ...]]:
    """Return for each line the conditions of the preprocessor around it: where each begins, and which of its branches it is."""
    around: list[tuple[int, int]] = []
    found: list[tuple[tuple[int, int], ...]] = []
    for at, text in enumerate(_lines(path)):
        word = re.match(r"\s*#\s*(if|el|endif)", text)
        if word and word[1] == "if":
            around.append((at, 0))
        elif word and around:
            begun, branch = around.pop()
            if word[1] == "el":
                around.append((begun, branch + 1))
        found.append(tuple(around))
    return found


def _head(lines: list[str], line: int) -> str:
    """Return how the declaration that begins at `line` is written, to the end of its parameters."""
    return " ".join(" ".join(lines[line - 1 : line + 5]).partition(")")[0].split())


def _named(call: Cursor) -> Cursor | None:
    """Return the expression that names what is called."""
    found = next(call.get_children(), None)
    while found is not None and found.kind in {CursorKind.UNEXPOSED_EXPR, CursorKind.PAREN_EXPR}:
        found = next(found.get_children(), None)
    return found if found is not None and found.kind in _NAMED else None


def main() -> None:
    """Parse the sources under the folders on the command line and print what is called where."""
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    root = Path(arguments[0]).resolve()
    folders = [root / folder for folder in arguments[1:split]] or [root]
    includes = sorted({path.parent for suffix in _HEADERS for path in root.rglob(f"*{suffix}")})
    ups = sorted({folder.parent for folder in includes} - set(includes))
    flags = [f"-idirafter{folder}" for folder in [*includes, *ups]] + arguments[split + 1 :]
    truth = Truth(root)
    index = Index.create()
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in _SOURCES):
        plain = ["-x", "c", "-std=gnu11"] if path.suffix == ".c" else ["-x", "c++", "-std=c++17"]
        truth.read(index.parse(str(path), [*plain, "-ferror-limit=0", "-w", *flags]))
    for row in truth.rows():
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
