"""Finds where the frames of a traceback are in this checkout: other folders, other versions, lines that have moved.

A path tells little by itself, as every project has a `utils.py`: a frame counts as one of here when its function, or the
text of its line, is in the file that its path means. Paths come from outside: they are compared, never opened.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rlm_tui.repository.errors.frame_names import names_of
from rlm_tui.repository.errors.tracebacks import WrittenFrame, read_tracebacks
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import AmbiguousName, Failure, File, Frame, Symbol, UnknownName

_CANDIDATES = 8
_WIDEST = 300
_DECORATED = 20
_LIBRARY = re.compile(
    r"(?<![^/])(?:site-packages|dist-packages|node_modules|pkg/mod|registry/src/[^/]+|lib/python\d[\d.]*|gems/[\d.]+/gems|rustc/[0-9a-f]+"
    r"|go[\d.-]*/src/(?=[^/]+/[^/]+\.go$)|vendor(?:/bundle)?|usr/(?:lib|include|share)|node:internal|bower_components)/"
)
"""Where packages are installed: what follows is a path within one of them."""
_SCHEME = re.compile(
    r"^(?:webpack(?:-internal)?:/+(?:[\w-]+/)?|[a-z][a-z+.-]{1,20}://(?:[^/]*)/|file:/+|[A-Za-z]:(?=[/\\]))"
)
_MANIFESTS = {
    "package.json": re.compile(r'"name":\s*"(?P<name>[^"]{1,200})"'),
    "pyproject.toml": re.compile(r'^name\s*=\s*"(?P<name>[^"]{1,200})"', re.MULTILINE),
    "Cargo.toml": re.compile(r'^name\s*=\s*"(?P<name>[^"]{1,200})"', re.MULTILINE),
    "go.mod": re.compile(r"^module\s+(?P<name>\S{1,200}?)(?:/v\d+)?$", re.MULTILINE),
}
"""Where a project says what it is called."""
_VERSION = re.compile(r"(?:@v?\d[\w.+-]*|-v?\d[\w.+-]*)$")
_COMPILED = re.compile(r"(?P<stem>.+)\.[cm]?jsx?")
_SOURCES = ("ts", "tsx", "mts", "cts", "vue", "svelte")
"""What JavaScript is compiled from; without its source map only functions can be found again."""
_COMMON = frozenset(
    ("__init__", "__main__", "index", "main", "mod", "lib", "utils", "util", "helpers", "common", "types", "base", "core",
     "app", "config", "test", "tests", "setup", "conftest")
)  # fmt: skip
"""Names of files that every project has."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that a frame may mean: how it would be placed there, and how much speaks for it."""

    frame: Frame
    rank: tuple[int, int, int]


def failures(repository: Repository, text: str) -> list[Failure]:
    """Return the errors that a text tells of, in its order, their frames placed in the scope of `repository`."""
    checkout = _Checkout(repository)
    return [
        Failure(
            one.kind[:_WIDEST],
            one.message[:2_000],
            one.relation,
            one.language,
            one.times,
            tuple(checkout.place(frame, depth) for depth, frame in enumerate(one.frames)),
        )
        for one in read_tracebacks(text)
    ]


