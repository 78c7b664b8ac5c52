"""Answers the host calls of one agent's cells: tools over its scope, queries, and sub-agents."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from rlm_tui.engine.fanout import Plan
from rlm_tui.engine.labels import PATHS, label_of, labels_of
from rlm_tui.engine.ledger import WIDTH, BudgetSpent
from rlm_tui.engine.looks import LOCAL, look, run_tool
from rlm_tui.engine.memo import Entry
from rlm_tui.engine.mode import Mode
from rlm_tui.engine.node import Node
from rlm_tui.engine.past import KEPT
from rlm_tui.engine.proposing import Proposals
from rlm_tui.engine.query import query
from rlm_tui.engine.recall import Known, Order
from rlm_tui.engine.reporting import Reports
from rlm_tui.engine.schema import Schema, read, schema_of
from rlm_tui.engine.seen import told
from rlm_tui.engine.summary import files_in, show_arguments, show_result
from rlm_tui.engine.work import Outcome
from rlm_tui.models.protocol import Model
from rlm_tui.records.events import ToolCalled
from rlm_tui.repl.combinators import OFFERED
from rlm_tui.repl.protocol import JSON, GuestFunction
from rlm_tui.repl.tools import Tool, tools, written_signature
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError, UnknownName

_SHOWN = 10_000
"""Files of one result that are remembered as read."""

StartAgent = Callable[[Node, str, Schema | None], Awaitable[Outcome]]
"""Runs a sub-agent's node with what was handed to it and what its answer must fit."""


