"""The list of recorded runs, to open one again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, plain
from rlm_tui.ui.rows import MARKS
from rlm_tui.ui.status import Footer, Line

if TYPE_CHECKING:
    from rlm_tui.records.store import RunInfo
    from rlm_tui.ui.app import RlmApp

MOST_RUNS = 500


class RunsScreen(Screen[str | None]):
    """Dismissed with the id of the chosen run, or None."""

    BINDINGS = bindings("runs")
    app: RlmApp

    def __init__(self) -> None:
        super().__init__()
        self._found: Sequence[RunInfo] = ()

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield OptionList(id="runs", compact=True)
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Read the list in a thread."""
        self.query_one("#crumbs", Line).show(Content.styled("Runs", "bold"))
        self.query_one(OptionList).focus()
        self.run_worker(self._load(), exit_on_error=False)

    def on_resize(self) -> None:
        """Draw the footer for the new width."""
        self.call_after_refresh(self.query_one(Footer).show_places, "runs", "everywhere")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the run."""
        self.dismiss(self._found[event.option_index].id)

    def action_back(self) -> None:
        """Close the list."""
        self.dismiss(None)

    async def _load(self) -> None:
        self._found = (await asyncio.to_thread(self.app.session.runs.list))[:MOST_RUNS]
        options = self.query_one(OptionList)
        options.add_options([Option(run_line(run)) for run in self._found])
        if not self._found:
            self.query_one("#crumbs", Line).show(Content.assemble(("Runs", "bold"), ("   none yet", MUTED)))
        elif options.highlighted is None:
            options.highlighted = 0


def run_line(run: RunInfo) -> Content:
    """Return a run as one line: when, how it ended, where, what was asked."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.started))
    ended = plain(f"{MARKS.get(run.status, '?')} {run.status:<10}  ")
    question = plain(" ".join(run.question.split())[:160])
    return Content.assemble((f"{when}  ", MUTED), ended, plain(f"{run.repository:<18.18}  ", MUTED), question)
