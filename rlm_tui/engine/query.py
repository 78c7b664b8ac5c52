"""Calls of one completion: a query, and a question that is answered directly from the sources."""

from __future__ import annotations

import asyncio

from rlm_tui.engine.ledger import QUERY_OUTPUT, TURN_OUTPUT
from rlm_tui.engine.node import Node
from rlm_tui.engine.prompts import DIRECT, QUERY, Facts, direct_message
from rlm_tui.engine.seen import Seen
from rlm_tui.engine.turn import turn
from rlm_tui.engine.work import Outcome
from rlm_tui.models.protocol import Message, Text
from rlm_tui.repository.repository import Repository

_UNREADABLE = ("binary", "large", "unreadable")


async def query(node: Node) -> Outcome:
    """Answer the node's task in one completion that sees nothing else."""
    return await _complete(node, QUERY, node.task, QUERY_OUTPUT)


async def direct(node: Node, facts: Facts) -> Outcome:
    """Answer the run's question in one completion that sees all sources of the scope."""
    sources = await asyncio.to_thread(_sources, node.repository, node.work.seen)
    node.looked = True
    question = node.work.question
    message = direct_message(
        node.task,
        facts,
        sources,
        context=question.context,
        history=question.history,
        guidance=node.work.guidance,
    )
    return await _complete(node, DIRECT, message, TURN_OUTPUT)


async def _complete(node: Node, system: str, message: str, output: int) -> Outcome:
    async with node.work.slots.turns:
        if reason := node.stopped:  # while it waited
            return Outcome("cancelled", "", reason)
        node.prompted(system, message)
        reply = await turn(node, system, [Message("user", (Text(message),))], cells=False, output=output)
    text = reply.text.strip()
    if not text:
        return Outcome("failed", "", f"the model's answer was empty (stop reason: {reply.stop})")
    if reply.stop == "max_tokens":
        return Outcome("partial", text, "cut off at the length limit")
    return Outcome("done", text)


def _sources(repository: Repository, seen: Seen) -> str:
    parts: list[str] = []
    for file in repository.files():
        if file.status in _UNREADABLE:
            parts.append(f"## {file.path}\n({file.status}: not shown)")
            continue
        try:
            piece = repository.slice(file.path)
        except (LookupError, ValueError, OSError) as error:  # deleted meanwhile, or a secret (PermissionError)
            parts.append(f"## {file.path}\n(not shown: {error})")
            continue
        seen.note([file.path])
        seen.keep(piece)
        lines = piece.text.splitlines()
        parts.append(
            f"## {file.path}\n" + "\n".join(f"{number:4}  {line}" for number, line in enumerate(lines, piece.start))
        )
    return "\n\n".join(parts)
