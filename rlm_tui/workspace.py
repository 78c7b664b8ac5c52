"""Opens together what a question needs: the repository, the sandbox, the models, the runs folder, the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.config import NAVIGATOR, Settings
from rlm_tui.engine.memo import Memo
from rlm_tui.engine.run import Engine, Models
from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.protocol import Model, ModelError
from rlm_tui.models.retries import Patience
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repl.protocol import Sandbox
from rlm_tui.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class Workspace:
    """One repository, ready to be asked. `notices` are what the user should know before a question."""

    settings: Settings
    repository: Repository
    sandbox: Sandbox
    models: Models
    runs: RunStore
    engine: Engine
    notices: tuple[str, ...]


@asynccontextmanager
async def open_workspace(path: Path, settings: Settings) -> AsyncIterator[Workspace]:
    """Open the repository at `path` without scanning it yet, and close everything at the end.

    Raises `RepositoryError`, `SandboxError` or `ModelError` with what to do.
    """
    endpoint = endpoint_of(settings)
    models = models_of(settings, endpoint)
    # From here on, so that it goes on while the sandbox starts and the repository is listed.
    warming = asyncio.create_task(_warm(endpoint)) if models.root.is_language_model else None
    try:
        async with _opened(path, settings, endpoint, models) as workspace:
            yield workspace
    finally:
        if warming is not None:
            warming.cancel()


@asynccontextmanager
async def _opened(path: Path, settings: Settings, endpoint: Endpoint, models: Models) -> AsyncIterator[Workspace]:
    repository = await asyncio.to_thread(Repository.open, path, settings.cache_dir, settings.secrets)
    try:
        sandbox = await open_sandbox(settings.sandbox, settings.sandbox_options)
        try:
            runs = RunStore(settings.runs_dir)
            memo = Memo(settings.cache_dir / "memo") if settings.memo else None
            engine = Engine(repository, sandbox, models, runs, settings.bounds, settings.slots, memo=memo)
            engine.confirm_above = settings.confirm_above
            try:
                yield Workspace(settings, repository, sandbox, models, runs, engine, tuple(endpoint.warnings))
            finally:
                await engine.close()
        finally:
            await sandbox.close()
    finally:
        await asyncio.to_thread(repository.close)


def endpoint_of(settings: Settings, patience: Patience | None = None) -> Endpoint:
    """Return the endpoint that the settings name; nothing is opened yet."""
    return Endpoint(
        api_key=settings.api_key.get_secret_value() if settings.api_key else None,
        auth_token=settings.auth_token.get_secret_value() if settings.auth_token else None,
        base_url=settings.base_url or None,
        cells=settings.cells,
        provider=settings.provider,
        patience=patience,
    )


def models_of(settings: Settings, endpoint: Endpoint | None = None) -> Models:
    """Return the models that the settings name, at one endpoint. Raises `ModelError` where none could be asked."""
    at = endpoint or endpoint_of(settings)

    def named(name: str) -> Model:
        if name != NAVIGATOR:
            return at.model(name)
        from rlm_tui.models.navigator.model import Navigator  # 0.1 s of CPU, and a language model does without

        return Navigator()

    return Models(root=named(settings.root_model), sub=named(settings.child_model))


async def _warm(endpoint: Endpoint) -> None:
    """Import the SDK while the user types; what fails here is told when a question needs it."""
    with suppress(ModelError):
        await endpoint.warm()
