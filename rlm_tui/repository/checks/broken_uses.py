"""What a change leaves broken elsewhere: calls that give what a definition no longer takes, and uses of names that are gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from rlm_tui.repository.analyses.complexity import CALLABLE
from rlm_tui.repository.checks.suspicions import Suspicion, listed
from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.edges.signatures import COUNTED, Arity, arity, fits, given
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.indexer import Indexer, indexer_of
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact, ReferenceFact
from rlm_tui.repository.symbols import Edge, Span, Symbol, Tier
from rlm_tui.repository.versions.changed_symbols import ChangedSymbol, Version

_MOST_SYMBOLS = 200
_MOST_USES = 8
"""Uses that one suspicion cites."""
_CALL_LINES = 40
_SELF = frozenset(("self", "this", "cls", "super", "super()", "$this", "self.class"))
_MOST_FILES = 300

Lines = Callable[[str], Sequence[str]]
"""Returns the lines of a file as it is now; raises `PermissionError`."""


class BrokenUses:
    """Looks for what no longer fits a change, in the working tree."""

    def __init__(self, store: Store, graph: Graph, lines: Lines) -> None:
        self._store, self._graph, self._lines = store, graph, lines
        self._paths = list(store.paths())

    def find(self, changed: Sequence[ChangedSymbol]) -> list[Suspicion]:
        """Return calls that were not adapted, and uses of what is gone. Blocks."""
        found: list[Suspicion] = []
        twice = _overloaded(changed)
        for one in changed[:_MOST_SYMBOLS]:
            if one.old and one.new and (one.new.symbol.path, one.new.symbol.qualified) not in twice:
                found += self._unadapted(one.old, one.new)
            elif one.old and one.new is None:
                found += self._orphaned(one.old, changed)
        return found

    # Signatures

    def _unadapted(self, old: Version, new: Version) -> Iterator[Suspicion]:
        symbol = new.symbol
        if symbol.kind not in CALLABLE or symbol.language not in COUNTED or old.symbol.signature == symbol.signature:
            return
        takes, took = _arity(symbol), _arity(old.symbol)
        if takes is None or took is None or takes == took or self._is_overloaded(symbol):
            return
        if any(edge.tier != Tier.GUESS for edge in self._graph.subclasses(symbol)):
            return  # an override: its callers may mean another one
        misfits = [
            (edge, surely)
            for edge in self._graph.callers(symbol)
            if edge.tier != Tier.GUESS and edge.kind == "call" and (surely := self._misfit(edge, symbol, takes, took))
        ]
        if not misfits:
            return
        sure = all(edge.tier <= Tier.RECEIVER for edge, _ in misfits)
        places = [f"{edge.path}:{edge.line}" for edge, _ in misfits]
        calls = f"{len(places)} call{'' if len(places) == 1 else 's'}"
        yield Suspicion(
            rule="unadapted-caller",
            title=f"{calls} of {symbol.qualified} no longer fit{'s' if len(places) == 1 else ''} its signature",
            severity="high",
            confidence="high" if sure else "medium",
            explanation=(
                f"`{symbol.qualified}` was `{old.symbol.signature}` and is `{symbol.signature}`. "
                f"What is given at {listed(places)} fits what it took, and not what it takes now."
            ),
            evidence=(*places[:_MOST_USES], _head(new), _head(old)),
            suggestion=f"Adapt {listed(places)}, or keep the old way of calling it.",
        )

    def _misfit(self, edge: Edge, symbol: Symbol, takes: Arity, took: Arity) -> bool:
        try:
            lines = self._lines(edge.path)
        except PermissionError:
            return False
        text = "\n".join(lines[edge.line - 1 : edge.line - 1 + _CALL_LINES])
        call = given(text, symbol.name, symbol.language)
        return call is not None and not fits(call, takes) and fits(call, took)

    def _is_overloaded(self, symbol: Symbol) -> bool:
        others = [one for one in self._store.symbols_in(symbol.path) if one.qualified == symbol.qualified]
        return len(others) > 1

    # Names

    def _orphaned(self, old: Version, changed: Sequence[ChangedSymbol]) -> Iterator[Suspicion]:
        gone = old.symbol
        if gone.is_test or len(gone.name) < 3 or ("." in gone.qualified and gone.kind not in CALLABLE):
            return
        if any(one.language == gone.language for one in self._store.symbols_named(gone.name)):
            return  # another of the name may be meant
        indexer = indexer_of(gone.path)
        if indexer is None:
            return
        if gone.path not in self._paths:
            self._paths.append(gone.path)  # an import that leads to a file that is gone
        uses: list[tuple[str, bool]] = []
        for path in self._store.files_mentioning(gone.name)[:_MOST_FILES]:
            other = indexer_of(path)
            if other is None or other.family != indexer.family or (facts := self._store.facts(path)) is None:
                continue
            uses += [(f"{path}:{line}", sure) for line, sure in self._uses(gone, path, facts, indexer)]
        uses = list(dict(uses).items())
        sure = [place for place, surely in uses if surely]
        places = sure or [place for place, _ in uses]
        if not places:
            return
        yield Suspicion(
            rule="removed-name-still-used",
            title=f"{gone.qualified} is gone, but still used",
            severity="high" if sure else "medium",
            confidence="high" if sure else "low",
            explanation=(
                f"The {gone.kind} `{gone.qualified}` of {gone.path} was removed, nothing else here has its name, "
                f"and it is {'used' if sure else 'named'} at {listed(places)}."
            ),
            evidence=(*places[:_MOST_USES], _head(old)),
            suggestion=f"Change or remove the uses of `{gone.name}`, or bring it back.",
        )

    def _uses(self, gone: Symbol, path: str, facts: FileFacts, indexer: Indexer) -> Iterator[tuple[int, bool]]:
        """Yield the lines that use what is gone, and whether it is sure that they mean it."""
        imported = [item for item in facts.imports if self._brings(item, gone, path, indexer)]
        for item in imported:
            if any(name == gone.name for name, _ in item.names) and not gone.parent:
                yield item.line, True
        aliases = {item.alias for item in imported if item.alias}
        local = {fact.name for fact in facts.bindings} | {alias for item in facts.imports for _, alias in item.names}
        for reference in facts.references:
            if (
                reference.name == gone.name
                and (sure := self._means(reference, gone, path, facts, aliases, local)) is not None
            ):
                yield reference.line, sure

    def _means(
        self, use: ReferenceFact, gone: Symbol, path: str, facts: FileFacts, aliases: set[str], local: set[str]
    ) -> bool | None:
        """Say whether a use means what is gone: surely, perhaps (False), or not at all (None)."""
        receiver = use.receiver.strip()
        if gone.parent:
            if path == gone.path and receiver in _SELF and _within(use, facts, gone.parent):
                return True
            return None
        if receiver:
            return True if receiver in aliases else None
        if use.name in local:
            return None
        if path == gone.path:
            return True
        shared = _shares(gone, path, facts, self._store)
        return True if shared else None

    def _brings(self, item: ImportFact, gone: Symbol, path: str, indexer: Indexer) -> bool:
        return gone.path in indexer.resolve(item.module, path, self._paths)


def _arity(symbol: Symbol) -> Arity | None:
    bound = symbol.kind == "method" or bool(symbol.parent and symbol.parent[:1].isupper())
    static = any(one.partition("(")[0] == "staticmethod" for one in symbol.decorators)
    if symbol.language == "python" and any("overload" in one or "property" in one for one in symbol.decorators):
        return None
    return arity(symbol.signature, symbol.name, symbol.language, method=bound and not static)


def _overloaded(changed: Sequence[ChangedSymbol]) -> set[tuple[str, str]]:
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in changed:
        counts[one.any.symbol.path, one.any.symbol.qualified] += 1
    return {place for place, number in counts.items() if number > 1}


def _within(use: ReferenceFact, facts: FileFacts, parent: str) -> bool:
    scope = use.scope
    while scope >= 0:
        if facts.symbols[scope].qualified == parent:
            return True
        scope = facts.symbols[scope].scope
    return False


def _shares(gone: Symbol, path: str, facts: FileFacts, store: Store) -> bool:
    """Tell whether a file sees what another one of its package defines, without an import (Go, Java)."""
    if gone.language not in ("go", "java", "kotlin") or path.rpartition("/")[0] != gone.path.rpartition("/")[0]:
        return False
    other = store.facts(gone.path)
    return other is None or other.package == facts.package


def _head(version: Version) -> str:
    """Return the first line of a definition as it is cited."""
    where, _, lines = version.cited.rpartition(":")
    return str(Span(where, int(lines.partition("-")[0]), int(lines.partition("-")[0])))
