"""Facts, a store and a graph of a few files given as text, made by the real indexers."""

from __future__ import annotations

from textwrap import dedent

from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.files.generated import is_generated
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.indexer import indexers
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.symbols import Edge, File, Symbol


def facts_of(path: str, text: str | bytes) -> FileFacts:
    """Parse one file, its text dedented."""
    source = text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode()
    return indexers()[_key(path)].parse(path, source)


def _key(path: str) -> str:
    name = path.rpartition("/")[2]
    return name if name in indexers() else "." + path.rpartition(".")[2]


def kinds(facts: FileFacts) -> dict[str, str]:
    """Return the kind of each definition by its qualified name."""
    return {symbol.qualified: symbol.kind for symbol in facts.symbols}


def calls(facts: FileFacts, kind: str = "call") -> list[str]:
    """Return the references of a kind as `receiver.name in symbol`."""
    return [
        f"{r.receiver}.{r.name}".lstrip(".") + (f" in {facts.symbols[r.scope].qualified}" if r.scope >= 0 else "")
        for r in facts.references
        if r.kind == kind
    ]


def types(facts: FileFacts) -> set[tuple[str, str, str]]:
    """Return the bindings: the symbol they stand in, the name, the type as written."""
    return {(facts.symbols[b.scope].qualified if b.scope >= 0 else "", b.name, b.type) for b in facts.bindings}


class Code:
    """A store and a graph over files given as text."""

    def __init__(self, files: dict[str, str]) -> None:
        self.store = Store(None)
        self.sources: dict[str, bytes] = {}
        for path, text in files.items():
            source = dedent(text).lstrip("\n").encode()
            self.sources[path] = source
            known = _key(path) in indexers()
            found = facts_of(path, source) if known else FileFacts("text", 1, "", False, False, (), (), (), ())
            folder = path.rpartition("/")[0]
            file = File(
                path, found.language, len(source), found.lines, folder, "parsed", found.is_test, is_generated(path)
            )
            self.store.put(file, found, source)
        self.graph = Graph(self.store)

    def symbol(self, name: str) -> Symbol:
        """Return the one definition with this qualified name (`path::name` when several files have it)."""
        path, _, qualified = name.rpartition("::")
        named = self.store.symbols_named(qualified.rpartition(".")[2])
        (found,) = [s for s in named if s.qualified == qualified and path in ("", s.path)]
        return found

    def callers(self, name: str) -> set[str]:
        """Return the callers as `path:line source tier`, with the method of a base that is called where it is one."""
        return {_shown(edge) for edge in self.graph.callers(self.symbol(name))}

    def callees(self, name: str) -> dict[str, int]:
        """Return the tier of each callee, by its qualified name."""
        return {edge.target.qualified: int(edge.tier) for edge in self.graph.callees(self.symbol(name))}


def _shown(edge: Edge) -> str:
    return (
        f"{edge.path}:{edge.line} {edge.source.qualified if edge.source else '<file>'} {int(edge.tier)}"
        + f" via {edge.via}" * bool(edge.via)
    )
