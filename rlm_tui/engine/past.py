"""What an unfinished run has left in its record, as the run that goes on with it takes it over.

A call that was done is repeated whole: its events go into the new record, and nothing is asked or paid again. An agent that was
at work takes its turns again as they are recorded, until they run out; its cells run again, because the variables they set died
with their process, but the model is told what it was told then. Everything else starts anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rlm_tui.engine.recall import Order
from rlm_tui.models.protocol import Block, Cell, Reply, Text, Thinking
from rlm_tui.records.events import CallStarted, Event, RunStarted, Streamed
from rlm_tui.records.tree import Call, Step, Tree
from rlm_tui.repl.protocol import CellResult

KEPT = ("done", "memo")
"""The phases of calls that are repeated whole."""


class NotResumable(ValueError):
    """The run cannot be gone on with; the message says why, and what can be done instead."""


class Past:
    """The record of an unfinished run. Each of its calls is taken once."""

    def __init__(self, run_id: str, events: Sequence[Event]) -> None:
        """Raises `NotResumable` for a run that is finished, or whose record does not tell what was asked."""
        tree = Tree.of(events)
        if tree.start is None:
            raise NotResumable("the record does not begin with a question: ask it again")
        if tree.end is not None and tree.end.status == "done":
            raise NotResumable(f"the run {run_id} is finished: `rlm-tui replay {run_id}` shows it")
        self.run_id = run_id
        self.start: RunStarted = tree.start
        self._tree = tree
        self._events = events
        self._taken: set[str] = set()

    @property
    def root(self) -> Call | None:
        """The call that answers the question, if it came so far."""
        return self._tree.root

    def take(self, parent: Call, step: int, order: Order, clean: Callable[[str], str]) -> Call | None:
        """Return the call that carried out this order in a step of `parent`; None when there was none, or it is taken.

        `clean` does to the order's task what was done to the recorded one.
        """
        for call_id in parent.children:
            call = self._tree.calls[call_id]
            if call_id not in self._taken and call.step == step and _carried_out(call, order, clean(order.task)):
                self._taken.add(call_id)
                return call
        return None

    def subtree(self, call: Call) -> Iterator[Event]:
        """Yield what happened in a call and below it, in order, the start of the call itself left out."""
        inside = {one.id for one in self._tree.subtree(call.id)}
        for event in self._events:
            own_start = isinstance(event, CallStarted) and event.call_id == call.id
            if event.call_id in inside and not own_start and not isinstance(event, Streamed):
                yield event


def _carried_out(call: Call, order: Order, task: str) -> bool:
    if call.kind == "agent" or not call.message:
        same = task[: len(call.task)] == call.task and (call.kind == "query" or len(task) == len(call.task))
    else:  # the event of a query holds only the beginning of its prompt; the whole is in its message
        same = task == call.message
    return same and (call.kind, call.scope, call.model) == (order.kind, order.repository.scope, order.model.name)


def turn_again(call: Call | None, number: int) -> tuple[Step, Reply] | None:
    """Return a turn of an agent as it was recorded: its step, and what the model said; None from where it goes on by itself.

    A turn without a cell closed the call before its work was done, and is not taken again.
    """
    if call is None or number > len(call.steps) or not any(step.code or step.cell for step in call.steps[number - 1 :]):
        return None
    step = call.steps[number - 1]
    said = step.turn
    if said is None:
        return None
    blocks: list[Block] = [
        Thinking("" if place else said.thinking, raw) for place, raw in enumerate(said.thoughts)
    ]  # the text, joined as it was recorded, stands with the first
    if said.text:
        blocks.append(Text(said.text))
    if said.code or step.cell:
        blocks.append(Cell(f"again_{number}", said.code, "" if said.code else step.error))
    return step, Reply(tuple(blocks), stop=said.stop)


def told_before(call: Call | None, number: int, result: CellResult) -> CellResult | None:
    """Return the `result` of a cell with what the model was told of it then; None for a cell that never ended."""
    if turn_again(call, number) is None or call is None or not (step := call.steps[number - 1]).cell:
        return None
    return replace(result, output=step.output, omitted=step.omitted, error=step.error)
