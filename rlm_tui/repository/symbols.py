r"""The repository's vocabulary: spans, symbols, references, edges, and what the searches return.

Every record is frozen and made of JSON scalars, so that it can be stored, shown and handed to a cell unchanged. Paths are
relative to the repository's root, with `/`, and safe to show: control bytes of a file name are escaped (`\x1b`).
Lines count from 1, and spans include both ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Tier(IntEnum):
    """How an edge was resolved; the lower, the surer. Only tiers 1 to 4 count as edges."""

    SCOPE = 1
    """Lexical scope and file."""
    IMPORT = 2
    """Imports and packages, through re-exports and aliases."""
    RECEIVER = 3
    """`self` or the receiver, and its bases."""
    TYPE = 4
    """Declared or constructor-inferred types."""
    GUESS = 5
    """A unique name: a guess, shown as one."""


@dataclass(frozen=True, slots=True)
class Span:
    """Lines `start` to `end` of the file at `path`."""

    path: str
    start: int
    end: int

    def __str__(self) -> str:
        """The citation form: `path:start-end`, or `path:line`."""
        return f"{self.path}:{self.start}" if self.start == self.end else f"{self.path}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the repository.

    `status` is "parsed", "pending" (its symbols are not in yet), "text" (no grammar), "binary", "large", "unreadable" or
    "quarantined" (its parse did not end). `size` is in bytes; `lines` is 0 until the file was read. `is_generated`: built,
    vendored or made by a program, as its path or its header says.
    """

    path: str
    language: str
    size: int
    lines: int
    module: str
    status: str
    is_test: bool
    is_generated: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A unit that the repository itself has: a package, a folder, a crate. `tokens` is an estimate (bytes / 4)."""

    name: str
    path: str
    language: str
    files: int
    symbols: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition. `qualified` is its name within the file (`Session.send`); `parent` the qualified name around it, or "".

    `kind` is one of function, method, class, interface, struct, enum, trait, type, constant, variable, macro, module; in
    documentation and data section (a heading), key, rule (of a style sheet), and target (of a makefile, or a stage of a build).
    `signature` is one line; `doc` is the docstring or leading comment, "" without one. `decorators` are written without their
    mark (`app.route("/")`, `Override`, `derive(Debug)`); `visibility` is public, protected, internal or private as the
    language means it, "" where it has no say. `start_byte` and `end_byte` (exclusive) are offsets into the file.
    """

    name: str
    qualified: str
    kind: str
    path: str
    start: int
    end: int
    signature: str
    doc: str
    parent: str
    module: str
    language: str
    is_test: bool
    decorators: tuple[str, ...] = ()
    visibility: str = ""
    start_byte: int = 0
    end_byte: int = 0

    @property
    def span(self) -> Span:
        """The lines of the whole definition."""
        return Span(self.path, self.start, self.end)

    @property
    def locator(self) -> str:
        """A name that finds this symbol again: `path::Qualified.name@line`."""
        return f"{self.path}::{self.qualified}@{self.start}"


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of a file that can be shown: its lines, without line numbers, and the span they stand at."""

    path: str
    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        """Where the text stands."""
        return Span(self.path, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that `grep` found. `symbol` is the qualified name of the innermost definition around it, or ""."""

    path: str
    line: int
    text: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Match:
    """A symbol (or, for a file without symbols, its first lines) that `find` ranked. `why` names the parts of the score."""

    symbol: Symbol
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A use of `target` at `path:line`, inside `source` (None at file level). `kind` is call, import, inherit, override or use.

    `text` is the line of the use, stripped. `distance` is how many uses lie between `source` and the symbol that was asked
    about: more than 1 where uses of users were followed. `via` names the method of a base or interface that is called where
    `target` overrides it and may run, "" where `target` itself is called.
    """

    kind: str
    path: str
    line: int
    text: str
    source: Symbol | None
    target: Symbol
    tier: Tier
    distance: int = 1
    via: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """An import that brings `target` (a file or module of this repository, or an outside name) into `path` at `line`."""

    path: str
    line: int
    text: str
    target: str
    inside: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """A definition and what an analysis says of it: in words, and as the number that it is ranked by (lines, complexity)."""

    symbol: Symbol
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """Files that import each other in a circle; `path` and `line` are of the first import of the shortest circle among them.

    `files` are all of them; `circle` is the shortest circle as `path:line`, one an import. `kind` is "runtime" where imports
    that run as the files are loaded close it, else "deferred" (imports in functions are needed) or "type-only".
    """

    path: str
    line: int
    kind: str
    files: tuple[str, ...]
    circle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A place that reads the environment variable or configuration key `name`.

    `kind` is env or config, or "named" where the name only stands in the code. `default` is as written, "" without one;
    `symbol` is the qualified name of the definition around it, or "".
    """

    path: str
    line: int
    text: str
    name: str
    kind: str
    default: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its shortened `id`, the day its author made it (`2026-01-31`), the first `files` of the `total` it touched."""

    id: str
    date: str
    author: str
    subject: str
    files: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Blame:
    """Lines `start` to `end` of a file, which `commit` was the last to change; it is "" where they are not committed yet."""

    path: str
    start: int
    end: int
    commit: str
    date: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that have changed together, with those around them: `start` to `end` now, `old_start` to `old_end` before.

    Both are 0 on the side where there are none. `status` tells of the file: added, modified, deleted or renamed (from
    `old_path`, else ""). `text` is the hunk as a diff has it, or says in brackets why there is none. `symbols` are the
    qualified names of the innermost definitions, as they are now, that the change lies in. `old` and `new` are how the lines
    of its two sides are cited, with those around them: `path@commit:start-end` for a version that git keeps.
    """

    path: str
    start: int
    end: int
    old_path: str
    old_start: int
    old_end: int
    status: str
    added: int
    removed: int
    text: str
    symbols: tuple[str, ...]
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a traceback, and where that line is in this checkout now.

    `path` is "" for a frame that is none of this repository's; `how` says how it was placed: "same" (the line reads as the
    traceback says), "fits" (it lies in the function named), "moved" (its text stands at another line now), "drifted" (its
    function is here, the line is not), "line" (nothing to check it by), "closed" (a file that is not read), "ignored" (not in
    the index) or "outside". `symbol` is the qualified name around `line`; `written` is `file:line` as given, `function` too.
    `depth` is 0 where the error came up. `text` is the line as it is now, else as given.
    """

    path: str
    line: int
    text: str
    symbol: str
    how: str
    function: str
    written: str
    depth: int


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that a text tells of, with its frames, innermost first.

    `relation` is "" for the error itself, else what it is to the others: cause, handled, part, suppressed, allocated,
    previous, created; "mention" holds places that are named beside all errors. `times` is how often the text tells of it.
    """

    kind: str
    message: str
    relation: str
    language: str
    times: int
    frames: tuple[Frame, ...]


class RepositoryError(Exception):
    """The repository cannot be used: what happened, where, and what to do, in one sentence for people."""


class UnknownName(LookupError):
    """No file, module or symbol has this name; the message carries near matches."""


class AmbiguousName(LookupError):
    """Several symbols have this name; the message lists their locators."""
