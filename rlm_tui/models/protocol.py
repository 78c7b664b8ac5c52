"""What the engine asks of a model, and what a model says back while it answers.

A model is stateless: every request carries the whole conversation. Its one tool is the cell.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Text:
    """Text that the model or the engine wrote."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A thinking block, kept to be sent back unchanged; `raw` is the block as the endpoint sent it."""

    text: str
    raw: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that the model wrote. `id` ties the output to it; `invalid` says why the call was not a cell, "" if it was."""

    id: str
    code: str
    invalid: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """What the cell `id` printed, as the model will read it."""

    id: str
    text: str
    failed: bool = False


Block = Text | Thinking | Cell | Output


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation. Cells stand in assistant turns, outputs in the user turns that follow them."""

    role: Literal["user", "assistant"]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One completion. `cells` offers the cell tool; without it the reply is text only (a query, a synthesis)."""

    system: str
    messages: tuple[Message, ...]
    cells: bool
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more completions. `input` excludes what was read from or written to the prompt cache."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Return the sums, field by field."""
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
        )

    @property
    def total(self) -> int:
        """All tokens that passed, cached or not."""
        return self.input + self.output + self.cache_read + self.cache_write


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the reply as it streams: text, thinking, or the code of the cell."""

    channel: Literal["text", "thinking", "code"]
    text: str


@dataclass(frozen=True, slots=True)
class Retry:
    """The wire failed and the request is sent again after `seconds`. What streamed before this is void."""

    attempt: int
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What the endpoint has counted so far, lost attempts included: what is owed if the stream is left now."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole reply; always the last thing a stream yields. `stop` is the endpoint's stop reason."""

    blocks: tuple[Block, ...]
    usage: Usage = field(default_factory=Usage)
    stop: str = "end_turn"

    @property
    def text(self) -> str:
        """The text blocks, joined."""
        return "\n".join(block.text for block in self.blocks if isinstance(block, Text))

    @property
    def cell(self) -> Cell | None:
        """The cell of this turn, if it has one."""
        return next((block for block in self.blocks if isinstance(block, Cell)), None)


StreamItem = Delta | Retry | Counted | Reply


class Model(Protocol):
    """Something that answers requests: a language model behind an endpoint, or the navigator."""

    @property
    def name(self) -> str:
        """The model's name as shown and recorded: `claude-sonnet-5-5`, `navigator`."""
        ...

    @property
    def is_language_model(self) -> bool:
        """False for the navigator only."""
        ...

    @property
    def window(self) -> int:
        """The tokens that a request and its reply may have together."""
        ...

    def stream(self, request: Request) -> AsyncIterator[StreamItem]:
        """Answer `request`; the last item is a `Reply`. Raises `ModelError` when no reply can be had."""
        ...

    def price(self, usage: Usage) -> float | None:
        """Return the price of `usage` in US dollars, or None where the price table does not know the model."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Keys and tokens in use, which must be in no record even where an endpoint echoes them."""
        ...

    async def close(self) -> None:
        """Give back connections. Idempotent."""
        ...


class ModelError(Exception):
    """A completion could not be had. `kind` decides the exit code; the message says what happened and what to do.

    `usage` is what the attempts have cost all the same.
    """

    def __init__(
        self, message: str, kind: Literal["access", "network", "limit", "reply"], usage: Usage | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.usage = usage or Usage()
