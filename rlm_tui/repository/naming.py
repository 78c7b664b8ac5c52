"""Finds what a name means: a path, lines of a file, a module, or a symbol by any ending of its qualified or dotted name."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from rlm_tui.repository.index.store import Store
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.modules import ROOT_FOLDER
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import AmbiguousName, File, Module, Span, Symbol, UnknownName

Named = Symbol | File | Module | Span
_LINES = re.compile(r"(?P<path>.+?):(?P<start>\d{1,9})(?:-(?P<end>\d{1,9}))?\Z", re.DOTALL)
_INSIDE = re.compile(r"(?P<path>.+?)::(?P<name>.+?)(?:@(?P<line>\d+))?\Z", re.DOTALL)
_SEPARATORS = re.compile(r"::|#|->")
_IMPORT_PATH = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/[^/]+/[^/]+(?:/(?P<inner>.*))?\Z")
_LISTED = 12
_NEAR = 4


def lines_named(target: str) -> Span:
    """Return the lines that `path`, `path:line` or `path:start-end` means, whether or not there is such a file."""
    match = _LINES.match(target)
    if match is None:
        return Span(target, 1, sys.maxsize)
    start = int(match["start"])
    return Span(match["path"], start, int(match["end"] or start))


class Naming:
    """Resolves names among the files that `within` admits. `module` finds a module, or any folder.

    `wait` returns once all symbols are in; it is called where the name is none of a file or a module. `member` finds the member
    of a class, its own or an inherited one.
    """

    def __init__(
        self,
        store: Store,
        title: str,
        module: Callable[[str], Module | None],
        within: Callable[[str], bool],
        wait: Callable[[], None],
        member: Callable[[Symbol, str], list[Symbol]],
    ) -> None:
        self._store = store
        self._title = title
        self._module = module
        self._within = within
        self._wait = wait
        self._member = member

    def resolve(self, target: str) -> Named:
        """Return what `target` names: see `Repository.resolve`. Raises `UnknownName` or `AmbiguousName`."""
        exact = _sound(target)
        if located := self._located(exact):
            return located
        for name in dict.fromkeys((exact, exact.strip())):  # a file's may begin or end with a blank
            place = self._file(name) or self._lines(name) or self._module(name) or self._imported(name)
            found = place or self._definition(name)
            if found is not None:
                return found
        raise UnknownName(self._unknown(exact.strip()))

    def _definition(self, target: str) -> Symbol | File | None:
        self._wait()
        if found := self._inside(target):
            return found
        found = self._symbol(target)
        if found is not None and f".{found.qualified}".endswith("." + _SEPARATORS.sub(".", target)):
            return found
        # `package.module` is that file before it is a name in the folder `package`
        return self._dotted_file(target) or found or self._inherited(target)

    def _inherited(self, target: str) -> Symbol | None:
        """Return what `Class.member` means where a base of the class, or a mixin, defines the member."""
        before, _, name = _SEPARATORS.sub(".", target).rpartition(".")
        owner = self._symbol(before) if before else None
        found = self._member(owner, name) if owner and owner.kind in CONTAINERS else []
        return _one(target, [symbol for symbol in found if self._within(symbol.path)], self._store.is_generated)

    def _imported(self, target: str) -> Module | None:
        """Return the package that an import path with a host means: `github.com/owner/name/inner` is the folder `inner`.

        Of Go modules only the repository's own are; what others declare stands outside.
        """
        match = _IMPORT_PATH.match(target)
        if match is None:
            return None
        own = [(said, path) for path, said in self._store.packages().items() if path.rpartition("/")[2] == "go.mod"]
        for said, path in sorted(own, key=lambda pair: -len(pair[0])):
            if f"{target}/".startswith(f"{said}/"):
                folder = "/".join(filter(None, (path.rpartition("/")[0], target[len(said) + 1 :])))
                return self._module(folder or ROOT_FOLDER)
        return None if own else self._module(match["inner"] or ROOT_FOLDER)

    def symbol(self, target: str) -> Symbol:
        """Return the symbol that `target` names; lines mean the innermost definition around them. Raises as `resolve` does."""
        self._wait()
        if located := self._located(_sound(target)):
            return located
        own = self._symbol(_sound(target).strip())
        # a heading or a key may be called as a module is
        found = own if own and own.language in code_languages() else self.resolve(target)
        if isinstance(found, Span):
            around = [s for s in self._store.symbols_in(found.path) if s.start <= found.start and found.end <= s.end]
            if not around:
                raise UnknownName(f"no definition is around {found}")
            return max(around, key=lambda symbol: (symbol.start, -symbol.end))
        if not isinstance(found, Symbol):
            what = "file" if isinstance(found, File) else "module"
            raise UnknownName(f"{target} is a {what}, and a symbol is needed: outline({target!r}) lists those in it")
        return found

    def _file(self, path: str) -> File | None:
        path = path.removeprefix("./")
        if path and self._within(path) and (file := self._store.file(path)):
            return file
        if "/" not in path and "." not in path:
            return None
        ending = "/" + path
        others = [other for other in self._store.paths() if other.endswith(ending) and self._within(other)]
        files = [file for other in others if (file := self._store.file(other))]
        return _only(path, files, [file.path for file in files], self._store.is_generated)

    def _lines(self, target: str) -> Span | None:
        match = _LINES.match(target)
        if not match or not (file := self._file(match["path"])):
            return None
        start = int(match["start"])
        end = int(match["end"] or start)
        if not 1 <= start <= end or (file.lines and start > file.lines):
            raise UnknownName(f"{file.path} has {file.lines:,} lines: {target} is not among them")
        return Span(file.path, start, min(end, file.lines) if file.lines else end)

    def _located(self, target: str) -> Symbol | None:
        """Return what a locator with a whole path names; None for anything else. No list of all files is gone through for it."""
        match = _INSIDE.match(target)
        if (
            not match
            or not self._within(match["path"])
            or not self._store.file(match["path"])
            or self._store.file(target)
        ):
            return None
        self._wait()
        return self._inside(target)

    def _inside(self, target: str) -> Symbol | None:
        match = _INSIDE.match(target)
        if not match or not (file := self._file(match["path"])):
            return None
        written, line = match["name"], int(match["line"] or 0)
        name = _SEPARATORS.sub(".", written)
        symbols = self._store.symbols_in(file.path)
        found = (
            [s for s in symbols if s.qualified in (written, name)]  # a shell's `a::b` and a heading may hold anything
            or [s for s in symbols if s.name == written]
            or [s for s in symbols if s.qualified.endswith("." + name)]
        )
        if line:
            # The line is a hint that tells namesakes apart: the file may have changed since the locator was made.
            found = sorted(found, key=lambda symbol: abs(symbol.start - line))[:1]
        if not found:
            near = get_close_matches(name, [s.qualified for s in symbols], 5, 0.5)
            raise UnknownName(f"{file.path} defines no {name}" + (f"; near: {', '.join(near)}" if near else ""))
        return _one(target, found, self._store.is_generated)

    def _symbol(self, target: str) -> Symbol | None:
        name = _SEPARATORS.sub(".", target)
        ending = "." + name
        same = [s for s in self._store.symbols_named(name.rpartition(".")[2]) if self._within(s.path)]
        found = (
            [s for s in same if s.qualified == name]
            or [s for s in same if s.qualified.endswith(ending)]
            or [s for s in same if any(dotted == name or dotted.endswith(ending) for dotted in self._dotted(s))]
            or [s for s in self._store.symbols_named(target) if self._within(s.path)]
        )
        return _one(target, found, self._store.is_generated)

    def _dotted(self, symbol: Symbol) -> Iterable[str]:
        module = dotted_module(symbol.path)
        yield f"{module}.{symbol.qualified}"
        yield f"{self._title}.{symbol.path.rpartition('/')[0].replace('/', '.')}".rstrip(".") + f".{symbol.qualified}"

    def _dotted_file(self, target: str) -> File | None:
        ending = "." + target
        paths = [
            path for path in self._store.paths() if self._within(path) and f".{dotted_module(path)}".endswith(ending)
        ]
        files = [file for path in paths if (file := self._store.file(path)) and file.language not in ("", "text")]
        return _only(target, files, [file.path for file in files], self._store.is_generated)

    def _unknown(self, target: str) -> str:
        last = re.split(r"[.:/#]", target.rstrip("/"))[-1] or target
        if outside := self._outside(target, last):
            return (
                f"{target!r} is there, but outside this scope: {', '.join(outside)}; what is read ends with the scope"
            )
        namesakes = get_close_matches(last, self._store.names_like(last[:2]), 4, 0.6)
        near = [s.locator for name in namesakes for s in self._store.symbols_named(name)[:2] if self._within(s.path)]
        paths = {path.rpartition("/")[2]: path for path in self._store.paths() if self._within(path)}
        near += [paths[name] for name in get_close_matches(target.rpartition("/")[2], paths, 2, 0.7)]
        where = "" if near else "; find(words) and grep(pattern) show what there is"
        return f"nothing here is called {target!r}" + (f"; near: {', '.join(near)}" if near else where)

    def _outside(self, target: str, last: str) -> list[str]:
        """Return where a name stands outside the scope: nobody is to take it for one that is nowhere."""
        symbols = [s for s in self._store.symbols_named(last) if not self._within(s.path)]
        ending = "/" + target.removeprefix("./").partition("::")[0].partition(":")[0]
        files = [path for path in self._store.paths() if f"/{path}".endswith(ending) and not self._within(path)]
        ends = "." + _SEPARATORS.sub(".", target)
        named = [str(s.span) for s in symbols if f".{s.qualified}".endswith(ends)] or [str(s.span) for s in symbols]
        return (files or named)[:_NEAR]


def dotted_module(path: str) -> str:
    """Return a path as dotted names, without suffix: `src/requests/__init__.py` is `src.requests`."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    parts = [*folder.split("/"), *([] if stem in ("__init__", "index", "mod", "lib") else [stem])]
    return ".".join(part for part in parts if part)


