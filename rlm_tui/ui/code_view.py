"""The code at a citation, or at any lines: the whole file, those lines marked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from rlm_tui.records.events import Citation
from rlm_tui.repository.symbols import RepositoryError, Span
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, Block, Flow, Lines, plain, text_lines
from rlm_tui.ui.editing import EditorError, edit_file
from rlm_tui.ui.highlighting import highlight
from rlm_tui.ui.page import Page
from rlm_tui.ui.status import Footer, Line, Notice, beside

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

ABOVE = 6
"""Lines shown above the cited ones."""


class CodeScreen(Screen[bool]):
    """Reads the file in a thread; what cannot be read is said, with the excerpt that the record holds.

    Dismissed with whether the user wants to see the call that found it.
    """

    BINDINGS = bindings("code")
    app: RlmApp

    def __init__(self, at: Citation | Span) -> None:
        super().__init__()
        self._at = at
        self._span = Span(at.path, at.start, at.end)
        self._lines: list[Content] = []

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield Page(id="code")
        yield Notice(id="notice")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Draw the frame, then load the file."""
        self.query_one(Page).focus()
        self.run_worker(self._load(), exit_on_error=False)

    def on_resize(self) -> None:
        """Draw the lines again for the new width."""
        self.call_after_refresh(self._frame)

    def action_back(self) -> None:
        """Close the view."""
        self.dismiss(False)

    def action_copy(self) -> None:
        """Copy the cited lines, as they stand in the file."""
        lines = self._lines[self._at.start - 1 : self._at.end]
        if lines:
            self.app.copy("\n".join(line.plain for line in lines) + "\n", str(self._span))
        else:
            self.query_one(Notice).say("there are no such lines to copy")

    def action_edit(self) -> None:
        """Open the file in the user's editor, at the cited lines."""
        self.run_worker(self._edit(), name="editor", exit_on_error=False)

    def action_finder(self) -> None:
        """Close the view for the call that found these lines, if they are cited."""
        if isinstance(self._at, Citation):
            self.dismiss(True)

    def action_cited(self) -> None:
        """Bring the cited lines into view."""
        page = self.query_one(Page)
        page.scroll_to(y=max(0, self._cited_line() - ABOVE), animate=False)

    def _frame(self) -> None:
        cited = self._at
        mark = ("", MUTED)
        if isinstance(cited, Citation):
            mark = ("✓ checked", "$text-success") if cited.ok else (f"✗ {cited.reason or 'not found'}", "$text-error")
        line = self.query_one("#crumbs", Line)
        where = plain(str(self._span), "bold")
        line.show(beside([where], [plain(*mark)], max(1, line.size.width)))
        self.query_one(Footer).show_places(
            "code", "everywhere", hidden=() if isinstance(self._at, Citation) else ("finder", "cited")
        )

    async def _edit(self) -> None:
        try:
            path = await asyncio.to_thread(self.app.session.repository.absolute, self._at.path)
            await edit_file(self.app, path, self._at.start)
        except (EditorError, LookupError, OSError, RepositoryError) as error:
            self.query_one(Notice).say(str(error), "error")

    async def _load(self) -> None:
        cited = self._at
        page = self.query_one(Page)
        page.show([Flow(Content.styled("Reading …", MUTED))])
        try:
            lines = await asyncio.to_thread(self._read)
        except (LookupError, OSError, RepositoryError, ValueError) as error:
            blocks: list[Block] = [Flow(plain(f"{cited.path} cannot be shown: {error}", "$text-error"))]
            if isinstance(cited, Citation) and cited.excerpt:
                blocks += [Flow(Content.styled("As it was when the answer was checked:", MUTED))]
                blocks += [
                    Lines(text_lines(cited.excerpt), first=cited.start, marked=range(cited.start, cited.end + 1))
                ]
            page.show(blocks)
            return
        self._lines = lines
        # Two blocks: the lines before the cited ones, and the rest; so the page knows where the cited ones begin.
        before = max(0, min(cited.start - 1, len(lines)))
        marked = range(cited.start, cited.end + 1)
        digits = len(str(len(lines)))
        page.show(
            [
                Lines(lines[:before], first=1, marked=marked, digits=digits),
                Lines(lines[before:], first=before + 1, marked=marked, digits=digits),
            ]
        )
        self.call_after_refresh(self.action_cited)

    def _read(self) -> list[Content]:
        text = self.app.session.repository.slice(self._at.path).text
        return highlight(text, path=self._at.path)

    def _cited_line(self) -> int:
        return self.query_one(Page).start_of(1)
