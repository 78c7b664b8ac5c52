"""The repository while the screen is open: its index is brought up once and kept current, and what happens to it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rlm_tui.ui.examples import GENERAL, examples

if TYPE_CHECKING:
    from rlm_tui.repository.repository import Repository


class RepositoryWatch:
    """Remembers what was seen of a repository and told about it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._commit = ""
        self._told = 0
        self.examples: Sequence[str] = GENERAL

    @property
    def is_new(self) -> bool:
        """Whether nothing has begun to index it yet."""
        return self._repository.progress.phase == "new"

    @property
    def is_indexing(self) -> bool:
        """Whether its files are being read."""
        return self._repository.progress.phase in ("listing", "parsing")

    def has_moved(self) -> bool:
        """Tell whether another commit is checked out than when this was asked last."""
        before, self._commit = self._commit, self._repository.commit
        return self._commit != before

    def news(self) -> Sequence[str]:
        """Return the notices that have come since this was asked last."""
        notices = self._repository.notices
        before, self._told = self._told, len(notices)
        return notices[before:]

    async def follow(self, indexed: Callable[[], None]) -> None:
        """Index the repository, look for examples, and keep the index current until cancelled; `indexed` after each."""
        await asyncio.to_thread(self._repository.scan)
        indexed()
        self.examples = await asyncio.to_thread(examples, self._repository)
        indexed()
        await self._repository.watch()
