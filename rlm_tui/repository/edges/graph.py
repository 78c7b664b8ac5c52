"""The graph of a repository, resolved as it is asked for: postings name the candidate files, only their references are read.

Edges are resolved by tiers 1 to 4 (see `symbols.Tier`); what no rule resolves, but whose name is unique, is a guess: tier 5,
listed last, followed by nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from rlm_tui.repository.edges.candidates import mentioning
from rlm_tui.repository.edges.dispatch import Dispatch
from rlm_tui.repository.edges.meanings import is_constructor
from rlm_tui.repository.edges.receivers import Receivers
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.index.indexed import Indexed
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import ImportFact, ReferenceFact
from rlm_tui.repository.symbols import Edge, Import, Symbol, Tier

_MOST_ALIASES = 16
P = ParamSpec("P")
R = TypeVar("R")
_ENTRIES = frozenset({"__init__", "init", "index", "mod", "lib", "main"})
"""Files that stand for their folder."""
_CALLABLE = frozenset({"function", "method", "macro"}) | CONTAINERS


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _alone(method: Callable[Concatenate[Graph, P], R]) -> Callable[Concatenate[Graph, P], R]:
    """Let one thread at a time into the graph: resolution marks in its caches what is under way."""

    @wraps(method)
    def locked(self: Graph, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return locked


@dataclass(frozen=True, slots=True)
class _Generation:
    """What has been found out of one generation of the index."""

    stamp: object
    names: Resolution
    receivers: Receivers
    dispatch: Dispatch


class Graph:
    """Callers, callees, references, subclasses, imports and paths between symbols. Thread-safe."""

    def __init__(self, store: Indexed) -> None:
        self.lock = RLock()
        self._store = store
        self._current: _Generation | None = None
        self._importing: tuple[Resolution, dict[str, list[Import]]] | None = None

    @_alone
    def callers(self, symbol: Symbol) -> list[Edge]:
        """Return the calls of `symbol` (of a class: its constructions), then those by its bases; guesses last."""
        return self._uses(symbol, {"call"}, self.overridden(symbol))

    @_alone
    def references(self, symbol: Symbol) -> list[Edge]:
        """Return all uses of `symbol`: calls, imports, inheritance, types and values; surest first."""
        names = self._state().names
        edges = self._uses(symbol, {"call", "use", "type", "inherit"})
        for path in self._store.files_mentioning(symbol.name):
            view = names.view(path)
            if view is not None and view.family == names.family(symbol):
                edges.extend(self._imports_of(view, symbol))
        return _ordered(edges)

    @_alone
    def callees(self, symbol: Symbol) -> list[Edge]:
        """Return what `symbol` calls, with what is defined inside of it, in order; guesses last."""
        names = self._state().names
        view = names.view(symbol.path)
        place = view.place(symbol) if view else -1
        if view is None or place < 0:
            return []
        return self._calls(view, view.within(place))

    @_alone
    def calls_in(self, path: str) -> list[Edge]:
        """Return all calls in the file at `path`, those outside of any definition too, by line; guesses last."""
        names = self._state().names
        view = names.view(path)
        return self._calls(view, {-1, *range(len(view.symbols))}) if view else []

    def _calls(self, view: View, inside: set[int]) -> list[Edge]:
        current, edges = self._state(), list[Edge]()
        for reference in view.references():
            if reference.scope in inside and _may_be(view, reference, {"call"}):
                edges.extend(edge for edge in _edges(current, view, reference) if edge.kind == "call")
        return sorted(dict.fromkeys(edges), key=lambda edge: (edge.tier == Tier.GUESS, edge.line))

    @_alone
    def subclasses(self, symbol: Symbol) -> list[Edge]:
        """Return where classes inherit from `symbol`, implement or embed it; Go's interfaces are matched by their methods."""
        edges = [edge for edge in self._uses(symbol, {"inherit"}) if edge.source]
        if found := self._state().dispatch.implementers(symbol):
            found += [edge.source for owner in found for edge in self._uses(owner, {"inherit"}) if edge.source]
            known = {edge.source for edge in edges} | {symbol}
            edges += [
                Edge("inherit", s.path, s.start, s.signature, s, symbol, Tier.TYPE)
                for s in dict.fromkeys(found)
                if s not in known
            ]
        return _ordered(edges)

    @_alone
    def importers(self, path: str) -> list[Import]:
        """Return the imports that bring the file at `path` into others."""
        view = self._state().names.importing(path)
        if view is not None and view.scoping.shared == "file" and _stem(path) in _ENTRIES:
            return [item for item in self.importers_of([path]) if item.path != path]  # by its package's name, too
        candidates = self._may_import(path)
        return [
            item for candidate in sorted(candidates - {path}) for item in self._inside(candidate) if item.target == path
        ]

    def _may_import(self, path: str) -> set[str]:
        """Return the files whose imports have the words that one of `path` needs."""
        names = self._state().names
        folder, _, name = path.rpartition("/")
        stem, parent = _stem(path), folder.rpartition("/")[2]
        importing = self._store.files_importing
        found = {*importing(stem), *importing(name), *self._store.files_mentioning(stem)}
        if package := names.paths.declared(path).rpartition(".")[2]:
            found.update(importing(package))
        if path.endswith(".go") or stem in _ENTRIES:  # imported by the name of the folder
            found.update(
                importing(parent) if parent else [p for p in names.paths if p.endswith(name[name.rfind(".") :])]
            )
            found.update(names.paths.within(folder))
        elif parent:  # all of a package at once, and then the file's name somewhere
            found.update(set(importing(parent)).intersection(self._store.files_mentioning(stem)))
        return found

    @_alone
    def importers_of(self, paths: Collection[str]) -> list[Import]:
        """Return the imports that bring any of these files into others: one pass over all files, kept until the index changes."""
        names = self._state().names
        if self._importing is None or self._importing[0] is not names:
            everywhere: dict[str, list[Import]] = defaultdict(list)
            for path in self._store.paths():
                for item in self._inside(path):
                    everywhere[item.target].append(item)
            self._importing = (names, everywhere)
        return [item for path in sorted(paths) for item in self._importing[1].get(path, ())]

    def _inside(self, path: str) -> list[Import]:
        """Return the imports of the file at `path` that lead to files of this repository."""
        names = self._state().names
        view = names.importing(path)
        found = (
            Import(path, item.line, item.text, target, True)
            for item in (view.imports if view else ())
            for target in (self._brings(view, item) if view else ())
        )
        return list(dict.fromkeys(found))

    @_alone
    def imports(self, path: str) -> list[Import]:
        """Return what the file at `path` imports: files of this repository, or names from outside."""
        names = self._state().names
        view = names.importing(path)
        found: list[Import] = []
        for item in view.imports if view else ():
            if view and item.module:
                targets = self._brings(view, item)
                found.extend(Import(path, item.line, item.text, target, True) for target in targets)
                if not targets:
                    found.append(Import(path, item.line, item.text, item.module, False))
        return list(dict.fromkeys(found))

    @_alone
    def call_path(self, a: Symbol, b: Symbol, limit: int = 12) -> list[Edge]:
        """Return the shortest chain of sure calls from `a` to `b`, [] without one: see `Dispatch.path`."""
        return self._state().dispatch.path(a, b, limit)

    @_alone
    def overridden(self, method: Symbol) -> list[Symbol]:
        """Return the methods of bases that `method` overrides or implements, nearest first."""
        return self._state().dispatch.overridden(method)

    @_alone
    def overriders(self, method: Symbol) -> list[Edge]:
        """Return the methods of subclasses, at any depth, that override or implement `method`: edges of kind override."""
        return _ordered(self._state().dispatch.overriders(method))

    @_alone
    def dispatched(self, method: Symbol) -> list[Edge]:
        """Return the calls of the methods that `method` overrides, which may run it: each says in `via` what it calls."""
        bases = self.overridden(method)
        return [edge for edge in self._uses(method, {"call"}, bases) if edge.via] if bases else []

    @_alone
    def member(self, owner: Symbol, name: str) -> list[Symbol]:
        """Return the member `name` of a class, its own or the nearest of its bases."""
        return self._state().names.members(owner, name)

    def look_up(self) -> tuple[Resolution, Receivers]:
        """Return what names and expressions mean in the current index; `lock` is to be held while it is asked."""
        return self._state().names, self._state().receivers

    # Inside

    def _state(self) -> _Generation:
        generation = self._store.generation
        if self._current is None or self._current.stamp != generation:
            self._current = self._made(generation, Resolution(self._store))
        elif self._current.names.full:
            self._current.names.forget()
            self._current = self._made(generation, self._current.names)
        return self._current

    def _made(self, stamp: object, names: Resolution) -> _Generation:
        return _Generation(stamp, names, Receivers(names), Dispatch(self, names))

    def _uses(self, symbol: Symbol, kinds: set[str], bases: Sequence[Symbol] = ()) -> list[Edge]:
        """Return the uses of `symbol`, and the calls of `bases`, the methods that it overrides, which may run it."""
        edges: list[Edge] = []
        makes = is_constructor(symbol)
        by_name = kinds | {"use"} if "call" in kinds else kinds
        for light, called in self._mentions(symbol):
            fitting = by_name if light.scoping.called_by_name else kinds
            references = [r for name in sorted(called) for r in light.references_to(name, fitting)]
            current = self._state()  # for each file, so that what is held in memory stays bounded
            if not references or (view := current.names.whole(light)) is None:
                continue
            for reference in references:
                for edge in _edges(current, view, reference):
                    if edge.kind not in kinds:
                        continue
                    if _is(edge.target, symbol):
                        if not makes or current.receivers.constructs(view, reference, symbol):
                            edges.append(replace(edge, target=symbol))
                    elif edge.target in bases and not current.dispatch.is_fixed(edge):
                        tier = max(edge.tier, Tier.TYPE)
                        edges.append(replace(edge, target=symbol, tier=tier, via=edge.target.qualified))
        return _ordered(edges)

    def _mentions(self, symbol: Symbol) -> Iterator[tuple[View, set[str]]]:
        """Yield the files that may use `symbol`, without their definitions, and names that it may have there.

        These are its own and aliases of imports; a file comes once more for each further alias.
        """
        names = self._state().names
        family = names.family(symbol)
        known: dict[str, set[str]] = defaultdict(set)
        waiting = [symbol.name]
        if symbol.parent and is_constructor(symbol):
            waiting.append(symbol.parent.rpartition(".")[2])
        view = names.view(symbol.path)
        if view and any((symbol.name, "default") in item.names for item in view.imports):
            waiting.append("default")
        done: set[str] = set()
        while waiting and len(done) < _MOST_ALIASES:
            name = waiting.pop(0)
            done.add(name)
            paths = (
                [i.path for i in self.importers(symbol.path)]
                if name == "default"
                else mentioning(self._store, names, symbol, name)
            )
            for path in paths:
                view = names.importing(path)
                if view is None or view.family != family:
                    continue
                found = {name} - known[path]
                for alias in _aliases(view, name) if view.renames else ():
                    if alias not in known[path] and any(
                        _is(m.symbol, symbol) for m in names.brought(view, alias) if m.symbol
                    ):
                        found.add(alias)
                        waiting.extend({alias} - done)
                known[path] |= found
                yield view, found

    def _imports_of(self, view: View, symbol: Symbol) -> list[Edge]:
        names = self._state().names
        return [
            Edge("import", view.path, item.line, item.text, None, symbol, Tier.IMPORT)
            for item in view.imports
            if item.module and any(name == symbol.name for name, _alias in item.names)
            if any(
                m.symbol == symbol
                for path in names.targets(view, item.module)
                for m in names.exported(path, symbol.name)
            )
        ]

    def _brings(self, view: View, item: ImportFact) -> tuple[str, ...]:
        """Return the files that one import means: a module, or those of its names that are modules."""
        names = self._state().names
        if not item.module:
            return ()
        found = list(names.targets(view, item.module))
        if item.names and len(found) > 1:  # of the files of a package, those that hold what is imported
            holders = {s.path for name, _ in item.names for s in names.named(name, view.family)}
            found = [path for path in found if path in holders] or found
        elif len(found) > 1 and item.module not in {
            names.paths.declared(path) for path in found
        }:  # all that a class holds
            holders = {s.path for s in names.named(item.module.removesuffix(".*").rpartition(".")[2], view.family)}
            found = [path for path in found if path in holders] or found
        if view.language in {"python", "rust"}:
            separator = "." if view.language == "python" else "::"
            joint = "" if item.module.endswith(separator) else separator
            for name, _alias in item.names:
                if not any(m.symbol for path in found[:1] for m in names.exported(path, name)):
                    found.extend(names.targets(view, f"{item.module}{joint}{name}"))
        return tuple(dict.fromkeys(path for path in found if path != view.path))


