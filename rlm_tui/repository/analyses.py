"""What can be computed about a repository beyond its edges: impact, tests, cycles, what is long, complex, raised, unused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from rlm_tui.repository import impact, raising
from rlm_tui.repository.complexity import CALLABLE, most_complex
from rlm_tui.repository.cycles import cycles
from rlm_tui.repository.generated import is_generated
from rlm_tui.repository.graph import Graph
from rlm_tui.repository.naming import Naming
from rlm_tui.repository.schema import file_of
from rlm_tui.repository.sources import Sources
from rlm_tui.repository.store import Store
from rlm_tui.repository.symbol_list import SymbolList
from rlm_tui.repository.symbols import Cycle, Edge, Hit, Remark, Symbol

_MOST_HITS = 5_000


class Analyses:
    """The analyses of one repository, or of a part of it. Thread-safe; computed when asked for.

    `admits(scope)` waits for the index and tells which paths are looked at, the repository's own scope for "";
    `grep(pattern, scope, limit)` searches there. Names of symbols and scopes are as `Repository.resolve` knows
    them, and raise as it does.
    """

    def __init__(
        self,
        store: Store,
        graph: Graph,
        naming: Naming,
        sources: Sources,
        admits: Callable[[str], Callable[[str], bool]],
        grep: Callable[[str, str, int], list[Hit]],
    ) -> None:
        self._store = store
        self._graph = graph
        self._naming = naming
        self._sources = sources
        self._admits = admits
        self._grep = grep
        self._cycles: tuple[object, list[Cycle]] | None = None

    def impact(self, target: str, depth: int, limit: int) -> list[Edge]:
        """Return what uses a symbol, what uses that and so on: see `impact.impact`. The whole repository counts."""
        symbol = self._naming.symbol(target)
        return self._sources.with_lines(impact.impact(self._graph, symbol, depth, limit))

    def tests(self, target: str, depth: int, limit: int) -> list[Edge]:
        """Return by what test code reaches a symbol: see `impact.tests`. The whole repository counts."""
        symbol = self._naming.symbol(target)
        return self._sources.with_lines(impact.tests(self._graph, symbol, depth, limit))

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

    def _by_length(self, scope: str) -> Iterator[Symbol]:
        """Give the functions in `scope`, longest first; those of tests and of generated files only where it holds no others."""
        admitted = self._admits(scope)
        files = [file for file in self._store.files() if admitted(file.path)]
        own = [file for file in files if not file.is_test and not is_generated(file.path) and file.language] or files
        paths = {file.path for file in own}
        identities = {identity for path, identity in self._store.file_ids().items() if path in paths}
        ids = self._store.ids_by_length(CALLABLE)
        ids = type(ids)("q", [identity for identity in ids if file_of(identity) in identities])
        tests = len(own) == len(files)
        return (symbol for symbol in SymbolList(self._store, ids) if tests or not symbol.is_test)
