"""Everything that happens in a run, as typed events.

One append-only log of these is the run's record. The screen, the headless output, replay, resume and the exports read that
log and nothing else. All text in an event is sanitised (`repository.sanitize`) before the event is made. Calls are numbered
in the order they start: "0" is the root. `ts` is seconds since the epoch.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rlm_tui.records.findings import Citation as Citation
from rlm_tui.records.findings import Finding

Status: TypeAlias = Literal["done", "partial", "failed", "cancelled", "budget"]
Route: TypeAlias = Literal["direct", "repl", "rlm"]
_END_OF_TIME = 253_402_300_000.0
"""The end of the year 9999, which is as far as dates can be told."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Event(_Frozen):
    seq: int
    run_id: str
    call_id: str = ""
    parent_id: str = ""
    ts: float = Field(ge=0, le=_END_OF_TIME)


class Tokens(_Frozen):
    """Tokens spent and their price in US dollars (None: unknown model)."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    dollars: float | None = None

    @property
    def total(self) -> int:
        """All tokens that passed, cached or not."""
        return self.input + self.output + self.cache_read + self.cache_write


class Bounds(_Frozen):
    """What a run may spend; None is no bound. `seconds` is wall time, `dollars` US dollars."""

    calls: int | None = None
    tokens: int | None = None
    dollars: float | None = None
    seconds: float | None = None
    depth: int = 1


class ModuleCovered(_Frozen):
    """A module of the run's scope: how many files it has, and how many of them the run read something of."""

    name: str
    path: str
    files: int
    read: int


class RunStarted(_Event):
    """A question was taken on. `version` is that of the program; `why` explains the route.

    `remote` is the repository's page on its code host, "" without one, and `revision` the whole hash of the commit.
    `question` is what the root is asked, `asked` what the user typed where a mode made the question of it ("/review main"), else
    "". `context` is what was handed in, `history` the pairs of question and answer before it, `candidates` how many agents answer
    it apart from each other, and `resumes` the id of the
    unfinished run that this one goes on with, "" for none.
    """

    kind: Literal["run_started"] = "run_started"
    version: str
    question: str
    mode: str
    repository: str
    root: str
    commit: str
    files: int
    scope: tuple[str, ...]
    route: Route
    why: str
    model: str
    sub_model: str
    language_model: bool
    sandbox: str
    bounds: Bounds
    context: str = ""
    history: tuple[tuple[str, str], ...] = ()
    candidates: int = 1
    resumes: str = ""
    remote: str = ""
    revision: str = ""
    asked: str = ""

    @property
    def typed(self) -> str:
        """What the user typed."""
        return self.asked or self.question

    @property
    def title(self) -> str:
        """What the user typed, in one line: of a text of several, such as a traceback, the first and the last."""
        lines = [" ".join(line.split()) for line in self.typed.splitlines() if re.search(r"\w", line)]
        return " … ".join(dict.fromkeys((lines[0], lines[-1]))) if lines else ""


class CallStarted(_Event):
    """A call joined the tree, queued behind its slot. `agent` calls have a REPL; a `query` is one completion.

    `step` is the step of the parent that started it (0 for the root); `label` is short, for a tree row.
    """

    kind: Literal["call_started"] = "call_started"
    call: Literal["agent", "query"]
    label: str
    task: str
    scope: tuple[str, ...]
    model: str
    depth: int
    step: int


class CallPrompted(_Event):
    """The call got its slot and its prompt: the system prompt and the first message, whole."""

    kind: Literal["call_prompted"] = "call_prompted"
    system: str
    message: str


class StepStarted(_Event):
    """A turn of an agent, or the one completion of a query, was asked for. Steps count from 1 in each call."""

    kind: Literal["step_started"] = "step_started"
    step: int


class Streamed(_Event):
    """A piece of the model's turn. Pieces of a few milliseconds are joined; `restart` voids what this step streamed before."""

    kind: Literal["streamed"] = "streamed"
    step: int
    channel: Literal["text", "thinking", "code"]
    text: str
    restart: bool = False


class Retrying(_Event):
    """The wire failed; the request goes out again after `seconds`."""

    kind: Literal["retrying"] = "retrying"
    step: int
    attempt: int
    seconds: float
    reason: str


