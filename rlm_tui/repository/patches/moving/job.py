"""What the rules of a language are given to move definitions by, and the questions that they share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property

from tree_sitter import Node

from rlm_tui.repository.edges.deciding import scope_at
from rlm_tui.repository.edges.meanings import Meaning
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.indexer import Indexer, indexer_of
from rlm_tui.repository.parsing.occurrences import Occurrence
from rlm_tui.repository.parsing.paths import Paths
from rlm_tui.repository.patches.moving.pieces import Need, Piece, needs, piece_of, root_of, syntax_of
from rlm_tui.repository.symbols import Symbol

_KINDS = ("call", "use", "type", "inherit")


class Job:
    """Definitions of the file `source` that go to the file `target`, and what has to be adapted to that.

    `sites` are the places that name them, by path, as they are now; `read(path)` gives a file's text, b"" for one that is not
    there. `importers` are the files that import the source. With `keep`, the source goes on offering what moves. `notes` gather
    sentences on what to look at.
    """

    def __init__(
        self,
        names: Resolution,
        indexer: Indexer,
        source: str,
        target: str,
        symbols: Sequence[Symbol],
        sites: Mapping[str, Sequence[Occurrence]],
        read: Callable[[str], bytes],
        importers: Sequence[str],
        *,
        keep: bool,
    ) -> None:
        self.names = names
        self.indexer = indexer
        self.source = source
        self.target = target
        self.symbols = symbols
        self.sites = sites
        self.read = read
        self.importers = importers
        self.keep = keep
        self.notes: list[str] = []
        self.moved = {symbol.name for symbol in symbols}

    @cached_property
    def text(self) -> bytes:
        """The text of the source."""
        return self.read(self.source)

    @cached_property
    def root(self) -> Node:
        """The syntax tree of the source."""
        return self.parsed(self.source, self.text)

    @cached_property
    def pieces(self) -> list[Piece]:
        """What moves, in order. Raises `ValueError` where something cannot."""
        found = (piece_of(self.text, self.root, symbol) for symbol in self.symbols)
        return list({piece.start: piece for piece in sorted(found, key=lambda piece: piece.start)}.values())

    @cached_property
    def needs(self) -> list[Need]:
        """The names that the pieces use without binding them."""
        return needs(self.pieces, *syntax_of(indexer_of(self.source) or self.indexer, self.source, self.text))

    @cached_property
    def paths(self) -> Paths:
        """All paths, that of the target with them."""
        paths = self.names.paths
        return paths if self.target in paths else Paths(sorted([*paths, self.target]))

    def parsed(self, path: str, text: bytes) -> Node:
        """Return the syntax tree of a text as that of the file at `path`."""
        return root_of(indexer_of(path) or self.indexer, path, text)

    def check_syntax(self) -> None:
        """Raise `ValueError` where the source or the target has what the parser does not understand: names in it are unknown."""
        for path in (self.source, self.target):
            waiting = [self.parsed(path, self.read(path))]
            while waiting:
                node = waiting.pop()
                if node.is_error or node.is_missing:
                    line = node.start_point[0] + 1
                    raise ValueError(
                        f"{path}:{line} is not understood by the parser, so that it is not known what {self.told()} needs, or "
                        "would meet: move it by hand"
                    )
                waiting.extend(node.children if node.has_error else ())

    def view(self, path: str) -> View | None:
        """Return a file as the graph sees it."""
        return self.names.view(path)

    def leads(self, module: str, importer: str) -> tuple[str, ...]:
        """Return the files that an import written `module` in `importer` means, once the target is there."""
        return self.indexer.resolve(module, importer, self.paths)

    def goes(self, start: int) -> bool:
        """Tell whether a byte of the source is among those that move."""
        return any(piece.start <= start < piece.end for piece in self.pieces)

    def receiver_of(self, path: str, one: Occurrence) -> list[Meaning]:
        """Return what stands before the dot means, where it is a module or a class."""
        view = self.view(path)
        before, _, last = one.receiver.replace("::", ".").rpartition(".")
        return self.names.dotted(view, before, last, scope_at(view, one.start), one.line) if view else []

    def is_passed_on(self, path: str, name: str, listed: Collection[str] | None = None) -> bool:
        """Tell whether other files get a name from the file at `path` that only comes there by an import.

        `listed` are the names that an import of everything brings, None where the file does not say.
        """
        if path != self.source:
            return False
        for importer in self.importers:
            view = self.view(importer)
            for item in view.imports if view else ():
                starred = not (item.names or item.alias) and (listed is None or name in listed)
                named = starred or any(original == name for original, _ in item.names)
                if view and named and self.source in self.names.targets(view, item.module):
                    return True
            stem = path.rpartition("/")[2].partition(".")[0]
            if view and any(
                r.name == name and r.receiver.rpartition(".")[2] == stem for r in view.references_to(name, _KINDS)
            ):
                return True
        return False

    def told(self) -> str:
        """Return the names of what moves, to be shown."""
        return ", ".join(dict.fromkeys(symbol.name for symbol in self.symbols))
