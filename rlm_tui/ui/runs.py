"""The recorded runs: searched, opened, played again, gone on with, deleted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rlm_tui.records.log import RecordError
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, PROMPT_MARK, plain
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.line_input import LineInput
from rlm_tui.ui.rows import MARKS
from rlm_tui.ui.status import WIDE, Footer, Line

if TYPE_CHECKING:
    from rlm_tui.records.store import RunInfo
    from rlm_tui.ui.app import RlmApp

MOST_RUNS = 500
"""Rows drawn at once; searching reaches the others."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A run, and what is to be done with it."""

    run_id: str
    how: Literal["open", "play", "resume"] = "open"


class RunsScreen(Screen[Chosen | None]):
    """Dismissed with the chosen run, or None."""

    BINDINGS = bindings("runs")
    app: RlmApp

    def __init__(self) -> None:
        super().__init__()
        self._all: Sequence[RunInfo] = ()
        self._found: Sequence[RunInfo] = ()
        self._said = Content()

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        with Horizontal(id="search-row"):
            yield Static(PROMPT_MARK, id="prompt-mark", markup=False)
            yield LineInput(placeholder="question, repository, status, model or day", id="runs-search")
        yield OptionList(id="runs", compact=True)
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Read the list in a thread."""
        self.query_one(OptionList).focus()
        self._say("Reading …")
        self.run_worker(self._load(), exit_on_error=False)

    def on_resize(self) -> None:
        """Draw the lines for the new width; the cursor stays."""
        if self._all:
            self.call_after_refresh(self._narrow, self.query_one(OptionList).highlighted or 0)
        else:
            self.call_after_refresh(self._frame)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the keys of what has the focus."""
        self._frame()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._narrow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the list."""
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the run."""
        self._choose("open")

    def action_search(self) -> None:
        """Go to the search."""
        self.query_one(Input).focus()

    def action_play(self) -> None:
        """Play the run again."""
        self._choose("play")

    def action_resume(self) -> None:
        """Go on with the run."""
        run = self._run()
        if run is not None and run.status == "done":
            self._say("this run is finished: there is nothing to go on with")
        else:
            self._choose("resume")

    def action_delete(self) -> None:
        """Delete the record of the run, once the user said yes."""
        run = self._run()
        if run is None:
            return
        if self.app.current is not None and self.app.current.id == run.id:
            self._say("this run is on its way: stop it first")
            return

        def answered(said: bool | None) -> None:
            if said:
                self.run_worker(self._delete(run), exit_on_error=False)

        self.app.push_screen(Confirm("Delete this run for good?", run_line(run, WIDE).plain, str(run.path)), answered)

    def action_back(self) -> None:
        """Leave the search; from the list, close."""
        search = self.query_one(Input)
        if search.has_focus or search.value:
            search.value = ""
            self.query_one(OptionList).focus()
        else:
            self.dismiss(None)

    def _run(self) -> RunInfo | None:
        at = self.query_one(OptionList).highlighted
        return self._found[at] if at is not None and at < len(self._found) else None

    def _choose(self, how: Literal["open", "play", "resume"]) -> None:
        run = self._run()
        if run is None:
            return
        if run.status == "damaged":
            self._say(f"this record cannot be read: delete it, or look into {run.path}")
        else:
            self.dismiss(Chosen(run.id, how))

    async def _load(self) -> None:
        try:
            self._all = await asyncio.to_thread(self.app.session.runs.list)
        except RecordError as error:
            self._say(str(error))
            return
        self._narrow()

    async def _delete(self, run: RunInfo) -> None:
        try:
            await asyncio.to_thread(self.app.session.runs.delete, run.id)
        except RecordError as error:
            self._say(str(error))
            return
        at = self.query_one(OptionList).highlighted or 0
        await self._load()
        if self._found:
            self.query_one(OptionList).highlighted = min(at, len(self._found) - 1)

    def _narrow(self, at: int = 0) -> None:
        words = self.query_one(Input).value.lower().split()
        fitting = [run for run in self._all if all(word in _words(run) for word in words)]
        self._found = fitting[:MOST_RUNS]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(run_line(run, options.size.width)) for run in self._found])
        if self._found:
            options.highlighted = min(at, len(self._found) - 1)
        of = f" of {len(self._all):,}" if words else ""
        self._say(f"{len(fitting):,}{of}" if self._all else "none yet: ask something first")

    def _say(self, text: str) -> None:
        self._said = plain(text, MUTED)
        self._frame()

    def _frame(self) -> None:
        line = self.query_one("#crumbs", Line)
        line.show(
            Content.assemble(("Runs", "bold"), "   ", self._said).truncate(max(1, line.size.width), ellipsis=True)
        )
        self.query_one(Footer).show_places("runs", "everywhere", typing=isinstance(self.focused, Input))


def run_line(run: RunInfo, width: int) -> Content:
    """Return a run as one line: when, how it ended, where, what was asked; the year and words go where there is no room."""
    is_wide = width >= WIDE
    when = time.strftime("%Y-%m-%d %H:%M" if is_wide else "%m-%d %H:%M", time.localtime(run.started))
    style = "$text-error" if run.status in ("damaged", "failed") else ""
    status = f"{MARKS.get(run.status, '?')} {run.status:<10}  " if is_wide else f"{MARKS.get(run.status, '?')}  "
    asked = run.question if run.status != "damaged" else run.path.name
    question = plain(" ".join(asked[:400].split())[:160])
    room = 18 if is_wide else 10
    where = plain(run.repository).truncate(room, ellipsis=True)
    where = where.pad_right(room - where.cell_length).stylize(MUTED)
    return Content.assemble((f"{when}  ", MUTED), plain(status, style), where, "  ", question)


def _words(run: RunInfo) -> str:
    when = time.strftime("%Y-%m-%d", time.localtime(run.started))
    return f"{run.id} {run.question} {run.repository} {run.root} {run.status} {run.model} {when}".lower()