class Host:
    """The functions that the cells of `node` can call. Each call is recorded; what it refuses, it says why."""

    def __init__(self, node: Node, agent: StartAgent) -> None:
        """Serve `node`; `agent` is what a sub-agent does."""
        self._node = node
        self._agent = agent
        self.missing: list[str] = []
        """Labels of sub-calls that gave no result."""
        self._changed: dict[str, None] = {}
        self._told: set[str] = set()
        self.proposals = Proposals(node, lambda prompts: self._queries(prompts, None))
        self._own: dict[str, Callable[..., Awaitable[object]]] = {
            "llm_query": self.llm_query,
            "llm_query_batched": self.llm_query_batched,
            "rlm_query": self.rlm_query,
            "rlm_query_batched": self.rlm_query_batched,
            "plan_queries": self.plan_queries,
            "propose": self.proposals.propose,
            "withdraw": self.proposals.withdraw,
            "report_found": Reports(node).report_found,
            "merged_patch": self.proposals.merged_patch,
        }

    async def __call__(self, name: str, args: Sequence[JSON], kwargs: Mapping[str, JSON]) -> object:
        """Answer one call of a cell. Raises whatever the function raises; the cell gets its message."""
        node = self._node
        started = time.monotonic()
        result: object = None
        error = "the cell ended first"
        try:
            result = await self._call("llm_query_batched" if name == "llm_batch" else name, args, kwargs)
            error = ""
        except (
            Exception
        ) as problem:  # a tool may fail in any way: its message goes into the record, the failure on to the cell
            error = str(problem) or type(problem).__name__
            raise
        finally:
            # A query sees only what its prompt holds: by itself it is no look at the repository.
            node.looked = node.looked or not (
                error or name.startswith(("llm_", "plan_", "propose", "report_", "merged_"))
            )
            node.work.journal.emit(
                ToolCalled(
                    **node.work.journal.stamp(node.id, node.parent_id),
                    step=node.step,
                    tool=name,
                    arguments=show_arguments(args, kwargs),
                    result="" if error else show_result(result),
                    seconds=time.monotonic() - started,
                    error=error,
                    files=tuple(files_in(result)),
                )
            )
        return result

    async def _call(self, name: str, args: Sequence[JSON], kwargs: Mapping[str, JSON]) -> object:
        if (own := self._own.get(name)) is not None:
            _bind(name, own, args, kwargs, self._node.work.mode)
            return await own(*args, **kwargs)
        tool = tools().get(name)
        if tool is None:
            raise LookupError(f"there is no function {name}")
        _bind(name, tool.run, (None, *args), kwargs, self._node.work.mode)
        return await asyncio.to_thread(self._run, tool, args, kwargs)

    def _run(self, tool: Tool, args: Sequence[JSON], kwargs: Mapping[str, JSON]) -> object:
        node = self._node
        result: object = None
        try:
            result = run_tool(tool, node.repository, args, kwargs)
        except Exception as error:
            result = error
            raise
        finally:
            if tool.name not in LOCAL or isinstance(result, UnknownName):  # a name may stand outside, and that is told
                noted = look(tool, args, kwargs, result)
                node.looks[f"{noted.tool} {noted.arguments}"] = noted
        shown = files_in(result, _SHOWN)
        node.read.update(shown)
        seen = node.work.seen
        seen.note(shown, shown=tool.name != "changes")  # a change may be of thousands of files that nobody reads
        seen.keep(result)
        self._changed.update((path, None) for path in shown if path not in self._told and seen.changed(path))
        return result

    def news(self) -> str:
        """Say which of the files that tools showed have changed since the run first read them, each once; "" for none."""
        paths = list(self._changed)
        self._changed.clear()
        self._told.update(paths)
        if text := told(self._node.work.seen.unsaid(paths)):
            self._node.work.journal.notice(text, "warning", self._node.id)
        return told(paths)

    async def llm_query(self, prompt: str, model: str | None = None) -> str:
        """Ask a model that sees only this prompt; returns its answer, or "Error: ..."."""
        (answer,) = await self._queries([prompt], model)
        return answer

    async def llm_query_batched(self, prompts: list[str], model: str | None = None) -> list[str]:
        """Ask many prompts at once; answers in the same order, a failed one is "Error: ..."."""
        return await self._queries(_listed(prompts, "prompts"), model)

    async def rlm_query(
        self,
        task: str,
        scope: str | list[str] | None = None,
        context: str = "",
        model: str | None = None,
        schema: dict[str, object] | None = None,
    ) -> JSON:
        """Start a sub-agent with its own REPL on a scope (modules, folders, files); returns text, or what a JSON `schema` asks.

        A schema knows type, properties, required, items, enum and additionalProperties. What does not fit it, even after the
        sub-agent was told so once, is "Error: ...".
        """
        (answer,) = await self._agents([{"task": task, "scope": scope, "context": context, "schema": schema}], model)
        return answer

    async def rlm_query_batched(
        self,
        tasks: list[str | dict[str, object]],
        scope: str | list[str] | None = None,
        context: str = "",
        model: str | None = None,
        schema: dict[str, object] | None = None,
    ) -> list[JSON]:
        """Start many sub-agents at once; a task is text or {"task", "scope", "context", "schema"}. Answers in the same order."""
        shared: dict[str, object] = {"scope": scope, "context": context, "schema": schema}
        slots = [{**shared, **(task if isinstance(task, dict) else {"task": task})} for task in _listed(tasks, "tasks")]
        return await self._agents(slots, model)

    async def plan_queries(self, what: str, calls: int, characters: int, model: str | None = None) -> str:
        """Return the plan of queries that a combinator is about to ask; refuses what the run has no calls for."""
        node = self._node
        fan_out = node.work.fan_out
        chosen = node.work.models.named(model)
        return await fan_out.announce(fan_out.queries(what, int(calls), int(characters), chosen), node.id)

    async def _queries(self, prompts: Sequence[object], model: str | None) -> list[str]:
        node = self._node
        chosen = node.work.models.named(model)
        length = sum(len(prompt) for prompt in prompts if isinstance(prompt, str))
        fan_out = node.work.fan_out
        await fan_out.allow(fan_out.queries("llm_query_batched", len(prompts), length, chosen), node.id)
        labels = labels_of([str(prompt) for prompt in prompts])
        orders = [self._query(prompt, label, chosen) for prompt, label in zip(prompts, labels, strict=True)]
        return [str(answer) for answer in await self._all(orders)]

    def _query(self, prompt: object, label: str, model: Model) -> Order | str:
        if not isinstance(prompt, str) or not prompt.strip():
            return f"Error: a prompt is text, not {_kind(prompt)}"
        self._node.work.seen.told(prompt)
        return Order("query", label, prompt, self._node.repository, model)

    async def _agents(self, slots: Sequence[Mapping[str, object]], model: str | None) -> list[JSON]:
        node = self._node
        chosen = node.work.models.named(model)
        await node.work.fan_out.allow(Plan("rlm_query_batched", len(slots), 0, chosen.name), node.id)
        scopes = await asyncio.gather(*(asyncio.to_thread(self._scope, slot) for slot in slots))
        return await self._all([self._task(slot, scope, chosen) for slot, scope in zip(slots, scopes, strict=True)])

    def _scope(self, slot: Mapping[str, object]) -> Repository | str:
        """Return the part of the repository that a task is about, or why it cannot be had; blocks."""
        try:
            return self._node.repository.narrow(_names(slot)) if _names(slot) else self._node.repository
        except (LookupError, ValueError, OSError, RepositoryError) as error:
            return str(error) or type(error).__name__

    def _task(self, slot: Mapping[str, object], scope: Repository | str, model: Model) -> Order | str:
        node, task, context = self._node, slot.get("task"), slot.get("context") or ""
        if unknown := sorted(set(slot) - {"task", "scope", "context", "schema"}):
            return f"Error: a task has task, scope, context and schema, not {', '.join(unknown)}"
        if not isinstance(task, str) or not task.strip():
            return f'Error: a task is text, or {{"task": text, "scope": ..., "context": ...}}, not {_kind(task)}'
        if isinstance(scope, str):
            return f"Error: {scope}"
        if node.depth >= node.work.depth:
            return (
                f"Error: no sub-agent can be started here (depth {node.depth} of {node.work.depth}): "
                "use llm_query with the source in the prompt"
            )
        try:
            schema = schema_of(slot.get("schema"))
        except ValueError as error:
            return f"Error: {error}"
        handed = "\n".join(map(str, context)) if isinstance(context, list) else str(context)
        label = ", ".join(_names(slot))[:PATHS] or label_of(task)
        return Order("agent", label, task, scope, model, handed, schema)

    async def _all(self, orders: Sequence[Order | str]) -> list[JSON]:
        """Carry out the orders at once, and put the results in their order; a text among them is an error already."""
        asked = [order for order in orders if isinstance(order, Order)]
        # All are looked up first, so that the calls start, and stand in the tree, in the order of their tasks.
        known = iter(await self._node.work.recall.look_up(asked, self._node.depth))
        return await asyncio.gather(
            *(self._one(order, next(known)) if isinstance(order, Order) else _refused(order) for order in orders)
        )

    async def _one(self, order: Order, known: Known) -> JSON:
        outcome = await self._live(order, known)
        if outcome.status != "done":
            self._node.whole = False
        if not outcome.text:
            self.missing.append(order.label)
        elif order.schema is not None:
            try:
                return read(outcome.text, order.schema)
            except ValueError:  # an early end: whatever there is of it, it is no typed result
                self.missing.append(order.label)
                return f"Error: {outcome.error or outcome.status}"
        return outcome.slot

    async def _live(self, order: Order, known: Known) -> Outcome:
        """Have a call carry out the order, or its result remembered."""
        node = self._node
        if reason := node.stopped:
            return Outcome("cancelled", "", f"not started: {reason}")
        child = Node(
            node.work,
            node,
            order.kind,
            label=order.label,
            task=order.task,
            repository=order.repository,
            model=order.model,
        )
        if node.past is not None and node.work.past is not None:
            child.past = node.work.past.take(node.past, node.step, order, node.work.journal.clean)
            if child.past is not None and child.past.phase in KEPT:
                outcome = child.repeat(child.past, node.work.past)
                self._take_over(child)
                return outcome
        if known.entry is not None:
            child.remember(known.entry.text, known.entry.files)
            node.work.seen.note(known.entry.files)  # they are as they were when the result was made
            child.read.update(known.entry.files)
            child.looks.update((f"{one.tool} {one.arguments}", one) for one in known.entry.looks)
            Proposals(child, lambda prompts: self._queries(prompts, None)).again(known.entry.findings)
            self._take_over(child)
            return Outcome("done", known.entry.text)
        try:
            child.start(query if order.kind == "query" else lambda own: self._agent(own, order.context, order.schema))
        except BudgetSpent as error:
            return Outcome("budget", "", f"not started: {error}")
        outcome = await child.result()
        if outcome.status == "done" and not (child.looked or order.context or order.kind == "query"):
            outcome, child.whole = replace(outcome, unlooked=order.schema is None), False
        self._take_over(child)
        if outcome.status == "done" and child.whole:
            entry = Entry(
                key=known.key,
                text=outcome.text,
                files=tuple(sorted(child.read)),
                looks=tuple(child.looks.values()),
                findings=node.work.journal.tree.findings_of(child.id),
            )
            await node.work.recall.keep(order, known, entry)
        return outcome

    def _take_over(self, child: Node) -> None:
        """What a sub-call depended on, its parent depends on too."""
        node = self._node
        node.read |= child.read
        node.looks |= child.looks
        if not child.whole or (child.looks and child.repository.scope != node.repository.scope):
            node.whole = False  # in another scope the same names may mean other things


