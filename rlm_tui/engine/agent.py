"""The loop of an agent: turns with a cell each, until a turn without one is the answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Literal

from rlm_tui.engine.child import end_child, start_child
from rlm_tui.engine.conversation import Conversation
from rlm_tui.engine.host import Host, functions
from rlm_tui.engine.ledger import CLOSING_OUTPUT, TURN_OUTPUT, BudgetSpent
from rlm_tui.engine.measure import facts_of
from rlm_tui.engine.node import Node
from rlm_tui.engine.past import KEPT, told_before
from rlm_tui.engine.prompts import (
    CONTINUE,
    EMPTY,
    NO_CONTENT,
    REMINDER,
    STRAY,
    TWO_FAILURES,
    UNFIT,
    Facts,
    closing,
    first_message,
    note,
    system_prompt,
)
from rlm_tui.engine.schema import Schema, read
from rlm_tui.engine.stray_cells import is_stray
from rlm_tui.engine.turn import tokens_of, turn
from rlm_tui.engine.whole_output import whole_output
from rlm_tui.engine.work import Outcome
from rlm_tui.models.protocol import Block, Cell, ModelError, Output, Reply, Text, Usage
from rlm_tui.records.events import CellEnded
from rlm_tui.repl.guest_api import guest_api
from rlm_tui.repl.protocol import CellResult, Session

TURNS = 20
"""The most turns of an agent; the last is for the answer."""

_PATIENCE = 2
"""How often in a row an empty or unreadable turn is asked for again."""

_NAMED = 20
"""Sub-calls that an early end names."""

_TAIL = 1_500
"""Characters of the last output that stand in for an answer that could not be written."""


async def agent(node: Node, context: str, schema: Schema | None = None) -> Outcome:
    """Do the node's task as an agent with a REPL; `context` is what was handed to it, `schema` what its answer must fit."""
    if node.parent is None:
        return await _run(node, context, schema)
    async with node.work.slots.agents(node.depth):
        if reason := node.stopped:  # while it waited
            return Outcome("cancelled", "", reason)
        return await _run(node, context, schema)


async def _run(node: Node, context: str, schema: Schema | None) -> Outcome:
    return await _Agent(node, context, schema).run()