class TurnEnded(_Event):
    """The model's turn is whole: its text, the cell it wrote ("" for none), and what the turn cost.

    `thoughts` are its thinking blocks as the endpoint sent them: they go back unchanged when the run is resumed.
    """

    kind: Literal["turn_ended"] = "turn_ended"
    step: int
    text: str
    thinking: str
    code: str
    stop: str
    tokens: Tokens
    thoughts: tuple[str, ...] = ()


class ToolCalled(_Event):
    """A cell called a tool, which returned. `seconds` is how long it took; `error` its message, "" for none.

    `files` are those that the result shows something of (at most 100).
    """

    kind: Literal["tool_called"] = "tool_called"
    step: int
    tool: str
    arguments: str
    result: str
    seconds: float
    error: str = ""
    files: tuple[str, ...] = ()


class CellEnded(_Event):
    """The cell of this step ended. See `repl.protocol.CellResult` for the words.

    `whole` is the output before it was shortened for the model (of a very long one, its beginning); "" where none was left out.
    """

    kind: Literal["cell_ended"] = "cell_ended"
    step: int
    output: str
    omitted: int
    error: str
    status: Literal["ok", "error", "timeout", "dead"]
    variables: tuple[str, ...]
    seconds: float
    whole: str = ""


class CallEnded(_Event):
    """A call left the tree's living part. `result` is what its parent got; `error` is for people, "" for none.

    `memo` tells that the result was kept from an earlier run: nothing was asked, and nothing paid; `files` are those (at most
    100) that it came from.
    """

    kind: Literal["call_ended"] = "call_ended"
    status: Status
    result: str
    error: str = ""
    memo: bool = False
    files: tuple[str, ...] = ()


class Proposed(_Event):
    """A call proposed a finding; one with the same id takes the place of the earlier (evidence was added, or two were merged)."""

    kind: Literal["proposed"] = "proposed"
    finding: Finding


class Refuted(_Event):
    """A second look did not let a finding stand. `finding` is its id, `reason` in words why."""

    kind: Literal["refuted"] = "refuted"
    finding: str
    reason: str


class Withdrawn(_Event):
    """Who proposed a finding, or stands above, took it back. `finding` is its id."""

    kind: Literal["withdrawn"] = "withdrawn"
    finding: str


class Cited(_Event):
    """The citations of an answer were re-read."""

    kind: Literal["cited"] = "cited"
    citations: tuple[Citation, ...]


class Found(_Event):
    """What an answer comes to, as data, best first: what a program reads where a person reads the answer.

    `symbols` and the steps of `path` (a chain of calls) are `path::Qualified.name`, `lines` are `path:12`; `names` are those
    that something offers; `groups` are files that belong together, as in a cycle of imports.
    """

    kind: Literal["found"] = "found"
    files: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()


class Covered(_Event):
    """What the run looked at, and what not, by module; `more` modules beyond these were not looked at."""

    kind: Literal["covered"] = "covered"
    modules: tuple[ModuleCovered, ...]
    more: int = 0


class Noticed(_Event):
    """Something people should know: a budget at 80%, a file that changed during the run, soft cancel."""

    kind: Literal["noticed"] = "noticed"
    level: Literal["info", "warning"]
    text: str


class RunEnded(_Event):
    """The run is over. `answer` is markdown; `error` says what ended it early, "" for nothing; `code` is the exit code.

    `changed` are files (at most 100) that are no longer what the run first read.
    """

    kind: Literal["run_ended"] = "run_ended"
    status: Status
    answer: str
    error: str = ""
    code: int = 0
    changed: tuple[str, ...] = ()


Event: TypeAlias = Annotated[
    RunStarted
    | CallStarted
    | CallPrompted
    | StepStarted
    | Streamed
    | Retrying
    | TurnEnded
    | ToolCalled
    | CellEnded
    | CallEnded
    | Proposed
    | Refuted
    | Withdrawn
    | Cited
    | Found
    | Covered
    | Noticed
    | RunEnded,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads and checks one event from JSON: `EVENT.validate_json(line)`."""
