"""Renames a definition: decides of every place where its name stands whether it is meant there, and makes the patch.

What the index resolves to the definition (tiers 1 to 4) is changed. What it cannot decide is a guess, listed apart; so are
comments, strings and documentation that hold the word. Methods are renamed with those that they override, and those that
override them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rlm_tui.repository.edges.deciding import Deciding, Found, Key, scope_at
from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.edges.meanings import is_constructor
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.files.walk import plain
from rlm_tui.repository.indexer import Indexer, code_languages, indexer_of, scoping_of
from rlm_tui.repository.naming import Naming
from rlm_tui.repository.opened import Opened
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.occurrences import Occurrence, enclosing_function, occurrences
from rlm_tui.repository.patches.below import Below
from rlm_tui.repository.patches.definition_patch import DefinitionPatch
from rlm_tui.repository.patches.new_names import problem_of_name
from rlm_tui.repository.patches.patches import FilePatch, Patch, PatchError
from rlm_tui.repository.patches.patching import Replacement, TextLines, hunks_of, written
from rlm_tui.repository.symbols import Hit, Symbol

_MOST_LISTED = 500
_MOST_FAMILY = 400
_MOST_LINES = 50_000
_DECLARED = re.compile(r"(?:\w+\s+)*(?:def|func|fn|fun|function)\b")
"""Where a language has a word for functions, a method with the name of its class is no constructor."""
_TYPES = CONTAINERS | {"type"}
_NAMED_BY_FILE = frozenset({"java"})
"""Languages in which a file has the name of its class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming(DefinitionPatch):
    """How a definition gets another name: its `targets` change together, its `sites` are what the patch changes."""

    old: str
    new: str


