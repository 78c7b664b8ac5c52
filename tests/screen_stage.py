"""The screen on a stage: a session on a real repository and a real store of runs, in which a played run answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sample_runs import BEGIN, PlayedRun, finished
from textual.pilot import Pilot
from textual.screen import Screen

from rlm_tui.engine.fanout import Approve
from rlm_tui.records.asked import AskedStore
from rlm_tui.records.events import Event
from rlm_tui.records.store import RunStore
from rlm_tui.repository.repository import Repository
from rlm_tui.ui.app import RlmApp
from rlm_tui.ui.appearance import Appearance
from rlm_tui.ui.calls_tree import CallsTree
from rlm_tui.ui.page import Page
from rlm_tui.ui.prompt import Prompt
from rlm_tui.ui.session import History, LiveRun, Session
from rlm_tui.ui.status import Line, Notice
from rlm_tui.ui.trace import TraceScreen


@dataclass
class Stage:
    """The app, what was asked of it, and the run that it shows."""

    repository: Repository
    runs: RunStore
    theme: str = "ink"
    events: Sequence[Event] = field(default_factory=lambda: finished().events)
    language_model: bool = True
    replay: str | None = None
    appearance: Appearance = field(default_factory=Appearance)
    themes_folder: Path | None = None
    kept: AskedStore | None = None
    keys: Mapping[str, object] = field(default_factory=dict)
    asked: list[tuple[str, History]] = field(default_factory=list)
    within: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    approvers: list[Approve] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    played: list[PlayedRun] = field(default_factory=list)

    @property
    def run(self) -> PlayedRun:
        return self.played[-1]

    def ask(self, text: str, history: History) -> LiveRun:
        self.asked.append((text, history))
        self.played.append(PlayedRun(self.events))
        return self.run

    def ask_within(self, text: str, scope: tuple[str, ...]) -> LiveRun:
        self.within.append((text, scope))
        self.played.append(PlayedRun(self.events))
        return self.run

    def take_on(self, mode: str, words: tuple[str, ...], history: History) -> LiveRun:
        return self.ask(" ".join((mode, *words)), history)

    def resume(self, run_id: str) -> LiveRun:
        self.resumed.append(run_id)
        self.played.append(PlayedRun(self.events))
        return self.run

    def app(self) -> RlmApp:
        names = ("claude-sonnet-5-5", "claude-haiku-5-5") if self.language_model else ("navigator", "navigator")
        return RlmApp(
            Session(
                repository=self.repository,
                runs=self.runs,
                ask=self.ask,
                ask_within=self.ask_within,
                resume=self.resume,
                ask_before=self.approvers.append,
                sandbox_name="sealed",
                model=names[0],
                sub_model=names[1],
                language_model=self.language_model,
                take_on=self.take_on,
                asked=self.kept,
                keys=self.keys,
                theme=self.theme,
                themes_folder=self.themes_folder,
                appearance=self.appearance,
                replay=self.replay,
                clock=lambda: self.run.tree.last if self.played else BEGIN,
            )
        )


class Screenful:
    """The app under a pilot, with words for what tests look at."""

    def __init__(self, app: RlmApp, pilot: Pilot[int], stage: Stage) -> None:
        self.app, self.pilot, self.stage = app, pilot, stage

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        await self.pilot.pause()
        self.app.draw_now()
        if isinstance(self.screen, TraceScreen):
            self.screen.draw()
        await self.pilot.pause()
        brief = [worker for worker in self.app.workers if worker.name not in ("run", "index")]
        if brief:  # an empty list means all of them to Textual
            await self.app.workers.wait_for_complete(brief)
            self.app.draw_now()
        await self.pilot.pause()

    async def ask(self, until: int | None = None) -> None:
        await self.press(*"why", "enter")
        self.stage.run.play(until)
        await self.settle()

    @property
    def screen(self) -> Screen[object]:
        return self.app.screen

    @property
    def calls(self) -> CallsTree:
        return self.app.screen_stack[0].query_one(CallsTree)

    @property
    def prompt(self) -> Prompt:
        return self.app.screen_stack[0].query_one(Prompt)

    @property
    def notice(self) -> str:
        return self.app.screen_stack[0].query_one(Notice).render().plain

    @property
    def page(self) -> Page:
        return self.screen.query_one(Page)

    def line(self, name: str) -> str:
        return self.screen.query_one(name, Line).render().plain


@asynccontextmanager
async def opened(stage: Stage, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screenful]:
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        yield Screenful(app, pilot, stage)
