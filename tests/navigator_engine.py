"""The engine with the navigator as its model, over a real repository, index and sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from small_repository import make_small_repository

from rlm_tui.engine.run import Engine, Models
from rlm_tui.models.navigator.model import Navigator
from rlm_tui.records.events import Bounds
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repository.repository import Repository


@asynccontextmanager
async def engine_on(folder: Path, *, root: Path | None = None) -> AsyncIterator[Engine]:
    """Open the repository at `root`, by default the small one, with its index and runs in `folder`."""
    repository = Repository.open(root or make_small_repository(folder / "shop"), folder / "cache")
    repository.scan()
    sandbox = await open_sandbox()
    engine = Engine(repository, sandbox, Models(Navigator(), Navigator()), RunStore(folder / "runs"), Bounds())
    try:
        yield engine
    finally:
        await engine.close()
        await sandbox.close()
        repository.close()
