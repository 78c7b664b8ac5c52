"""Checks a patch before anybody is asked to apply it: it applies, parses, leaves no name undefined, and keeps to its plan.

What is said of names is said by the index, and only where it can be sure: a definition that goes while uses of it stay, an
import of what is not there, a call of what this repository has but this file did not bring in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.files.secrets import REFUSAL
from rlm_tui.repository.files.walk import LARGEST, plain
from rlm_tui.repository.indexer import Indexer, indexer_of
from rlm_tui.repository.opened import Opened
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import tree_of
from rlm_tui.repository.patches.as_patched import AsPatched, lost_uses
from rlm_tui.repository.patches.below import Below
from rlm_tui.repository.patches.lost_imports import lost_imports
from rlm_tui.repository.patches.patches import FilePatch, Patch, PatchError, joined, read_patch
from rlm_tui.repository.patches.patching import Edit, TextLines, differences, edited, file_patch, hunks_of, written
from rlm_tui.repository.search.words import identifiers
from rlm_tui.repository.symbols import Edge, Symbol, Tier

_MOST_GONE = 100
"""Of so many definitions that go it is looked up who uses them."""
_TOLD = 5
"""So many problems of one kind are told of a file."""


@dataclass(frozen=True, slots=True)
class CheckedPatch:
    """A patch that passed: as it fits the files now, and what it makes of them."""

    patch: Patch
    edits: tuple[Edit, ...]

    @property
    def text(self) -> str:
        """The patch as a unified diff with right lines and counts."""
        return written(self.patch)


@dataclass(frozen=True, slots=True)
class _Change:
    """A file of code as it was and as it will be; None where it is not."""

    edit: Edit
    indexer: Indexer
    before: FileFacts | None
    after: FileFacts | None


class PatchChecks:
    """Checks patches against the files and the index of a repository. Blocks; thread-safe.

    `refresh` brings the index up to date with files that changed.
    """

    def __init__(self, opened: Opened, refresh: Callable[[Collection[str]], None]) -> None:
        self._below = Below(opened.root)
        self._store = opened.store
        self._graph = opened.graph
        self._refresh = refresh

    def check(self, text: str, plan: Collection[str] = (), *, whole: bool = True) -> CheckedPatch:
        """Return the patch as it fits the files as they are now. Raises `PatchError` with a sentence for each thing wrong.

        `plan` are the files and folders that it may touch; () for any. A patch that is not `whole` is a part of a change: that
        names are used which another part brings, or are left which it changes, is no fault of it.
        """
        checked, problems = self._checked(read_patch(text), plan, whole=whole)
        if problems:
            raise PatchError(*problems)
        return checked

    def join(self, texts: Sequence[str]) -> tuple[CheckedPatch, tuple[str, ...]]:
        """Join patches for the files as they are now into one; return it with what is wrong with names in the whole.

        Raises `PatchError` where they do not go together, or do not apply or parse.
        """
        patch = joined([read_patch(text) for text in texts])
        checked, problems = self._checked(patch, (), whole=False)
        if problems:
            raise PatchError(*problems)
        return checked, self._checked(patch, (), whole=True)[1]

    def edit(self, path: str, old: str, new: str) -> str:
        """Return the patch that puts `new` in the place of the text `old`, which stands once in a file; "" makes a new file.

        Raises `PatchError`.
        """
        if old == new:
            raise PatchError(f"{path}: the text and what replaces it are the same")
        content = self._below.read(path)
        if not old:
            return (
                written(Patch((file_patch(Edit("", path, None, new.encode())),))) if content is None else _refuse(path)
            )
        if content is None or self._store.secrets.closed(path):
            raise PatchError(f"{path} is not there, or not to be read")
        text = "\n".join(TextLines(path, content.data).shown)
        places = text.count(old)
        if places != 1:
            where = "stands nowhere" if not places else f"stands {places} times: take more lines around it"
            raise PatchError(f"{path}: the text to replace {where}")
        start = text.index(old)
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", start + len(old))
        last = len(text) if last < 0 else last
        piece = text[first:start] + new + text[start + len(old) : last]
        changed = differences(text[first:last].split("\n"), piece.split("\n"), text.count("\n", 0, first))
        return written(Patch((FilePatch(path, path, hunks_of(TextLines(path, content.data), changed)),)))

    def _checked(self, patch: Patch, plan: Collection[str], *, whole: bool) -> tuple[CheckedPatch, tuple[str, ...]]:
        problems = list(_outside(patch, plan))
        edits: list[Edit] = []
        for file in patch.files:
            try:
                edits.append(self._edit(file))
            except PatchError as error:
                problems += error.problems
        if not problems:
            problems += self._problems(edits, whole=whole)
        changed = tuple(edit for edit in edits if edit.before != edit.after or edit.old != edit.new)
        if not changed and not problems:
            problems.append("the patch changes nothing: all of it stands there already")
        return CheckedPatch(Patch(tuple(map(file_patch, changed))), changed), tuple(dict.fromkeys(problems))

    def _edit(self, file: FilePatch) -> Edit:
        for path in (file.old, file.new):
            if path and self._store.secrets.closed(path):
                raise PatchError(REFUSAL.format(path=path))
        content = self._below.read(file.old or file.new)
        if file.status == "renamed" and not self._below.same(file.old, file.new) and self._below.read(file.new):
            raise PatchError(f"{file.new} exists already: {file.old} cannot get its name")
        return edited(file, None if content is None else content.data)

    def _problems(self, edits: Sequence[Edit], *, whole: bool) -> Iterator[str]:
        self._refresh({edit.old for edit in edits if edit.old})
        changes = [change for edit in edits if (change := self._change(edit))]
        for change in changes:
            yield from _broken(change)
        if not whole:
            return
        yield from self._gone(changes, {edit.old: edit for edit in edits})
        after = {change.edit.new: change for change in changes if change.after}
        given = _given(changes)
        paths = [path for path in self._store.paths() if path not in {edit.old for edit in edits}]
        paths += [edit.new for edit in edits if edit.new]
        for change in after.values():
            yield from self._unknown_imports(change, after, paths)
            yield from self._unknown_calls(change, given)
            if change.before and change.after:
                yield from lost_imports(change.edit.new, change.before, change.after)

    def _change(self, edit: Edit) -> _Change | None:
        indexer = indexer_of(edit.path)
        if indexer is None or indexer.outline or len(edit.after or b"") > LARGEST:
            return None
        before, after = (
            indexer.parse(path, plain(content)) if content is not None and path else None
            for path, content in ((edit.old, edit.before), (edit.new, edit.after))
        )
        return _Change(edit, indexer, before, after)

    def _gone(self, changes: Sequence[_Change], edits: dict[str, Edit]) -> Iterator[str]:
        """Tell of definitions that go although uses of them stay."""
        moved = _moved(changes)
        there = {(change.edit.new, one.qualified) for change in changes if change.after for one in change.after.symbols}
        gone = [
            symbol
            for change in changes
            if change.before
            for stay in [_offered_after(change, changes)]
            for symbol in self._store.symbols_in(change.edit.old)
            if symbol.name not in stay and not _is_local(symbol, change.before)
            and (moved.get((symbol.path, symbol.qualified.partition(".")[0])), symbol.qualified) not in there
        ]  # fmt: skip
        if moved:
            yield from self._lost(changes, moved)
        changed = {change.edit.old: change for change in changes}
        for symbol in gone[:_MOST_GONE]:
            uses = [edge for edge in self._graph.references(symbol) if edge.tier != Tier.GUESS]
            left = [f"{use.path}:{use.line}" for use in uses if _stays(use, changed.get(use.path), edits.get(use.path))]
            if left:
                more = f" and {len(left) - 3} other places" if len(left) > 3 else ""
                yield f"{symbol.qualified} goes from {symbol.path}, but is still used at {', '.join(left[:3])}{more}"

    def _lost(self, changes: Sequence[_Change], moved: dict[tuple[str, str], str]) -> Iterator[str]:
        """Tell of uses that would not find what has moved to another file."""
        changed: dict[str, tuple[FileFacts, bytes] | None] = {change.edit.old: None for change in changes}
        for change in changes:
            if change.after and change.edit.after is not None:
                changed[change.edit.new] = (change.after, plain(change.edit.after))
        after = AsPatched(self._store, changed)
        try:
            pairs = [
                (symbol, twin)
                for (path, name), target in moved.items()
                for symbol in self._store.symbols_in(path)
                if symbol.qualified == name
                for twin in after.symbols_in(target)
                if twin.qualified == name
            ]
            new = {(path, symbol.qualified) for path in set(moved.values()) for symbol in after.symbols_in(path)}
            going = [
                symbol
                for (path, name), target in moved.items()
                for symbol in self._store.symbols_in(path)
                if symbol.qualified.partition(".")[0] == name and (target, symbol.qualified) in new
            ]
            yield from lost_uses(self._graph, Graph(after), pairs, going)
        finally:
            after.close()

    def _unknown_imports(self, change: _Change, after: dict[str, _Change], paths: Sequence[str]) -> Iterator[str]:
        """Tell of new imports that lead to no file, or of names that the file there does not have."""
        if change.indexer.scoping.shared != "file" or change.after is None:
            return
        known = {(item.module, item.names) for item in change.before.imports} if change.before else set()
        told = 0
        for item in change.after.imports:
            if (item.module, item.names) in known or not item.module or told == _TOLD:
                continue
            targets = change.indexer.resolve(item.module, change.edit.new, paths)
            missing = self._missing(item, targets, after, change.indexer, change.edit.new, paths)
            if missing:
                told += 1
                yield f"{change.edit.new}:{item.line}: {missing}"

    def _missing(
        self,
        item: ImportFact,
        targets: Sequence[str],
        after: dict[str, _Change],
        indexer: Indexer,
        importer: str,
        paths: Sequence[str],
    ) -> str:
        if not targets:
            return f"`{item.module}` leads to no file" if item.module.startswith(".") and item.module.strip(".") else ""
        offered: set[str] = set()
        for target in targets:
            changed = after.get(target)
            facts = changed.after if changed else self._store.facts(target)
            if facts is None or any(not other.names and not other.alias for other in facts.imports):
                return ""  # a file that is no code, or that passes on whatever another one has
            offered.update(symbol.name for symbol in facts.symbols)
            offered.update(alias for other in facts.imports for _, alias in other.names)
            offered.update(other.alias for other in facts.imports)
            offered.update(binding.name for binding in facts.bindings if binding.scope < 0)
        for name, _alias in item.names:
            joint = "" if item.module.endswith(".") else "."
            if name in offered or name == "default" or indexer.resolve(f"{item.module}{joint}{name}", importer, paths):
                continue
            return f"there is no `{name}` in {targets[0]}"
        return ""

    def _unknown_calls(self, change: _Change, given: set[str]) -> Iterator[str]:
        """Tell of calls of functions that the file neither defines nor imports, and did not name before; `given` are free."""
        facts = change.after
        if change.indexer.scoping.shared != "file" or facts is None or change.edit.after is None:
            return
        if any(not item.names and not item.alias for item in facts.imports):
            return
        before = given | set(identifiers(plain(change.edit.before or b"").decode("utf-8", "replace")))
        code = code_of(plain(change.edit.after).decode("utf-8", "replace"), facts.language)
        words = list(identifiers(code))
        calls = [r for r in facts.references if r.kind == "call" and not r.receiver and r.name not in before]
        told: set[str] = set()
        for call in calls:
            uses = sum(other.name == call.name for other in calls)
            if call.name in told or words.count(call.name) != uses or len(told) == _TOLD:
                continue  # it stands elsewhere, too: as a parameter, or as the target of an assignment
            homes = [s for s in self._store.symbols_named(call.name) if not s.parent and s.language == facts.language]
            if homes:
                told.add(call.name)
                yield f"{change.edit.new}:{call.line} calls `{call.name}` of {homes[0].path}, but does not import it"


def _given(changes: Sequence[_Change]) -> set[str]:
    """Return the names that a changed file called before though it neither defined nor imported them: the language's own."""
    found: set[str] = set()
    for change in changes:
        if change.before:
            known = {symbol.name for symbol in change.before.symbols}
            known |= {alias for item in change.before.imports for _, alias in item.names} | {"*"}
            known |= {item.alias for item in change.before.imports}
            calls = [r.name for r in change.before.references if r.kind == "call" and not r.receiver]
            whole = all(item.names or item.alias for item in change.before.imports)
            found |= set(calls) - known if whole else set()
    return found


