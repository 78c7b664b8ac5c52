"""The changes of code that can be made by the index alone: another name, another file, dead code out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rlm_tui.repository.naming import Naming
from rlm_tui.repository.opened import Opened
from rlm_tui.repository.patches.below import Below
from rlm_tui.repository.patches.moving.moves import Moves, Moving
from rlm_tui.repository.patches.patch_checks import PatchChecks
from rlm_tui.repository.patches.removing import Removal, removal
from rlm_tui.repository.patches.renaming import Renames, Renaming
from rlm_tui.repository.symbols import Hit, Remark

Refresh = Callable[[Iterable[str]], None]
"""Brings files up to date in the index."""
Everywhere = Callable[[str, int], list[Hit]]
"""Searches all files for a pattern, up to a number of lines."""


class Refactorings:
    """Makes patches for one repository; nothing is written. Blocks; thread-safe. All raise as `Repository.resolve` does, too."""

    def __init__(
        self, opened: Opened, naming: Naming, checks: PatchChecks, refresh: Refresh, everywhere: Everywhere
    ) -> None:
        self._below = Below(opened.root)
        self._renames = Renames(opened, naming, refresh, everywhere)
        self._moves = Moves(opened, naming, checks, refresh, everywhere)

    def rename(self, target: str, new: str, *, guesses: bool = False) -> Renaming:
        """Return how a definition gets another name: see `Renames.rename`."""
        return self._renames.rename(target, new, guesses=guesses)

    def move(self, targets: Sequence[str], path: str, *, keep: bool = False) -> Moving:
        """Return how definitions get into another file: see `Moves.move`."""
        return self._moves.move(targets, path, keep=keep)

    def remove(self, unused: Sequence[Remark]) -> Removal:
        """Return how those of the `unused` definitions are cut out that nothing outside can reach."""
        return removal(self._below, unused)
