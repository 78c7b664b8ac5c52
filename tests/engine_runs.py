"""Runs for tests of the engine: a real repository, sandbox, SDK and HTTP server; only what the model says is scripted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from messages_server import Answer, Json, MessagesServer, text
from small_repository import make_small_repository

from rlm_tui.engine.memo import Memo
from rlm_tui.engine.run import Engine, Models
from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.retries import Patience
from rlm_tui.records.events import Bounds
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repl.protocol import Limits
from rlm_tui.repository.repository import Repository

KEY = "sk-ant-secret-0123456789abcdef"
ROOT, SUB = "claude-sonnet-5", "claude-haiku-5"


@dataclass
class Script:
    """What the models say: `root` turn by turn; `agents` by the first line of their task; `query` by its prompt."""

    root: Sequence[Answer] = ()
    agents: dict[str, Sequence[Answer]] = field(default_factory=dict)
    query: Callable[[str], Answer] = lambda prompt: text("an answer")
    question: str = "where is the retry policy?"
    _turns: dict[str, int] = field(default_factory=dict)

    def __call__(self, body: Json) -> Answer:
        first = said(body)
        if not first.startswith("# Task\n"):
            return self.query(first)
        task = first.splitlines()[1]
        answers = self.root if task == self.question.splitlines()[0] else self.agents[task]
        turn = self._turns.get(task, 0)
        self._turns[task] = turn + 1
        return answers[min(turn, len(answers) - 1)]


@dataclass
class Bench:
    """An engine and what stands around it."""

    engine: Engine
    server: MessagesServer
    repository: Repository
    runs: RunStore


@asynccontextmanager
async def bench(
    folder: Path,
    script: Callable[[Json], Answer],
    *,
    bounds: Bounds | None = None,
    slots: int = 8,
    limits: Limits | None = None,
    memo: Memo | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[Bench]:
    """Open everything on a small repository in `folder`."""
    repository = Repository.open(make_small_repository(folder / "shop"), folder / "cache")
    repository.scan()
    sandbox = await open_sandbox()
    try:
        async with MessagesServer(script) as server:
            patience = patience or Patience(retries=2)
            endpoint = Endpoint(api_key=KEY, base_url=server.url, patience=patience)
            models = Models(endpoint.model(ROOT), endpoint.model(SUB))
            runs = RunStore(folder / "runs")
            engine = Engine(repository, sandbox, models, runs, bounds or Bounds(), slots, limits, memo)
            try:
                yield Bench(engine, server, repository, runs)
            finally:
                await engine.close()
    finally:
        await sandbox.close()
        repository.close()


def said(body: Json, turn: int = 0) -> str:
    """Return the text of a message of a request."""
    content = body["messages"][turn]["content"]
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", block.get("content", "")) for block in content)
