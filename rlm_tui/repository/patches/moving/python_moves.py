"""Moves definitions between Python files: by from-imports, module attributes, `__all__`, `if TYPE_CHECKING:` and all."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from tree_sitter import Node

from rlm_tui.repository.parsing.occurrences import Occurrence
from rlm_tui.repository.patches.moving.circles import new_circle
from rlm_tui.repository.patches.moving.job import Job
from rlm_tui.repository.patches.moving.pieces import Change, cut, spliced, text_of
from rlm_tui.repository.patches.moving.placing import is_short, joined, put, room
from rlm_tui.repository.patches.moving.python_imports import (
    Brought,
    Where,
    brought,
    head_end,
    loaded,
    with_import,
    without,
)
from rlm_tui.repository.patches.moving.python_modules import module_of, rebased
from rlm_tui.repository.patches.moving.python_needs import DUNDERS, PythonNeeds, Wanted
from rlm_tui.repository.patches.moving.python_tree import (
    after_docstring,
    before_dot,
    bound,
    global_statements,
    in_type,
    listed_in,
    names_of,
    stands,
)


class PythonMove:
    """One move; `rewrite` returns the new texts by path, and raises `ValueError` for what cannot be moved."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._changes: dict[str, list[Change]] = defaultdict(list)
        self._wanted: dict[str, list[Wanted]] = defaultdict(list)
        self._stale: dict[str, set[str]] = defaultdict(set)
        self._rebound: dict[str, dict[tuple[str, str, str, Where], str]] = defaultdict(dict)
        self._target_text = job.read(job.target)
        self._target_root = job.parsed(job.target, self._target_text)
        self._unlisted: list[Occurrence] = []

    def rewrite(self) -> dict[str, bytes]:
        """Return the texts that change, by path."""
        job = self._job
        self._refuse()
        needs = PythonNeeds(job, self._target_root)
        self._wanted[job.target] += needs.wanted()
        self._stale[job.source] |= needs.copied
        for path, sites in job.sites.items():
            for one in sites:
                self._adapt(path, one)
        for path in job.importers:
            self._starred(path)
        self._leave()
        self._changes[job.source] += cut(job.text, job.pieces)
        self._changes[job.target] += self._put()
        texts = {path: self._written(path) for path in {*self._changes, *self._wanted, *self._rebound}}
        self._circle(texts)
        return texts

    # What keeps it from being moved

    def _refuse(self) -> None:
        job = self._job
        here = {one.local: one for one in brought(self._target_root) if one.where != "inner"}
        level = bound(self._target_root)
        if job.target.endswith("__main__.py"):
            raise ValueError(f"{job.target} runs as it is imported: nothing others use belongs there")
        for name in job.moved:
            if name == "__all__":
                raise ValueError(f"`__all__` tells of {job.source} itself: it cannot be moved")
            one = here.get(name)
            if one is not None and not self._is_source(job.target, one):
                raise ValueError(f"{job.target}:{one.node.start_point[0] + 1} imports another `{name}`")
            if name in level:
                raise ValueError(f"{job.target} has a `{name}` already")
        for node in global_statements(job.root):
            for name in names_of(node):
                if name in job.moved:
                    raise ValueError(
                        f"{job.source}:{node.start_point[0] + 1} assigns `{name}` anew, which importers would not see"
                    )
                if job.goes(node.start_byte):
                    raise ValueError(
                        f"{job.told()} assigns `{name}` of {job.source} (`global`, line {node.start_point[0] + 1}): what is "
                        "moved could not reach it"
                    )
        for piece in job.pieces:
            for word in DUNDERS:
                if word.encode() in job.text[piece.start : piece.end]:
                    job.notes.append(f"{piece.symbol.name} uses `{word}`, which is another one in {job.target}")

    # What the target gets

    def _body(self) -> str:
        """Return what moves, as it is written in the target."""
        moved = [self._moved(piece.start, piece.end) for piece in self._job.pieces]
        return joined(self._job, moved, "\n\n\n")

    def _put(self) -> list[Change]:
        """Return where in the target what moves goes."""
        text, root = self._target_text, self._target_root
        if not text.strip():
            return []  # what is new begins with its imports
        head = head_end(root)
        guards = [n for n in root.named_children if n.type == "if_statement" and b"__name__" in _first_line(n)]
        first, last = room(
            self._job,
            text,
            head.end_byte if head is not None else after_docstring(root),
            bound(root),
            [node.start_byte for node in guards],
        )
        short = is_short(self._job)
        return [put(text, first if short else last, self._body(), "\n\n" if short else "\n\n\n")]

    def _circle(self, texts: dict[str, bytes]) -> None:
        """Raise `ValueError` where files would load each other that did not: one of them would meet the other half loaded."""
        job = self._job

        def before(path: str) -> set[str]:
            return loaded(path, job.parsed(path, job.read(path)), lambda m: job.leads(m, path), job.paths.__contains__)

        def after(path: str) -> set[str]:
            text = texts.get(path)
            root = job.parsed(path, job.read(path) if text is None else text)
            return loaded(path, root, lambda m: job.leads(m, path), job.paths.__contains__)

        circle = new_circle(cache(before), cache(after), texts)
        if not circle:
            return
        needed = [item.local for item in self._wanted[job.target] if job.source in job.leads(item.module, job.target)]
        also = f": move {' and '.join(f'`{name}`' for name in needed)} with it, or first" if needed else ""
        raise ValueError(f"the files would import each other as they are loaded, {' -> '.join(circle)}{also}")

    def _moved(self, start: int, end: int) -> str:
        job = self._job
        changes = [
            (one.statement.start_byte - start, one.statement.end_byte - start, _with_module(job.text, one, module))
            for one in brought(job.root)
            if start <= one.statement.start_byte < end and one.module.startswith(".")
            if (module := rebased(job, one.module, job.target)) != one.module
        ]
        return spliced(job.text[start:end], changes).decode("utf-8", "replace")

    # What others get

    def _is_source(self, path: str, one: Brought) -> bool:
        view = self._job.view(path)
        return view is not None and self._job.source in self._job.names.targets(view, one.module)

    def _adapt(self, path: str, one: Occurrence) -> None:
        job = self._job
        if path == job.source and (job.goes(one.start) or (one.place == "name" and not one.receiver)):
            return
        if one.place != "name":
            if path == job.source:
                self._unlisted.append(one)
        elif one.imported is not None:
            for item in self._of(path):
                if item.node.start_byte <= one.start < item.node.end_byte and item.name in job.moved:
                    self._imported(path, item)
        elif one.receiver and any(not m.symbol and job.source in m.paths for m in job.receiver_of(path, one)):
            self._attribute(path, one)

    def _of(self, path: str) -> list[Brought]:
        return brought(self._job.parsed(path, self._job.read(path)))

    def _imported(self, path: str, item: Brought) -> None:
        job = self._job
        if not self._is_source(path, item):
            return  # it comes through another file, which goes on offering it
        if path == job.target:
            if item.local != item.name:
                raise ValueError(f"{path}:{item.node.start_point[0] + 1} calls it `{item.local}`: rename that first")
            self._rebound[path][_key(item)] = ""
            return
        module = module_of(job, job.target, path, item.module, job.source)
        if item.where == "top" and len(job.moved) > 1 and item.local == item.name == text_of(item.node):
            self._rebound[path][_key(item)] = ""
            self._wanted[path].append(Wanted(item.local, module, item.name))
        else:
            self._rebound[path][_key(item)] = f"from {module} import {text_of(item.node)}"

    def _attribute(self, path: str, one: Occurrence) -> None:
        """Change `a.helper` to `b.helper`, and see that the file has `b`."""
        job = self._job
        owner = before_dot(one.node)
        head = one.receiver.partition(".")[0]
        items = [item for item in self._of(path) if item.local == head]
        if owner is None or not items:
            raise ValueError(f"{path}:{one.line} reaches {job.source} in a way that cannot be adapted")
        self._stale[path].add(head)
        if path == job.target:
            self._changes[path].append((owner.start_byte, one.start, ""))
            return
        item = next((item for item in items if _whole(item) == one.receiver), items[0])
        local, wanted = self._through(path, item, one.receiver)
        self._changes[path].append((owner.start_byte, owner.end_byte, local))
        if wanted not in self._wanted[path]:
            self._wanted[path].append(wanted)

    def _through(self, path: str, item: Brought, receiver: str) -> tuple[str, Wanted]:
        """Return what the target is called in a file that knows the source by a name, and the import that it needs for it."""
        job = self._job
        like = _whole(item) + receiver[len(item.local) :]
        if not item.name and item.local == item.module.partition(".")[0]:
            like = receiver  # import pkg.a, or import pkg
        module = module_of(job, job.target, path, like, job.source)
        package, _, stem = module.rpartition(".")
        package = module[: len(module) - len(stem)] if not package.strip(".") else package
        if not package or like == receiver:
            return module, Wanted(module.partition(".")[0], module, "", item.where == "types")
        taken = stem in bound(job.parsed(path, job.read(path))) or any(
            other.local == stem and job.target not in job.leads(_whole(other), path) for other in self._of(path)
        )
        local = f"{stem}_" if taken else stem
        return local, Wanted(local, package, stem, item.where == "types")

    def _starred(self, path: str) -> None:
        """Let a file that imports all of the source import what has moved by its name."""
        job = self._job
        stars = [one for one in self._of(path) if one.name == "*" and self._is_source(path, one)]
        if not stars or path == job.target:
            return
        module = module_of(job, job.target, path, stars[0].module, job.source)
        listed = listed_in(job.root)
        text = job.read(path)
        for name in sorted(job.moved):
            if name in listed if listed is not None else not name.startswith("_"):
                used = re.search(rb"\b" + re.escape(name.encode()) + rb"\b", text) is not None
                if used or path.endswith("__init__.py"):
                    self._wanted[path].append(Wanted(name, module, name, unused=not used))

    # What the source keeps

    def _leave(self) -> None:
        job = self._job
        for name in sorted(job.moved):
            sites = [one for one in job.sites.get(job.source, ()) if one.place == "name" and not one.receiver]
            used = any(text_of(one.node) == name and not job.goes(one.start) for one in sites)
            quoted = any(in_type(one.node) for one in self._unlisted if _at(job.text, one, name))
            listed = [one for one in self._unlisted if not in_type(one.node) and _at(job.text, one, name)]
            if used or quoted or job.keep:
                module = module_of(job, job.target, job.source)
                self._wanted[job.source].append(Wanted(name, module, name, unused=not (used or quoted)))
                continue
            self._changes[job.source] += [_unlisted(job.text, one) for one in listed]
            if listed or not name.startswith("_"):
                job.notes.append(
                    f"code outside of this repository that imports {name} from {job.source} would break: ask for it "
                    "`and keep the old name` where there may be any"
                )

    # The new text of a file

    def _written(self, path: str) -> bytes:
        job = self._job
        text = spliced(job.read(path), self._changes[path])
        for key, instead in self._rebound[path].items():
            while one := next((one for one in brought(job.parsed(path, text)) if _key(one) == key), None):
                text = spliced(text, [without(text, one, instead)])
        for item in sorted(self._wanted[path], key=lambda item: (bool(item.name), item.module, item.local)):
            if item.types and not any(
                one.where == "types" or one.local == "TYPE_CHECKING" for one in brought(job.parsed(path, text))
            ):
                text = with_import(text, job.parsed(path, text), "TYPE_CHECKING", "typing", "TYPE_CHECKING")
            text = with_import(
                text,
                job.parsed(path, text),
                item.local,
                item.module,
                item.name,
                types=item.types,
                unused=item.unused,
            )
        for name in [*sorted(self._stale[path]), *(["TYPE_CHECKING"] if self._stale[path] else [])]:
            text = self._tidied(path, text, name)
        if path == job.target and not self._target_text.strip():
            text = text.rstrip() + (b"\n\n\n" if text.strip() else b"") + self._body().encode() + b"\n"
        return text

    def _tidied(self, path: str, text: bytes, name: str) -> bytes:
        """Take out the import of a name that nothing in the file uses any more, and nobody gets from it."""
        job = self._job
        root = job.parsed(path, text)
        items = [one for one in brought(root) if one.local == name and one.where in ("top", "types")]
        spans = [(one.statement.start_byte, one.statement.end_byte) for one in brought(root)]
        if not items or stands(root, name, spans) or job.is_passed_on(path, name, listed_in(job.root)):
            return text
        kept = [one for one in items if b"noqa" not in _line(text, one.statement) and one.name != "*"]
        return spliced(text, [without(text, one) for one in kept[:1]]) if kept else text