async def _refused(error: str) -> JSON:
    return error


@cache
def functions(mode: Mode | None = None) -> tuple[GuestFunction, ...]:
    """Return every function that cells of a mode can call: the tools, then queries, sub-agents and what else it offers."""
    shown = mode.tools if mode is not None else ()
    own: tuple[Callable[..., object], ...] = (
        Host.llm_query, Host.llm_query_batched, Host.rlm_query, Host.rlm_query_batched,
        *((Proposals.propose, Proposals.withdraw) if mode is not None and mode.proposes else ()),
        *((Proposals.merged_patch,) if mode is not None and mode.patches else ()),
    )  # fmt: skip
    return (
        *(
            GuestFunction(
                tool.name,
                tool.signature,
                tool.doc,
                tool.owners,
                tool.hidden and tool.name not in shown,
                unlisted=tool.unlisted,
            )
            for tool in tools().values()
        ),
        *(GuestFunction(one.__name__, written_signature(one, one.__name__), inspect.getdoc(one) or "") for one in own),
        GuestFunction("plan_queries", "", "", hidden=True),
        GuestFunction(
            "report_found",
            written_signature(Reports.report_found, "report_found"),
            inspect.getdoc(Reports.report_found) or "",
            unlisted=True,
        ),
        *(_local(one) for one in OFFERED),
    )


def _local(function: Callable[..., object]) -> GuestFunction:
    """Return a function of the guest's own as the prompt lists it."""
    name = function.__name__
    return GuestFunction(name, written_signature(function, name, hidden=0), inspect.getdoc(function) or "", local=True)


def _bind(
    name: str, function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object], mode: Mode
) -> None:
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        written = next(one.signature for one in functions(mode) if one.name == name)
        raise TypeError(f"{error}; it is {written}") from None


def _listed(items: object, what: str) -> list[object]:
    if not isinstance(items, list):
        raise TypeError(f"{what} is a list, not {_kind(items)}")
    if len(items) > WIDTH:
        raise ValueError(f"{len(items):,} {what} in one batch: at most {WIDTH}; write fewer and fatter ones")
    return items


def _names(slot: Mapping[str, object]) -> list[str]:
    scope = slot.get("scope")
    return list(map(str, scope)) if isinstance(scope, list) else [str(scope)] if scope else []


def _kind(value: object) -> str:
    return "empty" if value == "" else "None" if value is None else type(value).__name__