class Renames:
    """Makes renamings in one repository. Blocks; thread-safe. `everywhere(pattern, limit)` searches all files."""

    def __init__(
        self,
        opened: Opened,
        naming: Naming,
        refresh: Callable[[Iterable[str]], None],
        everywhere: Callable[[str, int], list[Hit]],
    ) -> None:
        self._below = Below(opened.root)
        self._store = opened.store
        self._graph = opened.graph
        self._naming = naming
        self._refresh = refresh
        self._everywhere = everywhere

    def rename(self, target: str, new: str, *, guesses: bool = False) -> Renaming:
        """Return how the definition `target` names becomes `new`; with `guesses`, what may mean it is changed, too.

        Raises `ValueError` for a name that cannot be had, and as `Repository.resolve` does.
        """
        symbol = self._naming.symbol(target)
        if symbol.language not in code_languages():
            raise ValueError(f"{symbol.qualified} is a {symbol.kind} of a {symbol.language} file: only code is renamed")
        owner, _, name = new.rpartition(".")
        if owner and f".{symbol.parent}".endswith(f".{owner}"):
            new = name  # written with the owner that it keeps: Session.transmit
        if symbol.name == new:
            raise ValueError(f"{symbol.qualified} is called {new} already")
        if problem := problem_of_name(new, symbol.language):
            raise ValueError(problem)
        if scoping_of(symbol.language).magic.fullmatch(symbol.name):
            raise ValueError(f"{symbol.qualified} is called by {symbol.language} itself, by this name")
        if is_constructor(symbol) and symbol.parent:
            raise ValueError(f"{symbol.qualified} is a constructor: rename its class {symbol.parent}")
        self._refresh(self._store.files_mentioning(symbol.name))
        symbol = self._naming.symbol(target)
        with self._graph.lock:
            return self._renaming(symbol, new, guesses=guesses)

    def _renaming(self, symbol: Symbol, new: str, *, guesses: bool) -> Renaming:
        names, receivers = self._graph.look_up()
        targets = _family(self._graph, names, symbol)
        keys = {(one.path, one.qualified) for one in targets}
        problems = [*_taken(names, targets, new), *_bound(self._graph, targets)]
        notes = list(_doubts(names, targets))
        family = names.family(symbol)
        edits: list[FilePatch] = []
        sites: list[Hit] = []
        unsure: list[Hit] = []
        mentions: list[Hit] = []
        looked: set[str] = set()
        lines = self._everywhere(rf"(?:^|[^\w$]){re.escape(symbol.name)}(?:$|[^\w$])", _MOST_LINES)
        if len(lines) == _MOST_LINES:
            raise ValueError(
                f"{symbol.name} stands in more than {_MOST_LINES:,} lines: no renaming by hand or machine is safe"
            )
        for path in sorted({*(hit.path for hit in lines), *(one.path for one in targets)}):
            indexer, view = indexer_of(path), names.view(path)
            if indexer is None or view is None or indexer.family != family or indexer.syntax is None:
                continue
            try:
                found, text = self._decided(
                    path,
                    indexer,
                    view,
                    symbol,
                    Deciding(names, receivers, keys, symbol.name, new),
                )
            except PatchError as error:
                notes.append(f"left out: {error}")
                continue
            looked.add(path)
            if guesses:
                found.changes += [(one, new) for one in found.guesses]
                found.guesses.clear()
            problems += _hidden(path, view, found, names, new, indexer)
            replacements = _replacements(text, found.changes, len(symbol.name.encode()))
            by_hand = {item.start for item in replacements if not text.faithful(item.start)}
            notes += [
                f"{path}:{at + 1} has characters that cannot be shown: change it by hand" for at in sorted(by_hand)
            ]
            found.changes = [pair for pair in found.changes if pair[0].line - 1 not in by_hand]
            replacements = [item for item in replacements if item.start not in by_hand]
            renamed = _renamed_file(path, symbol, new)
            if replacements:
                edits.append(FilePatch(path, renamed, hunks_of(text, replacements)))
            if renamed != path:
                notes.append(f"the file {path} is renamed with its class: {renamed}")
            sites += hits_of(path, view, text, [one for one, _ in found.changes])
            unsure += hits_of(path, view, text, found.guesses)
            mentions += hits_of(path, view, text, found.mentions)
        if problems:
            raise ValueError("\n".join(dict.fromkeys(problems)))
        namesakes = {(one.path, one.qualified) for one in names.named(symbol.name, family) if not one.is_test}
        if unsure and namesakes <= keys:
            notes.append(
                f"nothing else here is called {symbol.name}: the guesses may well mean it (ask for it `with guesses`)"
            )
        mentions += [hit for hit in lines if hit.path not in looked]
        if not sites:
            raise ValueError(
                f"no place was found where {symbol.qualified} is named, not even its definition: the file changed?"
            )
        patch = written(Patch(tuple(edits)))
        apart = [tuple(dict.fromkeys(some))[:_MOST_LISTED] for some in (unsure, mentions)]
        return Renaming(
            old=symbol.name,
            new=new,
            targets=tuple(targets),
            patch=patch,
            sites=tuple(dict.fromkeys(sites)),
            guesses=apart[0],
            mentions=apart[1],
            notes=tuple(notes),
        )

    def _decided(
        self, path: str, indexer: Indexer, view: View, symbol: Symbol, deciding: Deciding
    ) -> tuple[Found, TextLines]:
        content = self._below.read(path)
        if content is None:
            raise PatchError(f"{path} is gone")
        text = TextLines(path, content.data)
        found = Found()
        deciding.decide(view, list(occurrences(indexer, path, plain(content.data), symbol.name)), found)
        return found, text


def _family(graph: Graph, names: Resolution, symbol: Symbol) -> list[Symbol]:
    """Return the definitions that change their names together: overloads, constructors, what overrides and is overridden."""
    found: dict[Key, Symbol] = {}
    waiting = [symbol]
    while waiting and len(found) < _MOST_FAMILY:
        one = waiting.pop()
        if (one.path, one.qualified) in found:
            continue
        found[one.path, one.qualified] = one
        if one.kind in _TYPES:
            waiting += [
                s for s in names.own_members(one, one.name) if s.kind == "method" and not _DECLARED.match(s.signature)
            ]
            waiting += names.own_members(one, f"~{one.name}")
        if one.kind == "method":
            waiting += graph.overridden(one)
            waiting += [edge.source for edge in graph.overriders(one) if edge.source]
        if names.family(one) == "c" and one.kind == "function" and not one.signature.startswith("static "):
            waiting += [s for s in names.named(one.name, "c") if s.kind == "function" and s.qualified == one.qualified
                        and not s.signature.startswith("static ")]  # fmt: skip
    return list(found.values())


def _taken(names: Resolution, targets: Sequence[Symbol], new: str) -> Iterator[str]:
    """Say where the new name is taken already by what stands beside one of the definitions."""
    for one in targets:
        view = names.view(one.path)
        place = view.place(one) if view else -1
        if view is None or place < 0 or one.name.startswith("~") or is_constructor(one):
            continue
        owner = names.owner(view, view.scopes[place]) if one.parent else None
        if owner is None and one.kind == "method" and one.parent:
            owner = names.owner(view, place)
        if owner is not None:
            rivals = [member for base in names.lineage(owner) for member in names.own_members(base, new)]
        elif one.parent:
            rivals = [view.symbols[i] for i in view.by_qualified.get(f"{one.parent}.{new}", ())]
        else:
            rivals = [m.symbol for m in names.bare(view, new, -1) if m.symbol]
        for rival in rivals[:1]:
            yield f"{rival.path}:{rival.start} has a {rival.kind} {rival.qualified} already, beside {one.qualified}"


