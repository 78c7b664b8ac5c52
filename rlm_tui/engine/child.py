"""The child that an agent's cells run in: what it is given at its start, and its end."""

from __future__ import annotations

import asyncio

from rlm_tui.engine.host import Host, functions
from rlm_tui.engine.node import Node, all_ended
from rlm_tui.engine.prompts import Facts
from rlm_tui.repl.protocol import SandboxError, Session


async def start_child(node: Node, host: Host, facts: Facts, context: str) -> Session:
    """Start a child that sees the node's scope and what was handed to it. Raises `SandboxError`."""
    work = node.work
    history = work.question.history if node.answers else ()
    return await work.sandbox.session(
        [function for function in functions(work.mode) if not function.local],
        host,
        {
            "repo": {
                "name": facts.name,
                "commit": facts.commit,
                "scope": list(facts.scope),
                "languages": dict(facts.languages),
                "tokens": facts.tokens,
            },
            "context": context,
            "history": [list(pair) for pair in history],
        },
        work.limits,
    )


async def end_child(starting: asyncio.Task[Session]) -> None:
    """End the child, also one that is still starting, and also when whoever waits for it is cancelled meanwhile."""
    if await all_ended([asyncio.create_task(_end(starting))]):
        raise asyncio.CancelledError


async def _end(starting: asyncio.Task[Session]) -> None:
    if not starting.done():
        starting.cancel()
    try:
        session = await starting
    except (asyncio.CancelledError, SandboxError):  # it never was, or has been reported by the cell that needed it
        return
    await session.close()
