"""Reads a request's messages: the task, the facts the engine gave with it, and the steps made so far."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_tui.models.protocol import Cell, Message, Output, Text

_ROUTE = re.compile(r"\broute\b\W{0,4}(direct|repl|rlm)\b", re.IGNORECASE)
_TURNS = re.compile(
    r"\b(\d{1,3})\s+(?:more\s+)?turns?\s+(?:are\s+|is\s+)?left|turns? left\W{1,3}(\d{1,3})", re.IGNORECASE
)
_HEADING = re.compile(r"^# .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """A cell of this call and what it printed."""

    code: str
    output: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one call knows: its task, whether sub-agents were offered, its steps, and the turns left (None: not told)."""

    task: str
    first: str
    delegates: bool
    steps: tuple[Step, ...]
    turns_left: int | None


def read_conversation(messages: Sequence[Message]) -> Conversation:
    """Return what `messages` hold; a conversation without a task has an empty one."""
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
    route = _ROUTE.search(_without_task(first))
    turns = [int(match[1] or match[2]) for note in notes[-2:] for match in _TURNS.finditer(note)]
    return Conversation(
        task=_task(first),
        first=first,
        delegates=bool(route and route[1].lower() == "rlm"),
        steps=tuple(steps),
        turns_left=turns[-1] if turns else None,
    )


def _task(first: str) -> str:
    """Return the text under the first heading, up to the next one."""
    headings = list(_HEADING.finditer(first))
    if not headings or first[: headings[0].start()].strip():
        return first.strip()
    end = headings[1].start() if len(headings) > 1 else len(first)
    return first[headings[0].end() : end].strip()


def _without_task(first: str) -> str:
    return first.replace(_task(first), "", 1)
