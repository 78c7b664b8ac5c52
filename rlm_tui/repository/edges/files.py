"""The files of one generation of the index as the graph looks at them: read as they are needed, kept while there is room."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from rlm_tui.repository.edges.views import View
from rlm_tui.repository.index.indexed import Indexed
from rlm_tui.repository.indexer import Indexer, indexers
from rlm_tui.repository.parsing.paths import Paths
from rlm_tui.repository.symbols import Symbol

_HELD = 300_000
"""So many references, bindings and definitions of files are kept in memory, some 100 MB with what hangs on them."""


class Files:
    """Reads files and definitions by name, once."""

    def __init__(self, store: Indexed) -> None:
        self._store = store
        self._views: dict[str, View | None] = {}
        self._held = 0
        self.full = False
        """Whether more was read than is to be kept, so that `forget` is due."""
        self._named: dict[tuple[str, str], list[Symbol]] = {}
        self._by_owner: dict[tuple[str, str], dict[str, list[Symbol]]] = {}
        self._defining: dict[tuple[str, str], frozenset[str]] = {}
        self._unique: dict[tuple[str, str, bool, bool], Symbol | None] = {}
        self._headers: dict[str, frozenset[str]] = {}
        self._resolved: dict[tuple[str, str], tuple[str, ...]] = {}
        self._indexers = {indexer.name: indexer for indexer in indexers().values()}

    def forget(self) -> None:
        """Forget what was read, but for what is small: to be called while nothing is looked up."""
        for kept in (self._views, self._named, self._by_owner, self._defining, self._unique, self._headers):
            kept.clear()
        self._held, self.full = 0, False

    @cached_property
    def paths(self) -> Paths:
        """All paths, indexed."""
        return Paths(self._store.paths(), self._store.packages)

    def view(self, path: str) -> View | None:
        """Return the file at `path`, or None when it has no facts."""
        if path not in self._views:
            light = self.importing(path)
            return self.whole(light) if light else self._views.setdefault(path, None)
        return self._views[path]

    def importing(self, path: str) -> View | None:
        """Return the file at `path` without its definitions: for its imports and references, at less cost than `view`."""
        if path in self._views:
            return self._views[path]
        read = self._store.read(path, symbols=False)
        indexer = self._indexers.get(read.language) if read else None
        return View(path, read, indexer) if read and indexer else None

    def whole(self, light: View) -> View | None:
        """Return what `importing` gave with its definitions, as `view` does; None when the file has changed in between."""
        if light.path not in self._views:
            if self._held >= _HELD:
                self._views.clear()
                self._held, self.full = 0, True
            light.symbols = self._store.symbols_at(light.id)
            self._views[light.path] = light if len(light.symbols) == len(light.scopes) else None
            self._held += light.weight + 4 * len(light.symbols)
        return self._views[light.path]

    def named(self, name: str, family: str) -> list[Symbol]:
        """Return the definitions of `name` in the languages of `family`."""
        if (name, family) not in self._named:
            found = [symbol for symbol in self._store.symbols_named(name) if self.family(symbol) == family]
            self._named[name, family] = found
            self._held += 4 * len(found)
        return self._named[name, family]

    def files_defining(self, name: str, family: str) -> frozenset[str]:
        """Return the paths of the files that define `name`, in the languages of `family`."""
        if (name, family) not in self._defining:
            self._defining[name, family] = frozenset(symbol.path for symbol in self.named(name, family))
        return self._defining[name, family]

    def unique(self, name: str, family: str, kinds: frozenset[str] | None, tests: bool) -> Symbol | None:
        """Return the only definition of `name` of these kinds (None: any), not in tests unless `tests`; None for several."""
        key = (name, family, kinds is None, tests)
        if key not in self._unique:
            found = [s for s in self.named(name, family) if (tests or not s.is_test) and (not kinds or s.kind in kinds)]
            self._unique[key] = found[0] if len(found) == 1 else None
        return self._unique[key]

    def members_named(self, owner: str, name: str, family: str) -> list[Symbol]:
        """Return the definitions of `name` whose qualified name has `owner` before it."""
        if (name, family) not in self._by_owner:
            found: dict[str, list[Symbol]] = defaultdict(list)
            for symbol in self.named(name, family):
                before = symbol.qualified.removesuffix(name)
                if before.endswith("."):
                    found[before[:-1].rpartition(".")[2]].append(symbol)
            self._by_owner[name, family] = dict(found)
        return self._by_owner[name, family].get(owner, [])

    def family(self, symbol: Symbol) -> str:
        """Return the group of languages within which the symbol's name may meet others."""
        indexer: Indexer | None = self._indexers.get(symbol.language)
        return indexer.family if indexer else symbol.language

    def targets(self, view: View, module: str) -> tuple[str, ...]:
        """Return the files of this repository that an import of `module` in `view` means."""
        key = (view.path, module)
        if key not in self._resolved:
            self._resolved[key] = view.indexer.resolve(module, view.path, self.paths)
        return self._resolved[key]

    def included(self, view: View) -> frozenset[str]:
        """Return the paths that an include of `view` leads to, without their endings."""
        if view.path not in self._headers:
            found = (path for item in view.starred for path in self.targets(view, item.module))
            self._headers[view.path] = frozenset(path.rpartition(".")[0] for path in found)
        return self._headers[view.path]

    def is_top(self, symbol: Symbol) -> bool:
        """Tell whether a definition stands in no class and no function."""
        if not symbol.parent:
            return symbol.kind != "method"
        view = self.view(symbol.path)
        return view is not None and view.place(symbol) in view.top.get(symbol.name, ())

    def matches_structurally(self, owner: Symbol) -> bool:
        """Tell whether a type of the symbol's language satisfies an interface by its methods alone."""
        indexer = self._indexers.get(owner.language)
        return indexer is not None and indexer.scoping.structural
