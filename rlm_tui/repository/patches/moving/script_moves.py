"""Moves definitions between modules of JavaScript and TypeScript: imports, re-exports, namespaces, types apart from values."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from tree_sitter import Node

from rlm_tui.repository.parsing.occurrences import Occurrence
from rlm_tui.repository.patches.moving.circles import new_circle
from rlm_tui.repository.patches.moving.job import Job
from rlm_tui.repository.patches.moving.pieces import Change, cut, is_deferred, spliced, text_of
from rlm_tui.repository.patches.moving.placing import is_short, joined, put, room
from rlm_tui.repository.patches.moving.script_imports import (
    Brought,
    brought,
    head_end,
    style_of,
    with_export,
    with_import,
    without,
)
from rlm_tui.repository.patches.moving.script_modules import is_relative, module_of, rebased
from rlm_tui.repository.patches.moving.script_tree import assigned, bound, is_default, is_exported, is_typed, stands

Wanted = tuple[str, str, str, bool]
"""An import that a module gets: what it is called there, the module, its name in that, whether it is for types alone."""
_COMMON = re.compile(rb"^\s*(?:module\.)?exports\b|\brequire\s*\(\s*['\"]\.", re.MULTILINE)
_DYNAMIC = re.compile(r"\bimport\s*\(\s*$|\brequire\s*\(\s*$")
_TYPES = ("interface", "type")


class ScriptMove:
    """One move; `rewrite` returns the new texts by path, and raises `ValueError` for what cannot be moved."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._changes: dict[str, list[Change]] = defaultdict(list)
        self._wanted: dict[str, list[Wanted]] = defaultdict(list)
        self._passed: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
        self._rebound: dict[str, dict[tuple[str, str, str, bool], str]] = defaultdict(dict)
        self._stale: dict[str, set[str]] = defaultdict(set)
        self._target_text = job.read(job.target)
        self._target_root = job.parsed(job.target, self._target_text)
        self._offered: set[str] = set()
        self._kept: set[str] = set()
        self._early = ""

    def rewrite(self) -> dict[str, bytes]:
        """Return the texts that change, by path."""
        job = self._job
        self._refuse()
        self._bring()
        for path, sites in job.sites.items():
            for one in sites:
                self._adapt(path, one)
        for path in job.importers:
            self._starred(path)
        self._leave()
        self._changes[job.source] += cut(job.text, job.pieces)
        if self._target_text.strip():
            self._changes[job.target].append(self._put())
        texts = {
            path: self._written(path)
            for path in {job.target, *self._changes, *self._wanted, *self._passed, *self._rebound}
        }
        self._circle(texts)
        return texts

    # What keeps it from being moved

    def _refuse(self) -> None:
        job = self._job
        if not job.source.endswith(("ts", "tsx")) and _COMMON.search(job.text):
            raise ValueError(
                f"{job.source} is a CommonJS module (`require`, `exports`): only those of `import` are adapted"
            )
        if self._target_text and not job.target.endswith(("ts", "tsx")) and _COMMON.search(self._target_text):
            raise ValueError(f"{job.target} is a CommonJS module (`require`, `exports`), {job.source} is none")
        if job.source.endswith((".vue", ".d.ts")) or job.target.endswith((".vue", ".d.ts")):
            raise ValueError(
                "definitions are moved between modules of code, not into or out of components and declarations"
            )
        if job.source.endswith(("ts", "tsx")) and job.target.endswith(("js", "jsx", "mjs", "cjs")):
            raise ValueError(f"{job.target} cannot hold TypeScript: give it the ending of {job.source}")
        level, here = bound(self._target_root), {one.local: one for one in brought(self._target_root) if not one.passed}
        changed = assigned(job.root)
        for piece in job.pieces:
            name = piece.symbol.name
            if is_default(piece.node) or name == "default":
                raise ValueError(f"{name} is the default export of {job.source}: export it by its name first")
            if name in level or (name in here and not self._is_source(job.target, here[name])):
                line = (level[name][0] if name in level else here[name].node).start_point[0] + 1
                raise ValueError(f"{job.target}:{line} has a `{name}` already")
            if name in changed:
                raise ValueError(f"{name} is assigned anew in {job.source}, which no importer may do")
            if is_exported(piece.node):
                self._offered.add(name)
        for item in brought(job.root):
            if item.passed and not item.module and item.name in job.moved:
                if item.local != item.name:
                    raise ValueError(
                        f"{job.source} exports {item.name} as {item.local}: export it by its own name first"
                    )
                self._offered.add(item.name)
                self._rebound[job.source][_key(item)] = ""

    # What the target gets

    def _bring(self) -> None:
        job = self._job
        level, changed = bound(job.root), assigned(job.root)
        here = {one.local: one for one in brought(job.root) if not one.passed}
        names: dict[str, list[tuple[Node, bool]]] = defaultdict(list)
        for need in job.needs:
            names[need.name].append((need.node, need.deferred))
        if "React" in here and any(b"<" in (p.node.text or b"") for p in job.pieces) and job.source.endswith("x"):
            names["React"].append((job.root, True))
        for name, nodes in names.items():
            if name in job.moved or (name not in level and name not in here):
                continue
            types = all(is_typed(node) for node, _ in nodes)
            if name in level:
                if name in changed and not types:
                    raise ValueError(f"{job.told()} needs `{name}`, which {job.source} assigns anew: pass it in first")
                if not all(map(is_exported, level[name])) and not self._is_listed(name):
                    at = level[name][-1].start_byte
                    self._changes[job.source].append((at, at, "export "))
                    job.notes.append(f"`{name}` of {job.source} is exported now, for {job.target}")
                if not types and not all(deferred for node, deferred in nodes if not is_typed(node)):
                    self._early = f"it needs `{name}` of {job.source} as it is loaded"
                item = (
                    name,
                    module_of(job, job.source, job.target),
                    name,
                    types and job.target.endswith(("ts", "tsx")),
                )
            else:
                one = here[name]
                self._stale[job.source].add(name)
                item = (name, rebased(job, one.module, job.target), one.name, one.types)
            if not self._is_there(item):
                self._wanted[job.target].append(item)

    def _is_listed(self, name: str) -> bool:
        return any(one.passed and not one.module and one.name == one.local == name for one in brought(self._job.root))

    def _is_there(self, item: Wanted) -> bool:
        """Tell whether the target has what is to be imported. Raises `ValueError` where it has another thing of this name."""
        job, level = self._job, bound(self._target_root)
        local, module, name, types = item
        leads = job.leads(module, job.target)
        if job.target in leads:
            if name in level and local == name:
                return True
            raise ValueError(f"{job.told()} needs `{local}`, which is another name for {name} of {job.target}")
        for one in brought(self._target_root):
            if one.local == local and not one.passed:
                same = one.name == name and (
                    one.module == module or (leads and job.leads(one.module, job.target) == leads)
                )
                if not same:
                    raise ValueError(f"`{local}` is another thing in {job.target} (line {one.node.start_point[0] + 1})")
                if one.types and not types:
                    raise ValueError(f"{job.target} imports `{local}` as a type only, and {job.told()} needs its value")
                return True
        if local in level:
            raise ValueError(f"{job.target} has another `{local}`, which {job.told()} needs from {module}")
        return False

    def _body(self) -> str:
        """Return what moves, as it is written in the target: exported where anybody else needs it."""
        job, found = self._job, []
        for piece in job.pieces:
            text = self._moved(piece.start, piece.end)
            if not is_exported(piece.node) and (piece.symbol.name in self._offered | self._kept):
                at = len(job.text[piece.start : piece.node.start_byte].decode("utf-8", "replace"))
                text = f"{text[:at]}export {text[at:]}"
            found.append(text)
        return joined(job, found, "\n\n")

    def _moved(self, start: int, end: int) -> str:
        job, changes = self._job, []
        for match in re.finditer(rb"(?:\bimport|\brequire)\s*\(\s*['\"](\.[^'\"\n]*)['\"]", job.text[start:end]):
            module = match[1].decode("utf-8", "replace")
            changes.append((match.start(1), match.end(1), rebased(job, module, job.target)))
        return spliced(job.text[start:end], changes).decode("utf-8", "replace")

    def _put(self) -> Change:
        text, root = self._target_text, self._target_root
        first, last = room(self._job, text, head_end(text, root)[0], bound(root), [])
        return put(text, first if is_short(self._job) else last, self._body(), "\n\n")

    # What others get

    def _is_source(self, path: str, one: Brought) -> bool:
        view = self._job.view(path)
        return bool(one.module) and view is not None and self._job.source in self._job.names.targets(view, one.module)

    def _of(self, path: str) -> list[Brought]:
        return brought(self._job.parsed(path, self._job.read(path)))

    def _adapt(self, path: str, one: Occurrence) -> None:
        job = self._job
        if one.place != "name" or (path == job.source and (job.goes(one.start) or not one.receiver)):
            return
        if one.imported is not None:
            for item in self._of(path):
                if item.node.start_byte <= one.start < item.node.end_byte and item.name in job.moved:
                    self._imported(path, item)
        elif one.receiver:
            self._member(path, one)

    def _imported(self, path: str, item: Brought) -> None:
        job = self._job
        if not self._is_source(path, item):
            return  # it comes through another file, which goes on offering it
        if path == job.target:
            if item.local != item.name and not item.passed:
                raise ValueError(f"{path}:{item.node.start_point[0] + 1} calls it `{item.local}`: rename that first")
            if item.passed and item.local != item.name:
                raise ValueError(
                    f"{path}:{item.node.start_point[0] + 1} passes it on as `{item.local}`: rename that first"
                )
            self._rebound[path][_key(item)] = ""
            self._offered |= {item.name} if item.passed else set()
            return
        if not is_relative(item.module) and "/" not in item.module.partition("/")[2]:
            self._kept.add(item.name)  # the name of a package, whose entry goes on offering it
            return
        self._offered.add(item.name)
        self._rebound[path][_key(item)] = module_of(job, job.target, path, item.module, job.source)

    def _member(self, path: str, one: Occurrence) -> None:
        """Change `ns.helper` to the namespace of the target, or to the bare name within that."""
        job = self._job
        item = next(
            (x for x in self._of(path) if x.local == one.receiver and x.name == "*" and self._is_source(path, x)), None
        )
        if item is None:
            return
        start = one.node.start_byte
        owner = one.node.prev_sibling.prev_sibling if one.node.prev_sibling is not None else None
        if item.passed or owner is None:
            raise ValueError(f"{path}:{one.line} reaches {job.source} in a way that cannot be adapted")
        self._offered.add(text_of(one.node))
        self._stale[path].add(item.local)
        if path == job.target:
            self._changes[path].append((owner.start_byte, start, ""))
            return
        stem = re.sub(r"\W", "_", job.target.rpartition("/")[2].partition(".")[0])
        taken = stem in bound(job.parsed(path, job.read(path))) or any(x.local == stem for x in self._of(path))
        local = f"{stem}_" if taken else stem
        self._changes[path].append((owner.start_byte, owner.end_byte, local))
        wanted = (local, module_of(job, job.target, path, item.module, job.source), "*", item.types)
        if wanted not in self._wanted[path]:
            self._wanted[path].append(wanted)

    def _starred(self, path: str) -> None:
        """Let a module that passes on all of the source pass on what has moved."""
        job = self._job
        offered = sorted(self._offered | {p.symbol.name for p in job.pieces if is_exported(p.node)})
        for item in self._of(path):
            if item.name != "*" or not item.passed or not self._is_source(path, item) or not offered:
                continue
            if item.local != "*":
                raise ValueError(
                    f"{path}:{item.node.start_point[0] + 1} passes on all of {job.source} as `{item.local}`"
                )
            if path == job.target:
                continue
            others = [one for one in self._of(path) if one.passed and one.local == "*" and one.module]
            if any(job.target in job.leads(one.module, path) for one in others):
                continue
            module = module_of(job, job.target, path, item.module, job.source)
            kinds = {piece.symbol.name: piece.symbol.kind in _TYPES for piece in job.pieces}
            self._passed[path] += [(name, module, item.types or kinds[name]) for name in offered]
            self._offered |= set(offered)

    # What the source keeps

    def _leave(self) -> None:
        job = self._job
        module = ""
        for name in sorted(job.moved):
            kind = next(piece.symbol.kind for piece in job.pieces if piece.symbol.name == name)
            left = [
                one
                for one in job.sites.get(job.source, ())
                if one.place == "name" and not one.receiver and one.imported is None
                if text_of(one.node) == name and not job.goes(one.start)
            ]
            public = name in self._offered
            if left or ((job.keep or name in self._kept) and (public or name in self._kept)):
                module = module or module_of(job, job.target, job.source)
            types = kind in _TYPES or (bool(left) and all(is_typed(one.node) for one in left))
            types = types and job.source.endswith(("ts", "tsx"))
            if left:
                self._wanted[job.source].append((name, module, name, types))
                if not types and not all(is_deferred(one.node) or is_typed(one.node) for one in left):
                    self._early = f"{job.source} uses `{name}` as it is loaded (line {left[0].line})"
                self._kept.add(name)
            if (job.keep and public) or (name in self._kept and not left):
                self._passed[job.source].append((name, module, kind in _TYPES))
                self._kept.add(name)
                if not job.keep:
                    job.notes.append(f"{job.source} goes on offering {name}: a package is imported by that name")
            elif public:
                job.notes.append(
                    f"code outside of this repository that imports {name} from {job.source} would break: ask for it "
                    "`and keep the old name` where there may be any"
                )

    # The new text of a file

    def _written(self, path: str) -> bytes:
        job = self._job
        text = spliced(job.read(path), self._changes[path])
        style = style_of(job.parsed(path, text), job.root)
        for key, module in self._rebound[path].items():
            while one := next((one for one in brought(job.parsed(path, text)) if _key(one) == key), None):
                text = spliced(text, [without(text, one, module)])
        for item in sorted(self._wanted[path], key=lambda item: (item[1], item[0])):
            text = with_import(text, job.parsed(path, text), item, style)
        for name, module, types in self._passed[path]:
            text = with_export(text, job.parsed(path, text), name, module, types, style)
        for name in sorted(self._stale[path]):
            text = self._tidied(path, text, name)
        if text.endswith(b"\n\n") and not job.read(path).endswith(b"\n\n"):
            text = text.rstrip() + b"\n"
        root = job.parsed(path, text)
        if (
            path == job.source
            and job.importers
            and not brought(root)
            and not any(map(is_exported, root.named_children))
        ):
            text += f"export {{}}{style[1]}\n".encode()  # still a module, for those that import it
        if path == job.target and not self._target_text.strip():
            text = text.rstrip() + (b"\n\n" if text.strip() else b"") + self._body().encode() + b"\n"
        return text

    def _tidied(self, path: str, text: bytes, name: str) -> bytes:
        """Take out the import of a name that nothing in the file uses any more."""
        root = self._job.parsed(path, text)
        item = next((one for one in brought(root) if one.local == name and not one.passed), None)
        if item is None or name == "React":
            return text
        if path.endswith(".vue") or stands(root, name, item.node):
            return text
        if item.name == "default":
            return _without_default(text, item)
        return spliced(text, [without(text, item)])

    # Circles

    def _circle(self, texts: dict[str, bytes]) -> None:
        """Tell of files that would load each other; raise `ValueError` where one needs the other before it can be there."""
        job = self._job

        def loaded(path: str, text: bytes) -> set[str]:
            items = [one for one in brought(job.parsed(path, text)) if one.module and not one.types]
            return {target for one in items for target in job.leads(one.module, path)} - {path}

        def before(path: str) -> set[str]:
            return loaded(path, job.read(path))

        def after(path: str) -> set[str]:
            text = texts.get(path)
            return loaded(path, job.read(path) if text is None else text)

        if circle := new_circle(cache(before), cache(after), texts):
            told = " -> ".join(circle)
            if self._early:
                raise ValueError(
                    f"the files would import each other, {told}, and {self._early}: move what it needs first"
                )
            job.notes.append(
                f"files import each other then: {told}; what they take from each other is used in functions only"
            )


def _without_default(text: bytes, item: Brought) -> bytes:
    """Return a text without a default import: its statement, or the part of it."""
    after = item.node.next_sibling
    if after is not None and after.type == ",":
        following = after.next_sibling
        end = following.start_byte if following is not None else after.end_byte
        return spliced(text, [(item.node.start_byte, end, "")])
    return spliced(text, [without(text, item)])


def _key(one: Brought) -> tuple[str, str, str, bool]:
    return one.local, one.module, one.name, one.passed