def _outside(patch: Patch, plan: Collection[str]) -> Iterator[str]:
    roots = [entry.strip("/") for entry in plan]
    for path in patch.paths if plan else ():
        if not any(root in ("", ".") or path == root or path.startswith(f"{root}/") for root in roots):
            yield f"{path} is not in the plan, which has {', '.join(roots[:8])}{' and others' if len(roots) > 8 else ''}"


def _broken(change: _Change) -> Iterator[str]:
    """Tell of syntax errors that were not there before."""
    if (
        change.after is None
        or not change.after.has_errors
        or change.indexer.syntax is None
        or change.edit.after is None
    ):
        return
    lines = _errors(change.indexer, change.edit.new, change.edit.after)
    known = (
        _errors(change.indexer, change.edit.old, change.edit.before) if change.edit.before and change.edit.old else []
    )
    if len(lines) > len(known):
        line = next((line for line in lines if line not in known), lines[0])
        yield f"{change.edit.new}:{line} would not parse any more"


def _errors(indexer: Indexer, path: str, content: bytes) -> list[int]:
    """Return the lines of the syntax errors in a file."""
    if indexer.syntax is None:
        return []
    found: list[int] = []
    waiting = [tree_of(*indexer.syntax(path, plain(content))).root_node]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(node.start_point[0] + 1)
        elif node.has_error:
            waiting.extend(node.children)
    return sorted(found)


