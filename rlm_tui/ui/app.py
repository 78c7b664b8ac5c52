"""The app: owns the current run, the index worker, the themes, and the ways out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from rlm_tui.records.events import Noticed
from rlm_tui.records.log import RecordError
from rlm_tui.records.tree import Tree
from rlm_tui.ui.actions import bindings, commands, slash_words, slashes
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.help import HelpScreen
from rlm_tui.ui.jump import JumpScreen, Target, targets
from rlm_tui.ui.keymap import read_keymap
from rlm_tui.ui.pace import DRAWS, STILL_DRAWS, Pace
from rlm_tui.ui.plan import PlanScreen
from rlm_tui.ui.playback import Playback
from rlm_tui.ui.prompt import Prompt
from rlm_tui.ui.report_file import ENDINGS, write_report
from rlm_tui.ui.repository_watch import RepositoryWatch
from rlm_tui.ui.runs import Chosen
from rlm_tui.ui.session import LiveRun, Session
from rlm_tui.ui.status import Notice
from rlm_tui.ui.terminal_app import Level, TerminalApp
from rlm_tui.ui.trace import TraceScreen

if TYPE_CHECKING:
    from rlm_tui.engine.fanout import Plan

TWICE = 2.0
"""Seconds within which a second Ctrl+C quits."""
_THEMES = "rlm_tui.themes"


class RlmApp(TerminalApp):
    """The screen of one session. `run_async` returns the exit code."""

    BINDINGS = bindings("everywhere")
    CSS_PATH = sorted(str(sheet) for sheet in files(_THEMES).iterdir() if sheet.name.endswith(".tcss"))
    TITLE = "rlm-tui"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.keymap = read_keymap(session.keys)
        self.current: LiveRun | None = None
        self.shown = Tree()
        self.shown_id = ""
        self._history: list[tuple[str, str]] = []
        self._stopping = False
        self._interrupted = 0.0
        self._asking = asyncio.Lock()
        self._main = AskScreen()
        self._pace = Pace(self._main.draw)
        self._watch = RepositoryWatch(session.repository)

    def get_default_screen(self) -> Screen[None]:
        """Start on the main screen."""
        return self._main

    def on_mount(self) -> None:
        """Start what runs beside the screen."""
        self.session.ask_before(self.allows)
        self.set_keymap(self.keymap.for_textual)
        if self.keymap.problems:
            self._main.call_after_refresh(self._main.say, " · ".join(self.keymap.problems), "warning")
        self.set_interval(DRAWS if self.session.appearance.motion else STILL_DRAWS, self._tick)
        if self.theme_notice:
            self._main.call_after_refresh(self._main.say, self.theme_notice, "error")

    def begin_session(self) -> None:
        """Show what the session starts with: a recorded run, one to go on with, or nothing yet. The main screen stands."""
        if self.session.replay is not None:
            self.open_run(Chosen(self.session.replay))
        elif (resumed := self.session.resumed) is not None:
            self._begin(lambda: self.session.resume(resumed))
        elif (opening := self.session.opening) is not None:
            self._take_on(*opening)
        else:
            self._index()

    @property
    def is_live(self) -> bool:
        """Whether a run is on its way."""
        return self.current is not None

    @property
    def examples(self) -> Sequence[str]:
        """Questions that one may ask of this repository."""
        return self._watch.examples

    @property
    def playback(self) -> Playback | None:
        """The recorded run that is played again, if one is."""
        return self.current if isinstance(self.current, Playback) else None

    def now(self, tree: Tree) -> float:
        """Return the time at which a tree is to be seen: now while it lives, its last event once it has ended."""
        if self.playback is not None and tree is self.playback.tree:
            return self.playback.now
        is_current = self.current is not None and tree is self.current.tree
        return self.session.clock() if is_current else tree.last

    def send(self, text: str) -> None:
        """Ask a question, or run a slash command."""
        if text.startswith("/"):
            self._command(text[1:].strip())
        elif self.current is not None and self.playback is None:
            self._main.say("one question at a time: Esc stops the one that runs", "warning")
            self._main.query_one(Prompt).text = text
        else:
            self._begin(lambda: self.session.ask(text, tuple(self._history)))

    def _take_on(self, mode: str, words: tuple[str, ...]) -> None:
        if self.current is not None:
            self._main.say("one question at a time: Esc stops the one that runs", "warning")
        else:
            self._begin(lambda: self.session.take_on(mode, words, tuple(self._history)))

    def again(self) -> None:
        """Go on with the shown run where it was cut off; ask the question of a finished one again."""
        start, run_id = self.shown.start, self.shown_id
        if start is None:
            self._main.say("there is no run to take up again: ask something first")
        elif self.current is not None or (self.shown.end is not None and self.shown.end.status == "done"):
            self.send(start.typed)
        else:
            self._begin(lambda: self.session.resume(run_id))

    def _begin(self, start: Callable[[], LiveRun]) -> None:
        self._index()
        self._stopping = False
        self._end_playback()
        try:
            self.current = start()
        except (LookupError, OSError, RuntimeError, ValueError, RecordError) as error:
            self._main.say(f"the question could not be taken on: {error}", "error")
            return
        self.shown, self.shown_id = self.current.tree, self.current.id
        self.run_worker(self._listen(self.current), name="run", exit_on_error=False)
        self._main.begin()

    async def allows(self, call_id: str, plan: Plan) -> bool:
        """Ask the user about a large fan-out, one at a time; while nobody answers, it waits."""
        async with self._asking:
            tree = self.current.tree if self.current is not None else Tree()
            return await PlanScreen(tree, call_id, str(plan)).asked_on(self)

    def cancel_run(self) -> None:
        """Stop the run: first softly, then at once."""
        if self.playback is not None:
            self.playback.cancel()
        elif self.current is not None:
            self.current.cancel("0", hard=self._stopping)
            if not self._stopping:
                self._main.say(
                    "stopping: no new calls; the answer is made from what is there · Esc again stops at once"
                )
            self._stopping = True

    def cancel_call(self, key: str) -> None:
        """Cancel the call that a row's key names, and what is below it."""
        call_id = key.partition("/")[0]
        if self.current is None or self.playback is not None or self.shown is not self.current.tree:
            self.notify_line("nothing runs here")
        elif call_id == "0":
            self.cancel_run()
        else:
            self.current.cancel(call_id, hard=True)
            self.notify_line(f"cancelling {self.shown.calls[call_id].label}")

    def call_again(self, key: str) -> None:
        """Run the root again; ask the task of another call anew, in its scope, as a question of its own."""
        call = self.shown.calls.get(key.partition("/")[0])
        if call is None or call.id == "0":
            self._leave_trace()
            self.again()
        elif self.current is not None:
            self.notify_line("one question at a time: Esc on the main screen stops the one that runs")
        else:
            task, scope = (call.message or call.task) if call.kind == "query" else call.task, call.scope
            self._leave_trace()
            self._begin(lambda: self.session.ask_within(task, scope))

    def export_call(self, key: str) -> None:
        """Write the report of a call and what is below it into the current directory."""
        self.run_worker(
            self._export(self.shown, self.shown_id, key.partition("/")[0]), name="export", exit_on_error=False
        )

    def notify_line(self, text: str, level: Level = "info") -> None:
        """Write a notice on the main screen, and on the one before it."""
        for notice in (*self._main.query(Notice), *self.screen.query(Notice)):
            notice.say(text, level)

    def _leave_trace(self) -> None:
        if isinstance(self.screen, TraceScreen):
            self.screen.dismiss(None)

    def export(self, form: str = "markdown") -> None:
        """Write the report of the shown run into the current directory: markdown, json, sarif or patch."""
        if self.shown.start is None:
            self._main.say("there is nothing to export yet: ask something first")
        elif form not in ENDINGS:
            self._main.say(f"a report is {', '.join(ENDINGS)}, not {form}", "warning")
        else:
            self.run_worker(self._export(self.shown, self.shown_id, form=form), name="export", exit_on_error=False)

    def open_run(self, chosen: Chosen | None) -> None:
        """Show a recorded run, play it again, or go on with it."""
        if chosen is None:
            return
        if self.current is not None and self.playback is None:
            self._main.say("a question is being answered: Esc stops it", "warning")
            return
        self._end_playback()
        if chosen.how == "resume":
            self._begin(lambda: self.session.resume(chosen.run_id))
        else:
            self.run_worker(self._replay(chosen), name="replay", exit_on_error=False)

    def _end_playback(self) -> None:
        if self.playback is not None:
            self.playback.cancel()
            self.current = None

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what went wrong beside the screen; nothing that fails there ends the app."""
        if event.state == WorkerState.ERROR and (error := event.worker.error) is not None:
            self._main.say(f"{event.worker.name or 'work'}: {error or type(error).__name__}", "error")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Fill the palette from the registry; it takes its titles for markup."""
        for word, says in slash_words().items():
            yield SystemCommand(says.replace("[", r"\["), f"/{word}", lambda word=word: self._command(word))

    def action_help(self) -> None:
        """Open the help."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_jump(self) -> None:
        """Show letters beside what one can go to."""

        def go(target: Target | None) -> None:
            if target is not None:
                target.go()

        if not isinstance(self.screen, JumpScreen):
            self.push_screen(JumpScreen(targets(self.screen)), go)

    async def action_quit(self) -> None:
        """End; a run that lives is cancelled by the engine's close."""
        self.exit(0)

    def action_interrupt(self) -> None:
        """Copy the selection, else clear the prompt; twice quits."""
        if selected := self.screen.get_selected_text():
            self.copy(selected, "the selection")
            self.screen.clear_selection()
            return
        now = time.monotonic()
        if now - self._interrupted < TWICE:
            self.exit(0)
            return
        self._interrupted = now
        if self.screen is self._main:
            self._main.query_one(Prompt).clear()
        self._main.say("Ctrl+C again quits")

    def _command(self, word: str) -> None:
        word, *more = word.split(maxsplit=1) or [""]
        rest = more[0] if more else ""
        match word:
            case "export" if rest:
                self.export(rest.strip())
            case "theme" if rest:
                self.choose_theme(rest.strip())
            case _ if (action := slashes().get(word)) is not None:
                self.call_later(self.run_action, action.name, self if action.place == "everywhere" else self._main)
            case _ if word in commands():
                self._take_on(word, _words(rest))
            case _:
                known = " ".join(f"/{each}" for each in slash_words())
                self._main.say(f"/{word} is no command; there are {known}", "warning")

    def draw_now(self) -> None:
        """Draw what has come in, without waiting for the next tick."""
        self._pace.draw_now()

    def _tick(self) -> None:
        if self.end_if_terminal_is_gone():
            return
        second = int(self.session.clock())
        if self._pace.is_new(second):
            self._look_at_repository()
        self._pace.tick(second, lives=self.is_live, indexing=self._watch.is_indexing)

    def _look_at_repository(self) -> None:
        """Follow the commit that is checked out, and say what has happened to the index."""
        if self._watch.has_moved():
            self._pace.touch()
        for notice in self._watch.news():
            self._main.say(notice, "warning")

    async def _listen(self, run: LiveRun) -> None:
        try:
            async for event in run.events():
                self._pace.touch()
                if isinstance(event, Noticed):
                    again = " · Esc again stops at once" if self._stopping else ""
                    self._main.say(event.text + again, event.level)
        finally:
            if self.current is run:
                self.current = None
            self._pace.touch()
        if isinstance(run, Playback):
            return
        tree = run.tree
        if tree.start is not None and tree.end is not None:
            self._history.append((tree.start.title if tree.start.asked else tree.start.question, tree.end.answer))
            if tree.end.status != "done":
                self._main.say(tree.end.error or f"{tree.end.status}: see the answer", "warning")
            elif self._stopping:
                self._main.say("stopped")
            if tree.end.ts - tree.start.ts >= self.session.notify_after and not self._stopping:
                self.draw_attention(f"{tree.end.status}: {tree.start.title}")

    async def _export(self, tree: Tree, run_id: str, call_id: str = "0", form: str = "markdown") -> None:
        path = await write_report(Path.cwd(), tree, run_id, call_id, form)
        self.notify_line(
            f"report written to {path.name}, in {path.parent}" if path else f"this run has no {form} to write"
        )

    async def _replay(self, chosen: Chosen) -> None:
        runs = self.session.runs
        found = await asyncio.to_thread(runs.find, chosen.run_id)
        events, problem = await asyncio.to_thread(runs.readable, found)
        if chosen.how == "play" and events:
            self.current = Playback(found, events)
            self.shown = self.current.tree
            self.run_worker(self._listen(self.current), name="run", exit_on_error=False)
        else:
            self.shown = await asyncio.to_thread(Tree.of, events)
        self.shown_id = found
        start = self.shown.start
        if start is not None and start.root == str(self.session.repository.root):
            self._index()  # what the run cites is opened from the files
        self._main.begin()
        if problem:
            self._main.say(problem, "warning")
        elif self.playback is not None:
            self._main.tell_playback(self.playback)

    def _index(self) -> None:
        if self._watch.is_new:
            follow = self._watch.follow(self._pace.touch)
            self.run_worker(follow, name="index", group="index", exclusive=True, exit_on_error=False)


def _words(rest: str) -> tuple[str, ...]:
    """Return the words after a mode's name; a text of several lines, such as a pasted traceback, is one."""
    return (rest,) if "\n" in rest.strip() else tuple(rest.split())
