"""Moves definitions to another file: cuts them out, puts them in, and adapts what names them, by the index's edges."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rlm_tui.repository.edges.deciding import Deciding, Found
from rlm_tui.repository.edges.receivers import Receivers
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.files.walk import plain
from rlm_tui.repository.indexer import Indexer, code_languages, indexer_of
from rlm_tui.repository.naming import Naming
from rlm_tui.repository.opened import Opened
from rlm_tui.repository.parsing.occurrences import Occurrence, occurrences
from rlm_tui.repository.patches.below import Below
from rlm_tui.repository.patches.definition_patch import DefinitionPatch
from rlm_tui.repository.patches.moving.go_moves import GoMove
from rlm_tui.repository.patches.moving.job import Job
from rlm_tui.repository.patches.moving.pieces import text_of
from rlm_tui.repository.patches.moving.python_moves import PythonMove
from rlm_tui.repository.patches.moving.script_moves import ScriptMove
from rlm_tui.repository.patches.patch_checks import PatchChecks
from rlm_tui.repository.patches.patches import Patch, PatchError, check_path
from rlm_tui.repository.patches.patching import Edit, TextLines, file_patch, written
from rlm_tui.repository.patches.renaming import hits_of
from rlm_tui.repository.symbols import File, Hit, Symbol, UnknownName

_RULES: dict[str, Callable[[Job], dict[str, bytes]]] = {
    "go": lambda job: GoMove(job).rewrite(),
    "python": lambda job: PythonMove(job).rewrite(),
    "javascript": lambda job: ScriptMove(job).rewrite(),
    "typescript": lambda job: ScriptMove(job).rewrite(),
}
"""What adapts the code of a language, by its name."""
_MOST_LISTED = 500
_MOST_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving(DefinitionPatch):
    """How definitions get into another file, at `path`; their `sites` lead to them by an edge."""

    path: str


class Moves:
    """Makes moves in one repository. Blocks; thread-safe. `everywhere(pattern, limit)` searches all files."""

    def __init__(
        self,
        opened: Opened,
        naming: Naming,
        checks: PatchChecks,
        refresh: Callable[[Iterable[str]], None],
        everywhere: Callable[[str, int], list[Hit]],
    ) -> None:
        self._below = Below(opened.root)
        self._store = opened.store
        self._graph = opened.graph
        self._naming = naming
        self._checks = checks
        self._refresh = refresh
        self._everywhere = everywhere

    def move(self, targets: Sequence[str], path: str, *, keep: bool = False) -> Moving:
        """Return how the definitions that `targets` name, all of one file, get into the file at `path`, which may be new.

        With `keep`, their old file goes on offering them. Raises `ValueError` with what keeps them where they are, and as
        `Repository.resolve` does.
        """
        symbols = [self._movable(target) for target in targets]
        if not symbols:
            raise ValueError("say what is to be moved")
        for symbol in symbols:
            self._refresh(self._store.files_mentioning(symbol.name))
        symbols = [self._movable(target) for target in targets]
        source = symbols[0].path
        if others := {symbol.path for symbol in symbols} - {source}:
            raise ValueError(
                f"what is moved at once must be of one file: {source} and {', '.join(sorted(others))} are several"
            )
        target, notes = self._target(path, source)
        indexer = indexer_of(source)
        other = indexer_of(target)
        if indexer is None or other is None or other.family != indexer.family:
            raise ValueError(
                f"{target} would not be a file of {symbols[0].language}: give it an ending of that language"
            )
        if target == source:
            raise ValueError(f"{symbols[0].qualified} stands in {source} already")
        self._refresh([source, target])
        here = self._store.symbols_in(source)
        twins = [s for s in here if any(_is_twin(s, one) or _is_method_of(s, one) for one in symbols)]
        with self._graph.lock:
            along = self._along(indexer, source, target, twins)
            if along:
                names = "`, `".join(dict.fromkeys(one.name for one in along))
                notes.append(f"`{names}` of {source} moves along: nothing else uses it")
            moving = self._moving(indexer, source, target, twins, along, notes, keep=keep)
        self._checks.check(moving.patch)
        return moving

    def _movable(self, target: str) -> Symbol:
        symbol = self._naming.symbol(target)
        if symbol.language not in code_languages():
            raise ValueError(f"{symbol.qualified} is a {symbol.kind} of a {symbol.language} file: only code is moved")
        if symbol.language not in _RULES:
            raise ValueError(
                f"{symbol.qualified} is {symbol.language}: definitions are moved in {', '.join(sorted(_RULES))}, and not there"
            )
        if (symbol.parent or symbol.kind == "method") and not _stands_apart(symbol):
            around = symbol.parent or "its object"
            raise ValueError(
                f"{symbol.qualified} is part of {around}: move {around}, or make it a function of its own first (it would lose "
                "what it reaches there)"
            )
        return symbol

    def _target(self, path: str, source: str) -> tuple[str, list[str]]:
        """Return the path of the file that is meant, new or not, with a note where it is not what was written."""
        path = path.strip().removeprefix("./")
        if self._store.file(path):
            return path, []
        beside = f"{source.rpartition('/')[0]}/{path}".lstrip("/")
        if "/" not in path and self._store.file(beside):
            return beside, []
        try:
            found = self._naming.resolve(path)
        except (UnknownName, LookupError):
            found = None
        if isinstance(found, File):
            return found.path, []
        if found is not None and "." not in path.rpartition("/")[2]:
            raise ValueError(f"{path} is no file: give the path of one, such as {found.path.rstrip('/')}/name.py")
        new = beside if "/" not in path else path
        check_path(new)
        if self._below.read(new) is not None:
            raise ValueError(f"{new} is there, but not in the index: it is ignored")
        return new, [f"{new} is a new file"]

    def _along(self, indexer: Indexer, source: str, target: str, symbols: Sequence[Symbol]) -> list[Symbol]:
        """Return the definitions of the source that only what moves uses, and that nothing outside can, at any depth."""
        text, names = self._text(source), self._graph.look_up()[0]
        here = [one for one in self._store.symbols_in(source) if not one.parent and one.kind != "method"]
        found: list[Symbol] = []
        while indexer.scoping.shared == "file":
            moving = [*symbols, *found]
            needed = {
                need.name for need in Job(names, indexer, source, target, moving, {}, self._text, (), keep=False).needs
            }
            more = [
                one
                for one in here
                if one.name in needed and one not in moving and self._is_only_for(one, moving, here, text)
            ]
            if not more:
                break
            found += more
        return found

    def _is_only_for(self, symbol: Symbol, moving: Sequence[Symbol], here: Sequence[Symbol], text: bytes) -> bool:
        """Tell whether nothing but what moves names a definition, which is its file's own."""
        own = [one for one in here if one.name == symbol.name]
        before = text[text.rfind(b"\n", 0, symbol.start_byte) + 1 : symbol.start_byte]
        private = symbol.name.startswith("_") if symbol.language == "python" else b"export" not in before
        if not private or any(edge.path != symbol.path for edge in self._graph.references(symbol)):
            return False
        spans = [(one.start_byte, one.end_byte) for one in (*moving, *own)]
        places = re.finditer(rb"(?<![\w$])" + re.escape(symbol.name.encode()) + rb"(?![\w$])", text)
        return all(any(start <= place.start() < end for start, end in spans) for place in places)

    def _moving(
        self,
        indexer: Indexer,
        source: str,
        target: str,
        asked: Sequence[Symbol],
        along: Sequence[Symbol],
        notes: list[str],
        *,
        keep: bool,
    ) -> Moving:
        names, receivers = self._graph.look_up()
        symbols = [*asked, *along]
        sites: dict[str, list[Occurrence]] = defaultdict(list)
        shown: list[list[Hit]] = [[], [], []]
        for symbol in {symbol.qualified: symbol for symbol in symbols}.values():
            lines = self._everywhere(rf"(?:^|[^\w$]){re.escape(symbol.name)}(?:$|[^\w$])", _MOST_LINES)
            if len(lines) == _MOST_LINES:
                raise ValueError(f"{symbol.name} stands in more than {_MOST_LINES:,} lines: move it by hand")
            paths = sorted({hit.path for hit in lines} | {source})
            looked: set[str] = set()
            for path in paths:
                found = self._decided(names, receivers, path, indexer.family, symbol, notes)
                if found is None:
                    continue
                looked.add(path)
                sites[path] += [one for one, _ in found.changes]
                view, text = names.view(path), TextLines(path, self._text(path))
                for part, some in zip(
                    shown, ([o for o, _ in found.changes], found.guesses, found.mentions), strict=True
                ):
                    part += hits_of(path, view, text, some) if view else []
            shown[2] += [hit for hit in lines if hit.path not in looked]
        importers = sorted({item.path for item in self._graph.importers(source)})
        job = Job(names, indexer, source, target, symbols, sites, self._text, importers, keep=keep)
        job.check_syntax()
        texts = _RULES[symbols[0].language](job)
        edits = []
        for path, after in sorted(texts.items()):
            before = self._below.read(path)
            mark = before.data[: len(before.data) - len(plain(before.data))] if before else b""
            edits.append(Edit(path if before else "", path, before.data if before else None, mark + after))
        patch = written(Patch(tuple(file_patch(edit) for edit in edits if edit.before != edit.after)))
        unique = [tuple(dict.fromkeys(part)) for part in shown]
        unnamed = {one.name for one in asked} - {
            text_of(one.node)
            for path, some in sites.items()
            for one in some
            if path != source or not job.goes(one.start)
        }
        job.notes += [
            f"nothing here names {name}: what finds it by its place (a hook, an entry point, a test runner) would not there"
            for name in sorted(unnamed)
        ]
        return Moving(
            path=target,
            targets=tuple(symbols),
            patch=patch,
            sites=unique[0],
            guesses=unique[1][:_MOST_LISTED],
            mentions=unique[2][:_MOST_LISTED],
            notes=(*notes, *job.notes),
        )

    def _decided(
        self,
        names: Resolution,
        receivers: Receivers,
        path: str,
        family: str,
        symbol: Symbol,
        notes: list[str],
    ) -> Found | None:
        indexer, view = indexer_of(path), names.view(path)
        if indexer is None or view is None or indexer.family != family or indexer.syntax is None:
            return None
        try:
            text = self._text(path)
            TextLines(path, text)
        except PatchError as error:
            notes.append(f"left out: {error}")
            return None
        found = Found()
        keys = {(symbol.path, symbol.qualified)}
        deciding = Deciding(names, receivers, keys, symbol.name, symbol.name)
        deciding.decide(view, list(occurrences(indexer, path, text, symbol.name)), found)
        return found

    def _text(self, path: str) -> bytes:
        content = self._below.read(path)
        return plain(content.data) if content else b""


def _is_twin(one: Symbol, other: Symbol) -> bool:
    """Tell whether two definitions are one that is written several times, as overloads are."""
    return (one.path, one.qualified) == (other.path, other.qualified)


def _stands_apart(symbol: Symbol) -> bool:
    """Tell whether a method stands outside of its type, as those of Go do."""
    return symbol.language == "go" and symbol.signature.startswith("func (")


def _is_method_of(one: Symbol, other: Symbol) -> bool:
    """Tell whether a method that stands apart from its type goes with it."""
    return _stands_apart(one) and one.qualified == f"{other.qualified}.{one.name}"
