"""The engine: takes questions, and runs each to its end as one task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import astuple, replace
from pathlib import Path

from rlm_tui import __version__
from rlm_tui.engine.agent import agent
from rlm_tui.engine.candidates import candidates
from rlm_tui.engine.citations import check, cited_as_found, linked
from rlm_tui.engine.coverage import coverage
from rlm_tui.engine.fanout import Approve, FanOut
from rlm_tui.engine.journal import Journal
from rlm_tui.engine.ledger import WARN_AT, BudgetSpent, Ledger, Slots
from rlm_tui.engine.measure import facts_of
from rlm_tui.engine.memo import Memo
from rlm_tui.engine.mentioned import spelled_out
from rlm_tui.engine.mode import Prepared, mode_named
from rlm_tui.engine.node import Node, internal_error
from rlm_tui.engine.past import NotResumable, Past
from rlm_tui.engine.preparing import prepare, settled
from rlm_tui.engine.prompts import Facts
from rlm_tui.engine.query import direct
from rlm_tui.engine.recall import Recall
from rlm_tui.engine.router import Choice, Measure, choose
from rlm_tui.engine.seen import Seen, told
from rlm_tui.engine.work import Models, Outcome, Question, Work
from rlm_tui.models.protocol import Usage
from rlm_tui.records.events import Bounds, Cited, Covered, Event, RunEnded, RunStarted, Status
from rlm_tui.records.log import RecordError, RecordWriter
from rlm_tui.records.store import RunStore, new_run_id
from rlm_tui.records.tree import Tree
from rlm_tui.repl.protocol import Limits, Sandbox
from rlm_tui.repository.files.guidance import guidance
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.sanitize import plain_text
from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.repository.versions.code_host import CodeHost

__all__ = ["Engine", "Models", "NotResumable", "Question", "Run"]

_CODES: dict[Status, int] = {"done": 0, "failed": 1, "partial": 4, "budget": 5, "cancelled": 130}
_NO_ACCESS = 3
_TICK = 0.05
_GRACE = 5.0
_MOST_CHANGED = 100
"""Files that the last event names as changed."""


class Engine:
    """Answers questions about one repository, several at once if asked. Lives on the event loop that calls `ask`."""

    def __init__(
        self,
        repository: Repository,
        sandbox: Sandbox,
        models: Models,
        runs: RunStore,
        bounds: Bounds,
        slots: int = 8,
        limits: Limits | None = None,
        memo: Memo | None = None,
    ) -> None:
        """Give each run `bounds` and each cell `limits`; `slots` completions, and sub-agents of one depth, run at once.

        `memo` keeps the results of sub-calls for later runs. `approve`, once both are set, is asked about fan-outs of more than
        `confirm_above` sub-calls.
        """
        self.approve: Approve | None = None
        self.confirm_above: int | None = None
        self.repository, self.sandbox, self.models, self.runs, self.bounds = repository, sandbox, models, runs, bounds
        self.slots, self.limits, self.memo = slots, limits or Limits(), memo
        self._live: set[Run] = set()

    def ask(self, question: Question, past: Past | None = None) -> Run:
        """Start answering, as a task on the running loop; `past` is the unfinished run that this one goes on with.

        Raises `LookupError` for an unknown mode.
        """
        mode_named(question.mode)
        run = Run(self, question, past)
        self._live.add(run)
        run.task.add_done_callback(lambda _: self._live.discard(run))
        return run

    def resume(self, run_id: str) -> Run:
        """Go on with an unfinished run in a new one: what was done is kept, what was under way starts where it was.

        Raises `RecordError` when its record cannot be read, `NotResumable` when there is nothing to go on with.
        """
        past = Past(run_id, list(self.runs.read(run_id)))
        start = past.start
        if start.root != str(self.repository.root):
            raise NotResumable(f"the run {run_id} is about {start.root}: resume it there")
        question = Question(
            start.question, start.mode, start.scope, start.context, start.route, start.history, start.candidates
        )
        return self.ask(question, past)

    async def close(self) -> None:
        """End all runs at once and close the models. The repository and the sandbox stay open."""
        runs = list(self._live)
        for run in runs:
            run.cancel(hard=True)
        if runs:
            await asyncio.wait({run.task for run in runs})
        for model in {id(model): model for model in (self.models.root, self.models.sub)}.values():
            await model.close()


class Run:
    """One question being answered. Everything about it is in its events."""

    def __init__(self, engine: Engine, question: Question, past: Past | None = None) -> None:
        self.id = new_run_id()
        self._past = past
        self.question = replace(question, text=plain_text(question.text), context=plain_text(question.context))
        self._typed = past.start.typed if past is not None else self.question.text
        self.path: Path = engine.runs.path(self.id)
        self._engine = engine
        writer, self._unrecorded = _record(engine.runs, self.id)
        self._journal = Journal(self.id, writer, lambda: (*engine.models.root.secrets, *engine.models.sub.secrets))
        self._seen = Seen(engine.repository)
        self._code_host = CodeHost(engine.repository.root)
        self._root: Node | None = None
        self._cancelled = ""
        self.task: asyncio.Task[RunEnded] = asyncio.create_task(self._run(), name=f"run {self.id}")

    @property
    def tree(self) -> Tree:
        """The state of the run, kept current."""
        return self._journal.tree

    def events(self) -> AsyncIterator[Event]:
        """Yield every event from the first on, then as they come; ends after `RunEnded`. Any number of readers."""
        return self._journal.follow()

    async def wait(self) -> RunEnded:
        """Wait for the end."""
        return await asyncio.shield(self.task)

    def cancel(self, call_id: str = "0", *, hard: bool = False) -> None:
        """Stop a living call and all below it. Soft: nothing new starts, it answers from what is there; hard: it ends now."""
        call = self.tree.calls.get(call_id)
        if call is not None and call.ended is not None:
            return
        if call_id == "0" and self._root is None:
            self._cancelled = "stopped by the user"
            return
        node = self._root.find(call_id) if self._root is not None else None
        if node is None or self.tree.end is not None:
            return
        if hard:
            which = "" if node is self._root else f": {node.label}"
            self._journal.notice(f"cancelled by the user{which}", call_id=call_id)
            node.cancel("cancelled by the user")
        else:
            self._journal.notice("stopping: nothing new starts, the answer comes from what is there", call_id=call_id)
            node.stop("stopped by the user")

    async def _run(self) -> RunEnded:
        journal = self._journal
        try:
            outcome = await self._answer()
        except Exception as error:  # noqa: BLE001 - a defect of ours must end the run in its record, or readers wait for ever
            outcome = Outcome("failed", "", internal_error(error))
        text = outcome.text or (journal.tree.answer if outcome.status == "cancelled" else "")
        code = _NO_ACCESS if outcome.access else _CODES[outcome.status]
        changed = await self._changes()
        await journal.end(
            RunEnded(
                **journal.stamp(),
                status=outcome.status,
                answer=text,
                error=outcome.error,
                code=code,
                changed=tuple(changed[:_MOST_CHANGED]),
            )
        )
        end = journal.tree.end
        if end is None:  # unreachable: `end` takes the event in
            raise RuntimeError("the run has no end")
        return end

    async def _answer(self) -> Outcome:
        engine, question, journal = self._engine, self.question, self._journal
        models, bounds = engine.models, engine.bounds
        problem, repository, facts = "", engine.repository, Facts(engine.repository.name, "", (), 0, 0, {}, ())
        mode, prepared = mode_named(question.mode), Prepared(question.text)
        try:
            await self._listed()
            if question.scope:
                repository = await asyncio.to_thread(repository.narrow, question.scope)
            self.question, prepared = await asyncio.to_thread(prepare, question, repository)
            question = self.question
            if question.scope:
                repository = await asyncio.to_thread(engine.repository.narrow, question.scope)
            facts = await asyncio.to_thread(facts_of, repository)
            await asyncio.to_thread(lambda: (self._code_host.page, self._code_host.head))
        except (RepositoryError, LookupError, ValueError, OSError) as error:
            problem = str(error) or type(error).__name__
        except Exception as error:  # noqa: BLE001 - told below, once the record has its head
            problem = internal_error(error)
        tokens = facts.tokens + len(question.context) // 4
        window = await asyncio.to_thread(lambda: models.root.window)  # may read a table
        measure = Measure(tokens, [module.name for module in facts.modules], window)
        choice = choose(
            question.text, measure, question.route, language_model=models.root.is_language_model, depth=bounds.depth
        )
        choice = settled(choice, prepared, mode, bounds.depth)
        self._begin(facts, choice)
        for notice in prepared.notices:
            journal.notice(notice, "warning")
        if question.picked:
            journal.notice(question.picked)
        advice = await asyncio.to_thread(guidance, engine.repository.root) if models.root.is_language_model else None
        if advice is not None:
            journal.notice(advice.told)
        if problem:
            return Outcome("failed", "", problem)
        ledger = Ledger(bounds, lambda text: journal.notice(text, "warning"))
        depth = bounds.depth if choice.route == "rlm" else 0
        work = Work(
            question=question,
            mode=mode,
            repository=engine.repository,
            code_host=self._code_host,
            models=models,
            sandbox=engine.sandbox,
            journal=journal,
            ledger=ledger,
            slots=Slots(engine.slots),
            seen=self._seen,
            recall=Recall(
                engine.memo,
                (depth, mode.name, engine.sandbox.name, astuple(engine.limits)),
                lambda text: journal.notice(text, "warning"),
                journal.clean,
            ),
            depth=depth,
            limits=engine.limits,
            fan_out=FanOut(ledger, journal, engine.approve, engine.confirm_above),
            past=self._past,
            guidance=advice,
        )
        outcome = await self._root_call(work, repository, facts, choice)
        modules, more = await asyncio.to_thread(coverage, repository, work.seen.paths)
        journal.emit(Covered(**journal.stamp(), modules=modules, more=more))
        if outcome.text:
            await self._cite(work, repository, outcome.text)
        return outcome

    async def _changes(self) -> list[str]:
        """Return the files that changed while the run read them, and tell of what nobody was told yet."""
        start, commit = self._journal.tree.start, self._engine.repository.commit
        if start is not None and commit != start.commit:
            text = f"during this run {start.commit or 'no commit'} gave way to {commit or 'no commit'}"
            self._journal.notice(f"{text}: what was read before is of the former", "warning")
        changed = await asyncio.to_thread(self._seen.changes)
        if text := told(self._seen.unsaid(changed)):
            self._journal.notice(text, "warning")
        return changed

    async def _cite(self, work: Work, repository: Repository, answer: str) -> None:
        """Re-read what the answer cites, and tell of files that are cited from memory."""
        citations = await asyncio.to_thread(check, answer, repository, work.seen.differs)
        citations = await asyncio.to_thread(linked, citations, self._code_host)
        self._journal.emit(Cited(**self._journal.stamp("0"), citations=citations))
        if self._journal.tree.found is None:
            self._journal.emit(cited_as_found(self._journal.stamp("0"), citations))
        if unread := sorted({one.path for one in citations if one.ok and not one.commit and one.path not in work.seen}):
            self._journal.notice(f"cited, but never read in this run: {', '.join(unread[:10])}", "warning")

    def _begin(self, facts: Facts, choice: Choice) -> None:
        engine, journal = self._engine, self._journal
        repository, models = engine.repository, engine.models
        journal.emit(
            RunStarted(
                **journal.stamp(),
                version=__version__,
                question=self.question.text,
                mode=self.question.mode,
                repository=repository.name,
                root=str(repository.root),
                commit=repository.commit,
                files=facts.files,
                scope=self.question.scope,
                route=choice.route,
                why=choice.why,
                model=models.root.name,
                sub_model=models.sub.name,
                language_model=models.root.is_language_model,
                sandbox=engine.sandbox.name,
                bounds=engine.bounds,
                context=self.question.context,
                history=self.question.history,
                candidates=self.question.candidates,
                resumes=self._past.run_id if self._past is not None else "",
                remote=self._code_host.page,
                revision=self._code_host.head,
                asked=self._typed if self._typed != self.question.text else "",
            )
        )
        if self._unrecorded:
            journal.notice(f"the run is not recorded: {self._unrecorded}", "warning")
        if (
            engine.bounds.dollars is not None
            and models.root.is_language_model
            and models.root.price(Usage(1, 1)) is None
        ):
            journal.notice(
                f"the price of {models.root.name} is not known: the bound on dollars cannot be held", "warning"
            )
        for notice in repository.notices:
            journal.notice(notice, "warning")
        progress = repository.progress
        if progress.phase == "parsing":
            journal.notice(
                f"the index is still growing ({progress.done:,} of {progress.total:,} files): what needs symbols waits for it"
            )

    async def _root_call(self, work: Work, repository: Repository, facts: Facts, choice: Choice) -> Outcome:
        question, ledger = self.question, work.ledger
        straight = choice.route == "direct"
        count = question.candidates if work.models.root.is_language_model else 1
        if question.candidates > 1 and (straight or count == 1):
            why = "in one completion" if straight else "by no language model, which says the same each time"
            work.journal.notice(f"one candidate only: the question is answered {why}", "warning")
        told = work.models.root.is_language_model
        task = await asyncio.to_thread(lambda: spelled_out(question.text, self._engine.repository, told=told))
        self._root = root = Node(
            work,
            None,
            "query" if straight else "agent",
            label="root",
            task=task,
            repository=repository,
            model=work.models.root,
        )
        root.past = self._past.root if self._past is not None else None
        try:
            if straight:
                root.start(lambda node: direct(node, facts))
            elif count > 1:
                root.start(lambda node: candidates(node, question.context, count))
            else:
                root.start(lambda node: agent(node, question.context))
        except BudgetSpent as error:
            return Outcome("budget", "", str(error))
        if self._cancelled:
            root.cancel(self._cancelled)
        watch = asyncio.create_task(_watch(root, ledger))
        outcome = await root.result()
        watch.cancel()
        if ledger.spent_reason and outcome.status in ("done", "partial", "cancelled") and not self._cancelled:
            return replace(outcome, status="budget", error=ledger.spent_reason)
        return outcome

    async def _listed(self) -> None:
        """Wait until the files of the repository are known; index it when nobody has begun to."""
        repository = self._engine.repository
        if repository.progress.phase == "new":
            scan = asyncio.create_task(asyncio.to_thread(repository.scan))
            while not self._cancelled and not scan.done():
                await asyncio.wait({scan}, timeout=_TICK)
            if scan.done():
                scan.result()
        while repository.progress.phase == "listing" and not self._cancelled:  # noqa: ASYNC110 - a thread's progress: no event
            await asyncio.sleep(_TICK)


async def _watch(root: Node, ledger: Ledger) -> None:
    """Hold the bound on time: warn, then have the root answer from what is there, then end it."""
    seconds, working = ledger.bounds.seconds, ledger.working_seconds
    if seconds is None or working is None:
        return
    await _reach(ledger, seconds * WARN_AT)
    ledger.warn()
    await _reach(ledger, working)
    reason = ledger.expire()
    root.stop(reason)
    root.cancel_children(reason)
    await _reach(ledger, seconds + _GRACE)
    root.cancel(reason)


async def _reach(ledger: Ledger, seconds: float) -> None:
    while (left := seconds - ledger.seconds) > 0:  # noqa: ASYNC110 - the clock may have been paused meanwhile
        await asyncio.sleep(left)


def _record(runs: RunStore, run_id: str) -> tuple[RecordWriter | None, str]:
    try:
        return runs.create(run_id), ""
    except RecordError as error:
        return None, str(error)
