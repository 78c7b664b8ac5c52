"""Checks of a change that need no language model: what it did to definitions, what it breaks elsewhere, what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rlm_tui.repository.checks.added_lines import suspicious_lines
from rlm_tui.repository.checks.broken_uses import BrokenUses
from rlm_tui.repository.checks.suspicions import Suspicion
from rlm_tui.repository.checks.twins import twins
from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.files.sources import Sources
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.symbols import Hit, Hunk
from rlm_tui.repository.versions.changed_symbols import ChangedSymbol, changed_symbols
from rlm_tui.repository.versions.former import Former
from rlm_tui.repository.versions.versions import Versions

_KEPT = 4
"""Changes whose definitions are remembered: the checks of one review ask for the same."""


class ChangeChecks:
    """The checks, for a base as `Versions.changes` knows it, and raising as that does. All of them block."""

    def __init__(
        self,
        store: Store,
        graph: Graph,
        sources: Sources,
        former: Former,
        versions: Versions,
        search: Callable[[str], Sequence[Hit]],
    ) -> None:
        self._store, self._graph, self._sources = store, graph, sources
        self._former, self._versions, self._search = former, versions, search
        self._known: dict[tuple[object, ...], list[ChangedSymbol]] = {}

    def symbols(self, base: str) -> list[ChangedSymbol]:
        """Return the definitions that were added, removed or changed."""
        hunks, sides = self._versions.changes(base), self._versions.sides(base)
        key = (base, sides, self._store.generation, tuple(hunks))
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = changed_symbols(hunks, sides, self._store, self._sources, self._former)
        return self._known[key]

    def broken_uses(self, base: str) -> list[Suspicion]:
        """Return calls that no longer fit what they call, and uses of names that are gone, in the working tree."""
        return BrokenUses(self._store, self._graph, self._sources.lines).find(self.symbols(base))

    def suspicious_lines(self, base: str) -> list[Suspicion]:
        """Return what is suspicious in the lines that were added."""
        hunks, (old, _) = self._versions.changes(base), self._versions.sides(base)
        names = {hunk.path: hunk.old_path or hunk.path for hunk in hunks if hunk.status != "added"}
        return suspicious_lines(hunks, lambda path: self._lines_before(names.get(path), old))

    def twins(self, base: str) -> list[Suspicion]:
        """Return places that still hold, unchanged, what the change replaced elsewhere."""
        hunks = [hunk for hunk in self._versions.changes(base) if self._is_code(hunk)]
        return list(twins(hunks, self._search, self._sources.lines))

    def _lines_before(self, path: str | None, commit: str) -> Sequence[str]:
        if path is None:
            return ()
        try:
            return self._former.lines(path, commit)
        except (LookupError, PermissionError):
            return ()

    def _is_code(self, hunk: Hunk) -> bool:
        file = self._store.file(hunk.path)
        return file is not None and file.status == "parsed" and not file.is_test
