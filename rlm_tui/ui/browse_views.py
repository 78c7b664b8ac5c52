"""What the browser shows of a symbol, a file or a module: its source, what is in it, who uses it and what it uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from textual.content import Content

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Edge, File, Import, Module, Span, Symbol, Tier
from rlm_tui.ui.blocks import ACCENT, MUTED, Block, Flow, Gap, Lines, plain, shorten
from rlm_tui.ui.highlighting import highlight

Entry: TypeAlias = Symbol | File | Module

TIERS = {
    Tier.SCOPE: "scope",
    Tier.IMPORT: "import",
    Tier.RECEIVER: "receiver",
    Tier.TYPE: "type",
    Tier.GUESS: "guess",
}
"""How an edge was resolved, in a word."""
MOST_ROWS = 1_000
"""Rows of one list; how many are left out is said."""
MOST_COLOURED = 120_000
"""Characters above which source is shown plain here: one walks through many definitions."""
_TEST_DEPTH, _MOST_TESTS = 4, 200
_KIND = 10
"""Cells for what an entry is."""
_WHERE = 12
"""Fewer cells than this do not tell where something stands."""
_CLASSES = frozenset(("class", "interface", "struct", "enum", "trait", "type"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `to` is where Enter leads, `span` the lines that it is about; a heading leads nowhere."""

    content: Content
    to: Entry | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Something to read; `start` is the block that the view begins at."""

    blocks: Sequence[Block]
    start: int = 0


Shown: TypeAlias = Text | Sequence[Row]
Load: TypeAlias = Callable[[Repository], Shown]


@dataclass(frozen=True, slots=True)
class View:
    """One side of an entry. `load` blocks; where `whole`, it is true only once the whole index is there."""

    title: str
    load: Load
    whole: bool = True


def views(entry: Entry, marked: Span | None = None) -> list[View]:
    """Return the sides of an entry, its source first; `marked` are lines to begin at, such as those of a call."""
    match entry:
        case Symbol():
            name = entry.locator
            found = [View("Source", lambda repo: source(repo, entry, marked), whole=False)]
            if entry.kind in _CLASSES or entry.kind in ("module", "section", "key"):
                found.append(View("Inside", lambda repo: _symbols(repo.outline(name))))
            if entry.kind in _CLASSES:
                found.append(View("Subclasses", lambda repo: _edges(repo.subclasses(name), incoming=True)))
            return [
                *found,
                View("Callers", lambda repo: _edges(repo.callers(name), incoming=True)),
                View("Callees", lambda repo: _edges(repo.callees(name), incoming=False)),
                View("References", lambda repo: _edges(repo.references(name), incoming=True)),
                View(
                    "Tests",
                    lambda repo: _edges(repo.analyses.tests(name, _TEST_DEPTH, _MOST_TESTS), incoming=True),
                ),
            ]
        case File():
            path = entry.path
            return [
                View("Source", lambda repo: source(repo, entry, marked), whole=False),
                View("Inside", lambda repo: _symbols(repo.outline(path))),
                View("Imports", lambda repo: _imports(repo, repo.imports(path), theirs=False)),
                View("Importers", lambda repo: _imports(repo, repo.importers(path), theirs=True)),
            ]
        case Module():
            path = entry.path
            return [
                View("Files", lambda repo: _files(repo, entry), whole=False),
                View("Symbols", lambda repo: _symbols(repo.outline(path)[: MOST_ROWS + 1])),
                View("Imports", lambda repo: _imports(repo, repo.imports(path), theirs=False)),
                View("Importers", lambda repo: _imports(repo, repo.importers(path), theirs=True)),
            ]


def title(entry: Entry) -> str:
    """Return the name of an entry as people know it: `Session.send`, `src/app.py`, `src/app`."""
    return entry.qualified if isinstance(entry, Symbol) else entry.path


def kind(entry: Entry) -> str:
    """Return what an entry is, in a word."""
    match entry:
        case Symbol():
            return entry.kind
        case File():
            return "file"
        case Module():
            return "module"


def span_of(entry: Entry) -> Span | None:
    """Return the lines that can be opened of an entry; None of a module."""
    match entry:
        case Symbol():
            return entry.span
        case File():
            return Span(entry.path, 1, 1)
        case Module():
            return None


def entry_row(entry: Entry, width: int) -> Row:
    """Return an entry as a line of `width` cells: what it is, its name, at the end where it stands."""
    where = str(Span(entry.path, entry.start, entry.start)) if isinstance(entry, Symbol) else _size(entry)
    room = max(12, width - _KIND - 2)
    named = plain(shorten(title(entry), room))
    left = room - named.cell_length
    tail = plain(shorten(where, left), MUTED) if left >= min(_WHERE, len(where)) else Content()
    gap = " " * max(2, width - _KIND - named.cell_length - tail.cell_length)
    return Row(Content.assemble(plain(f"{kind(entry):<{_KIND}}", ACCENT), named, gap, tail), entry, span_of(entry))


def source(repository: Repository, entry: Symbol | File, marked: Span | None = None) -> Text:
    """Return the signature, the documentation and the coloured source of a symbol, or a whole file."""
    if isinstance(entry, Symbol):
        piece = repository.slice(entry.path, entry.start, entry.end)
        head: list[Block] = [Flow(plain(entry.signature or entry.qualified, "bold"))]
        head += [Flow(plain(" ".join(f"@{name}" for name in entry.decorators), MUTED))] if entry.decorators else []
        if entry.doc and entry.doc.partition("\n")[0] not in piece.text:  # a docstring is part of the source
            head += [Flow(plain(line, MUTED)) for line in entry.doc.split("\n")]
        head.append(Gap())
    else:
        piece, head = repository.slice(entry.path), []
    lines = highlight(piece.text, path=piece.path, most=MOST_COLOURED)
    shown = range(marked.start, marked.end + 1) if marked is not None else range(0)
    digits = len(str(piece.start + len(lines)))
    before = max(0, min(shown.start - piece.start, len(lines))) if shown else 0
    blocks: list[Block] = [
        *head,
        Lines(lines[:before], first=piece.start, marked=shown, digits=digits),
        Lines(lines[before:], first=piece.start + before, marked=shown, digits=digits),
    ]
    return Text(blocks, len(blocks) - 1 if before else 0)


def _symbols(symbols: Sequence[Symbol]) -> list[Row]:
    rows = []
    for symbol in symbols[:MOST_ROWS]:
        depth = symbol.qualified.count(".") if symbol.parent else 0
        rows.append(
            Row(
                Content.assemble(
                    (f"{symbol.start:>6}  ", MUTED),
                    "  " * min(depth, 6),
                    (f"{symbol.kind} ", ACCENT),
                    plain(symbol.name),
                    plain(f"  {symbol.doc.partition(chr(10))[0]}", MUTED),
                ),
                symbol,
                symbol.span,
            )
        )
    return rows + _left_out(len(symbols))


def _files(repository: Repository, module: Module) -> list[Row]:
    prefix = module.path.rstrip("/.") + "/" if module.path not in ("", ".", "./") else ""
    inside = [file for file in repository.files() if file.module == module.name]
    inside = inside or [file for file in repository.files() if file.path.startswith(prefix)]
    rows = [
        Row(Content.assemble(plain(file.path.removeprefix(prefix)), plain(f"  {_size(file)}", MUTED)), file)
        for file in inside[:MOST_ROWS]
    ]
    return rows + _left_out(len(inside))


def _edges(edges: Sequence[Edge], *, incoming: bool) -> list[Row]:
    """Return the uses, surest first; guesses stand apart, under a line that says so."""
    sure = [edge for edge in edges if edge.tier is not Tier.GUESS]
    guesses = [edge for edge in edges if edge.tier is Tier.GUESS]
    rows = [_edge(edge, incoming) for edge in sure[:MOST_ROWS]] + _left_out(len(sure))
    if guesses:
        rows.append(Row(Content.styled(f"Guesses by the name alone: {len(guesses):,}, not counted", MUTED)))
        rows += [_edge(edge, incoming) for edge in guesses[:MOST_ROWS]] + _left_out(len(guesses))
    return rows


def _edge(edge: Edge, incoming: bool) -> Row:
    other = edge.source if incoming else edge.target
    name = other.qualified if other is not None else "top of the file"
    how = TIERS[edge.tier] if edge.kind == "call" else f"{edge.kind}, {TIERS[edge.tier]}"
    content = Content.assemble(
        plain(name, "bold"),
        (f"  {how}", ACCENT if edge.tier is not Tier.GUESS else "$text-warning"),
        plain(f"\n  {Span(edge.path, edge.line, edge.line)}  ", MUTED),
        plain(edge.text),
    )
    return Row(content, other, Span(edge.path, edge.line, edge.line))


def _imports(repository: Repository, imports: Sequence[Import], *, theirs: bool) -> list[Row]:
    files = {file.path: file for file in repository.files()}
    rows = []
    for item in imports[:MOST_ROWS]:
        other = files.get(item.path if theirs else item.target)
        name = item.path if theirs else item.target
        outside = "" if theirs or item.inside else "  outside"
        rows.append(
            Row(
                Content.assemble(plain(name, "bold"), plain(f"{outside}  {item.path}:{item.line}  {item.text}", MUTED)),
                other,
                Span(item.path, item.line, item.line),
            )
        )
    return rows + _left_out(len(imports))


def _left_out(total: int) -> list[Row]:
    left = total - MOST_ROWS
    return [Row(Content.styled(f"… and {left:,} more", MUTED))] if left > 0 else []


def _size(entry: File | Module) -> str:
    if isinstance(entry, Module):
        return f"{entry.files:,} files, {entry.symbols:,} symbols"
    return f"{entry.lines:,} lines" if entry.lines else f"{entry.size:,} bytes"