def _offered_after(change: _Change, changes: Sequence[_Change]) -> set[str]:
    """Return the names that stand where those of a file stood: in it, or in the others where files need no imports."""
    alone = change.indexer.scoping.shared == "file"
    facts = [other.after for other in ([change] if alone else changes) if other.after]
    return {symbol.name for one in facts for symbol in one.symbols} | {
        alias for one in facts for item in one.imports for _, alias in item.names
    }


def _moved(changes: Sequence[_Change]) -> dict[tuple[str, str], str]:
    """Return what goes from one file and comes in another: its path and name, and the path that it gets."""
    come: dict[tuple[str, str], str] = {}
    gone: list[tuple[str, str, str]] = []
    for change in changes:
        before, after = (
            {(symbol.qualified, symbol.kind) for symbol in facts.symbols if symbol.scope < 0} if facts else set()
            for facts in (change.before, change.after)
        )
        come |= dict.fromkeys(after - before, change.edit.new)
        gone += [(change.edit.old, *key) for key in before - after]
    return {
        (path, name): come[name, kind] for path, name, kind in gone if (name, kind) in come and come[name, kind] != path
    }


def _refuse(path: str) -> str:
    raise PatchError(f"{path} is there already: say which text of it is replaced")


def _is_local(symbol: Symbol, facts: FileFacts) -> bool:
    """Tell whether a definition stands within a function, so that nothing else can use it."""
    around = {other.qualified for other in facts.symbols if other.kind in ("function", "method")}
    return symbol.parent in around


def _stays(use: Edge, change: _Change | None, edit: Edit | None) -> bool:
    """Tell whether a use is left as it is. An import over several lines is known by its first, so its names are compared."""
    if edit is None:
        return True
    if use.kind == "import" and change and change.before and change.after:
        modules = {item.module for item in change.before.imports if item.line == use.line}
        now = {item.module for item in change.after.imports if any(name == use.target.name for name, _ in item.names)}
        return bool(modules & now)
    if edit.after is None or edit.before is None:
        return False
    line = edit.before.splitlines()[use.line - 1 : use.line]
    named = any(use.target.name.encode() in one for one in line)  # `super(...)` means a class, and does not name it
    return named and not any(item.start < use.line <= item.start + item.removed for item in edit.replacements)
