"""One completion: reserved, streamed into events, settled."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from rlm_tui.engine.journal import Joiner
from rlm_tui.engine.ledger import CHARACTERS, Cost
from rlm_tui.engine.node import Node
from rlm_tui.engine.past import turn_again
from rlm_tui.models.protocol import (
    Block,
    Cell,
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
    joiner = Joiner(journal, *ids, node.step)
    spent = Tokens()
    try:
        reply = await _stream(node, Request(system, tuple(messages), cells, reservation.output), joiner)
        spent = _tokens(model, reply.usage)
    except ModelError as error:
        spent = _tokens(model, error.usage)
        journal.emit(_ended(node, Reply((), stop=f"{error.kind} error"), spent))
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


async def _stream(node: Node, request: Request, joiner: Joiner) -> Reply:
    journal = node.work.journal
    stream = node.model.stream(request)
    reply: Reply | None = None
    try:
        async for item in stream:
            match item:
                case Delta():
                    joiner.add(item.channel, item.text)
                case Retry():
                    joiner.restart()
                    stamp = journal.stamp(node.id, node.parent_id)
                    journal.emit(
                        Retrying(
                            **stamp, step=node.step, attempt=item.attempt, seconds=item.seconds, reason=item.reason
                        )
                    )
                case Reply():
                    reply = item
    finally:
        joiner.flush()
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
