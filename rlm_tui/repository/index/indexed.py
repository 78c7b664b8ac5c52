"""What the graph reads of an index, whoever answers: the store, or the index as it will be once a patch is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rlm_tui.repository.index.packing import Read
from rlm_tui.repository.symbols import Symbol


class Indexed(Protocol):
    """An index: see `Store`, which has the same methods and more."""

    @property
    def generation(self) -> tuple[int, int]:
        """A value that is another one when anything has changed."""

    def paths(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""

    def read(self, path: str, *, symbols: bool = True) -> Read | None:
        """Return the file at `path` with all that its parse gave, or without its definitions; None when it was not parsed."""

    def symbols_at(self, identity: int) -> list[Symbol]:
        """Return the definitions of the file with this id, in order."""

    def symbols_named(self, name: str) -> list[Symbol]:
        """Return the definitions whose last name is exactly `name`, by path and line."""

    def packages(self) -> Mapping[str, str]:
        """Return the package that each file declares for itself, by path; files that declare none are left out."""

    def files_mentioning(self, name: str) -> list[str]:
        """Return the paths of the files that define, use or import exactly `name`, sorted."""

    def files_importing(self, word: str) -> list[str]:
        """Return the paths of the files with an import whose module text has `word` between its separators, sorted."""
