"""What cells see of a repository: small objects with short reprs, built from the records that the host hands over.

Standard library only; runs in the child. A record knows its fields, a one-line repr that is always safe to print, and the
name by which it is handed back to host functions. Attributes that need the host (`s.source`) ask it when they are read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rlm_tui.repl.guest_record import LINE, SLICE, Ask, Record, span
from rlm_tui.repl.guest_versions import Blame, Commit, Hunk

_TIERS = {1: "tier 1 scope", 2: "tier 2 import", 3: "tier 3 receiver", 4: "tier 4 type", 5: "tier 5 guess"}


class File(Record):
    """A file: path language size lines module status is_test is_generated."""

    path: str
    language: str
    lines: int

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
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
    """A package, folder or crate: name path language files symbols tokens (counts; its Files: repo.files.filter(path))."""

    name: str
    path: str
    language: str
    files: int
    symbols: int
    tokens: int

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
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
        """The name by which host functions know it."""
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
        return f"{self.head()}  {self.doc.strip().partition(chr(10))[0]}".rstrip()

    def head(self) -> str:
        """Return where it stands, what it is and its name."""
        return f"{self.span}  {self.kind} {self.qualified}"


class Slice(Record):
    """A piece of a file: path start end text. str() is its span and all lines, numbered, for prompts; print() cuts long ones."""

    path: str
    start: int
    end: int
    text: str

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
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

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)

    def __iter__(self) -> Any:
        raise TypeError("a Slice is no list: .text.splitlines() are its lines, str() has them numbered")

    def __getitem__(self, key: object) -> Any:
        return iter(self)

    def __str__(self) -> str:
        return "\n".join([self.locator, *self._rows()])

    def _rows(self) -> list[str]:
        return [f"{number:5}  {line}" for number, line in enumerate(self.text.splitlines(), self.start)]

    def __repr__(self) -> str:
        rows = [self.locator[:LINE]]
        room = SLICE - len(rows[0])
        lines = self._rows()
        for number, row in enumerate(lines, self.start):
            if len(row) + 1 > room:
                left = len(lines) - (number - self.start)
                rows.append(f"[... {left:,} more lines: peek({self.path!r}, {number}, {self.end}), or .text]")
                break
            room -= len(row) + 1
            rows.append(row)
        return "\n".join(rows)


class Line(Record):
    """What stands at one line of a file: path line text."""

    path: str
    line: int
    text: str

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
        return span(self.path, self.line, self.line)

    @property
    def span(self) -> str:
        """`path:line`, as citations are written."""
        return self.locator


class Hit(Line):
    """A line that grep found: path line text symbol (the qualified name of the definition around it, or "")."""

    symbol: str

    def _line(self) -> str:
        return f"{self.locator}  [{self.symbol}]  {self.text.strip()}"


class About(Record):
    """What is said of a Symbol; path, start, end, span, qualified and kind are those of its symbol."""

    symbol: Symbol

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
        """The name by which host functions know it."""
        return self.symbol.locator

    def key(self) -> tuple[str, int, str]:
        """Return what it is sorted by: path, line, repr."""
        return self.symbol.key()


class Match(About):
    """A Symbol that find ranked: symbol score why; path, start, end, span, qualified and kind are those of its symbol."""

    score: float
    why: str

    def _line(self) -> str:
        return f"{self.symbol.head()}  score {self.score:.1f} ({self.why})"


class Remark(About):
    """A Symbol and what an analysis says of it: symbol value (a number) text; path, span, qualified ... as in a Match."""

    value: int
    text: str

    def _line(self) -> str:
        return f"{self.symbol.head()}  {self.text}"


class Edge(Line):
    """A use of target (Symbol) within source (Symbol, None at file level): kind path line text distance tier (5 = a guess).

    via: the base's method that is called, where target overrides it and may run; else "".
    """

    kind: str
    target: Symbol
    tier: int
    distance: int
    via: str

    def __init__(self, fields: dict[str, object]) -> None:
        self._source = fields.pop("source", None)
        super().__init__(fields)

    @property
    def source(self) -> Any:
        """The Symbol that holds the use, or None."""
        return self._source

    def _line(self) -> str:
        source = self._source.qualified if isinstance(self._source, Symbol) else "<file>"
        tier = _TIERS.get(self.tier, f"tier {self.tier}")
        far = f"[{self.distance} uses away]  " if self.distance > 1 else ""
        via = f" via {self.via}" if self.via else ""
        return f"{self.locator}  {source} -> {self.target.qualified}  {self.kind}{via}, {tier}  {far}{self.text}"


class Import(Line):
    """An import: path line text target (a path when inside) inside."""

    target: str
    inside: bool

    def _line(self) -> str:
        return f"{self.locator}  imports {self.target}{'' if self.inside else ' (outside)'}  {self.text}"


class Cycle(Line):
    """A circle of imports: files (all in it) circle (the shortest, as path:line) kind (runtime, deferred, type-only)."""

    kind: str
    files: list[str]
    circle: list[str]

    def _line(self) -> str:
        shown = " -> ".join([*self.circle[1:], self.path])
        return f"{self.locator}  {self.kind} import cycle of {len(self.files)} files: -> {shown}"


class Setting(Line):
    """A place that reads a setting: path line text name kind (env, config or named) default symbol."""

    name: str
    kind: str
    default: str
    symbol: str

    def _line(self) -> str:
        default = f" = {self.default}" if self.default else ""
        return f"{self.locator}  [{self.symbol}]  {self.kind} {self.name}{default}  {self.text.strip()}"


class Frame(Line):
    """A frame of a traceback: path ("" = not of here) line text symbol how function written (as given) depth (0 = raised)."""

    symbol: str
    how: str
    function: str
    written: str
    depth: int

    def _line(self) -> str:
        if not self.path:
            return f"{self.how}  #{self.depth} {self.written}  {self.function}".rstrip()
        return f"{self.locator}  [{self.symbol}]  #{self.depth} {self.how}  {self.text.strip()}"


class Failure(Record):
    """An error told of: kind message relation times frames, innermost first: .path ("" = not here) .line .symbol .text .how."""

    kind: str
    message: str
    relation: str
    language: str
    times: int
    frames: list[Frame]

    @property
    def locator(self) -> str:
        """The name by which host functions know it: that of its innermost frame in this repository."""
        return next((frame.locator for frame in self.frames if frame.path), "")

    def _line(self) -> str:
        here = sum(bool(frame.path) for frame in self.frames)
        told = f", told {self.times:,} times" if self.times > 1 else ""
        what = ": ".join(part for part in (self.kind, self.message[:200]) if part) or "no error"
        return f"failure {self.relation or 'main'} {self.language or '-'}  {len(self.frames)} frames, {here} here{told}  {what}"


RECORDS: dict[str, type[Record]] = {
    kind.__name__: kind
    for kind in (
        File, Module, Symbol, Slice, Hit, Match, Edge, Import, Remark, Cycle, Setting, Commit, Blame, Hunk, Frame,
        Failure,
    )
}  # fmt: skip

OF_SOME_MODES = frozenset(("Failure", "Frame"))
"""Records that only functions of some modes return."""


def text_of(value: object) -> str:
    """Return what a query is shown of a value: its numbered lines where it has a source, else its text.

    Raises `ValueError` for a module: its files are too much for one prompt.
    """
    if isinstance(value, Module):
        raise ValueError(f"{value.name} is a module, which is no text: split({value.locator!r}) cuts it into slices")
    if isinstance(value, About | Edge):
        value = value.symbol if isinstance(value, About) else value.target
    source = value.source if isinstance(value, Symbol | File | Slice) else value
    return str(source)


def bound_kinds(ask: Ask, owned: dict[str, dict[str, Callable[..., object]]]) -> dict[str, type[Record]]:
    """Return the record classes of one session: `owned` are host functions by the class that has them as methods."""
    return {
        name: type(name, (kind,), {"_ask": staticmethod(ask), "__doc__": kind.__doc__, **owned.get(name, {})})
        for name, kind in RECORDS.items()
    }


def decode(kinds: dict[str, type[Record]], tagged: dict[str, object]) -> object:
    """Turn a tagged record from the host into its object."""
    return kinds[str(tagged.pop("@"))](tagged)
