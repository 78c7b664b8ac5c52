"""What one parse tells of one file: the raw facts from which the index and the graph are built.

Facts come out of a worker process, so they are plain, small and picklable; named tuples, because a file has thousands of
them and a frozen dataclass takes four times as long to make. `scope` fields are indices into
`FileFacts.symbols`: the innermost definition around the fact, or -1 at file level.
"""

from __future__ import annotations

from typing import NamedTuple


class SymbolFact(NamedTuple):
    """A definition. Bytes and lines are of the whole definition; lines count from 1. See `symbols.Symbol` for the words."""

    name: str
    qualified: str
    kind: str
    start: int
    end: int
    start_byte: int
    end_byte: int
    signature: str
    doc: str
    scope: int
    is_test: bool
    decorators: tuple[str, ...] = ()
    visibility: str = ""


class ReferenceFact(NamedTuple):
    """A use of `name` at `line`. `kind` is call, use, inherit or type; `receiver` is what stands before the dot, as written.

    `arguments` are those of a call in a language with overloads, "()" without any, "" where they were not read: expressions
    without their own arguments, joined by commas; `:T` is a value of type `T`, `?` anything; `<2>` first is the number of type
    arguments that are written.
    """

    name: str
    line: int
    kind: str
    receiver: str
    scope: int
    arguments: str = ""


class ImportFact(NamedTuple):
    """An import as written: `module` ("..core", "net/http", "<stdio.h>") and the (name, alias) pairs it brings, () for all.

    `alias` is what the module itself is called here, "" when only its names are bound; `exported` marks a re-export.
    """

    line: int
    text: str
    module: str
    names: tuple[tuple[str, str], ...]
    alias: str
    exported: bool


class BindingFact(NamedTuple):
    """A declared or inferred type: `name` (a local, a parameter, `self.field`, a field, or "return") is a `type` in `scope`."""

    name: str
    type: str
    scope: int


class BlockFact(NamedTuple):
    """A function without a name, from line `start` to `end`, and what is local to it; or where a variable declared anew counts.

    `symbols` and `bindings` are indices; `hidden` are parameters that have the name of something outside. One that has a
    binding, too, is declared anew: what its type is taken from stands before `start`.
    """

    start: int
    end: int
    scope: int
    symbols: tuple[int, ...]
    bindings: tuple[int, ...]
    hidden: tuple[str, ...]


class FileFacts(NamedTuple):
    """Everything that one parse gave. `package` is the name the file declares for itself (Go, Java), "" otherwise."""

    language: str
    lines: int
    package: str
    is_test: bool
    has_errors: bool
    symbols: tuple[SymbolFact, ...]
    references: tuple[ReferenceFact, ...]
    imports: tuple[ImportFact, ...]
    bindings: tuple[BindingFact, ...]
    blocks: tuple[BlockFact, ...] = ()
