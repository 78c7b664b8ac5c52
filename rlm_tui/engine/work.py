"""What the calls of one run share, and how a call ends."""

from __future__ import annotations

from dataclasses import dataclass

from rlm_tui.engine.fanout import FanOut
from rlm_tui.engine.journal import Journal
from rlm_tui.engine.ledger import Ledger, Slots
from rlm_tui.engine.mode import Mode
from rlm_tui.engine.past import Past
from rlm_tui.engine.recall import Recall
from rlm_tui.engine.seen import Seen
from rlm_tui.models.protocol import Model
from rlm_tui.records.events import Route, Status
from rlm_tui.repl.protocol import Limits, Sandbox
from rlm_tui.repository.files.guidance import Guidance
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.versions.code_host import CodeHost


@dataclass(frozen=True, slots=True)
class Question:
    """What a user asks. `scope` limits it ("" entries are not allowed; () is the whole repository).

    `context` is what was handed in with it, `history` the session's earlier (question, answer) pairs, oldest first. `route`
    overrides the router. `candidates` agents answer it apart from each other; one answer is chosen.

    `arguments`, when there are any, even none of them, are the words after the name of a mode that prepares its question: the
    run has the mode make the text, the context and the scope of them once the repository is listed; `text` is what they were
    typed as. `picked` says why the mode was, where the user did not choose it.
    """

    text: str
    mode: str = "ask"
    scope: tuple[str, ...] = ()
    context: str = ""
    route: Route | None = None
    history: tuple[tuple[str, str], ...] = ()
    candidates: int = 1
    arguments: tuple[str, ...] | None = None
    picked: str = ""


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a run: `root` plans and answers, `sub` takes queries and sub-agents. They may be the same object."""

    root: Model
    sub: Model

    def named(self, name: str | None) -> Model:
        """Return the model a cell asked for: None or "sub", "root", or either's own name. Raises `LookupError` otherwise."""
        if name is None or name in ("sub", self.sub.name):
            return self.sub
        if name in ("root", self.root.name):
            return self.root
        raise LookupError(f"there is no model {name!r}: use {self.sub.name!r} (the default) or {self.root.name!r}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: its result for whoever asked, what went wrong ("" for nothing), and whether no model could be reached."""

    status: Status
    text: str
    error: str = ""
    access: bool = False
    unlooked: bool = False
    """Whether a sub-agent gave its text without a look at anything, which its parent is told."""

    @property
    def slot(self) -> str:
        """The result as a cell gets it: the text, with what is missing from it, or `Error: ...`."""
        if self.status == "done":
            return f"{self.text}\n[answered without a look at the repository]" if self.unlooked else self.text
        if self.text:
            return f"{self.text}\n[{self.status}: {self.error}]"
        return f"Error: {self.error or self.status}"


@dataclass(slots=True)
class Work:
    """Everything the calls of one run share. `depth` is the deepest sub-agent that the route and the bounds allow."""

    question: Question
    mode: Mode
    repository: Repository
    """All of it, whatever the question's scope."""
    code_host: CodeHost
    models: Models
    sandbox: Sandbox
    journal: Journal
    ledger: Ledger
    slots: Slots
    seen: Seen
    recall: Recall
    depth: int
    limits: Limits
    fan_out: FanOut
    guidance: Guidance | None = None
    """What the repository says to agents, for the root's first message."""
    past: Past | None = None
    """The unfinished run that this one goes on with."""
    started: int = 0

    def next_id(self) -> str:
        """Return the id of the next call; calls are numbered in the order they start."""
        number, self.started = self.started, self.started + 1
        return str(number)
