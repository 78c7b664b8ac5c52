"""Reads a request's messages: the task, the facts the engine gave with it, and the steps made so far."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rlm_tui.models.protocol import Cell, Output, Request, Text

_TURNS = re.compile(
    r"\b(\d{1,3})\s+(?:more\s+)?turns?\s+(?:are\s+|is\s+)?left|turns? left\W{1,3}(\d{1,3})", re.IGNORECASE
)
_NEXT = re.compile(r"^# (?:Scope|Repository)$", re.MULTILINE)
_SUB_AGENTS = "rlm_query_batched("
_HANDED = "\n# Handed in: `context`"
_EARLIER = re.compile(r"^# Asked before: .*\nThe last question: (.*)$", re.MULTILINE)
_MODE = re.compile(r"^# Mode: (\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """A cell of this call and what it printed."""

    code: str
    output: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one call knows: its task, whether it may start sub-agents, its steps, the turns left (None: not told), its mode.

    `earlier` is the question that was asked before this one, "" where it is the first.
    """

    task: str
    first: str
    delegates: bool
    steps: tuple[Step, ...]
    turns_left: int | None
    mode: str = "ask"
    earlier: str = ""

    @property
    def has_context(self) -> bool:
        """Whether something was handed in: the variable `context` holds it."""
        return _HANDED in self.first


def read_conversation(request: Request) -> Conversation:
    """Return what the messages of `request` hold. Sub-agents are offered where the system prompt lists their function."""
    messages = request.messages
    first = "\n".join(block.text for block in messages[0].blocks if isinstance(block, Text)) if messages else ""
    cells: dict[str, str] = {}
    steps: list[Step] = []
    notes = [first]
    for message in messages:
        for block in message.blocks:
            if isinstance(block, Cell):
                cells[block.id] = block.code
            elif isinstance(block, Output):
                steps.append(Step(cells.get(block.id, ""), block.text, block.failed))
            elif isinstance(block, Text) and message.role == "user":
                notes.append(block.text)
    turns = [int(match[1] or match[2]) for note in notes[-2:] for match in _TURNS.finditer(note)]
    return Conversation(
        task=_task(first),
        first=first,
        delegates=_SUB_AGENTS in request.system,
        steps=tuple(steps),
        turns_left=turns[-1] if turns else None,
        mode=mode[1] if (mode := _MODE.search(request.system)) else "ask",
        earlier=earlier[1] if (earlier := _EARLIER.search(first)) else "",
    )


def _task(first: str) -> str:
    """Return the text under the heading of the task, or all of a message that has none."""
    _, heading, rest = first.partition("# Task\n")
    return (_NEXT.split(rest, maxsplit=1)[0] if heading else first).strip()
