"""What a language brings: one file in `indexers/` makes one `Indexer`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from rlm_tui.plugins import PluginError, discover
from rlm_tui.repository.facts import FileFacts


@dataclass(frozen=True, slots=True)
class Indexer:
    """A language: which files are its own, how one is parsed, and where its imports lead.

    `parse(path, source)` returns the facts of one file and never raises for what the file holds. `resolve(module, importer,
    files)` returns the paths, among `files` (all paths of the repository), that an import written `module` in the file
    `importer` means; () for an outside name. `family` groups languages whose names may meet (c and cpp; javascript and
    typescript): names never resolve across families.
    """

    name: str
    suffixes: tuple[str, ...]
    family: str
    parse: Callable[[str, bytes], FileFacts]
    resolve: Callable[[str, str, Sequence[str]], tuple[str, ...]]
    filenames: tuple[str, ...] = ()


@cache
def indexers() -> dict[str, Indexer]:
    """Return every indexer, by suffix (`.py`) and by whole file name (`Makefile`). Raises `PluginError` on a clash."""
    found: dict[str, Indexer] = {}
    for indexer in discover("rlm_tui.indexers", Indexer):
        for key in (*indexer.suffixes, *indexer.filenames):
            if key in found:
                raise PluginError(f"{indexer.name} and {found[key].name} both claim {key} files: remove one plug-in")
            found[key] = indexer
    return found
