"""Which definitions a change has added, removed or altered: those of the old versions of its files against those of the new.

The old versions are written into a folder of their own and parsed by a worker process, as the files of a repository are: what
git keeps is no less a stranger's than what is checked out.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rlm_tui.repository.analyses.complexity import CALLABLE, complexity
from rlm_tui.repository.files.sources import Sources
from rlm_tui.repository.files.walk import is_binary, plain
from rlm_tui.repository.index.packing import SymbolRow
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.index.worker import Job
from rlm_tui.repository.index.workers import Worker
from rlm_tui.repository.indexer import indexer_of
from rlm_tui.repository.symbols import Hunk, Span, Symbol
from rlm_tui.repository.versions.former import Former

MOST_FILES = 400
"""So many files of a change are compared; the rest is only known by its hunks."""
_LARGEST = 1_000_000
_WHOLE = frozenset(("class", "interface", "struct", "enum", "trait", "module", "type"))
"""Kinds of which only the head is compared: what is in them is compared by itself."""


@dataclass(frozen=True, slots=True)
class Version:
    """A definition in one version of its file: `cited` is its lines as they are cited, `complexity` 0 for what is no function."""

    symbol: Symbol
    text: str
    cited: str
    complexity: int


@dataclass(frozen=True, slots=True)
class ChangedSymbol:
    """A definition before and after a change; one of the two is None where it was added or removed."""

    old: Version | None
    new: Version | None

    @property
    def change(self) -> str:
        """What happened to it: added, removed or changed."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def any(self) -> Version:
        """The newer of its versions."""
        found = self.new or self.old
        if found is None:
            raise ValueError("neither before nor after")
        return found


@dataclass(frozen=True, slots=True)
class _Source:
    """A version of a file: its path, its commit ("" for the working tree), its bytes."""

    path: str
    commit: str
    content: bytes


def changed_symbols(
    hunks: Sequence[Hunk], sides: tuple[str, str], store: Store, sources: Sources, former: Former
) -> list[ChangedSymbol]:
    """Return the definitions that the hunks changed, by place; blocks.

    `sides` are what the hunks are between, as `Versions.sides` says. Files that are no code, closed, binary or very large are
    passed over.
    """
    files: dict[str, Hunk] = {hunk.path: hunk for hunk in hunks}
    pairs = [
        (_before(hunk, sides[0], former), _after(hunk, sides[1], sources, former))
        for path, hunk in list(files.items())[:MOST_FILES]
        if (indexer := indexer_of(path)) is not None and not indexer.outline
    ]
    versions = _versions([one for pair in pairs for one in pair if one is not None], store)
    found: list[ChangedSymbol] = []
    for before, after in pairs:
        found += _paired(versions.get(before, ()) if before else (), versions.get(after, ()) if after else ())
    return found


def _before(hunk: Hunk, commit: str, former: Former) -> _Source | None:
    if hunk.status == "added":
        return None
    path = hunk.old_path or hunk.path
    try:
        return _sound(_Source(path, commit, former.content(path, commit)))
    except (LookupError, PermissionError):
        return None


def _after(hunk: Hunk, commit: str, sources: Sources, former: Former) -> _Source | None:
    if hunk.status == "deleted":
        return None
    same = not commit or (bool(hunk.new) and "@" not in hunk.new.rpartition("/")[2])
    try:
        content = sources.content(hunk.path) if same else former.content(hunk.path, commit)
    except (LookupError, PermissionError):
        return None
    return _sound(_Source(hunk.path, "" if same else commit, content))


def _sound(source: _Source) -> _Source | None:
    if len(source.content) > _LARGEST or is_binary(source.content):
        return None
    return _Source(source.path, source.commit, plain(source.content))


def _versions(files: Sequence[_Source], store: Store) -> dict[_Source, Sequence[Version]]:
    """Return the definitions in each version of a file: from the index where it is the one that is indexed, else parsed."""
    found: dict[_Source, Sequence[Version]] = {}
    unknown: list[_Source] = []
    for file in files:
        known = store.file(file.path) if not file.commit else None
        if known is not None and known.status == "parsed" and known.size == len(file.content):
            found[file] = _described(file, store.symbols_in(file.path))
        else:
            unknown.append(file)
    if not unknown:
        return found
    with TemporaryDirectory(prefix="rlm-tui-") as folder:
        jobs: list[Job] = []
        for number, file in enumerate(unknown):
            (Path(folder) / str(number)).write_bytes(file.content)
            indexer = indexer_of(file.path)
            jobs.append(Job(number, file.path, os.fsencode(str(number)), indexer.name if indexer else ""))
        worker = Worker(Path(folder))
        try:
            for answer in worker.parse(jobs):
                number, _, packed = answer.read()
                file, language = unknown[number], answer.job.language
                found[file] = _described(
                    file, [_symbol(file.path, language, row) for row in packed.symbols] if packed else ()
                )
        finally:
            worker.close()
    return found


def _symbol(path: str, language: str, row: SymbolRow) -> Symbol:
    name, qualified, kind, start, end, signature, doc, parent, is_test, decorators, visibility, first, last = row
    return Symbol(
        name, qualified, kind, path, start, end, signature, doc, parent, "", language, bool(is_test),
        tuple(decorators.splitlines()), visibility, first, last,
    )  # fmt: skip


def _described(file: _Source, symbols: Sequence[Symbol]) -> list[Version]:
    text = file.content.decode("latin-1")
    functions = [symbol for symbol in symbols if symbol.kind in CALLABLE]
    where = f"{file.path}@{file.commit}" if file.commit else file.path
    return [
        Version(
            symbol,
            text[symbol.start_byte : symbol.end_byte],
            str(Span(where, symbol.start, symbol.end)),
            complexity(text, symbol, functions) if symbol.kind in CALLABLE else 0,
        )
        for symbol in symbols
    ]


def _paired(before: Sequence[Version], after: Sequence[Version]) -> Iterator[ChangedSymbol]:
    """Yield the definitions that differ. Overloads are told apart by their signatures, then by their order."""
    old: defaultdict[tuple[str, str], list[Version]] = defaultdict(list)
    for version in before:
        old[version.symbol.qualified, _family(version.symbol.kind)].append(version)
    left: list[Version] = []
    for version in after:
        same = old[version.symbol.qualified, _family(version.symbol.kind)]
        twin = next((one for one in same if one.text == version.text), None)
        twin = twin or next((one for one in same if one.symbol.signature == version.symbol.signature), None)
        if twin is None:
            left.append(version)
            continue
        same.remove(twin)
        if _differs(twin, version):
            yield ChangedSymbol(twin, version)
    for version in left:
        same = old[version.symbol.qualified, _family(version.symbol.kind)]
        yield ChangedSymbol(same.pop(0) if same else None, version)
    for same in old.values():
        yield from (ChangedSymbol(one, None) for one in same)


def _family(kind: str) -> str:
    return "function" if kind in CALLABLE else kind


def _differs(old: Version, new: Version) -> bool:
    if old.symbol.kind in _WHOLE:
        heads = [(one.symbol.signature, one.symbol.decorators) for one in (old, new)]
        return heads[0] != heads[1]
    return "".join(old.text.split()) != "".join(new.text.split()) or (
        old.symbol.language == "python"
        and old.text.split("\n") != new.text.split("\n")
        and _indents(old) != _indents(new)
    )


def _indents(version: Version) -> list[int]:
    """Return how far the lines are indented beyond the first, which means something in some languages."""
    lines = [line for line in version.text.split("\n")[1:] if line.strip()]
    least = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    return [len(line) - len(line.lstrip()) - least for line in lines]
