"""Folds a run's events into its tree of calls and steps: pure, incremental, the one reading of the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from rlm_tui.records.events import (
    CallEnded,
    CallPrompted,
    CallStarted,
    CellEnded,
    Citation,
    Cited,
    Covered,
    Event,
    Found,
    Noticed,
    Proposed,
    Refuted,
    Retrying,
    RunEnded,
    RunStarted,
    Status,
    StepStarted,
    Streamed,
    Tokens,
    ToolCalled,
    TurnEnded,
    Withdrawn,
)
from rlm_tui.records.findings import Finding

Phase = Literal["queued", "running", "memo"] | Status
_DEEPEST = 50
"""No run nests its calls so deep; the tree is walked by recursion."""


@dataclass(slots=True)
class Step:
    """A turn as it grows: streamed text, then the cell, then its output. `ended` is None while it lives.

    `turn` is the model's whole turn, once there is one; `cell` tells that its cell has ended.
    """

    number: int
    started: float
    ended: float | None = None
    text: str = ""
    thinking: str = ""
    code: str = ""
    output: str = ""
    omitted: int = 0
    whole: str = ""
    error: str = ""
    status: str = "running"
    retry: str = ""
    tokens: Tokens = field(default_factory=Tokens)
    tools: list[ToolCalled] = field(default_factory=list)
    variables: tuple[str, ...] = ()
    children: list[str] = field(default_factory=list)
    turn: TurnEnded | None = None
    cell: bool = False


@dataclass(slots=True)
class Call:
    """A node of the tree. `started` is when it was queued, `running` when it got its slot.

    The result of one in the phase "memo" was kept from an earlier run; `files` are what it came from.
    """

    id: str
    parent: str
    kind: Literal["agent", "query"]
    label: str
    task: str
    scope: tuple[str, ...]
    model: str
    depth: int
    step: int
    started: float
    running: float | None = None
    ended: float | None = None
    phase: Phase = "queued"
    system: str = ""
    message: str = ""
    result: str = ""
    error: str = ""
    files: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    children: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> Tokens:
        """What this call itself spent, without its children."""
        return total(step.tokens for step in self.steps)


@dataclass(slots=True)
class Tree:
    """The state of a run after the events applied so far. `calls` is in the order of starting; "0" is the root.

    `proposed` are all findings by their ids, `refuted` the reasons against those that a second look did not let stand, and
    `proposers` the calls that proposed them first.
    """

    start: RunStarted | None = None
    end: RunEnded | None = None
    calls: dict[str, Call] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    proposed: dict[str, Finding] = field(default_factory=dict)
    refuted: dict[str, str] = field(default_factory=dict)
    proposers: dict[str, str] = field(default_factory=dict)
    found: Found | None = None
    coverage: Covered | None = None
    notices: list[Noticed] = field(default_factory=list)
    last: float = 0.0

    @classmethod
    def of(cls, events: Iterable[Event]) -> Tree:
        """Return the tree after all of `events`."""
        tree = cls()
        for event in events:
            tree.apply(event)
        return tree

    @property
    def findings(self) -> list[Finding]:
        """The findings that stand, the gravest first."""
        return sorted((one for one in self.proposed.values() if one.id not in self.refuted), key=lambda one: one.rank)

    @property
    def evidence(self) -> tuple[Citation, ...]:
        """The citations of the answer, then those of the findings that stand: each once, lines of the working tree only."""
        all_of = [*self.citations, *(one for finding in self.findings for one in finding.evidence)]
        return tuple({one.span: one for one in all_of if not one.commit}.values())

    def findings_of(self, call_id: str) -> tuple[Finding, ...]:
        """Return the findings that a call, or one below it, proposed, and that stand."""
        calls = {call.id for call in self.subtree(call_id)} if call_id in self.calls else set[str]()
        return tuple(one for one in self.findings if self.proposers.get(one.id) in calls)

    @property
    def root(self) -> Call | None:
        """The root call, once it was started."""
        return self.calls.get("0")

    @property
    def live(self) -> int:
        """How many calls are queued or running."""
        return sum(call.phase in ("queued", "running") for call in self.calls.values())

    @property
    def answer(self) -> str:
        """The answer, whole when the run has ended, else as far as it has streamed."""
        if self.end is not None:
            return self.end.answer
        root = self.root
        if root is None or not root.steps or root.steps[-1].code:
            return ""
        return root.steps[-1].text

    def subtree(self, call_id: str) -> Iterable[Call]:
        """Yield the call and its descendants, parents first."""
        call = self.calls[call_id]
        yield call
        for child in call.children:
            yield from self.subtree(child)

    def spent(self, call_id: str = "0") -> Tokens:
        """What the call and its descendants spent."""
        return total(call.tokens for call in self.subtree(call_id)) if call_id in self.calls else Tokens()

    def apply(self, event: Event) -> None:
        """Take one event in.

        Events of calls that were never started (a cut record) are passed over. So is a second start of a call, and one that
        is nested too deep: whatever the record says, the calls form a tree.
        """
        self.last = max(self.last, event.ts)
        match event:
            case RunStarted():
                self.start = event
            case RunEnded():
                self.end = event
            case CallStarted():
                if event.call_id not in self.calls and self._depth(event.parent_id) < _DEEPEST:
                    self._start(event)
            case Proposed():
                self.proposed[event.finding.id] = event.finding
                self.proposers.setdefault(event.finding.id, event.call_id)
            case Refuted() if event.finding in self.proposed:
                self.refuted[event.finding] = event.reason
            case Withdrawn():
                self.proposed.pop(event.finding, None)
                self.proposers.pop(event.finding, None)
                self.refuted.pop(event.finding, None)
            case Cited():
                self.citations = event.citations
            case Found():
                self.found = event
            case Covered():
                self.coverage = event
            case Noticed():
                self.notices.append(event)
            case _:
                if (call := self.calls.get(event.call_id)) is not None:
                    _advance(call, event)

    def _depth(self, call_id: str) -> int:
        """Return how many calls stand above and at this one."""
        depth = 0
        while (call := self.calls.get(call_id)) is not None:
            depth, call_id = depth + 1, call.parent
        return depth

    def _start(self, event: CallStarted) -> None:
        parent = self.calls.get(event.parent_id)
        call = Call(
            id=event.call_id,
            parent=event.parent_id if parent is not None else "",
            kind=event.call,
            label=event.label,
            task=event.task,
            scope=event.scope,
            model=event.model,
            depth=event.depth,
            step=event.step,
            started=event.ts,
        )
        self.calls[call.id] = call
        if parent is not None:
            parent.children.append(call.id)
            if 0 < event.step <= len(parent.steps):
                parent.steps[event.step - 1].children.append(call.id)


def _advance(call: Call, event: Event) -> None:
    match event:
        case CallPrompted():
            call.phase, call.running = "running", event.ts
            call.system, call.message = event.system, event.message
        case StepStarted():
            call.steps.append(Step(event.step, event.ts))
        case CallEnded():
            call.phase, call.ended = "memo" if event.memo else event.status, event.ts
            call.result, call.error, call.files = event.result, event.error, event.files
            if call.steps and call.steps[-1].ended is None:
                call.steps[-1].ended = event.ts
                call.steps[-1].status = event.status
        case Streamed() | Retrying() | TurnEnded() | ToolCalled() | CellEnded() if 0 < event.step <= len(call.steps):
            _fill(call.steps[event.step - 1], event)
        case _:
            pass


def _fill(step: Step, event: Streamed | Retrying | TurnEnded | ToolCalled | CellEnded) -> None:
    match event:
        case Streamed():
            if event.restart:
                step.text = step.thinking = step.code = ""
            step.retry = ""
            setattr(step, event.channel, getattr(step, event.channel) + event.text)
        case Retrying():
            step.retry = f"retry {event.attempt} in {event.seconds:.0f} s: {event.reason}"
            step.text = step.thinking = step.code = ""
        case TurnEnded():
            step.text, step.thinking, step.code = event.text, event.thinking, event.code
            step.tokens, step.retry, step.turn = event.tokens, "", event
            if not event.code:
                step.ended, step.status = event.ts, _how(event.stop)
        case ToolCalled():
            step.tools.append(event)
        case CellEnded():
            step.output, step.omitted, step.error = event.output, event.omitted, event.error
            step.whole = event.whole
            step.variables, step.ended, step.cell = event.variables, event.ts, True
            step.status = "done" if event.status == "ok" else "failed"


def _how(stop: str) -> str:
    """Return how a turn without a cell ended, by its stop reason."""
    return "cancelled" if stop == "cancelled" else "failed" if stop.endswith(" error") else "done"


def total(parts: Iterable[Tokens]) -> Tokens:
    """Add tokens up. The sum of the dollars is None only when no part has a price."""
    result = Tokens()
    for part in parts:
        dollars = result.dollars if part.dollars is None else (result.dollars or 0.0) + part.dollars
        result = Tokens(
            input=result.input + part.input,
            output=result.output + part.output,
            cache_read=result.cache_read + part.cache_read,
            cache_write=result.cache_write + part.cache_write,
            dollars=dollars,
        )
    return result
