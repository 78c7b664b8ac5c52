"""A part of a repository: which files it admits, and the modules that they fall into."""

from __future__ import annotations

from rlm_tui.repository import modules
from rlm_tui.repository.index.catalogue import Catalogue, Overview
from rlm_tui.repository.index.indexing import Indexing
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.symbols import Module


class Scope:
    """What `entries`, paths of files and folders, cover of a repository; all of it without any."""

    def __init__(self, entries: tuple[str, ...], store: Store, indexing: Indexing, catalogue: Catalogue) -> None:
        self._entries = entries
        self._store = store
        self._indexing = indexing
        self._catalogue = catalogue
        self._listed: tuple[object, Overview] | None = None

    def admits(self, path: str) -> bool:
        """Tell whether the file at `path` is in it."""
        return not self._store.excluded(path) and self.covers(path)

    def covers(self, path: str) -> bool:
        """Tell whether the file at `path` is in it, or would be if the repository did not exclude it."""
        return not self._entries or any(self._covers(entry, path) for entry in self._entries)

    def overview(self) -> Overview:
        """Return its files and modules as they are indexed now."""
        generation = self._catalogue.generation
        if self._listed is None or self._listed[0] != generation:
            self._listed = (generation, self._catalogue.overview(self.admits if self._entries else None))
        return self._listed[1]

    def module(self, target: str) -> Module | None:
        """Return the folder with files in it at this path, as a module, or the module of this name; None without any.

        A folder may be called as a module within it is: `gson` and its `gson/src/main/java`. Who writes a path means all of it.
        """
        overview = self.overview()
        path = target.removeprefix("./").rstrip("/")
        found = overview.modules.get(target) or overview.modules.get(path)
        return found if found and found.path == path else self._catalogue.folder(path, overview.files) or found

    def _covers(self, entry: str, path: str) -> bool:
        if entry == modules.ROOT_FOLDER:
            return modules.module_of(path, self._indexing.layout()) == modules.ROOT
        return path == entry or path.startswith(entry + "/")
