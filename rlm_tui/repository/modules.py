"""Finds the modules of a repository: the folders into which its sources fall, neither hundreds of them nor one.

A folder is opened (its own files stay its module, each folder below becomes one) as long as it is the largest, so that a
package, a crate or a service stands for itself, and a monorepo still has a map that can be read.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ROOT = "(root)"
"""The module of the files that stand in no other: those at the top, and in folders without sources."""
ROOT_FOLDER = "./"
"""Its path: with the slash, because "." means the whole repository."""
MOST = 100
"""So many lines can still be read as a map."""
_SMALL = 200_000
"""A folder with less source, in bytes (four make a token), is not opened: one prompt holds it."""
_PLACES = frozenset(("src", "lib", "source", "sources", "java", "kotlin", "scala", "main"))
"""Names that say where sources stand, not what they are."""


@dataclass(slots=True)
class _Folder:
    path: str
    own: int = 0
    total: int = 0
    below: dict[str, _Folder] = field(default_factory=dict)


def layout(sources: Iterable[tuple[str, int]]) -> dict[str, str]:
    """Return the modules, name by path of the folder, for source files given as (path, size in bytes)."""
    root = _tree(sources)
    chosen: set[str] = {""}
    heap = [(-root.total, "", root)]
    while heap:
        _, _, folder = heapq.heappop(heap)
        if folder.total < _SMALL and folder is not root:
            continue
        below = [_innermost(child) for child in folder.below.values()]
        if len(chosen) + len(below) > MOST and folder is not root:
            continue
        if not folder.own:
            chosen.discard(folder.path)
        for child in below:
            chosen.add(child.path)
            heapq.heappush(heap, (-child.total, child.path, child))
    chosen.add("")
    return _names(chosen)


def module_of(path: str, modules: Mapping[str, str]) -> str:
    """Return the name of the module that the file at `path` belongs to: that of the nearest folder above it."""
    folder = path.rpartition("/")[0]
    while folder and folder not in modules:
        folder = folder.rpartition("/")[0]
    return modules.get(folder, ROOT)


def _tree(sources: Iterable[tuple[str, int]]) -> _Folder:
    root = _Folder("")
    files: dict[str, list[int]] = defaultdict(list)
    for path, size in sources:
        files[path.rpartition("/")[0]].append(size)
    for path, sizes in files.items():
        folder, size = root, sum(sizes)
        folder.total += size
        for part in path.split("/") if path else ():
            if part not in folder.below:
                folder.below[part] = _Folder(f"{folder.path}/{part}".lstrip("/"))
            folder = folder.below[part]
            folder.total += size
        folder.own += len(sizes)
    return root


def _innermost(folder: _Folder) -> _Folder:
    while not folder.own and len(folder.below) == 1:
        folder = next(iter(folder.below.values()))
    return folder


def _names(folders: Iterable[str]) -> dict[str, str]:
    """Return for each folder the shortest ending of its path, of two parts or more, that no other has; `src` is left out."""
    endings: dict[str, list[str]] = {}
    for folder in folders:
        parts = [part for part in folder.split("/") if part.lower() not in _PLACES] or folder.split("/")
        endings[folder] = ["/".join(parts[-length:]) for length in range(min(2, len(parts)), len(parts) + 1)] + [folder]
    claims = Counter(ending for found in endings.values() for ending in set(found))
    names = {
        folder: next((ending for ending in endings[folder] if claims[ending] == 1), folder)
        for folder in sorted(endings)
        if folder
    }
    return {ROOT_FOLDER: ROOT, **names}
