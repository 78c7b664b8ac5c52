"""The one door to a repository: what is in it, what a name means, search, the graph, and the text of its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from rlm_tui.repository import modules
from rlm_tui.repository.analyses.analyses import Analyses
from rlm_tui.repository.checks.change_checks import ChangeChecks
from rlm_tui.repository.errors.nulls import Nulls
from rlm_tui.repository.files.searching import grep
from rlm_tui.repository.files.secrets import CLOSED, REFUSAL, Secrets
from rlm_tui.repository.index.index_folder import tidy
from rlm_tui.repository.index.indexing import Progress
from rlm_tui.repository.index.schema import SCHEMA, file_of
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.naming import Named, Naming, lines_named
from rlm_tui.repository.opened import Opened, open_root
from rlm_tui.repository.patches.patch_checks import PatchChecks
from rlm_tui.repository.patches.refactorings import Refactorings
from rlm_tui.repository.sanitize import escape_name
from rlm_tui.repository.scope import Scope
from rlm_tui.repository.search.lookup import Lookup, look_up
from rlm_tui.repository.search.words import split
from rlm_tui.repository.symbol_list import SymbolList
from rlm_tui.repository.symbols import (
    Edge,
    File,
    Hit,
    Import,
    Match,
    Module,
    Slice,
    Span,
    Symbol,
    UnknownName,
)
from rlm_tui.repository.versions.former import Former
from rlm_tui.repository.versions.versions import Versions

_FEW = 8
"""Up to so many files, asking for the importers of each is quicker than reading the imports of all."""


class Repository:
    """A repository and its index. Thread-safe; methods block.

    Files, their text and `grep` are there at once; what needs symbols waits for a scan that is under way.

    `narrow` makes others that see a part of it and share the index; only the first is to be closed.
    """

    def __init__(self, opened: Opened, scope: tuple[str, ...] = ()) -> None:
        self.root = opened.root
        self.name = escape_name(opened.root.name) or "/"
        self.scope = scope
        self._opened = opened
        self._store = opened.store
        self._indexing = opened.indexing
        self._graph = opened.graph
        self._sources = opened.sources
        self._saved = opened.saved
        self._part = Scope(scope, opened.store, opened.indexing, opened.catalogue)
        self._naming = Naming(
            opened.store, self.name, self._part.module, self._part.admits, opened.whole, opened.graph.member
        )

    @classmethod
    def open(cls, root: Path, cache: Path | None = None, secrets: Secrets = CLOSED) -> Repository:
        """Open the repository at `root`, without reading it yet. The index goes under `cache`, or the user's cache directory.

        What `secrets` opens is in an index of its own, so that nothing of it is left where they are closed.

        Raises `RepositoryError` when it is not a directory or there is no usable ripgrep.
        """
        return cls(open_root(root, cache, secrets))

    @property
    def commit(self) -> str:
        """The short hash of the commit that is checked out now, "" without one."""
        return self._opened.head.commit

    # The index

    def scan(self, on_progress: Callable[[Progress], None] | None = None) -> Progress:
        """List the files, parse what has changed, and return the last progress; `close` ends it. Raises `RepositoryError`."""
        progress = self._indexing.scan(on_progress)
        tidy(self._store.folder, SCHEMA)
        return progress

    def wait(self) -> None:
        """Wait for the end of a scan that is under way, or for `close`."""
        self._indexing.wait()

    @property
    def folder(self) -> Path | None:
        """Where the index is kept; None for one that lasts for this session only."""
        return self._store.folder

    @property
    def progress(self) -> Progress:
        """How far the index is."""
        return self._indexing.progress

    @property
    def notices(self) -> list[str]:
        """What happened to the index and should be said, such as that it was corrupt and has been rebuilt."""
        return self._store.notices

    def update(self, paths: Iterable[str]) -> None:
        """Bring single files up to date: paths of the repository, or absolute ones; saved, created or deleted."""
        self._saved.update(paths)

    @property
    def generation(self) -> object:
        """A value that is another one when anything in the index has changed."""
        return self._store.generation

    def state(self, path: str) -> tuple[int, int] | None:
        """Return the size and the time of change of a file as it is now, None when it is not there."""
        return self._saved.state(path)

    def stale(self, paths: Iterable[str]) -> list[str]:
        """Return those of the paths whose files are not as they were indexed: saved or deleted since."""
        return self._saved.stale(paths)

    def absolute(self, path: str) -> Path:
        """Return where a listed file stands on the disk. Raises `UnknownName` when none is listed under this path."""
        return self._saved.absolute(path)

    async def watch(self) -> None:
        """Keep the index true to what is saved in the repository, until cancelled."""
        from rlm_tui.repository.files import (
            watch,  # with asyncio and watchfiles, a third of the start of a command that needs neither
        )

        await watch.watch(self.root, self._store, self._indexing, self._opened.head)

    def close(self) -> None:
        """End all work on the index and close it."""
        self._indexing.close()
        self._store.close()

    # What is in it

    def narrow(self, scope: Sequence[str]) -> Repository:
        """Return this repository limited to `scope`: names as `resolve` knows them. Raises as `resolve` does."""
        entries: list[str] = []
        for target in scope:
            found = self.resolve(target) if target not in ("", ".", "/") else None
            entries += self.scope if found is None else [found.path]
        return Repository(self._opened, tuple(dict.fromkeys(entries)) or self.scope)

    def resolve(self, target: str) -> Named:
        """Return what `target` names: a file, lines of one, a module or folder, or a symbol.

        Known are `path`, `path:12`, `path:12-20`, `path::Qualified.name`, `path::Qualified.name@line`, the name or path of a
        module, and any ending of a symbol's qualified or dotted name (`send`, `Session.send`, `requests.sessions.Session.send`).
        Of several, the one that is neither test nor built copy; of overloads, the first. Raises `UnknownName` with near
        matches, `AmbiguousName` with locators.
        """
        return self._naming.resolve(target)

    def files(self) -> Sequence[File]:
        """Return the files in scope, by path."""
        return self._part.overview().files

    def modules(self) -> Sequence[Module]:
        """Return the modules in scope, by path."""
        found = {module.path: module for module in self._part.overview().modules.values()}
        return [found[path] for path in sorted(found)]

    def symbols(self, match: str = "", kind: str = "", path: str = "") -> Sequence[Symbol]:
        """Return the definitions in scope whose qualified name holds `match` (or fits it as a glob), of `kind`, under `path`."""
        self._opened.whole()
        ids = self._store.symbols.ids(match, kind)
        if path or self.scope:
            admitted = self.narrow([path])._part.admits if path else self._part.admits  # noqa: SLF001 - another of our own kind
            files = {identity for name, identity in self._store.file_ids().items() if admitted(name)}
            ids = type(ids)("q", [identity for identity in ids if file_of(identity) in files])
        return SymbolList(self._store.symbols, ids)

    def is_closed(self, path: str) -> bool:
        """Tell whether a file is listed, but not read, because its name says that it may hold secrets."""
        return self._store.secrets.closed(path)

    def is_excluded(self, path: str) -> bool:
        """Tell whether `.rlm-tui.toml` of the repository keeps `path` out of the index."""
        return self._store.excluded(path)

    def is_left_out(self, path: str) -> bool:
        """Tell whether only that keeps a file of git's out of the index: what `changes` shows of it can be read and cited."""
        return self._store.excluded(path) and self._part.covers(path) and self.versions.lists(path)

    def languages(self) -> dict[str, int]:
        """Return the number of files in scope of each language of code, most first."""
        return dict(Counter(file.language for file in self.files() if file.language in code_languages()).most_common())

    def tokens(self) -> int:
        """Return about how many tokens the text in scope has: a quarter of the bytes of what may be sent whole."""
        return self._part.overview().tokens

    def outline(self, target: str) -> Sequence[Symbol]:
        """Return the definitions in a file, module or symbol, in order. Raises as `resolve` does."""
        self._opened.whole()
        found = self.resolve(target)
        if isinstance(found, Symbol):
            within = found.qualified + "."
            return [symbol for symbol in self._store.symbols_in(found.path) if symbol.qualified.startswith(within)]
        if isinstance(found, Span):
            return [s for s in self._store.symbols_in(found.path) if s.start <= found.end and s.end >= found.start]
        if isinstance(found, File):
            return self._store.symbols_in(found.path)
        return self.narrow([found.path]).symbols()

    def slice(self, target: str, start: int | None = None, end: int | None = None) -> Slice:
        """Return the text of what `target` names, or of lines `start` to `end` of its file; safe to show.

        Lines of a version that git keeps are `path@commit:12-20`. Raises as `resolve` does, `PermissionError` for secrets,
        binaries and what cannot be read.
        """
        if "@" in target and not self._store.file(target) and (former := self.former.named(target, start, end)):
            return former
        found = self._readable(target)
        if self._saved.refreshed(found.path):
            found = self._readable(target)
        return self._sources.slice(found, start, end)

    def fingerprint(self) -> str:
        """Return a digest that is another one when any file in scope has another name or content."""
        return self._opened.fingerprints.of((file.path, self._store.raw(file.path) or b"") for file in self.files())

    def stamp(self) -> str:
        """Return a digest of the whole index: another one when any file, in scope or not, was saved, or the commit is another."""
        known = sorted((path, one.size, one.mtime) for path, one in self._store.stamps().items())
        return sha256(repr((self.commit, known)).encode("utf-8", "replace")).hexdigest()

    # Search

    def grep(
        self,
        pattern: str,
        scope: str | None = None,
        *,
        glob: str = "",
        ignore_case: bool = False,
        literal: bool = False,
        limit: int = 200,
    ) -> list[Hit]:
        """Return the first `limit` lines that match the regular expression (ripgrep's syntax), by path and line.

        Raises `ValueError` with ripgrep's message for a bad pattern, `PermissionError` when `scope` is a file of secrets.
        """
        narrowed = self.narrow([scope]) if scope else self
        options = [*(["--ignore-case"] if ignore_case else []), *(["--fixed-strings"] if literal else [])]
        options += [f"--glob={glob}"] if glob else []
        places: list[bytes] = []
        for entry in narrowed.scope:
            if self._store.secrets.closed(entry):
                raise PermissionError(REFUSAL.format(path=entry))
            places.append(b"." if entry == modules.ROOT_FOLDER else self._saved.raw(entry))
        return grep(self.root, self._store, pattern, places, narrowed._part.admits, options, limit)  # noqa: SLF001 - our own kind

    def look_up(self, text: str, limit: int = 200) -> Lookup:
        """Return the symbols, files and modules in scope whose names hold `text`, out of what is indexed by now."""
        return look_up(text, limit, self._store, self.files(), self.modules())

    def find(self, words: str, k: int = 20, kind: str = "", without_tests: bool = False) -> list[Match]:
        """Return the `k` symbols in scope that fit the words (a question or identifiers) best, of `kind` when it is given.

        Tests come later, unless the words ask for them.
        """
        self._opened.whole()
        return self._opened.ranking.rank(words, k, self._part.admits, kind, without_tests)

    def rarity(self, words: Sequence[str]) -> dict[str, int]:
        """Return in how many files of the whole repository each word stands, in any of its forms (of 20,000 at most)."""
        self._opened.whole()
        return {word: min((len(self._store.files_with(one)) for one in split(word)), default=0) for word in words}

    # The graph

    def callers(self, target: str) -> list[Edge]:
        """Return the calls of a symbol, surest first; guesses (tier 5) last. Raises as `resolve` does."""
        return self._edges(self._graph.callers, target)

    def callees(self, target: str) -> list[Edge]:
        """Return what a symbol calls, in order; guesses (tier 5) last. Raises as `resolve` does."""
        return self._edges(self._graph.callees, target)

    def references(self, target: str) -> list[Edge]:
        """Return all uses of a symbol, surest first; guesses (tier 5) last. Raises as `resolve` does."""
        return self._edges(self._graph.references, target)

    def subclasses(self, target: str) -> list[Edge]:
        """Return the classes that inherit from a symbol or implement it. Raises as `resolve` does."""
        return self._edges(self._graph.subclasses, target)

    def importers(self, target: str) -> list[Import]:
        """Return the imports that bring a file, or a module's files, into others. Raises as `resolve` does."""
        self._opened.whole()
        inside = self._paths_of(target)
        found = (
            self._graph.importers_of(inside)
            if len(inside) > _FEW
            else [i for p in sorted(inside) for i in self._graph.importers(p)]
        )
        return [i for i in dict.fromkeys(found) if len(inside) == 1 or i.path not in inside]

    def imports(self, target: str) -> list[Import]:
        """Return what a file, or a module's files, import. Raises as `resolve` does."""
        self._opened.whole()
        return list(dict.fromkeys(i for path in sorted(self._paths_of(target)) for i in self._graph.imports(path)))

    def call_path(self, a: str, b: str, limit: int = 12) -> list[Edge]:
        """Return the shortest chain of calls from one symbol to another, of at most `limit` edges; [] without one."""
        return self._sources.with_lines(self._graph.call_path(self._naming.symbol(a), self._naming.symbol(b), limit))

    @cached_property
    def analyses(self) -> Analyses:
        """What can be computed about what is in scope: impact, tests, cycles, the longest functions and the like."""
        return Analyses(
            self._store, self._graph, self._naming, self._sources, self._admits, self._search, self._everywhere
        )

    @cached_property
    def patches(self) -> PatchChecks:
        """What can be said of a patch before it is applied."""
        return PatchChecks(self._opened, self._current)

    @cached_property
    def refactorings(self) -> Refactorings:
        """How code is changed by the index alone."""
        return Refactorings(self._opened, self._naming, self.patches, self._current, self._everywhere)

    @cached_property
    def nulls(self) -> Nulls:
        """Where values come from that were null."""
        return Nulls(self._opened, self._current)

    @cached_property
    def versions(self) -> Versions:
        """What git knows of what is in scope: commits, who changed a line last, what has changed."""
        return Versions(
            self.root, self._store, self._naming, self._sources, self.scope, self._admits, self._part.covers
        )

    @cached_property
    def change_checks(self) -> ChangeChecks:
        """Checks of what has changed since a commit, by git and the index alone."""

        def search(text: str) -> list[Hit]:
            return self._everywhere(text, 50, "--fixed-strings")

        return ChangeChecks(self._store, self._graph, self._sources, self.former, self.versions, search)

    @cached_property
    def former(self) -> Former:
        """The files as commits and git's index hold them."""
        return Former(self.root, self._store)

    # Inside

    def _readable(self, target: str) -> Symbol | File | Span:
        if self.is_left_out((span := lines_named(target)).path):
            return span
        found = self.resolve(target)
        if isinstance(found, Module):
            raise UnknownName(f"{target} is a module, not a file: outline({target!r}) lists what is in it")
        return found

    def _edges(self, method: Callable[[Symbol], list[Edge]], target: str) -> list[Edge]:
        # Not limited to the scope: "nobody calls it" would be false where only nobody in the scope does.
        return self._sources.with_lines(method(self._naming.symbol(target)))

    def _paths_of(self, target: str) -> set[str]:
        found = self.resolve(target)
        if not isinstance(found, Module):
            return {found.path}
        return {file.path for file in self.narrow([found.path]).files()}

    def _current(self, paths: Iterable[str]) -> None:
        self._opened.whole()
        if stale := self.stale(paths):
            self.update(stale)

    def _admits(self, scope: str) -> Callable[[str], bool]:
        self._opened.whole()
        whole = not scope or (scope.rstrip("/") == self.name and not self._store.has_below(self.name))
        return self._part.admits if whole else self.narrow([scope])._part.admits  # noqa: SLF001 - another of our own kind

    def _search(self, pattern: str, scope: str, limit: int) -> list[Hit]:
        return self.grep(pattern, scope or None, limit=limit)

    def _everywhere(self, pattern: str, limit: int, *options: str) -> list[Hit]:
        return grep(self.root, self._store, pattern, [], lambda _: True, options, limit)
