"""What the screen needs from below: a narrow view of the engine's runs, and what is in force in this session."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rlm_tui.records.events import Event
from rlm_tui.records.tree import Tree
from rlm_tui.ui.appearance import Appearance
from rlm_tui.ui.attention import Notify

if TYPE_CHECKING:
    from rlm_tui.engine.fanout import Approve
    from rlm_tui.records.asked import AskedStore
    from rlm_tui.records.store import RunStore
    from rlm_tui.repository.patches.applying import Applying
    from rlm_tui.repository.repository import Repository
    from rlm_tui.setup import Setup
    from rlm_tui.workspace import Workspace

History = tuple[tuple[str, str], ...]


class LiveRun(Protocol):
    """A run as the screen sees it: `engine.run.Run` is one."""

    @property
    def id(self) -> str:
        """The run's name in the store."""
        ...

    @property
    def tree(self) -> Tree:
        """The state of the run, kept current."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Every event from the first on; ends after the run has."""
        ...

    def cancel(self, call_id: str = "0", *, hard: bool = False) -> None:
        """Stop a call and what is below it; soft keeps what is there."""
        ...


@dataclass
class Session:
    """One sitting in one repository.

    `ask` takes a question with the session's earlier questions and answers, `ask_within` one that stands for itself and is
    limited to a scope, and `take_on` a mode with the words after its name. `resume` goes on with an unfinished run, and
    `ask_before` takes what is to be asked before large fan-outs. `theme` is a theme's name, "" for our dark one;
    `themes_folder` holds the user's own. `opening` is the mode, with its words, that the session begins with, `replay` the id
    of a recorded run to show at the start, `resumed` of one to go on with. `applying` writes patches into
    the files, where that is possible at all. `clock` gives seconds since the epoch. How the user is called
    after a run of `notify_after` seconds is `notify`.
    """

    repository: Repository
    runs: RunStore
    ask: Callable[[str, History], LiveRun]
    ask_within: Callable[[str, tuple[str, ...]], LiveRun]
    resume: Callable[[str], LiveRun]
    ask_before: Callable[[Approve], None]
    sandbox_name: str
    model: str
    sub_model: str
    language_model: bool
    take_on: Callable[[str, tuple[str, ...], History], LiveRun]
    asked: AskedStore | None = None
    setup: Setup | None = None
    keys: Mapping[str, object] = field(default_factory=dict)
    theme: str = ""
    themes_folder: Path | None = None
    appearance: Appearance = field(default_factory=Appearance)
    opening: tuple[str, tuple[str, ...]] | None = None
    notify: Notify = "bell"
    notify_after: float = 30.0
    replay: str | None = None
    resumed: str | None = None
    applying: Applying | None = None
    clock: Callable[[], float] = field(default=time.time)

    def take_models(self, setup: Setup) -> None:
        """Show the models that the next question is asked."""
        models = setup.workspace.engine.models
        self.model, self.sub_model = models.root.name, models.sub.name
        self.language_model = models.root.is_language_model

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        replay: str | None = None,
        scope: tuple[str, ...] = (),
        resumed: str | None = None,
        opening: tuple[str, tuple[str, ...]] | None = None,
    ) -> Session:
        """Make the session of an opened workspace; its questions are limited to `scope`, if any."""
        from rlm_tui.config import THEMES_FOLDER
        from rlm_tui.engine.detection import commanded, in_its_mode
        from rlm_tui.engine.run import Question
        from rlm_tui.records.asked import AskedStore
        from rlm_tui.repository.patches.applying import Applying
        from rlm_tui.setup import Setup

        settings, models = workspace.settings, workspace.models

        def question(text: str, history: History) -> Question:
            return Question(text, scope=scope, route=settings.route, history=history, candidates=settings.candidates)

        def ask(text: str, history: History) -> LiveRun:
            return workspace.engine.ask(in_its_mode(question(text, history)))

        def ask_within(text: str, part: tuple[str, ...]) -> LiveRun:
            return workspace.engine.ask(Question(text, scope=part or scope, route=settings.route))

        def take_on(mode: str, words: tuple[str, ...], history: History) -> LiveRun:
            return workspace.engine.ask(commanded(mode, words, question("", history)))

        def ask_before(approve: Approve) -> None:
            workspace.engine.approve = approve

        return cls(
            repository=workspace.repository,
            runs=workspace.runs,
            ask=ask,
            ask_within=ask_within,
            resume=workspace.engine.resume,
            ask_before=ask_before,
            sandbox_name=workspace.sandbox.name,
            model=models.root.name,
            sub_model=models.sub.name,
            language_model=models.root.is_language_model,
            take_on=take_on,
            opening=opening,
            asked=AskedStore(settings.runs_dir.parent / "questions.jsonl"),
            setup=Setup.of(workspace),
            keys=settings.keys,
            applying=Applying(workspace.repository.root, settings.applied_dir),
            theme=settings.theme,
            themes_folder=THEMES_FOLDER,
            notify=settings.notify,
            notify_after=settings.notify_after,
            appearance=Appearance.of(os.environ, ascii_only=settings.ascii, reduced_motion=settings.reduced_motion),
            replay=replay,
            resumed=resumed,
        )