def _edges(current: _Generation, view: View, reference: ReferenceFact) -> list[Edge]:
    meanings = current.receivers.resolve(view, reference)
    source = view.symbols[reference.scope] if reference.scope >= 0 else None
    text = f"{reference.receiver}.{reference.name}" if reference.receiver else reference.name
    kind = "use" if reference.kind == "type" else reference.kind
    if meanings is None:
        guess = current.names.unique(reference.name, view.family, _CALLABLE if kind == "call" else None, view.is_test)
        if guess is None or (reference.receiver and guess.kind == "function" and view.family != "c"):
            return []
        return [Edge(kind, view.path, reference.line, text, source, guess, Tier.GUESS)]
    found = {
        meaning.symbol: meaning.tier
        for meaning in reversed(meanings)
        if meaning.symbol and (meaning.symbol != source or kind == "call")
    }
    by_name = kind == "use" and view.scoping.called_by_name
    return [
        Edge(
            "call" if by_name and target.kind in {"function", "method"} else kind,
            view.path, reference.line, text, source, target, tier,
        )
        for target, tier in found.items()
    ]  # fmt: skip


def _may_be(view: View, reference: ReferenceFact, kinds: set[str]) -> bool:
    return reference.kind in kinds or (reference.kind == "use" and "call" in kinds and view.scoping.called_by_name)


def _is(target: Symbol, symbol: Symbol) -> bool:
    if target == symbol:
        return True
    if is_constructor(symbol):  # to call a class is to call its constructor
        apart = not symbol.parent and target.kind in CONTAINERS  # it stands apart from its class
        return (target.path == symbol.path or apart) and f"{target.qualified}.{symbol.name}" == symbol.qualified
    return (target.path, target.qualified) == (symbol.path, symbol.qualified) and target.kind == symbol.kind


def _aliases(view: View, name: str) -> list[str]:
    """Return what else `name` is called in a file that imports it."""
    return [
        alias for alias, items in view.imported.items() for _, original in items if original == name and alias != name
    ]


def _ordered(edges: Sequence[Edge]) -> list[Edge]:
    return sorted(
        dict.fromkeys(edges),
        key=lambda edge: (
            edge.tier == Tier.GUESS,
            bool(edge.via),
            edge.source is not None and edge.source.is_test,
            edge.path,
            edge.line,
        ),
    )