def _first_line(node: Node) -> bytes:
    return (node.text or b"").partition(b"\n")[0]


def _key(one: Brought) -> tuple[str, str, str, Where]:
    return one.local, one.module, one.name, one.where


def _whole(item: Brought) -> str:
    return item.module + ("" if item.module.endswith(".") or not item.name else ".") + item.name


def _with_module(text: bytes, one: Brought, module: str) -> str:
    node = one.statement.child_by_field_name("module_name")
    if node is None:  # every relative import has one
        return text_of(one.statement)
    before, after = text[one.statement.start_byte : node.start_byte], text[node.end_byte : one.statement.end_byte]
    return before.decode("utf-8", "replace") + module + after.decode("utf-8", "replace")


def _at(text: bytes, one: Occurrence, name: str) -> bool:
    return text[one.start : one.start + len(name.encode())] == name.encode()


def _unlisted(text: bytes, one: Occurrence) -> Change:
    """Return the change that takes a string out of `__all__`."""
    node = one.node
    while node.parent is not None and node.type != "string":
        node = node.parent
    after = node.next_sibling
    if after is not None and after.type == ",":
        following = after.next_sibling
        close = following is None or following.type in ("]", ")") or following.type == "comment"
        if not close and following is not None:
            return node.start_byte, following.start_byte, ""
        first = text.rfind(b"\n", 0, node.start_byte) + 1
        if not text[first : node.start_byte].strip() and text[after.end_byte : after.end_byte + 1] == b"\n":
            return first, after.end_byte + 1, ""
        return node.start_byte, after.end_byte, ""
    before = node.prev_sibling
    return (before.start_byte if before is not None and before.type == "," else node.start_byte), node.end_byte, ""


def _line(text: bytes, node: Node) -> bytes:
    end = text.find(b"\n", node.end_byte)
    return text[node.start_byte : len(text) if end < 0 else end]
