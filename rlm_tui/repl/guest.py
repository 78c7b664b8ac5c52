"""What cells see of a repository: small objects with short reprs, built from the records that the host hands over.

Standard library only; runs in the child. A record knows its fields, a one-line repr that is always safe to print, and the
name by which it is handed back to host functions. Attributes that need the host (`s.source`) ask it when they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, overload

LINE = 200
"""The longest one-line repr, in characters."""
SLICE = 6_000
"""The longest repr of a slice, in characters."""
PAGE = 500
_TIERS = {1: "tier 1 scope", 2: "tier 2 import", 3: "tier 3 receiver", 4: "tier 4 type", 5: "tier 5 guess"}


class Ask(Protocol):
    """Calls a host function and waits for its result. Raises HostError."""

    def __call__(self, name: str, *args: object, **kwargs: object) -> Any:
        """Return what the host returned, its records turned into guest objects."""


class HostError(Exception):
    """A host function refused or failed; the message says why and what to try instead."""


class Record:
    """Common to all records: fields as attributes, a short repr, equality and order by where they stand."""

    _ask: Ask

    def __init__(self, fields: dict[str, object]) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"{type(self).__name__} has no attribute {name!r}; it has {', '.join(public(type(self), self))}"
        )

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        line = " ".join(self._line().splitlines())
        return line if len(line) <= LINE else line[: LINE - 1] + "…"

    def _line(self) -> str:
        raise NotImplementedError

    def _key(self) -> tuple[str, int, str]:
        return (
            str(self.__dict__.get("path", "")),
            int(self.__dict__.get("start", self.__dict__.get("line", 0))),
            repr(self),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: object) -> bool:
        return self._key() < other._key() if isinstance(other, Record) else NotImplemented

    @property
    def source(self) -> Any:
        """Its lines: a Slice."""
        return self._ask("peek", self.locator)


class File(Record):
    """A file: path language size lines module status is_test."""

    path: str
    language: str
    lines: int

    @property
    def locator(self) -> str:
        return self.path

    @property
    def span(self) -> str:
        """`path:start-end`, as citations are written."""
        return span(self.path, 1, max(1, self.lines))

    @property
    def children(self) -> Any:
        """The Symbols defined in it, in order."""
        return self._ask("outline", self.locator)

    def _line(self) -> str:
        return f"{self.path}  {self.language or '-'}  {self.lines} lines"


class Module(Record):
    """A package, folder or crate: name path language files symbols tokens (the last three are counts)."""

    name: str
    path: str
    language: str
    files: int
    symbols: int
    tokens: int

    @property
    def locator(self) -> str:
        return self.path or self.name

    @property
    def children(self) -> Any:
        """The Symbols defined in it, in order."""
        return self._ask("outline", self.locator)

    def _line(self) -> str:
        return (
            f"{self.name}  {self.path or '.'}  {self.language or '-'}  {self.files:,} files  {self.symbols:,} symbols  "
            f"~{self.tokens:,} tokens"
        )


class Symbol(Record):
    """A definition: name qualified kind path start end signature doc parent module language is_test."""

    qualified: str
    kind: str
    path: str
    start: int
    end: int
    doc: str

    @property
    def locator(self) -> str:
        return f"{self.path}::{self.qualified}@{self.start}"

    @property
    def span(self) -> str:
        """`path:start-end`, as citations are written."""
        return span(self.path, self.start, self.end)

    @property
    def children(self) -> Any:
        """The Symbols defined within it, in order."""
        return self._ask("outline", self.locator)

    def _line(self) -> str:
        return f"{self._head()}  {self.doc.strip().partition(chr(10))[0]}".rstrip()

    def _head(self) -> str:
        return f"{self.span}  {self.kind} {self.qualified}"


class Slice(Record):
    """A piece of a file: path start end text. Printed with line numbers; len(text) and text.splitlines() as usual."""

    path: str
    start: int
    end: int
    text: str

    @property
    def locator(self) -> str:
        return span(self.path, self.start, self.end)

    @property
    def span(self) -> str:
        """`path:start-end`, as citations are written."""
        return self.locator

    @property
    def source(self) -> Slice:
        """Itself, so that anything with lines can be asked for its source."""
        return self

    def __len__(self) -> int:
        return len(self.text)

    def __contains__(self, piece: str) -> bool:
        return piece in self.text

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        rows = [self.locator[:LINE]]
        room = SLICE - len(rows[0])
        lines = self.text.splitlines()
        for number, line in enumerate(lines, self.start):
            row = f"{number:5}  {line}"
            if len(row) + 1 > room:
                left = len(lines) - (number - self.start)
                rows.append(f"[... {left:,} more lines: peek({self.path!r}, {number}, {self.end}), or .text]")
                break
            room -= len(row) + 1
            rows.append(row)
        return "\n".join(rows)


class Hit(Record):
    """A line that grep found: path line text symbol (the qualified name of the definition around it, or "")."""

    path: str
    line: int
    text: str
    symbol: str

    @property
    def locator(self) -> str:
        return span(self.path, self.line, self.line)

    @property
    def span(self) -> str:
        """`path:line`, as citations are written."""
        return self.locator

    def _line(self) -> str:
        return f"{self.locator}  [{self.symbol}]  {self.text.strip()}"


class Match(Record):
    """A Symbol that find ranked: symbol score why; path, start, end, span, qualified and kind are those of its symbol."""

    symbol: Symbol
    score: float
    why: str

    def __getattr__(self, name: str) -> object:
        if name in (
            "path",
            "start",
            "end",
            "span",
            "name",
            "qualified",
            "kind",
            "signature",
            "doc",
            "children",
            "module",
        ):
            return getattr(self.symbol, name)
        return super().__getattr__(name)

    @property
    def locator(self) -> str:
        return self.symbol.locator

    def _key(self) -> tuple[str, int, str]:
        return self.symbol._key()

    def _line(self) -> str:
        return f"{self.symbol._head()}  score {self.score:.1f} ({self.why})"


class Edge(Record):
    """A use of target (Symbol) within source (Symbol, None at file level): kind path line text tier (5 = a guess)."""

    kind: str
    path: str
    line: int
    text: str
    target: Symbol
    tier: int

    def __init__(self, fields: dict[str, object]) -> None:
        self._source = fields.pop("source", None)
        super().__init__(fields)

    @property
    def source(self) -> Any:
        """The Symbol that holds the use, or None."""
        return self._source

    @property
    def locator(self) -> str:
        return span(self.path, self.line, self.line)

    @property
    def span(self) -> str:
        """`path:line`, as citations are written."""
        return self.locator

    def _line(self) -> str:
        source = self._source.qualified if isinstance(self._source, Symbol) else "<file>"
        tier = _TIERS.get(self.tier, f"tier {self.tier}")
        return f"{self.locator}  {source} -> {self.target.qualified}  {self.kind}, {tier}  {self.text}"


class Import(Record):
    """An import: path line text target (a path when inside) inside."""

    path: str
    line: int
    text: str
    target: str
    inside: bool

    @property
    def locator(self) -> str:
        return span(self.path, self.line, self.line)

    @property
    def span(self) -> str:
        """`path:line`, as citations are written."""
        return self.locator

    def _line(self) -> str:
        return f"{self.locator}  imports {self.target}{'' if self.inside else ' (outside)'}  {self.text}"


RECORDS: dict[str, type[Record]] = {
    kind.__name__: kind for kind in (File, Module, Symbol, Slice, Hit, Match, Edge, Import)
}


class Lazy:
    """A sequence that stays with the host: len(), indexing, slices, iteration, .filter(text) by part of a name."""

    def __init__(self, ask: Ask, name: str, match: str = "") -> None:
        self._ask, self._name, self._match = ask, name, match
        self._total: int | None = None

    def _fetch(self, start: int, stop: int) -> list[Record]:
        answer = self._ask(self._name, start, stop, self._match)
        self._total = answer["total"]
        return list(answer["items"])

    def filter(self, text: str) -> Lazy:
        """Return those whose name or path contains `text` (or fits it, as a glob)."""
        return Lazy(self._ask, self._name, text)

    def __len__(self) -> int:
        if self._total is None:
            self._fetch(0, 0)
        return self._total or 0

    @overload
    def __getitem__(self, key: int) -> Record: ...
    @overload
    def __getitem__(self, key: slice) -> list[Record]: ...
    def __getitem__(self, key: int | slice) -> Record | list[Record]:
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                return list(self)[key]
            return self._fetch(start, stop) if stop > start else []
        at = key + len(self) if key < 0 else key
        found = self._fetch(at, at + 1) if at >= 0 else []
        if not found:
            raise IndexError(f"{self._name} has {len(self)} items")
        return found[0]

    def __iter__(self) -> Iterator[Record]:
        start = 0
        while page := self._fetch(start, start + PAGE):
            yield from page
            start += len(page)
            if start >= len(self):
                return

    def __repr__(self) -> str:
        shown = self._fetch(0, 10)
        rest = [] if len(self) <= 10 else [f"[... {len(self) - 10:,} more: slice, iterate or .filter(text)]"]
        return "\n".join([f"{len(self):,} {self._name}", *map(repr, shown), *rest])


class Repo:
    """The repository, limited to your scope: name commit scope languages tokens; repo["name"] finds a Symbol, File or Module."""

    def __init__(self, ask: Ask, facts: dict[str, object], functions: dict[str, Callable[..., object]]) -> None:
        self._ask, self._functions = ask, functions
        self.__dict__.update({key: value for key, value in facts.items() if not key.startswith("_")})

    @property
    def modules(self) -> Lazy:
        """All Modules, lazily."""
        return Lazy(self._ask, "modules")

    @property
    def files(self) -> Lazy:
        """All Files, lazily."""
        return Lazy(self._ask, "files")

    @property
    def symbols(self) -> Lazy:
        """All Symbols, lazily."""
        return Lazy(self._ask, "symbols")

    def __getitem__(self, name: str) -> Any:
        return self._ask("resolve", name)

    def __getattr__(self, name: str) -> object:
        if not name.startswith("_") and name in self._functions:
            return self._functions[name]
        raise AttributeError(f"repo has no attribute {name!r}; it has {', '.join(public(type(self), self))}")

    def __repr__(self) -> str:
        facts = self.__dict__
        languages = facts.get("languages")
        names = ", ".join(f"{key} {count}" for key, count in languages.items()) if isinstance(languages, dict) else ""
        return f"{facts.get('name', '')}@{facts.get('commit', '')}  {names}  ~{facts.get('tokens', 0):,} tokens"[:LINE]


def span(path: str, start: int, end: int) -> str:
    """Return the citation form of lines of a file."""
    return f"{path}:{start}" if start == end else f"{path}:{start}-{end}"


def public(kind: type, value: object = None) -> list[str]:
    """Return the names of the public attributes of a class and, if given, of one of its objects."""
    names = {name for parent in kind.__mro__[:-1] for name in vars(parent) if not name.startswith("_")}
    return sorted(names | {name for name in getattr(value, "__dict__", {}) if not name.startswith("_")})


def bound_kinds(ask: Ask, owned: dict[str, dict[str, Callable[..., object]]]) -> dict[str, type[Record]]:
    """Return the record classes of one session: `owned` are host functions by the class that has them as methods."""
    return {
        name: type(name, (kind,), {"_ask": staticmethod(ask), "__doc__": kind.__doc__, **owned.get(name, {})})
        for name, kind in RECORDS.items()
    }


def decode(kinds: dict[str, type[Record]], tagged: dict[str, object]) -> object:
    """Turn a tagged record from the host into its object."""
    return kinds[str(tagged.pop("@"))](tagged)
