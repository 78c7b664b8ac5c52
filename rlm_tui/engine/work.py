"""What the calls of one run share, and how a call ends."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.engine.journal import Journal
from rlm_tui.engine.ledger import Ledger, Slots
from rlm_tui.engine.mode import Mode
from rlm_tui.engine.past import Past
from rlm_tui.engine.recall import Recall
from rlm_tui.models.protocol import Model
from rlm_tui.records.events import Route, Status
from rlm_tui.repl.protocol import Limits, Sandbox


@dataclass(frozen=True, slots=True)
class Question:
    """What a user asks. `scope` limits it ("" entries are not allowed; () is the whole repository).

    `context` is what was handed in with it, `history` the session's earlier (question, answer) pairs, oldest first. `route`
    overrides the router.
    """

    text: str
    mode: str = "ask"
    scope: tuple[str, ...] = ()
    context: str = ""
    route: Route | None = None
    history: tuple[tuple[str, str], ...] = ()


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

    @property
    def slot(self) -> str:
        """The result as a cell gets it: the text, with what is missing from it, or `Error: ...`."""
        if self.status == "done":
            return self.text
        if self.text:
            return f"{self.text}\n[{self.status}: {self.error}]"
        return f"Error: {self.error or self.status}"


class Seen:
    """The state in which the run first read each file, to tell later whether it has changed since. Thread-safe."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._states: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def note(self, paths: Iterable[str]) -> None:
        """Remember files that were read just now."""
        for path in paths:
            if path not in self._states and (state := self._state(path)) is not None:
                with self._lock:
                    self._states.setdefault(path, state)

    def __contains__(self, path: str) -> bool:
        """Whether the run has read anything of the file."""
        return path in self._states

    def changed(self, path: str) -> bool:
        """Say whether a file that was read differs from then, by size and time. Files that were never read have not changed."""
        before = self._states.get(path)
        return before is not None and self._state(path) != before

    def _state(self, path: str) -> tuple[int, int] | None:
        try:
            stat = (self._root / path).stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size


@dataclass(slots=True)
class Work:
    """Everything the calls of one run share. `depth` is the deepest sub-agent that the route and the bounds allow."""

    question: Question
    mode: Mode
    models: Models
    sandbox: Sandbox
    journal: Journal
    ledger: Ledger
    slots: Slots
    seen: Seen
    recall: Recall
    depth: int
    limits: Limits
    past: Past | None = None
    """The unfinished run that this one goes on with."""
    started: int = 0

    def next_id(self) -> str:
        """Return the id of the next call; calls are numbered in the order they start."""
        number, self.started = self.started, self.started + 1
        return str(number)
