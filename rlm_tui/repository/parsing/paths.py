"""All paths of a repository, indexed for the look-ups that imports need."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload


class Paths(Sequence[str]):
    """A sequence of paths that finds some of them quickly; make one a generation of the index, and hand it to `resolve`.

    `packages` reads the package that each file declares for itself, by path, when one is asked for.
    """

    def __init__(self, paths: Sequence[str], packages: Callable[[], Mapping[str, str]] = dict) -> None:
        self._paths = paths
        self._read_packages = packages
        self._declaring: dict[str, Sequence[tuple[str, str]]] = {}

    @classmethod
    def of(cls, paths: Sequence[str]) -> Paths:
        """Return `paths` itself when it is already indexed."""
        return paths if isinstance(paths, cls) else cls(paths)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._paths[index]

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._set

    @cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self._paths)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            found[path.rpartition("/")[2]].append(path)
        return found

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            found[path.rpartition("/")[0]].append(path)
        return found

    @cached_property
    def _folders_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for folder in self._by_folder:
            found[folder.rpartition("/")[2]].append(folder)
        return found

    @cached_property
    def _packages(self) -> Mapping[str, str]:
        return self._read_packages()

    def declared(self, path: str) -> str:
        """Return the package that the file at `path` declares for itself (of a go.mod, its module), "" for none."""
        return self._packages.get(path, "")

    def declaring(self, name: str) -> Sequence[tuple[str, str]]:
        """Return what the files called `name` declare and the folders they are in, longest declarations first."""
        if name not in self._declaring:
            found = [(said, path.rpartition("/")[0]) for path in self.named(name) if (said := self.declared(path))]
            self._declaring[name] = sorted(found, key=lambda pair: -len(pair[0]))
        return self._declaring[name]

    @cached_property
    def _by_package(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path, package in self._packages.items():
            found[package].append(path)
        return found

    def packaged(self, package: str) -> Sequence[str]:
        """Return the files that declare `package` for themselves."""
        return self._by_package.get(package, ()) if package else ()

    def first(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """Return the first of `candidates` that exists, alone, or ()."""
        return next(((path,) for path in candidates if path in self._set), ())

    def named(self, name: str) -> Sequence[str]:
        """Return the paths whose last component is `name`."""
        return self._by_name.get(name, ())

    def ending(self, suffix: str) -> list[str]:
        """Return the paths that are `suffix`, or end with it after a slash."""
        tail = "/" + suffix
        return [path for path in self.named(suffix.rpartition("/")[2]) if path == suffix or path.endswith(tail)]

    def within(self, folder: str) -> Sequence[str]:
        """Return the files that stand directly in `folder` ("" is the root)."""
        return self._by_folder.get(folder, ())

    def folders_ending(self, suffix: str) -> list[str]:
        """Return the folders that are `suffix`, or end with it after a slash, and hold files themselves."""
        tail = "/" + suffix
        named = self._folders_by_name.get(suffix.rpartition("/")[2], ())
        return [folder for folder in named if folder == suffix or folder.endswith(tail)]


def nearest(candidates: Sequence[str], importer: str) -> tuple[str, ...]:
    """Return the candidate that shares the longest folder with `importer` (the shortest path on a tie), alone, or ()."""
    if len(candidates) < 2:
        return tuple(candidates)
    return (min(candidates, key=lambda path: (-len(posixpath.commonprefix([path, importer])), len(path), path)),)


def joined(folder: str, relative: str) -> str:
    """Return `relative` as seen from `folder`, normalised; "" for the root or anything outside of it."""
    path = posixpath.normpath(posixpath.join(folder, relative))
    return "" if path == "." or path.startswith("..") else path
