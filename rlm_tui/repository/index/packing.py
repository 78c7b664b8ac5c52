"""Turns the facts of one file into what the store writes, and back: done in the worker, so that the writer has little to do."""

from __future__ import annotations

import json
import re
import sys
import zlib
from array import array
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from struct import Struct
from typing import NamedTuple

from rlm_tui.repository.files.generated import says_generated
from rlm_tui.repository.parsing.facts import BindingFact, BlockFact, FileFacts, ImportFact, ReferenceFact, SymbolFact
from rlm_tui.repository.search.words import BREAKS, distinct, identifiers
from rlm_tui.repository.symbols import Symbol

SymbolRow = tuple[str, str, str, int, int, str, str, str, bool, str, str, int, int]
"""name, qualified, kind, start, end, signature, doc, parent, is_test, decorators by line, visibility, first byte, end byte."""
_MODULE_WORD = re.compile(r"[\w$@-]+")
_SIZES = Struct("<6I")
"""Numbers of symbols, references, arguments and bindings; bytes of the head and of the texts."""
_TEXT = 20_000
"""So many characters make a text found: its beginning says what it is about."""


class _Exact(dict[int, str]):
    """For `str.translate`: a letter without case for whatever the full-text tables would fold or cut at.

    So `Get`, `get` and `get!` stay three names. What is not ASCII is mapped too, because Python and SQLite do not agree on what
    a letter is; two such characters may meet, which only adds a candidate file.
    """

    def __missing__(self, code: int) -> str:
        kept = chr(code) in "\nabcdefghijklmnopqrstuvwxyz0123456789"
        self[code] = chr(code) if kept else chr(0x4E00 + code % 0x4000)
        return self[code]


_EXACT = _Exact()


@dataclass(frozen=True, slots=True)
class Packed:
    """What is stored of a parsed file.

    `defined` are the words of its path and of the names it defines, `body` all words in it; `names` and `imports` are exact
    tokens by line.
    """

    language: str
    lines: int
    package: str
    is_test: bool
    is_generated: bool
    has_errors: bool
    symbols: list[SymbolRow]
    defined: str
    body: str
    names: str
    imports: str
    blob: bytes


@lru_cache(maxsize=50_000)
def exact(name: str) -> str:
    """Return the one token that stands for `name` in the postings."""
    return name.translate(_EXACT).replace("\n", "")


def pack(path: str, facts: FileFacts, source: bytes) -> Packed:
    """Return what the store writes for the file at `path`; `source` gives the words of the bodies."""
    symbols = facts.symbols
    rows = [
        (
            s.name,
            s.qualified,
            s.kind,
            s.start,
            s.end,
            s.signature,
            s.doc,
            symbols[s.scope].qualified if s.scope >= 0 else "",
            s.is_test,
            "\n".join(s.decorators),
            s.visibility,
            s.start_byte,
            s.end_byte,
        )
        for s in symbols
    ]
    names = {s.name for s in symbols}
    defined = distinct([*identifiers(path), *names])
    body = distinct(set(source.translate(BREAKS).decode("utf-8", "replace").split()))
    names.update([r.name for r in facts.references])
    imported: set[str] = set()
    for i in facts.imports:
        imported.update(_MODULE_WORD.findall(i.module))
        names.update([pair[0] for pair in i.names])
        names.update([pair[1] for pair in i.names if pair[1]])
        if i.alias:
            names.add(i.alias)
    return Packed(
        facts.language, facts.lines, facts.package, facts.is_test, says_generated(source), facts.has_errors, rows, defined, body,
        "\n".join(map(exact, names)), "\n".join(map(exact, imported)), _blob(facts),
    )  # fmt: skip


def pack_text(path: str, text: str, language: str = "") -> Packed:
    """Return what the store writes for a file without symbols: found by its path and by the words of its text."""
    body = distinct(set(identifiers(text[:_TEXT])))
    return Packed(
        language,
        text.count("\n") + 1,
        "",
        False,
        False,
        False,
        [],
        distinct(identifiers(path)),
        body,
        "",
        "",
        b"",
    )


def _blob(facts: FileFacts) -> bytes:
    """Return all but the symbols: a head in JSON, then columns of texts by line, then columns of numbers, all compressed."""
    names, lines, kinds, receivers, scopes, arguments = tuple(zip(*facts.references, strict=True)) or ((),) * 6
    bound, types, places = tuple(zip(*facts.bindings, strict=True)) or ((),) * 3
    if not any(arguments):  # most languages have none
        arguments = ()
    head = json.dumps([facts.package, facts.has_errors, facts.imports, facts.blocks], separators=(",", ":")).encode()
    columns = map(_column, (names, kinds, receivers, arguments, bound, types))
    texts = "\n".join(columns).encode("utf-8", "replace")
    numbers = array("i", [*(s.scope for s in facts.symbols), *lines, *scopes, *places])
    sizes = _SIZES.pack(len(facts.symbols), len(names), len(arguments), len(bound), len(head), len(texts))
    return zlib.compress(b"".join((sizes, head, texts, numbers.tobytes())), 1)


def _column(texts: tuple[str, ...]) -> str:
    column = "\n".join(texts)
    # No name or type has a line end, except where a plug-in is at fault: its columns must not get out of step.
    return column if column.count("\n") < max(1, len(texts)) else "\n".join([" ".join(t.split("\n")) for t in texts])


