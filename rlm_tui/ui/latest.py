"""One thread for work that is soon out of date: of what waits, only the newest is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Latest:
    """Runs blocking work beside the screen, one piece at a time, so that slow pieces never pile up."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "rlm-tui-look-up")
        self._waiting: Future[object] | None = None

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns. Raises as it does, and `asyncio.CancelledError` when newer work took its turn."""
        if self._waiting is not None:
            self._waiting.cancel()
        future = self._thread.submit(work)
        self._waiting = future  # type: ignore[assignment]  # only ever cancelled
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Begin nothing more; what runs ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)