class _Checkout:
    """The files of a repository, by name; their definitions and lines, read once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._root = repository.root.as_posix()
        self._files: dict[str, list[File]] = defaultdict(list)
        for file in repository.files():
            self._files[file.path.rpartition("/")[2]].append(file)
        self._symbols: dict[str, Sequence[Symbol]] = {}
        self._lines: dict[str, list[str] | None] = {}
        self._placed: dict[WrittenFrame, Frame] = {}

    def place(self, written: WrittenFrame, depth: int) -> Frame:
        """Return the frame as one of here, or as one that is none."""
        if written not in self._placed:
            self._placed[written] = self._place(written)
        return replace(self._placed[written], depth=depth)

    def _place(self, written: WrittenFrame) -> Frame:
        names = names_of(written.language, written.function)
        if not written.file:
            return self._by_name(written, names)
        given = _SCHEME.sub("/", written.file).partition("?")[0].replace("\\", "/")
        parts = [part for part in given.split("/") if part not in ("", ".", "..")]
        if written.language in ("java", "kotlin", "scala") and len(parts) == 1:
            parts = [*_package(written.function), *parts]
        if not parts:
            return _outside(written)
        within = given.startswith(f"{self._root}/") and ".." not in given.split("/")
        own = given.removeprefix(f"{self._root}/") if within else ""
        library = None
        for match in _LIBRARY.finditer(own if within else "/".join(["", *parts])):
            library = match  # the last: packages have packages of their own
        named = self._files.get(parts[-1], ())
        if not named and (compiled := _COMPILED.fullmatch(parts[-1])):
            named = [file for ending in _SOURCES for file in self._files.get(f"{compiled['stem']}.{ending}", ())]
            written = replace(written, line=0, text="")  # of what the compiler made: it says nothing about the source
        candidates = sorted(
            ((_shared(_as(parts, own_parts := file.path.split("/")), own_parts), file) for file in named),
            key=lambda pair: (-pair[0], pair[1].is_test, pair[1].path),
        )[:_CANDIDATES]
        if library is not None:
            rest = library.string[library.end() :].split("/")
            candidates = [(shared, file) for shared, file in candidates if self._is_own(rest, file.path)]
        elif written.language == "java":  # its folders are its package
            candidates = [(shared, file) for shared, file in candidates if shared == len(parts)]
        found = [
            one
            for shared, file in candidates
            if (one := self._in_file(written, names, file, shared, exact=file.path == own)) is not None
        ]
        if found:
            return max(found, key=lambda one: one.rank).frame
        relative = own or ("/".join(parts) if not given.startswith("/") else "")
        if relative and library is None and not candidates and self._repository.state(relative) is not None:
            return replace(_outside(written), how="ignored")
        return _outside(written)

    def _is_own(self, rest: Sequence[str], path: str) -> bool:
        """Tell whether a path within an installed package means the file at `path`: the package is this project."""
        own, rest = path.split("/"), [_VERSION.sub("", part) for part in rest]
        shared = _shared(_as(rest, own), own)
        if shared == len(rest) and shared > 1:  # site-packages/requests/api.py, of src/requests/api.py
            return True
        left = [_plain(part) for part in rest[: len(rest) - shared]]
        return shared == len(own) and not self._names.isdisjoint(
            left
        )  # node_modules/axios/lib/axios.js, of lib/axios.js

    @cached_property
    def _names(self) -> set[str]:
        """What this project may be called where it is installed: as its folder, or as it calls itself."""
        names = {_plain(self._repository.root.name)}
        for manifest, pattern in _MANIFESTS.items():
            if (lines := self._text(manifest)) and (match := pattern.search("\n".join(lines[:200]))):
                names.add(_plain(match["name"].rpartition("/")[2]))
        return names

    def _by_name(self, written: WrittenFrame, names: tuple[str, ...]) -> Frame:
        """Place a frame that has a function, but no file, as those of programs without debugging information do."""
        try:
            found = self._repository.resolve(".".join(names)) if names else None
        except (UnknownName, AmbiguousName):
            found = None
        if not isinstance(found, Symbol) or found.language not in ("c", "cpp", "rust"):
            return _outside(written)
        return Frame(found.path, found.start, found.signature, found.qualified, "drifted", written.function, "", 0)

    def _in_file(
        self, written: WrittenFrame, names: tuple[str, ...], file: File, shared: int, *, exact: bool
    ) -> _Found | None:
        path, line = file.path, written.line
        given = f"{written.file}:{line}"
        whole = exact or shared == path.count("/") + 1
        lines = self._text(path)
        if lines is None:
            if not whole:
                return None
            return _Found(Frame(path, max(1, line), "", "", "closed", written.function, given, 0), (0, shared, 0))
        target = self._target(path, names, line)
        if not line and target is None:
            return None
        at, how = _line_now(lines, written, target)
        unusual = path.rpartition("/")[2].partition(".")[0].lower() not in _COMMON
        fits = how in ("same", "moved") or target is not None
        if not names and not written.text:
            fits = whole or (shared > 1 and unusual) or (unusual and len(self._files[path.rpartition("/")[2]]) == 1)
        if not exact and (not fits or not (shared > 1 or whole or unusual or how == "same")):
            return None
        if not exact and shared == 1 and not whole and how == "drifted" and not self._same_owner(names, target):
            return None
        around = target if target is not None and how == "drifted" else self._around(path, at)
        frame = Frame(
            path,
            at,
            lines[at - 1].strip()[:_WIDEST] if at <= len(lines) else written.text,
            around.qualified if around else "",
            how,
            written.function,
            given,
            0,
        )
        sure = {"same": 4, "fits": 3, "moved": 3, "drifted": 1}.get(how, 0)
        return _Found(frame, (sure, shared, 0 if file.is_test else 1))

    def _same_owner(self, names: tuple[str, ...], target: Symbol | None) -> bool:
        return target is not None and len(names) > 1 and target.qualified.endswith(".".join(names[-2:]))

    def _text(self, path: str) -> list[str] | None:
        if path not in self._lines:
            try:
                self._lines[path] = self._repository.slice(path).text.split("\n")
            except (PermissionError, LookupError):
                self._lines[path] = None
        return self._lines[path]

    def _outline(self, path: str) -> Sequence[Symbol]:
        if path not in self._symbols:
            try:
                self._symbols[path] = self._repository.outline(path)
            except (PermissionError, LookupError):
                self._symbols[path] = ()
        return self._symbols[path]

    def _target(self, path: str, names: tuple[str, ...], line: int) -> Symbol | None:
        """Return the definition that a frame's function names: of several, the one with most of its owners, then the nearest."""
        if not names:
            return None
        named = [symbol for symbol in self._outline(path) if symbol.name == names[-1]]
        if not named and len(names) > 1:  # a function within one that the index does not know by itself
            named = [symbol for symbol in self._outline(path) if symbol.name == names[-2]]
        return min(
            named,
            key=lambda symbol: (
                -_shared(names, symbol.qualified.split(".")),
                not symbol.start <= line <= symbol.end,
                abs(symbol.start - line),
            ),
            default=None,
        )

    def _around(self, path: str, line: int) -> Symbol | None:
        around = [symbol for symbol in self._outline(path) if symbol.start <= line <= symbol.end]
        return max(around, key=lambda symbol: (symbol.start, -symbol.end), default=None)


