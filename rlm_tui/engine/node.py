"""A call while it lives: a node of the tree that can be started, stopped softly, and cancelled with its descendants."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Literal

from rlm_tui.engine.ledger import BudgetSpent, Cost
from rlm_tui.engine.looks import Look
from rlm_tui.engine.past import Past
from rlm_tui.engine.work import Outcome, Work
from rlm_tui.models.protocol import Model, ModelError
from rlm_tui.records.events import CallEnded, CallPrompted, CallStarted, ToolCalled
from rlm_tui.records.tree import Call
from rlm_tui.repl.protocol import SandboxError
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError

_QUERY_TASK = 500
"""Characters of a query's prompt that stand for its task; the whole is in its `CallPrompted`, and need not be kept twice."""

_FILES = 100
"""Files that the event of a remembered call names."""


class Node:
    """A call. Its task always returns an `Outcome`, whatever happens to it."""

    def __init__(
        self,
        work: Work,
        parent: Node | None,
        kind: Literal["agent", "query"],
        *,
        label: str,
        task: str,
        repository: Repository,
        model: Model,
        depth: int | None = None,
    ) -> None:
        """Be a call below `parent` (None: the root). `depth` is that of an agent which does its parent's own task."""
        self.work, self.parent, self.kind = work, parent, kind
        self.label, self.task, self.repository, self.model = label, task, repository, model
        below = 0 if parent is None else parent.depth + (kind == "agent")
        self.depth: int = below if depth is None else depth
        self.id = ""
        self.step = 0
        self.past: Call | None = None
        """The call of an unfinished run that this one goes on with."""
        self.looked = False
        """Whether it has seen anything of the repository or of what was handed in."""
        self.whole = True
        """Whether all that it asked for came, so that its own result can be kept for later runs."""
        self.read: set[str] = set()
        """Files that its tools, and those of the calls below it, showed something of."""
        self.looks: dict[str, Look] = {}
        """What its tools showed from beyond its scope, each once."""
        self.children: dict[str, Node] = {}
        """The living calls below it."""
        self._soft = ""
        self._hard = ""
        self._began = False
        self.future: asyncio.Task[Outcome] | None = None

    @property
    def answers(self) -> bool:
        """Whether it is an agent, or one of several, that answers the run's own question."""
        return self.kind == "agent" and self.depth == 0

    @property
    def parent_id(self) -> str:
        """The parent's id; "" for the root."""
        return self.parent.id if self.parent is not None else ""

    @property
    def stopped(self) -> str:
        """Why nothing new may start here: its own soft stop or an ancestor's; "" while it may."""
        return self._soft or self._hard or (self.parent.stopped if self.parent is not None else "")

    @property
    def asked_to_stop(self) -> str:
        """Why this very call was asked to stop; "" if it was not (an ancestor may have been)."""
        return self._soft

    def start(self, body: Callable[[Node], Awaitable[Outcome]]) -> asyncio.Task[Outcome]:
        """Enter the tree and begin. Raises `BudgetSpent` when the ledger allows no further call, or none so deep."""
        self.work.ledger.start_call(self.depth)
        self._enter()
        if self.parent is not None:
            self.parent.children[self.id] = self
        self.future = asyncio.create_task(self._live(body), name=f"call {self.id}")
        return self.future

    def remember(self, result: str, read: Sequence[str]) -> None:
        """Enter the tree with a result that an earlier run has left, and what it read: nothing is asked, and nothing paid."""
        self._enter()
        stamp = self.work.journal.stamp(self.id, self.parent_id)
        self.work.journal.emit(CallEnded(**stamp, status="done", result=result, memo=True, files=tuple(read[:_FILES])))

    def repeat(self, call: Call, past: Past) -> Outcome:
        """Enter the tree with all that a call of an unfinished run did: nothing is asked, and nothing paid again."""
        self._enter()
        journal, ids = self.work.journal, {call.id: self.id}
        for event in past.subtree(call):
            if isinstance(event, CallStarted):
                ids[event.call_id] = self.work.next_id()
            own = journal.stamp(ids[event.call_id], ids.get(event.parent_id, self.parent_id))
            journal.emit(event.model_copy(update={**own, "ts": event.ts}))
            if isinstance(event, ToolCalled | CallEnded):
                self.read.update(event.files)
        self.whole = False  # nobody knows any more in which state of the files it was made
        spent = journal.tree.spent(self.id)
        self.work.ledger.book(Cost(spent.total, spent.dollars), len(ids))
        self.work.seen.note(self.read)
        return Outcome("done", call.result)

    def _enter(self) -> None:
        self.id = self.work.next_id()
        self.work.journal.emit(
            CallStarted(
                **self.work.journal.stamp(self.id, self.parent_id),
                call=self.kind,
                label=self.label,
                task=self.task if self.kind == "agent" else self.task[:_QUERY_TASK],
                scope=self.repository.scope,
                model=self.model.name,
                depth=self.depth,
                step=self.parent.step if self.parent is not None else 0,
            )
        )

    async def result(self) -> Outcome:
        """Wait for the end. Whoever waits and is cancelled takes the call with him."""
        if self.future is None:
            raise ValueError("the call was not started")
        try:
            await asyncio.wait({self.future})
        except asyncio.CancelledError:
            self.cancel("the cell that asked for it ended")
            raise
        return self.future.result()

    def prompted(self, system: str, message: str) -> None:
        """Record that the call got its slot, and with what prompt."""
        journal = self.work.journal
        journal.emit(CallPrompted(**journal.stamp(self.id, self.parent_id), system=system, message=message))

    def stop(self, reason: str) -> None:
        """Stop softly: nothing new starts, here or below, and the call answers from what it has."""
        self._soft = self._soft or reason

    def cancel(self, reason: str) -> None:
        """End now, with every descendant. Idempotent."""
        if self._hard:
            return
        self._hard = reason
        self.cancel_children(reason)
        if self.future is not None and self._began:  # a task that never ran would end without a word
            self.future.cancel()

    def cancel_children(self, reason: str) -> None:
        """Cancel everything below."""
        for child in self.children.values():
            child.cancel(reason)

    def find(self, call_id: str) -> Node | None:
        """Return the living call of this id, here or below."""
        if self.id == call_id:
            return self
        return next((found for child in self.children.values() if (found := child.find(call_id))), None)

    async def _live(self, body: Callable[[Node], Awaitable[Outcome]]) -> Outcome:
        self._began = True
        outcome = await self._outcome(body)
        self.cancel_children("its parent ended")
        await all_ended([child.future for child in self.children.values() if child.future is not None])
        if self._hard:  # it came while the body tidied up
            outcome = Outcome("cancelled", "", self._hard)
        journal = self.work.journal
        stamp = journal.stamp(self.id, self.parent_id)
        journal.emit(CallEnded(**stamp, status=outcome.status, result=outcome.text, error=outcome.error))
        if self.parent is not None:
            self.parent.children.pop(self.id, None)
        return outcome

    async def _outcome(self, body: Callable[[Node], Awaitable[Outcome]]) -> Outcome:
        try:
            if self._hard:
                raise asyncio.CancelledError
            return await body(self)
        except asyncio.CancelledError:
            return Outcome("cancelled", "", self._hard or "cancelled")
        except BudgetSpent as error:
            return Outcome("budget", "", str(error))
        except ModelError as error:
            return Outcome("failed", "", str(error), access=error.kind in ("access", "network"))
        except (SandboxError, RepositoryError, LookupError, OSError) as error:
            return Outcome("failed", "", str(error) or type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a defect of ours must end this call, told as one, and not the others
            return Outcome("failed", "", internal_error(error))


async def all_ended(tasks: Collection[asyncio.Task[Any]]) -> bool:
    """Wait for the end of all `tasks`, also when the waiter is cancelled meanwhile; tell whether it was."""
    cancelled = False
    while any(not task.done() for task in tasks):
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            cancelled = True
    return cancelled


def internal_error(error: Exception) -> str:
    """Return a defect of ours in words: what it is, and where."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"internal error ({type(error).__name__} at {where.filename.rpartition('/')[2]}:{where.lineno}): {error}"
