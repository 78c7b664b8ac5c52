"""One parsed file as the graph looks at it: its facts, indexed by name, by scope and by what it imports."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from rlm_tui.repository.index.packing import Read
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.blocks import parameters
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import BindingFact, BlockFact, ImportFact, ReferenceFact
from rlm_tui.repository.parsing.grammar import UNKNOWN
from rlm_tui.repository.symbols import Symbol

_UNTYPED = frozenset({"python", "javascript"})


class View:
    """The definitions, references, imports and types of the file at `path`. `scopes` are those of `symbols`."""

    def __init__(self, path: str, read: Read, indexer: Indexer) -> None:
        self.path = path
        self.id = read.id
        self.folder = path.rpartition("/")[0]
        self.symbols = read.symbols
        self.scopes = read.unpacked.scopes
        self.package = read.unpacked.package
        self.is_test = read.is_test
        self.indexer = indexer
        self.language = indexer.name
        self.family = indexer.family
        self.scoping = indexer.scoping
        self.references = read.unpacked.references
        self.references_to = read.unpacked.references_to
        self.renames = read.unpacked.renames
        self.weight = read.unpacked.weight
        self._unpacked = read.unpacked
        self._blocks: dict[int, tuple[BlockFact, ...]] = {}
        self._parameters: dict[int, frozenset[str]] = {}

    @cached_property
    def imports(self) -> tuple[ImportFact, ...]:
        """The imports, in order."""
        return self._unpacked.imports()

    @cached_property
    def bindings(self) -> tuple[BindingFact, ...]:
        """The declared or inferred types, in order."""
        return self._unpacked.bindings()

    @cached_property
    def unnamed(self) -> tuple[BlockFact, ...]:
        """The functions without a name that have something local."""
        return self._unpacked.blocks()

    @cached_property
    def by_qualified(self) -> dict[str, list[int]]:
        """The places of definitions by qualified name."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, symbol in enumerate(self.symbols):
            found[symbol.qualified].append(index)
        return dict(found)

    @cached_property
    def top(self) -> dict[str, list[int]]:
        """The places of definitions that stand in no class and no function, by last name."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, symbol in enumerate(self.symbols):
            if index in self.blocked:
                continue
            around = self.scopes[index]
            while around >= 0 and self.symbols[around].kind == "module":
                around = self.scopes[around]
            # a member whose type stands in another file has no scope, but its owner's name before its own
            if around < 0 and (self.scopes[index] >= 0 or symbol.qualified == symbol.name):
                found[symbol.name].append(index)
        return dict(found)

    def loose(self, name: str) -> list[int]:
        """Return the places of methods `name` of objects without a name, such as `module.exports = { name() {} }`."""
        symbols = self.symbols
        return [i for i in self.by_qualified.get(name, ()) if symbols[i].kind == "method" and i not in self.blocked]

    @cached_property
    def types(self) -> dict[int, dict[str, str]]:
        """The declared or inferred types, by scope and name; a later declaration never hides an earlier one."""
        found: dict[int, dict[str, str]] = defaultdict(dict)
        local = {index for block in self.unnamed for index in block.bindings}
        for index, (name, written, scope) in enumerate(self._unpacked.binding_columns()):
            if index not in local:
                found[scope].setdefault(name, written)
        return dict(found)

    @cached_property
    def blocked(self) -> set[int]:
        """The places of definitions that are local to a function without a name."""
        return {index for block in self.unnamed for index in block.symbols}

    def parameters(self, place: int) -> frozenset[str]:
        """Return the names of the parameters of a function, in languages that need no type for one."""
        if place not in self._parameters:
            symbol = self.symbols[place]
            untyped = self.family in _UNTYPED and symbol.kind in {"function", "method"}
            listed = symbol.signature[symbol.signature.find("(") :] if untyped else ""
            self._parameters[place] = frozenset(parameters(listed) if listed[:1] == "(" else ())
        return self._parameters[place]

    def is_lexical(self, place: int) -> bool:
        """Tell whether the definition at `place` has a name that can stand by itself in all of its scope."""
        return place not in self.blocked and self.symbols[place].kind != "method"

    def blocks(self, line: int) -> tuple[BlockFact, ...]:
        """Return the functions without a name around `line` that have something local, innermost first."""
        if not self.unnamed:
            return ()
        if line not in self._blocks:
            self._blocks[line] = tuple(b for b in reversed(self.unnamed) if b.start <= line <= b.end)
        return self._blocks[line]

    def local(self, name: str, scope: int, line: int) -> tuple[list[int], str, int]:
        """Return what is local as `name` to blocks around `line`, directly in `scope`: places, or a type and its line."""
        for block in self.blocks(line):
            if block.scope == scope:
                named = (i for i in block.symbols if self.symbols[i].name == name)
                places = [i for i in named if self.symbols[i].kind != "method"]
                types = (self.bindings[i] for i in block.bindings)
                written = next((binding.type for binding in types if binding.name == name), "")
                if places or written or name in block.hidden:
                    return places, written or UNKNOWN, block.start - 1 if written and name in block.hidden else line
        return [], "", line

    @cached_property
    def fields(self) -> dict[int, dict[str, tuple[str, int]]]:
        """The types of each class's fields, and the scopes they were written in: in its body, or for `self` in its methods."""
        found: dict[int, dict[str, tuple[str, int]]] = defaultdict(dict)
        for scope, names in self.types.items():
            if scope < 0:
                continue
            symbol = self.symbols[scope]
            if symbol.kind in CONTAINERS:
                for name, written in names.items():
                    found[scope].setdefault(name, (written, scope))
                continue
            around = self.scopes[scope]
            if around >= 0 and symbol.name in names and symbol.kind in {"variable", "constant"}:
                found[around].setdefault(symbol.name, (names[symbol.name], around))
            owner = self.owner(scope)
            for name, written in names.items():
                before, dot, field = name.partition(".")
                if dot and owner >= 0 and before in {"self", "this", "cls"}:
                    found[owner].setdefault(field, (written, scope))
        return dict(found)

    @cached_property
    def inherits(self) -> dict[int, list[ReferenceFact]]:
        """What each class inherits from or implements, as written."""
        found: dict[int, list[ReferenceFact]] = defaultdict(list)
        for reference in self._unpacked.references_of("inherit"):
            found[reference.scope].append(reference)
        return dict(found)

    @cached_property
    def imported(self) -> dict[str, list[tuple[ImportFact, str]]]:
        """The imports that bind a name here, each with the name it had there ("" for the module itself)."""
        found: dict[str, list[tuple[ImportFact, str]]] = defaultdict(list)
        for item in self.imports:
            if item.alias:
                found[item.alias].append((item, ""))
            for name, alias in item.names:
                found[alias].append((item, name))
        return dict(found)

    @cached_property
    def starred(self) -> list[ImportFact]:
        """The imports that bring every name of a module."""
        return [item for item in self.imports if not item.names and not item.alias]

    def owner(self, scope: int) -> int:
        """Return the place of the innermost class around `scope` (or at it), or -1."""
        while scope >= 0 and self.symbols[scope].kind not in CONTAINERS:
            scope = self.scopes[scope]
        return scope

    def place(self, symbol: Symbol) -> int:
        """Return the place of `symbol` among the definitions, or -1."""
        places = self.by_qualified.get(symbol.qualified, [])
        return next((i for i in places if self.symbols[i].start == symbol.start), places[0] if places else -1)

    def within(self, place: int) -> set[int]:
        """Return `place` and the places of all definitions inside of it."""
        inside = {place}
        for index, scope in enumerate(self.scopes):
            if scope in inside:
                inside.add(index)
        return inside
