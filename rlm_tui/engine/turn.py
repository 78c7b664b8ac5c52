"""One completion: reserved, streamed into events, settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from rlm_tui.engine.journal import Joiner
from rlm_tui.engine.ledger import CHARACTERS, Cost
from rlm_tui.engine.node import Node
from rlm_tui.engine.past import turn_again
from rlm_tui.models.protocol import (
    Block,
    Cell,
    Counted,
    Delta,
    Message,
    Model,
    ModelError,
    Output,
    Reply,
    Request,
    Retry,
    Text,
    Thinking,
    Usage,
)
from rlm_tui.records.events import Retrying, StepStarted, Tokens, TurnEnded
from rlm_tui.records.tree import Step


def tokens_of(system: str, messages: Sequence[Message]) -> int:
    """Return how many input tokens a request has at most, by its characters."""
    return (len(system) + sum(_length(block) for message in messages for block in message.blocks)) // CHARACTERS + 200


def _length(block: Block) -> int:
    match block:
        case Text() | Output():
            return len(block.text)
        case Thinking():
            return len(block.raw)
        case Cell():
            return len(block.code)


async def turn(
    node: Node, system: str, messages: Sequence[Message], *, cells: bool, output: int, closing: bool = False
) -> Reply:
    """Ask the call's model for its next turn, as a step of `node`. The caller holds a turn slot.

    Raises `BudgetSpent` before anything starts, `ModelError` when no reply can be had.
    """
    ledger, journal, model = node.work.ledger, node.work.journal, node.model
    if cells and (again := turn_again(node.past, node.step + 1)) is not None:
        return _repeated(node, *again)
    reservation = await ledger.reserve(
        tokens_of(system, messages), output, lambda read, written: model.price(Usage(read, written)), closing=closing
    )
    node.step += 1
    ids = (node.id, node.parent_id)
    journal.emit(StepStarted(**journal.stamp(*ids), step=node.step))
    heard = _Heard(Joiner(journal, *ids, node.step))
    spent = Tokens()
    try:
        reply = await _stream(node, Request(system, tuple(messages), cells, reservation.output), heard)
        spent = _tokens(model, reply.usage)
    except ModelError as error:
        spent = _tokens(model, error.usage)
        journal.emit(_ended(node, Reply((), stop=f"{error.kind} error"), spent))
        raise
    except asyncio.CancelledError:
        spent = _tokens(model, heard.usage)
        journal.emit(_ended(node, heard.reply(), spent))
        raise
    finally:
        ledger.settle(reservation, Cost(spent.total, spent.dollars))
    journal.emit(_ended(node, reply, spent))
    return reply


def _repeated(node: Node, step: Step, reply: Reply) -> Reply:
    """Take a turn of an unfinished run again: it was paid for then."""
    journal = node.work.journal
    node.step += 1
    node.work.ledger.book(Cost(step.tokens.total, step.tokens.dollars))
    journal.emit(StepStarted(**journal.stamp(node.id, node.parent_id), step=node.step))
    journal.emit(_ended(node, reply, step.tokens))
    return reply


@dataclass(slots=True)
class _Heard:
    """What has come of a turn so far, for one that is left before its end."""

    joiner: Joiner
    counted: Usage = field(default_factory=Usage)
    characters: int = 0
    text: list[str] = field(default_factory=list)
    coded: bool = False

    def hear(self, delta: Delta) -> None:
        """Take a piece in."""
        self.joiner.add(delta.channel, delta.text)
        self.characters += len(delta.text)
        self.coded = self.coded or delta.channel == "code"
        if delta.channel == "text":
            self.text.append(delta.text)

    def restart(self) -> None:
        """Void what was streamed; it is counted all the same."""
        self.joiner.restart()
        self.text.clear()
        self.characters, self.coded = 0, False

    def count(self, usage: Usage) -> None:
        """Take in what the endpoint has counted: the input as the turn begins, the output at its end."""
        if usage.output > self.counted.output:
            self.characters = 0
        self.counted = usage

    @property
    def usage(self) -> Usage:
        """What is owed: what was counted, and an estimate of what came since."""
        return replace(self.counted, output=self.counted.output + self.characters // CHARACTERS)

    def reply(self) -> Reply:
        """Return the turn as a cancelled one: a text that was on its way to be the answer, or nothing."""
        text = "" if self.coded else "".join(self.text)
        return Reply((Text(text),) if text else (), stop="cancelled")


async def _stream(node: Node, request: Request, heard: _Heard) -> Reply:
    journal = node.work.journal
    stream = node.model.stream(request)
    reply: Reply | None = None
    try:
        async for item in stream:
            match item:
                case Delta():
                    heard.hear(item)
                case Retry():
                    heard.restart()
                    stamp = journal.stamp(node.id, node.parent_id)
                    journal.emit(
                        Retrying(
                            **stamp, step=node.step, attempt=item.attempt, seconds=item.seconds, reason=item.reason
                        )
                    )
                case Counted():
                    heard.count(item.usage)
                case Reply():
                    reply = item
    finally:
        heard.joiner.flush()
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
    if reply is None:
        raise ModelError(f"{node.model.name} ended its stream without a reply: ask again", "reply")
    return reply


def _tokens(model: Model, usage: Usage) -> Tokens:
    return Tokens(
        input=usage.input,
        output=usage.output,
        cache_read=usage.cache_read,
        cache_write=usage.cache_write,
        dollars=model.price(usage),
    )


def _ended(node: Node, reply: Reply, spent: Tokens) -> TurnEnded:
    cell = reply.cell
    return TurnEnded(
        **node.work.journal.stamp(node.id, node.parent_id),
        step=node.step,
        text=reply.text,
        thinking="\n".join(block.text for block in reply.blocks if isinstance(block, Thinking)),
        code=cell.code if cell is not None else "",
        stop=reply.stop,
        tokens=spent,
        thoughts=tuple(block.raw for block in reply.blocks if isinstance(block, Thinking)),
    )
