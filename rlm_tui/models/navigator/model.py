"""The navigator as a model like any other: it reads a request, and streams a cell or the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from rlm_tui.models.navigator.conversation import read_conversation
from rlm_tui.models.navigator.planner import next_turn, pieces
from rlm_tui.models.protocol import Block, Cell, Delta, Reply, Request, StreamItem, Text, Usage

_PAUSE = 0.003
_LONGEST = 0.03
"""Seconds that streaming an answer may add: enough to see it flow, too little to wait for."""


class Navigator:
    """A deterministic planner behind the model protocol. It keeps nothing between requests and costs nothing."""

    @property
    def name(self) -> str:
        """The name as shown and recorded."""
        return "navigator"

    @property
    def is_language_model(self) -> bool:
        """False: it is always named for what it is."""
        return False

    @property
    def window(self) -> int:
        """It reads anything, and is never sent a whole repository."""
        return 1_000_000_000

    @property
    def secrets(self) -> tuple[str, ...]:
        """None: it asks nobody."""
        return ()

    async def stream(self, request: Request) -> AsyncIterator[StreamItem]:
        """Answer `request` from its messages alone; the system prompt only tells whether there are sub-agents."""
        conversation = read_conversation(request)
        turn = next_turn(conversation, cells=request.cells)
        blocks: list[Block] = [Text(turn.text)] if turn.text else []
        pause = 0.0 if turn.code else _PAUSE
        waited = 0.0
        for piece in pieces(turn.text):
            yield Delta("text", piece)
            if pause and waited < _LONGEST:
                waited += pause
                await asyncio.sleep(pause)
        if turn.code:
            for line in turn.code.splitlines(keepends=True):
                yield Delta("code", line)
            blocks.append(Cell(f"navigator-{len(conversation.steps) + 1}", turn.code))
        yield Reply(tuple(blocks), Usage(), "tool_use" if turn.code else "end_turn")

    def price(self, usage: Usage) -> float | None:
        """Return 0: nothing is bought."""
        return 0.0

    async def close(self) -> None:
        """Do nothing: there is nothing to give back."""
