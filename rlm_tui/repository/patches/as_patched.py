"""The index as it will be once a patch is applied, and what its graph tells of definitions that a patch moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.index.packing import Read
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.symbols import File, Symbol, Tier

Changed = Mapping[str, tuple[FileFacts, bytes] | None]
"""What the parse of the changed files gives, with their text, by path; None for those that go, or are no code."""


class AsPatched:
    """An index that answers the graph's questions (`Indexed`) as if files were changed. To be closed.

    The ids of the files that changed are negative: they are those of an index of their own.
    """

    def __init__(self, base: Store, changed: Changed) -> None:
        self._base = base
        self._own = Store(None)
        self._changed = frozenset(changed)
        for path, made in changed.items():
            if made:
                facts, source = made
                known = base.file(path)
                module = known.module if known else ""
                file = File(path, facts.language, len(source), facts.lines, module, "parsed", facts.is_test)
                self._own.put(file, facts, source)

    @property
    def generation(self) -> tuple[int, int]:
        """Always the same value: nothing changes in it."""
        return 0, 0

    def paths(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""
        return self._united(self._own.paths(), self._base.paths())

    def read(self, path: str, *, symbols: bool = True) -> Read | None:
        """Return the file at `path` with what its parse gave; None when it was not parsed."""
        if path not in self._changed:
            return self._base.read(path, symbols=symbols)
        read = self._own.read(path, symbols=symbols)
        return read._replace(id=-read.id) if read else None

    def symbols_at(self, identity: int) -> list[Symbol]:
        """Return the definitions of the file with this id, in order."""
        return self._own.symbols_at(-identity) if identity < 0 else self._base.symbols_at(identity)

    def symbols_in(self, path: str) -> list[Symbol]:
        """Return the definitions of a file that changed, in order."""
        return self._own.symbols_in(path)

    def symbols_named(self, name: str) -> list[Symbol]:
        """Return the definitions whose last name is exactly `name`, by path and line."""
        left = [symbol for symbol in self._base.symbols_named(name) if symbol.path not in self._changed]
        return sorted([*left, *self._own.symbols_named(name)], key=lambda symbol: (symbol.path, symbol.start_byte))

    def packages(self) -> dict[str, str]:
        """Return the package that each file declares for itself, by path."""
        left = {path: name for path, name in self._base.packages().items() if path not in self._changed}
        return left | self._own.packages()

    def files_mentioning(self, name: str) -> list[str]:
        """Return the paths of the files that define, use or import exactly `name`, sorted."""
        return self._united(self._own.files_mentioning(name), self._base.files_mentioning(name))

    def files_importing(self, word: str) -> list[str]:
        """Return the paths of the files with an import whose module text has `word` between its separators, sorted."""
        return self._united(self._own.files_importing(word), self._base.files_importing(word))

    def close(self) -> None:
        """Forget the files that changed."""
        self._own.close()

    def _united(self, own: Sequence[str], base: Sequence[str]) -> list[str]:
        return sorted({*own, *(path for path in base if path not in self._changed)})


def lost_uses(
    graph: Graph, after: Graph, moved: Sequence[tuple[Symbol, Symbol]], going: Sequence[Symbol]
) -> Iterator[str]:
    """Tell of uses of definitions, as they were and as they will be, that would not lead to them any more.

    `going` are all that go with them, and take the uses in them along.
    """
    for old, new in moved:
        uses = _uses(graph, old)
        expected = Counter(
            new.path if any(one.path == path and one.start <= line <= one.end for one in going) else path
            for path, line in uses
        )
        found = Counter(path for path, _ in _uses(after, new))
        for path, count in sorted(expected.items()):
            if found[path] < count:
                lines = ", ".join(str(line) for other, line in uses if other == path)
                which = f"the uses in {path} (line {lines[:60]})" if lines else f"its own uses in {path}"
                yield (f"{old.qualified} goes from {old.path} to {new.path}, where {which} would not all find it")


def _uses(graph: Graph, symbol: Symbol) -> list[tuple[str, int]]:
    """Return the lines that use a symbol by an edge; imports are none."""
    found = (edge for edge in graph.references(symbol) if edge.tier != Tier.GUESS and edge.kind != "import")
    return sorted({(edge.path, edge.line) for edge in found})
