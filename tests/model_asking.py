"""Asks models over the wire, as the engine does; shared by the tests of the models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from messages_server import MessagesServer

from rlm_tui.models.anthropic import AnthropicModel, Endpoint
from rlm_tui.models.endpoint import Cells
from rlm_tui.models.protocol import Cell, Delta, Message, Output, Reply, Request, Retry, StreamItem, Text
from rlm_tui.models.retries import Patience

KEY = "sk-test-0123456789abcdef"
MODEL = "claude-sonnet-5-5"
HASTY = Patience(first=0.001, longest=0.004, silence=2.0)
"""Waits that a test can afford."""


@dataclass(frozen=True)
class Asked:
    """All that one stream yielded."""

    items: list[StreamItem]

    @property
    def reply(self) -> Reply:
        last = self.items[-1]
        assert isinstance(last, Reply)
        return last

    @property
    def retries(self) -> list[Retry]:
        return [item for item in self.items if isinstance(item, Retry)]

    def streamed(self, channel: str) -> str:
        """The deltas of a channel since the last retry, joined."""
        start = max((at + 1 for at, item in enumerate(self.items) if isinstance(item, Retry)), default=0)
        return "".join(item.text for item in self.items[start:] if isinstance(item, Delta) and item.channel == channel)


def endpoint(server: MessagesServer, *, cells: Cells = "auto", patience: Patience = HASTY, key: str = KEY) -> Endpoint:
    """An endpoint that asks the scripted server."""
    return Endpoint(key, base_url=server.url, cells=cells, patience=patience)


def user(text: str) -> Message:
    """A user's turn."""
    return Message("user", (Text(text),))


def step(number: int, code: str = "1 + 1", output: str = "2") -> tuple[Message, Message]:
    """An earlier step of an agent: a cell and its output."""
    call = f"toolu_{number}"
    return Message("assistant", (Text("Next."), Cell(call, code))), Message("user", (Output(call, output),))


def agent(*messages: Message, system: str = "You answer questions about a repository.") -> Request:
    """A request that offers cells."""
    return Request(system, messages or (user("# Task\nWhere is it?"),), cells=True, max_tokens=1024)


def query(text: str = "What is this?") -> Request:
    """A request for text only."""
    return Request("You answer briefly.", (user(text),), cells=False, max_tokens=256)


async def ask(model: AnthropicModel, request: Request | None = None) -> Asked:
    """Stream one completion to its end."""
    return Asked([item async for item in model.stream(request or agent())])


async def asked_once(server: MessagesServer, request: Request | None = None, *, cells: Cells = "auto") -> Asked:
    """Ask the server's one model, and close."""
    place = endpoint(server, cells=cells)
    try:
        return await ask(place.model(MODEL), request)
    finally:
        await place.close()


def kinds(blocks: Sequence[object]) -> list[str]:
    """The names of the blocks' types."""
    return [type(block).__name__ for block in blocks]
