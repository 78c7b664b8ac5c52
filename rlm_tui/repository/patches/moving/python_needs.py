"""What definitions of a Python file need in another one, and by which imports they get it there."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass

from tree_sitter import Node

from rlm_tui.repository.patches.moving.job import Job
from rlm_tui.repository.patches.moving.pieces import Need, text_of
from rlm_tui.repository.patches.moving.python_imports import Brought, brought
from rlm_tui.repository.patches.moving.python_modules import module_of, rebased
from rlm_tui.repository.patches.moving.python_tree import (
    bound,
    global_statements,
    names_of,
    stands_for_type,
    strings_in,
)

DUNDERS = ("__name__", "__file__", "__package__", "__doc__", "__path__")
"""Names that every file has, and each another one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An import that a file gets: `types` below `if TYPE_CHECKING:`, `unused` for others to import it from there."""

    local: str
    module: str
    name: str
    types: bool = False
    unused: bool = False


class PythonNeeds:
    """What the definitions that a job moves need. Raises `ValueError` for what the target cannot have."""

    def __init__(self, job: Job, target_root: Node) -> None:
        self._job = job
        self._here = brought(job.root)
        self._level = bound(job.root)
        self._target_root = target_root
        self.copied: set[str] = set()
        """The names that the source imports and the target does now, too."""

    def wanted(self) -> list[Wanted]:
        """Return the imports that the target gets."""
        found = [item for need in _first([*self._job.needs, *self._quoted()]) for item in self._bring(need)]
        if any(one.module == "__future__" and one.name == "annotations" for one in self._here):
            found.append(Wanted("annotations", "__future__", "annotations"))
        return found

    def _quoted(self) -> list[Need]:
        """Return the names in strings that are types: in annotations, type arguments, and what `cast` and `TypeVar` are given."""
        known = {one.local for one in self._here if one.where in ("top", "types")} | self._level.keys()
        return [
            Need(name, node, deferred=True, quoted=True)
            for piece in self._job.pieces
            for node in strings_in(piece.node)
            if stands_for_type(node)
            for name in re.findall(r"(?<![\w.])\w+", text_of(node))
            if name in known
        ]

    def _bring(self, need: Need) -> list[Wanted]:
        job, name = self._job, need.name
        if name in job.moved:
            return []
        tops = [one for one in self._here if one.local == name and one.where in ("top", "types")]
        if name in self._level or (not tops and any(one.local == name and one.where == "block" for one in self._here)):
            for node in global_statements(job.root):
                if name in names_of(node):
                    raise ValueError(
                        f"{job.told()} needs `{name}`, which {job.source}:{node.start_point[0] + 1} assigns anew: an import "
                        "would only see its first value"
                    )
            wanted = [Wanted(name, module_of(job, job.source, job.target), name, need.quoted)]
        elif tops:
            wanted = [self._copied(one) for one in self._used(tops)]
            self.copied.add(name)
        else:
            wanted = self._out_of_star(name)
        return [item for item in wanted if not self._is_there(item)]

    def _used(self, tops: list[Brought]) -> list[Brought]:
        """Of the imports `import a.b` and `import a.c`, return those whose whole name stands in what moves."""
        if len(tops) < 2 or any(one.name for one in tops):
            return tops[-1:]
        moved = b"\n".join(self._job.text[piece.start : piece.end] for piece in self._job.pieces)
        return [one for one in tops if one.module.encode() in moved] or tops

    def _copied(self, one: Brought) -> Wanted:
        job = self._job
        module = rebased(job, one.module, job.target) if one.module.startswith(".") else one.module
        return Wanted(one.local, module, one.name, one.where == "types")

    def _out_of_star(self, name: str) -> list[Wanted]:
        job, view = self._job, self._job.view(self._job.source)
        stars = [one for one in self._here if one.name == "*"]
        if not stars or view is None or hasattr(builtins, name) or name in DUNDERS:
            return []
        found = [meaning.symbol for meaning in job.names.brought(view, name) if meaning.symbol]
        if not found:
            raise ValueError(
                f"{job.told()} needs `{name}`, which may come by `from {stars[0].module} import *`: name it there"
            )
        if found[0].path == job.target:
            return []
        return [Wanted(name, module_of(job, found[0].path, job.target), name)]

    def _is_there(self, item: Wanted) -> bool:
        """Tell whether the target has what is to be imported. Raises `ValueError` where it has another thing of this name."""
        job = self._job
        leads = job.leads(item.module, job.target)
        level = bound(self._target_root)
        if job.target in leads and item.name:
            if item.name in level and item.local == item.name:
                return True
            raise ValueError(
                f"{job.told()} needs `{item.local}`, which is another name for {item.name} of {job.target}"
            )
        for one in brought(self._target_root):
            if one.local != item.local or one.where == "inner":
                continue
            same = one.name == item.name and (
                one.module == item.module or (leads and job.leads(one.module, job.target) == leads)
            )
            if not same and not self._same_meaning(item.local):
                raise ValueError(
                    f"`{item.local}` is another thing in {job.target} (line {one.node.start_point[0] + 1})"
                )
            if one.where == "top" or item.types or not same:
                return True
        if item.local in level:
            raise ValueError(f"{job.target} has another `{item.local}`, which {job.told()} needs from {job.source}")
        return False

    def _same_meaning(self, name: str) -> bool:
        views = [self._job.view(path) for path in (self._job.source, self._job.target)]
        meant = [[(m.symbol, m.paths) for m in self._job.names.bare(view, name, -1)] if view else [] for view in views]
        return meant[0] == meant[1] and any(symbol or paths for symbol, paths in meant[0])


def _first(needs: list[Need]) -> list[Need]:
    found: dict[str, Need] = {}
    for need in needs:
        found.setdefault(need.name, need)
    return list(found.values())