def _bound(graph: Graph, targets: Sequence[Symbol]) -> Iterator[str]:
    """Say which methods override one that is not in this repository, and so must keep their name."""
    for one in targets:
        if any(mark in ("Override", "override") for mark in one.decorators) and not graph.overridden(one):
            yield f"{one.qualified} ({one.path}:{one.start}) overrides a method that is not in this repository"


def _doubts(names: Resolution, targets: Sequence[Symbol]) -> Iterator[str]:
    """Say what cannot be known of methods whose class has a base that is not here."""
    for one in targets:
        view = names.view(one.path)
        place = view.place(one) if view else -1
        owner = names.owner(view, view.scopes[place]) if view and place >= 0 and one.kind == "method" else None
        around = names.view(owner.path) if owner else None
        if owner is None or around is None or one.language == "go":
            continue
        for base in around.inherits.get(around.place(owner), ()):
            if base.name not in ("object", "Object", "ABC", "Protocol", "Generic") and not names.inherited(
                around, base
            ):
                yield f"{owner.qualified} has the base {base.name}, which is not in this repository: {one.name} may be its method"
                break


def _hidden(path: str, view: View, found: Found, names: Resolution, new: str, indexer: Indexer) -> Iterator[str]:
    """Say where the new name means something else already, at a place that the old one is to make way for it."""
    bare = [one for one, _ in found.changes if one.place == "name" and not one.receiver and one.imported is None]
    if not bare or new.encode() not in bare[0].source:
        return
    there = [one for one in occurrences(indexer, path, bare[0].source, new) if one.place == "name" and not one.receiver]
    binders = {around.byte_range: one for one in there if one.binder and (around := enclosing_function(one.node))}
    for one in bare:
        meanings = names.bare(view, new, scope_at(view, one.start), one.line)
        if any(meaning.symbol for meaning in meanings):
            symbol = next(meaning.symbol for meaning in meanings if meaning.symbol)
            yield f"{path}:{one.line}: `{new}` means {symbol.path}:{symbol.start} there"
            return
        node = enclosing_function(one.node)
        while node is not None:
            if node.byte_range in binders:
                yield f"{path}:{one.line}: `{new}` is a local variable there (line {binders[node.byte_range].line})"
                return
            node = enclosing_function(node)


def _replacements(text: TextLines, changes: Sequence[tuple[Occurrence, str]], length: int) -> list[Replacement]:
    """Return the lines that change, each once; the old name has `length` bytes."""
    lines: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    starts = [0]
    for line, line_end in zip(text.raw, text.line_ends, strict=True):
        starts.append(starts[-1] + len(line) + len(line_end))
    for one, new in changes:
        begin = one.start - starts[one.line - 1]
        lines[one.line - 1].append((begin, begin + length, new))
    found: list[Replacement] = []
    for at, parts in sorted(lines.items()):
        raw = text.raw[at]
        for begin, end, new in sorted(parts, reverse=True):
            raw = raw[:begin] + new.encode() + raw[end:]
        found.append(Replacement(at, 1, (raw.decode("utf-8", "replace"),)))
    return found


def hits_of(path: str, view: View, text: TextLines, found: Iterable[Occurrence]) -> list[Hit]:
    """Return the lines of occurrences, in order, each with the definition around it."""
    hits: list[Hit] = []
    for one in sorted(found, key=lambda one: one.start):
        scope = scope_at(view, one.start)
        around = view.symbols[scope].qualified if scope >= 0 else ""
        hits.append(Hit(path, one.line, text.shown[one.line - 1].strip(), around))
    return hits


def _renamed_file(path: str, symbol: Symbol, new: str) -> str:
    """Return the path of a file after the renaming: another one where the language has it called as its class."""
    folder, _, name = path.rpartition("/")
    stem, dot, suffix = name.partition(".")
    own = path == symbol.path and symbol.language in _NAMED_BY_FILE and not symbol.parent and stem == symbol.name
    return f"{folder}/{new}{dot}{suffix}".lstrip("/") if own else path