class _Agent:
    """One agent's conversation and its REPL."""

    def __init__(self, node: Node, context: str, schema: Schema | None) -> None:
        self._node = node
        self._work = node.work
        self._context = context
        self._schema = schema
        self._host = Host(node, agent)
        self._facts = Facts("", "", (), 0, 0, {}, ())
        self._system = ""
        self._talk = Conversation("")
        self._answer: list[str] = []
        """Parts of an answer that was cut off at the length limit."""
        self._last_output = ""
        self._reminded = False
        self._repaired = False
        self._strayed = False
        """Whether the last turn was asked for again, as it ended with code that was no cell."""
        self._strange = 0
        self._failures = 0

    async def run(self) -> Outcome:
        """Work until there is an answer, or no more turns or budget."""
        await self._open()
        # The child starts while the model writes its first turn.
        starting = asyncio.create_task(start_child(self._node, self._host, self._facts, self._context))
        try:
            while (outcome := await self._step(starting)) is None:
                pass
            return outcome
        finally:
            self._node.cancel_children("its parent ended")
            await end_child(starting)

    async def _open(self) -> None:
        node, work = self._node, self._work
        facts = await asyncio.to_thread(facts_of, node.repository)
        self._facts = facts
        root = node.answers
        agents = node.depth < work.depth
        offered = functions(work.mode)
        returned = " ".join(function.signature for function in offered if not function.hidden)
        self._system = system_prompt(
            work.mode, offered, guest_api(returned), root=root, agents=agents, model=node.model.name
        )
        history = work.question.history if root else ()
        message = first_message(
            node.task,
            facts,
            context=self._context,
            history=history,
            turns=TURNS,
            depth=(node.depth, work.depth),
            schema=self._schema,
            guidance=work.guidance if root else None,
        )
        self._talk = Conversation(message)
        work.seen.told(message)
        node.prompted(self._system, message)

    async def _step(self, starting: asyncio.Task[Session]) -> Outcome | None:
        """Take one turn; return the outcome when it was the last."""
        node = self._node
        if reason := node.stopped:
            return await self._close(reason, "budget" if reason == self._work.ledger.spent_reason else "partial")
        if node.step >= TURNS - 1:
            return await self._close("no turns left", "partial")
        try:
            reply = await self._turn()
        except BudgetSpent as error:
            return await self._close(str(error), "budget")
        except ModelError as error:
            self._strange += 1
            if self._strange > _PATIENCE or not (error.kind == "reply" or (error.kind == "limit" and self._shorten())):
                return self._left(error)
            return None
        cell = reply.cell
        if cell is not None:
            self._strange, self._strayed = 0, False
            return await self._cell(reply, cell, starting)
        return self._text(reply)

    async def _turn(self) -> Reply:
        work, model = self._work, self._node.model
        if tokens_of(self._system, self._talk.messages) + TURN_OUTPUT > model.window:
            self._shorten()
        if self._node.answers:
            # The closing answer will read this turn and its output too: about half of what the turn may write.
            read = tokens_of(self._system, self._talk.messages) + TURN_OUTPUT // 2
            work.ledger.hold(read, CLOSING_OUTPUT, lambda asked, written: model.price(Usage(asked, written)))
        async with work.slots.turns:
            return await turn(self._node, self._system, self._talk.messages, cells=True, output=TURN_OUTPUT)

    def _text(self, reply: Reply) -> Outcome | None:
        """Take a turn without a cell: the answer, a piece of it, or nothing at all."""
        text = reply.text
        if not text.strip():
            self._strange += 1
            if self._strange > _PATIENCE:
                return Outcome("failed", "", f"the model's turns were empty (stop reason: {reply.stop})")
            self._talk.say(Text(EMPTY))
            return None
        if not self._strayed and is_stray(text, [one.name for one in functions(self._work.mode)]):
            self._strayed = True
            self._talk.hear(reply)
            self._talk.say(Text(STRAY))
            return None
        if not self._node.looked and not self._reminded:
            self._reminded = True
            self._talk.hear(reply)
            self._talk.say(Text(REMINDER))
            return None
        if not self._node.looked:
            self._unlooked()
        self._answer.append(text)
        if reply.stop == "max_tokens" and len(self._answer) <= _PATIENCE:
            self._talk.hear(reply)
            self._talk.say(Text(CONTINUE))
            return None
        answer = "".join(self._answer).strip()
        if reply.stop == "max_tokens":
            return Outcome("partial", answer, "cut off at the length limit")
        if problem := self._unfit(answer):
            self._answer.clear()
            self._talk.hear(reply)
            return self._repair(problem)
        return Outcome("done", answer)

    def _unfit(self, answer: str) -> str:
        """Say why a typed result is none; "" when it fits, or need not."""
        if self._schema is None:
            return ""
        try:
            read(answer, self._schema)
        except ValueError as error:
            return str(error)
        return ""

    def _repair(self, problem: str) -> Outcome | None:
        """Ask once more for a result that fits; the second time the call has failed."""
        if self._repaired:
            return Outcome("failed", "", f"the result does not fit its schema: {problem}")
        self._repaired = True
        self._talk.say(Text(UNFIT.format(problem=problem)))
        return None

    async def _cell(self, reply: Reply, cell: Cell, starting: asyncio.Task[Session]) -> Outcome | None:
        """Run the cell of a turn, and tell the model what came of it."""
        self._answer.clear()
        self._talk.hear(reply)
        if cell.invalid:
            self._not_run(cell, cell.invalid)
            return None
        if reason := self._node.stopped:
            self._not_run(cell, reason)
            return None
        session = await asyncio.shield(starting)
        result = await session.run(cell.code)
        whole = await whole_output(session, result, self._work.limits.output)
        proposals = self._host.proposals
        for told in (await proposals.look_again() if proposals.due else "", proposals.of_others(), self._host.news()):
            if told:
                result = replace(result, output=f"{result.output.rstrip()}\n[{told}]".lstrip())
        result = self._as_before(result)
        self._record(result, whole)
        self._node.looked = self._node.looked or bool(self._context and result.output.strip())
        answer = result.answer.strip()
        ends = result.ready and self._may_end(answer)
        problem = self._unfit(answer) if ends else ""
        if ends and not problem:
            return Outcome("done", answer)
        output = "\n".join(part for part in (result.output.rstrip("\n"), result.error.rstrip("\n")) if part)
        self._last_output = output or self._last_output
        self._work.seen.told(output)
        blocks: list[Block] = [Output(cell.id, output or "(nothing was printed)", failed=result.status != "ok")]
        if result.ready:
            await session.run('answer["ready"] = False')
            if not ends:
                blocks.append(Text(REMINDER if answer else NO_CONTENT))
                self._reminded = True
        self._failures = 0 if result.status == "ok" else self._failures + 1
        if self._failures == 2:
            blocks.append(Text(TWO_FAILURES))
            self._failures = 0
        blocks.append(Text(self._note()))
        self._talk.say(*blocks)
        return self._repair(problem) if problem else None

    def _as_before(self, result: CellResult) -> CellResult:
        """Tell of a cell that ran again what it printed then: the turns that follow it are answers to that."""
        node = self._node
        before, clean = told_before(node.past, node.step, result), self._work.journal.clean
        if before is not None and clean(before.output + before.error) != clean(result.output + result.error):
            text = (
                f"step {node.step}, run again, printed something else: the turns after it go by what it printed before"
            )
            self._work.journal.notice(text, "warning", node.id)
        return before or result

    def _unlooked(self) -> None:
        node = self._node
        who = "the answer was given" if node.answers else f"{node.label} answered"
        self._work.journal.notice(f"{who} without a look at the repository", "warning", node.id)

    def _may_end(self, answer: str) -> bool:
        if not answer:
            return False
        if not self._node.looked and self._reminded:
            self._unlooked()
        return self._node.looked or self._reminded

    def _not_run(self, cell: Cell, reason: str) -> None:
        error = f"Error: this was not run: {reason}"
        self._record(CellResult("", 0, error, "error", "", False, (), 0.0))
        self._talk.say(Output(cell.id, error, failed=True), *([] if self._node.stopped else [Text(self._note())]))

    def _record(self, result: CellResult, whole: str = "") -> None:
        node, journal = self._node, self._work.journal
        journal.emit(
            CellEnded(
                **journal.stamp(node.id, node.parent_id),
                step=node.step,
                output=result.output,
                omitted=result.omitted,
                whole=whole,
                error=result.error,
                status=result.status,
                variables=tuple(f"{one.name}: {one.kind}, {one.size}" for one in result.variables),
                seconds=result.seconds,
            )
        )

    def _note(self) -> str:
        ledger = self._work.ledger
        return note(self._node.step, TURNS, ledger.tokens, ledger.dollars, ledger.used)

    async def _close(self, reason: str, status: Literal["partial", "budget"]) -> Outcome:
        """End without more cells: the root, and whoever was itself asked to end, with a last turn; others with what they have."""
        node = self._node
        alone = status == "partial" and (node.asked_to_stop or not node.stopped)
        if not node.answers and not alone:
            return self._as_is(status, reason)
        self._talk.say(Text(closing(reason, self._host.missing)))
        try:
            async with self._work.slots.turns:
                reply = await turn(
                    node, self._system, self._talk.messages, cells=False, output=CLOSING_OUTPUT, closing=True
                )
        except (BudgetSpent, ModelError) as error:
            return self._as_is(status, f"{reason}; no closing answer: {error}")
        text = reply.text.strip()
        return Outcome(status, text, reason) if text else self._as_is(status, f"{reason}; the closing answer was empty")

    def _left(self, error: ModelError) -> Outcome:
        """End without the model: who answers the run's question, with what was found. Raises `error` if that is nothing."""
        if self._answer:
            return Outcome("partial", "".join(self._answer).strip(), str(error))
        found = self._as_is("partial", str(error))
        if not self._node.answers or not found.text:
            raise error
        return found

    def _as_is(self, status: Literal["partial", "budget"], reason: str) -> Outcome:
        """End with what is there already, named for what it is: the last that was printed, and who came to a result."""
        calls = self._work.journal.tree.calls
        done = [child.label for each in calls[self._node.id].children if (child := calls[each]).phase in KEPT]
        tail = self._last_output[-_TAIL:]
        if len(tail) < len(self._last_output):
            tail = tail.partition("\n")[2] or tail
        parts = [f"Printed last:\n{tail}"] if tail else []
        if done:
            more = f" and {len(done) - _NAMED} more" if len(done) > _NAMED else ""
            parts.append(f"Sub-calls that are done: {', '.join(done[:_NAMED])}{more}")
        return Outcome(status, "\n\n".join(["No answer was written.", *parts]) if parts else "", reason)

    def _shorten(self) -> bool:
        if shortened := self._talk.shorten():
            self._work.journal.notice(
                "the conversation is too long for the model: old outputs were shortened", call_id=self._node.id
            )
        return shortened
