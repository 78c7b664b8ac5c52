"""What can be computed about a repository beyond its edges: impact, tests, cycles, what is long, complex, raised, unused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from threading import Lock

from rlm_tui.repository.analyses import impact, raising, settings_read
from rlm_tui.repository.analyses.complexity import CALLABLE, most_complex
from rlm_tui.repository.analyses.cycles import cycles
from rlm_tui.repository.analyses.public_interface import PublicInterface
from rlm_tui.repository.analyses.unused import Unused
from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.files.sources import Sources
from rlm_tui.repository.index.schema import file_of
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.naming import Naming
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbol_list import SymbolList
from rlm_tui.repository.symbols import Cycle, Edge, Hit, Import, Module, Remark, Setting, Symbol

_MOST_HITS = 5_000


class Analyses:
    """The analyses of one repository, or of a part of it. Thread-safe; computed when asked for.

    `admits(scope)` waits for the index and tells which paths are looked at, the repository's own scope for "";
    `grep(pattern, scope, limit)` searches there, `everywhere(pattern, limit)` in all files. Names of symbols and scopes are as
    `Repository.resolve` knows them, and raise as it does.
    """

    def __init__(
        self,
        store: Store,
        graph: Graph,
        naming: Naming,
        sources: Sources,
        admits: Callable[[str], Callable[[str], bool]],
        grep: Callable[[str, str, int], list[Hit]],
        everywhere: Callable[[str, int], list[Hit]],
    ) -> None:
        self._store = store
        self._graph = graph
        self._naming = naming
        self._sources = sources
        self._admits = admits
        self._grep = grep
        self._everywhere = everywhere
        self._lock = Lock()
        self._cycles: tuple[object, list[Cycle]] | None = None

    def impact(self, target: str, depth: int, limit: int) -> list[Edge]:
        """Return what uses a symbol, what uses that and so on: see `impact.impact`. The whole repository counts."""
        symbol = self._naming.symbol(target)
        return self._sources.with_lines(impact.impact(self._graph, self._weigh, symbol, depth, limit))

    def tests(self, target: str, depth: int, limit: int) -> list[Edge]:
        """Return by what test code reaches a symbol: see `impact.tests`. The whole repository counts."""
        symbol = self._naming.symbol(target)
        return self._sources.with_lines(
            impact.tests(self._graph, self._weigh, symbol, self._named_in_tests(symbol), depth, limit)
        )

    def imports(self, scope: str = "") -> list[Import]:
        """Return the imports that bring a file in `scope` into others of the repository."""
        admitted = self._admits(scope)
        return self._graph.importers_of([path for path in self._store.paths() if admitted(path)])

    def cycles(self, scope: str = "") -> list[Cycle]:
        """Return the circles of imports that a file in `scope` is part of: see `cycles.cycles`. Computed once a generation."""
        admitted = self._admits(scope)
        generation = self._store.generation
        if self._cycles is None or self._cycles[0] != generation:
            language = {file.path: file.language for file in self._store.files()}
            imports = self._graph.importers_of(self._store.paths())
            found = cycles(imports, lambda path: language.get(path, ""), self._sources.lines, self._store.spans)
            self._cycles = (generation, found)
        return [cycle for cycle in self._cycles[1] if any(map(admitted, cycle.files))]

    def longest(self, scope: str, most: int) -> list[Remark]:
        """Return the `most` functions in `scope` with the most lines, comments and inner functions included."""
        found = islice(self._by_length(scope), most)
        return [Remark(s, s.end - s.start + 1, f"{s.end - s.start + 1:,} lines") for s in found]

    def most_complex(self, scope: str, most: int) -> list[Remark]:
        """Return the `most` functions in `scope` of the highest cyclomatic complexity: see `complexity`."""
        functions = self._by_length(scope)
        found = most_complex(functions, self._store.symbols_in, self._sources.content, most)
        return [Remark(s, value, f"complexity {value}, {s.end - s.start + 1:,} lines") for value, s in found]

    def raises(self, name: str, scope: str, limit: int) -> list[Hit]:
        """Return up to `limit` lines in `scope` that raise, throw or return the error `name`; `panic` and its like: call it."""
        self._admits(scope)
        hits = self._grep(raising.candidates(name), scope, _MOST_HITS)
        return raising.raised(name, hits, self._store.file, self._sources.lines)[:limit]

    def settings(self, name: str, scope: str, limit: int) -> list[Setting]:
        """Return up to `limit` places in `scope` that read the environment variable or configuration key `name`, any without one.

        A constant that holds the name is followed to where it is read by. See `settings_read`.
        """
        self._admits(scope)
        found = self._settings(name, settings_read.candidates(name), scope)
        for constant in sorted(settings_read.constants(found)) if name else ():
            for hit in self._grep(settings_read.candidates(constant), scope, _MOST_HITS):
                if settings_read.reads_by(constant, hit.text):
                    found.insert(0, Setting(hit.path, hit.line, hit.text, name, "env", "", hit.symbol))
        return found[:limit]

    def _weigh(self, symbol: Symbol) -> int:
        return len(self._store.files_mentioning(symbol.name))

    def _named_in_tests(self, symbol: Symbol) -> list[Hit]:
        """Return the first line of code in each test file that holds the symbol's name."""
        found: dict[str, Hit] = {}
        codes: dict[str, list[str]] = {}
        word = re.compile(rf"(?<![\w$]){re.escape(symbol.name)}(?![\w$])")
        for hit in self._everywhere(settings_read.candidates(symbol.name), _MOST_HITS):
            file = self._store.file(hit.path) if hit.path not in found else None
            if file is None or not file.is_test or file.language in ("", "text"):
                continue
            if hit.path not in codes:
                codes[hit.path] = code_of(self._text(hit.path), file.language).split("\n")
            if hit.line <= len(codes[hit.path]) and word.search(codes[hit.path][hit.line - 1]):
                found[hit.path] = hit
        return list(found.values())

    def _settings(self, name: str, pattern: str, scope: str) -> list[Setting]:
        hits = self._grep(pattern, scope, _MOST_HITS)
        return settings_read.settings(name, hits, self._store.file, self._sources.lines)

    def public_api(self, target: str) -> list[Remark]:
        """Return what a file, folder, module or class offers to its users, through re-exports: see `public_interface`."""
        found = self._naming.resolve(target)
        with self._lock:
            interface = PublicInterface(Resolution(self._store), self._text)
            if isinstance(found, Symbol):
                return interface.of_class(found)
            if not isinstance(found, Module):
                return interface.of_file(found.path)
            admitted = self._admits(target)
            paths = [file.path for file in self._store.files() if admitted(file.path) and not file.is_test]
            return interface.of_folder(paths, found.path.removesuffix("/").removeprefix("."))

    def unused(self, scope: str, *, kept: bool, limit: int) -> list[Remark]:
        """Return up to `limit` definitions in `scope` that no code of the whole repository uses: see `unused.Unused.find`."""
        admitted = self._admits(scope)
        paths = [path for path in self._store.paths() if admitted(path)]
        symbols = (symbol for path in paths for symbol in self._store.symbols_in(path))
        search = Unused(self._store, self._graph, self._sources, self._everywhere)
        return search.find(symbols, kept=kept, limit=limit)

    def _text(self, path: str) -> str:
        try:
            return "\n".join(self._sources.lines(path))
        except PermissionError:
            return ""

    def _by_length(self, scope: str) -> Iterator[Symbol]:
        """Give the functions in `scope`, longest first; those of tests and of generated files only where it holds no others."""
        admitted = self._admits(scope)
        files = [file for file in self._store.files() if admitted(file.path)]
        own = [file for file in files if not file.is_test and not file.is_generated and file.language] or files
        paths = {file.path for file in own}
        identities = {identity for path, identity in self._store.file_ids().items() if path in paths}
        ids = self._store.symbols.ids_by_length(CALLABLE)
        ids = type(ids)("q", [identity for identity in ids if file_of(identity) in identities])
        tests = len(own) == len(files)
        for symbol in SymbolList(self._store.symbols, ids):
            if tests or not symbol.is_test:
                yield symbol
