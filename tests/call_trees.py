"""Random trees of calls: what every agent's cells ask for, how every call ends, and the model that plays it.

A tree is drawn by hypothesis and played by `Play`, which is a script for the server: it goes by the conversation alone, so that a
resumed run is told the same. What the tree must come to is known beforehand: `Play.expected`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

from engine_runs import said
from hypothesis import strategies as st
from messages_server import Answer, Json, cell, error, text

Ending = Literal["text", "typed", "repaired", "misfit", "refused"]
"""How an agent ends: with text, with JSON that fits, at the second try, never, or at its first turn by an error of the model."""

QUESTION = "Who calls whom?"
CLOSING = "closed early"
_SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
_SHOULD: dict[Ending, str] = {
    "text": "done",
    "typed": "done",
    "repaired": "done",
    "misfit": "failed",
    "refused": "failed",
}


@dataclass(frozen=True)
class CellPlan:
    """A cell: it looks, asks queries (False: one that the model refuses) and agents at once, prints, and may raise."""

    looks: bool
    queries: tuple[bool, ...]
    agents: tuple[AgentPlan, ...]
    raises: bool


@dataclass(frozen=True)
class AgentPlan:
    """An agent: its cells, and its ending."""

    cells: tuple[CellPlan, ...]
    ending: Ending = "text"


def trees(depth: int = 3) -> st.SearchStrategy[AgentPlan]:
    """Draw a root with agents up to `depth` below it."""
    return st.builds(AgentPlan, st.lists(_cells(depth), min_size=1, max_size=2).map(tuple))


def _agents(depth: int) -> st.SearchStrategy[AgentPlan]:
    endings = st.sampled_from(("text", "text", "text", "typed", "repaired", "misfit", "refused"))
    return st.builds(AgentPlan, st.lists(_cells(depth), max_size=2).map(tuple), endings)


def _cells(depth: int) -> st.SearchStrategy[CellPlan]:
    below = st.lists(_agents(depth - 1), max_size=depth).map(tuple) if depth else st.just(())
    queries = st.lists(st.sampled_from((True, True, True, False)), max_size=4).map(tuple)
    return st.builds(CellPlan, st.booleans(), queries, below, st.sampled_from((False, False, True)))


class Play:
    """What the models say in a tree, and what that comes to. `sent` adds up the tokens that the server has told."""

    def __init__(self, root: AgentPlan) -> None:
        self.expected: dict[str, str] = {}
        """The phase that each call, by its task, ends in where nobody interferes."""
        self.sent: Counter[str] = Counter()
        self._cells: dict[str, list[str]] = {}
        self._endings: dict[str, Ending] = {}
        self._plan(QUESTION, root)

    def _plan(self, task: str, agent: AgentPlan) -> None:
        self.expected[task] = _SHOULD[agent.ending]
        self._endings[task] = agent.ending
        self._cells[task] = []
        if agent.ending == "refused":
            return
        for number, one in enumerate(agent.cells):
            name = "root" if task == QUESTION else task
            prompts = [f"{name} query {number}.{i} {'ok' if fine else 'no'}" for i, fine in enumerate(one.queries)]
            self.expected.update(
                (prompt, "done" if fine else "failed") for prompt, fine in zip(prompts, one.queries, strict=True)
            )
            slots = []
            for i, below in enumerate(one.agents):
                slots.append(
                    {"task": f"{name} agent {number}.{i}", "schema": None if below.ending == "text" else _SCHEMA}
                )
                self._plan(str(slots[-1]["task"]), below)
            lines = ["grep('retry')"] if one.looks else []
            lines += [f"a = llm_query_batched({prompts!r})", "print(a)"] if prompts else []
            lines += [f"b = rlm_query_batched({slots!r})", "print(b)"] if slots else []
            self._cells[task].append("\n".join([*lines, "raise ValueError('so it goes')" if one.raises else "1"]))

    def __call__(self, body: Json) -> Answer:
        """Answer a request."""
        first, turn = said(body), sum(message["role"] == "assistant" for message in body["messages"])
        agent = first.startswith("# Task\n")
        task = first.splitlines()[1] if agent else first
        answer = self._turn(task, turn, body) if agent else self._query(task)
        if answer.status != 200:
            return answer
        dice = crc32(f"{task} {turn}".encode())
        read, cached, written = (1_500, 500, 200) if agent else (100, 0, 0)
        output = min(body["max_tokens"], 1 + dice % 3_000)
        self.sent += Counter(input=read + dice % 50, output=output, cache_read=cached, cache_write=written)
        return answer.usage(read + dice % 50, output, cached, written)

    def _query(self, prompt: str) -> Answer:
        return error(400, "invalid_request_error", "no") if prompt.endswith("no") else text("yes")

    def _turn(self, task: str, turn: int, body: Json) -> Answer:
        ending, cells = self._endings[task], self._cells[task]
        if ending == "refused":
            return error(400, "invalid_request_error", "not you")
        if "This is your last turn" in said(body, -1):
            return text(CLOSING)
        if turn < len(cells):
            return cell(cells[turn])
        told = "A program reads your answer" in said(body, -1)
        fits = ending == "typed" or (ending == "repaired" and told)
        return text('{"n": 1}' if fits else f"{task}: so it is")