def _line_now(lines: Sequence[str], written: WrittenFrame, target: Symbol | None) -> tuple[int, str]:
    """Return the line that a frame means now, and how that is known."""
    line, text = written.line, " ".join(written.text.split())
    there = " ".join(lines[line - 1].split()) if 0 < line <= len(lines) else ""
    if text and there == text:
        return line, "same"
    if text:
        same = [number for number, one in enumerate(lines, 1) if " ".join(one.split()) == text]
        within = [number for number in same if target is not None and target.start <= number <= target.end]
        if near := within or (same if len(text) > 3 else []):  # a bracket stands everywhere
            return min(near, key=lambda number: abs(number - line)), "moved"
        return (
            (_named_at(lines, target), "drifted") if target is not None else (max(1, min(line, len(lines))), "drifted")
        )
    if target is None:
        return (line, "line") if 0 < line <= len(lines) else (max(1, len(lines)), "drifted")
    return (line, "fits") if target.start <= line <= target.end else (_named_at(lines, target), "drifted")


def _named_at(lines: Sequence[str], target: Symbol) -> int:
    """Return the line where a definition is named, below its decorators."""
    last = min(target.end, target.start + _DECORATED, len(lines))
    return next((line for line in range(target.start, last + 1) if target.name in lines[line - 1]), target.start)


def _outside(written: WrittenFrame) -> Frame:
    given = f"{written.file}:{written.line}" if written.line else written.file
    return Frame("", 0, written.text, "", "outside", written.function, given, 0)


def _as(parts: Sequence[str], own: Sequence[str]) -> Sequence[str]:
    """Return a path with the name of the source for that of what a compiler made of it, if `own` is the path of such."""
    compiled = _COMPILED.fullmatch(parts[-1])
    is_source = compiled is not None and own[-1] in {f"{compiled['stem']}.{ending}" for ending in _SOURCES}
    return [*parts[:-1], own[-1]] if is_source else parts


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many parts two names have in common, from their ends."""
    count = 0
    for mine, yours in zip(reversed(one), reversed(other), strict=False):
        if mine != yours:
            break
        count += 1
    return count


def _package(function: str) -> list[str]:
    """Return the folders of a class of Java's by its package: those before the first name with a capital."""
    parts = function.split(".")
    return parts[: next((number for number, part in enumerate(parts) if part[:1].isupper()), 0)]


def _plain(name: str) -> str:
    return _VERSION.sub("", name).lower().replace("_", "-").replace(".", "-")
