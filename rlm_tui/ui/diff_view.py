"""The patch of a run: look at every hunk, take it or leave it, apply what is taken after a yes, take it back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from rlm_tui.repository.patches.patches import Patch, PatchError
from rlm_tui.repository.patches.patching import written
from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, Block, Flow, plain
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.diff_rows import Choice, blocks_of
from rlm_tui.ui.figures import count
from rlm_tui.ui.page import Page
from rlm_tui.ui.status import Footer, Line, beside

if TYPE_CHECKING:
    from rlm_tui.repository.patches.applying import Applying
    from rlm_tui.repository.patches.patch_checks import CheckedPatch
    from rlm_tui.ui.app import RlmApp

_NAMED = 6
"""Files that a question names."""


class DiffScreen(Screen[None]):
    """Joins the patches, as they fit the files now; what does not go together, or not any more, is said in their place."""

    BINDINGS = bindings("diff")
    app: RlmApp

    def __init__(self, title: str, patches: Sequence[str]) -> None:
        """Show `patches`, unified diffs for the files as they are; `title` is what the record of applying them says."""
        super().__init__()
        self._title = title
        self._patches = tuple(patches)
        self._choice = Choice(Patch(()))
        self._notes: list[Block] = []
        self._starts: list[int] = []
        self._told = ""

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield Page(id="diff")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Check the patches in a thread."""
        self.query_one(Page).focus()
        self.run_worker(self._load(), exit_on_error=False)

    def on_resize(self) -> None:
        """Draw the lines again for the new width."""
        self.call_after_refresh(self._frame)

    def action_hunk(self, by: int) -> None:
        """Go to the next hunk, or the one before."""
        self._choice.move(by)
        self._draw(to_cursor=True)

    def action_file(self, by: int) -> None:
        """Go to the next file, or the one before."""
        self._choice.move_file(by)
        self._draw(to_cursor=True)

    def action_take(self) -> None:
        """Take the hunk, or leave it, and go to the next."""
        self._choice.toggle()
        self._choice.move(1)
        self._draw(to_cursor=True)

    def action_take_file(self) -> None:
        """Take or leave the file."""
        self._choice.toggle_file()
        self._draw()

    def action_take_all(self) -> None:
        """Take or leave everything."""
        self._choice.toggle_all()
        self._draw()

    def action_apply(self) -> None:
        """Ask, then write what is taken into the files."""
        if self.app.session.applying is None:
            self._say("this session cannot apply patches")
        elif not self._choice.taken().files:
            self._say("nothing is taken: Space takes a hunk, a takes all")
        else:
            self.run_worker(self._ask_to_apply(self.app.session.applying), exclusive=True, exit_on_error=False)

    def action_undo(self) -> None:
        """Ask, then take back the patch that was applied last."""
        if self.app.session.applying is not None:
            self.run_worker(self._ask_to_undo(self.app.session.applying), exclusive=True, exit_on_error=False)

    def action_back(self) -> None:
        """Close the view."""
        self.dismiss(None)

    async def _load(self) -> None:
        page = self.query_one(Page)
        page.show([Flow(Content.styled("Checking …", MUTED))])
        try:
            checked, problems = await asyncio.to_thread(self.app.session.repository.patches.join, self._patches)
        except (PatchError, RepositoryError, LookupError) as error:
            self._choice = Choice(Patch(()))
            said = str(error).split("\n")
            page.show(
                [Flow(plain("This patch does not fit the files as they are now:", "$text-error")), *map(_line, said)]
            )
            self._frame()
            return
        self._notes = [_line(problem, "$text-warning") for problem in problems]
        self._choice = Choice(checked.patch)
        self._draw()

    async def _ask_to_apply(self, applying: Applying) -> None:
        taken, hunks = self._choice.taken(), len(self._choice.parts) - len(self._choice.left)
        self._say("checking it against the files …")
        try:
            checked, problems = await asyncio.to_thread(self.app.session.repository.patches.join, [written(taken)])
            dirty = await asyncio.to_thread(applying.uncommitted, taken.paths)
        except (PatchError, RepositoryError) as error:
            self._say(_flat(error))
            return
        self._say("")
        files = count(len(taken.paths), "file")
        said = [f"Write {count(hunks, 'hunk')} into {files}?", _files(taken.paths)]
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            said.append(f"What is taken leaves something broken: {problems[0]}{more}.")
        if dirty:
            said.append(f"Not committed, so that only undo brings it back: {_files(dirty)}.")

        def decided(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._apply(applying, checked), exclusive=True, exit_on_error=False)

        self.app.push_screen(Confirm(*said), decided)

    async def _apply(self, applying: Applying, checked: CheckedPatch) -> None:
        try:
            applied = await asyncio.to_thread(applying.apply, self._title, checked.edits)
        except PatchError as error:
            self._say(_flat(error))
            return
        await self._changed(checked.patch.paths)
        self._choice = Choice(Patch(()))
        self.query_one(Page).show([_line(f"applied: {path}", "$text-success") for path in applied.paths])
        self._say("applied · u takes it back")

    async def _ask_to_undo(self, applying: Applying) -> None:
        last = await asyncio.to_thread(applying.last)
        if last is None:
            self._say("nothing was applied here that could be undone")
            return

        def decided(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._undo(applying), exclusive=True, exit_on_error=False)

        self.app.push_screen(Confirm(f"Undo “{last.title}”, in {_files(last.paths)}?"), decided)

    async def _undo(self, applying: Applying) -> None:
        try:
            undone = await asyncio.to_thread(applying.undo)
        except PatchError as error:
            self._say(_flat(error))
            return
        await self._changed([path for file in undone.files for path in (file.old, file.new) if path])
        await self._load()
        self._say("undone")

    async def _changed(self, paths: Sequence[str]) -> None:
        await asyncio.to_thread(self.app.session.repository.update, paths)

    def _draw(self, *, to_cursor: bool = False) -> None:
        self._told = ""
        page = self.query_one(Page)
        blocks, self._starts = blocks_of(self._choice, self._notes)
        page.show(blocks)
        if to_cursor and self._starts:
            begins = page.start_of(self._starts[self._choice.at])
            ends = page.start_of(self._starts[self._choice.at] + 1)
            if begins < page.scroll_offset.y or ends > page.scroll_offset.y + page.size.height:
                page.scroll_to(y=max(0, begins - 2), animate=False)
        self._frame()

    def _frame(self) -> None:
        line = self.query_one("#crumbs", Line)
        parts = self._choice.parts
        taken = len(parts) - len(self._choice.left)
        right = (
            plain(self._told, "$text-warning")
            if self._told
            else plain(f"{taken} of {count(len(parts), 'hunk')} taken" if parts else "", MUTED)
        )
        line.show(beside([plain(self._title, "bold")], [right], max(1, line.size.width)))
        hidden = (
            () if parts else ("hunk(1)", "hunk(-1)", "take", "take_file", "take_all", "apply", "file(1)", "file(-1)")
        )
        self.query_one(Footer).show_places("diff", "everywhere", hidden=hidden)

    def _say(self, text: str) -> None:
        self._told = text
        self._frame()


def _line(text: str, style: str = MUTED) -> Block:
    return Flow(plain(text, style), Content("  "), Content("    "))


def _flat(error: Exception) -> str:
    return str(error).replace("\n", " · ")


def _files(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more}"