class Unpacked:
    """The facts of one file as read back, but for its definitions: columns, made into objects only when asked for.

    `scopes` are those of the definitions.
    """

    def __init__(self, blob: bytes) -> None:
        content = zlib.decompress(blob)
        symbols, references, arguments, bindings, head, texts = _SIZES.unpack_from(content)
        start = _SIZES.size + head
        self.package: str
        self.has_errors: bool
        self._imports: list[tuple[int, str, str, list[list[str]], str, bool]]
        self._blocks: list[tuple[int, int, int, list[int], list[int], list[str]]]
        self.package, self.has_errors, self._imports, self._blocks = json.loads(content[_SIZES.size : start])
        self._texts = content[start : start + texts]
        self._numbers = array("i", content[start + texts :])
        self._counts: tuple[int, int, int, int] = (symbols, references, arguments, bindings)
        self.scopes = self._numbers[:symbols]

    @cached_property
    def _columns(self) -> list[list[str]]:
        """The columns of texts: of the references names, kinds, receivers and arguments, of the bindings names and types."""
        _, references, arguments, bindings = self._counts
        lines = list(map(sys.intern, self._texts.decode().split("\n")))  # the same few, held in memory
        columns: list[list[str]] = []
        first = 0
        for count in (references, references, references, arguments, bindings, bindings):
            columns.append(lines[first : first + count])
            first += max(1, count)  # an empty column is an empty line
        return columns

    @cached_property
    def _references(self) -> tuple[list[str], array[int], list[str], list[str], array[int], list[str]]:
        symbols, references, _, _ = self._counts
        names, kinds, receivers, given, _, _ = self._columns
        first, last = symbols + references, symbols + 2 * references
        return (
            names, self._numbers[symbols:first], kinds, receivers, self._numbers[first:last], given or [""] * references
        )  # fmt: skip

    @cached_property
    def _bindings(self) -> tuple[list[str], list[str], array[int]]:
        symbols, references, _, _ = self._counts
        bound, types = self._columns[4:]
        return bound, types, self._numbers[symbols + 2 * references :]

    @property
    def weight(self) -> int:
        """About how much is kept in memory: references and bindings, of which there are far more than of anything else."""
        _, references, _, bindings = self._counts
        return references + bindings

    def references(self) -> tuple[ReferenceFact, ...]:
        """Return the references in order."""
        return tuple(map(ReferenceFact, *self._references))

    def references_to(self, name: str, kinds: Container[str]) -> list[ReferenceFact]:
        """Return the references of these kinds to `name`, in order."""
        if name.encode("utf-8", "replace") not in self._texts:
            return []
        symbols, count, arguments, _ = self._counts
        lines, numbers = self._texts.decode().split("\n"), self._numbers  # most files are asked but once: no columns
        found: list[ReferenceFact] = []
        place = -1
        for _ in range(lines[:count].count(name)):
            place = lines.index(name, place + 1)
            kind = lines[count + place]
            if kind in kinds:
                line, scope = numbers[symbols + place], numbers[symbols + count + place]
                given = lines[3 * count + place] if arguments else ""
                found.append(ReferenceFact(name, line, kind, lines[2 * count + place], scope, given))
        return found

    def references_of(self, kind: str) -> list[ReferenceFact]:
        """Return the references of one kind, in order."""
        return [ReferenceFact(*columns) for columns in zip(*self._references, strict=True) if columns[2] == kind]

    @property
    def renames(self) -> bool:
        """Whether an import binds single names, perhaps to others."""
        return any(names for _, _, _, names, _, _ in self._imports)

    def imports(self) -> tuple[ImportFact, ...]:
        """Return the imports in order."""
        return tuple(
            ImportFact(line, text, module, tuple((name, alias) for name, alias in names), alias, exported)
            for line, text, module, names, alias, exported in self._imports
        )

    def bindings(self) -> tuple[BindingFact, ...]:
        """Return the bindings in order."""
        return tuple(map(BindingFact._make, self.binding_columns()))

    def binding_columns(self) -> Iterator[tuple[str, str, int]]:
        """Return the bindings in order as plain tuples, at less cost."""
        return zip(*self._bindings, strict=True)

    def blocks(self) -> tuple[BlockFact, ...]:
        """Return the functions without a name that have something local."""
        return tuple(BlockFact(*block[:3], tuple(block[3]), tuple(block[4]), tuple(block[5])) for block in self._blocks)


class Read(NamedTuple):
    """One file as the index has it; `symbols` stand in the order of `unpacked.scopes`, none where they were not read."""

    id: int
    language: str
    is_test: bool
    unpacked: Unpacked
    symbols: list[Symbol]

    def facts(self, lines: int) -> FileFacts:
        """Return all of it as the parse gave it."""
        read = self.unpacked
        symbols = tuple(
            SymbolFact(
                s.name, s.qualified, s.kind, s.start, s.end, s.start_byte, s.end_byte, s.signature, s.doc, scope,
                s.is_test, s.decorators, s.visibility,
            )
            for s, scope in zip(self.symbols, read.scopes, strict=True)
        )  # fmt: skip
        return FileFacts(
            self.language, lines, read.package, self.is_test, read.has_errors, symbols, read.references(),
            read.imports(), read.bindings(), read.blocks(),
        )  # fmt: skip