def _sound(target: str) -> str:
    """Return a name as it may be looked up: halves of characters, which no database takes, are in no name."""
    return target.encode("utf-8", "replace").decode()


Found = TypeVar("Found", Symbol, File)


def _one(target: str, symbols: Sequence[Symbol], is_generated: Callable[[str], bool]) -> Symbol | None:
    """Return the one that is meant; overloads and twins for other platforms are one, which its first definition stands for."""
    first: dict[tuple[str, str], Symbol] = {}
    for symbol in symbols:
        first.setdefault((symbol.path, symbol.qualified), symbol)
    found = list(first.values())
    found = [symbol for symbol in found if not _is_constructor(symbol)] or found  # its class is meant
    return _only(target, found, [symbol.locator for symbol in found], is_generated)


def _is_constructor(symbol: Symbol) -> bool:
    return symbol.kind == "method" and symbol.qualified.split(".")[-2:-1] == [symbol.name]


def _only(
    target: str, found: Sequence[Found], names: Sequence[str], is_generated: Callable[[str], bool]
) -> Found | None:
    """Return the one that is meant: documentation, data and tests stand back, then built and vendored copies."""
    ranks = [(one.language not in code_languages(), one.is_test, is_generated(one.path)) for one in found]
    nearest = [place for place, rank in enumerate(ranks) if rank == min(ranks)]
    if len(nearest) > 1:
        listed = [names[place] for place in nearest]
        more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
        raise AmbiguousName(f"{target!r} means {len(listed)} things; name one: {', '.join(listed[:_LISTED])}{more}")
    return found[nearest[0]] if nearest else None
