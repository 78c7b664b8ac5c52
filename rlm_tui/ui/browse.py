"""The browser: files, modules and symbols found as one types, and for each its source, callers, callees, references, tests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rlm_tui.repository.search.lookup import Lookup
from rlm_tui.repository.symbols import RepositoryError, Span
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, PROMPT_MARK, Flow, Gap, plain
from rlm_tui.ui.browse_parts import Found, Rows, Search, Spot
from rlm_tui.ui.browse_views import Entry, Row, Shown, Text, View, entry_row, kind, span_of, title, views
from rlm_tui.ui.code_view import CodeScreen
from rlm_tui.ui.editing import EditorError, edit_file
from rlm_tui.ui.latest import Latest
from rlm_tui.ui.mention import mention_of
from rlm_tui.ui.page import Page
from rlm_tui.ui.status import Footer, Line, Tabs, beside, index_text

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

MOST_FOUND = 200
"""Names listed for what was typed."""
PAUSE = 0.08
"""Seconds without a key after which names are looked up, and what is chosen is read."""
NARROW = 100
"""Below this many columns there is one pane."""
_LOOK = 1.0
"""Seconds between two looks at how far the index is."""


class BrowseScreen(Screen[str | None]):
    """Dismissed with what is to be asked about, as a mention (`@Session.send`), or None.

    Looking up names never waits for the index; what needs all of it is loaded as soon as it is there, and says so till then.
    """

    BINDINGS = bindings("browse")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012 (declared by Textual)
    app: RlmApp

    def __init__(self, text: str = "", at: Spot | None = None) -> None:
        """Begin with `text` in the search, or at a spot."""
        super().__init__()
        self._text = text
        self._lookup = Lookup((), False)
        self._names, self._views = Latest(), Latest()
        self._spot = at
        self._been: list[Spot] = []
        self._rows: list[Row] = []
        self._waits = False
        self._looking = False
        self._opening = False
        self._generation: object = None

    def compose(self) -> ComposeResult:
        """Lay the parts: the search above what was found, beside what is shown of it."""
        yield Line(id="crumbs")
        with Horizontal(id="search-row"):
            yield Static(PROMPT_MARK, id="prompt-mark", markup=False)
            yield Search(self._text, placeholder="a name, or a path with /", id="search")
        with Horizontal(id="panes"):
            yield Found(id="found", compact=True)
            with Vertical(id="details"):
                yield Tabs(id="views")
                yield Page(id="text")
                yield Rows(id="rows", compact=True)
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Begin in the search, or with what was asked for."""
        self.query_one("#found").border_title = "Names"
        self.query_one("#rows").display = False
        self._frame()
        self._look_up()
        self.set_interval(_LOOK, self._follow_index)
        if self._spot is None:
            self.query_one(Search).focus()
        else:
            self._show()
            self.query_one(Page).focus()

    def on_unmount(self) -> None:
        """Leave what still waits undone."""
        self._names.close()
        self._views.close()

    def on_resize(self) -> None:
        """Draw the lines again for the new width."""
        self.call_after_refresh(self._redraw)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the keys of the pane; on a narrow screen, the pane itself."""
        self.set_class(isinstance(event.widget, (Page, Rows)), "-details")
        self.call_after_refresh(self._frame)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look names up once the typing pauses."""
        self._look_up()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to what is shown of the first name."""
        self.action_open()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the name that the cursor stands on."""
        if isinstance(event.option_list, Found) and event.option_index < len(self._lookup.entries):
            entry = self._lookup.entries[event.option_index]
            if (self._spot is None or entry != self._spot.entry) and not self.has_class("-details"):
                self._spot = Spot(entry)
                self._show(pause=PAUSE)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to what was chosen."""
        if isinstance(event.option_list, Found):
            self.action_open()
        elif event.option_index < len(self._rows):
            row = self._rows[event.option_index]
            if row.to is not None:
                self._go(row.to, row.span)
            elif row.span is not None:
                self.app.push_screen(CodeScreen(row.span))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of a text field to it while one writes."""
        return not (action == "view" and isinstance(self.focused, Search))

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self._turn(1)

    def action_last_pane(self) -> None:
        """Go to the pane before."""
        self._turn(-1)

    def action_found(self, by: int) -> None:
        """Move the cursor of the names from within the search."""
        found = self.query_one(Found)
        found.action_cursor_down() if by > 0 else found.action_cursor_up()

    def action_open(self) -> None:
        """Go to what is shown of the chosen name; of what was just typed, as soon as it is looked up."""
        if self._looking:
            self._opening = True
            return
        found = self.query_one(Found)
        if found.highlighted is not None and found.highlighted < len(self._lookup.entries):
            entry = self._lookup.entries[found.highlighted]
            if self._spot is None or self._spot.entry != entry:
                self._spot = Spot(entry)
                self._show()
        if self._spot is not None:
            self._details().focus()

    def action_view(self, by: int) -> None:
        """Show another side of the entry."""
        if self._spot is not None:
            count = len(views(self._spot.entry))
            was_inside = self.has_class("-details")
            self._spot = replace(self._spot, view=(self._spot.view + by) % count, row=None)
            self._show()
            if was_inside:
                self._details().focus()

    def action_before(self) -> None:
        """Go back to where one was before."""
        if self._been:
            self._spot = self._been.pop()
            self._show()
            self._details().focus()
        elif self.has_class("-details"):
            self.query_one(Found).focus()

    def action_search(self) -> None:
        """Go to the search."""
        search = self.query_one(Search)
        search.focus()
        search.action_end()

    def action_code(self) -> None:
        """Open the whole file at the lines of the row, or of the entry."""
        span = self._span()
        if span is not None:
            self.app.push_screen(CodeScreen(span))

    def action_edit(self) -> None:
        """Open the user's editor at the lines of the row, or of the entry."""
        span = self._span()
        if span is not None:
            self.run_worker(self._edit(span), name="editor", group="editor", exclusive=True, exit_on_error=False)

    def action_ask(self) -> None:
        """Close, and put the entry into the prompt."""
        entry = self._spot.entry if self._spot is not None else None
        rows = self.query_one(Rows)
        if (
            self.focused is rows
            and rows.highlighted is not None
            and (to := self._rows[rows.highlighted].to) is not None
        ):
            entry = to
        if entry is not None:
            self.run_worker(self._mention(entry), name="mention", exit_on_error=False)

    def action_back(self) -> None:
        """Close the browser."""
        self.dismiss(None)

    async def _edit(self, span: Span) -> None:
        repository = self.app.session.repository
        try:
            path = await asyncio.to_thread(repository.absolute, span.path)
            await edit_file(self.app, path, span.start)
        except (EditorError, LookupError, RepositoryError) as error:
            self.query_one("#crumbs", Line).show(plain(str(error), "$text-error"))

    async def _mention(self, entry: Entry) -> None:
        repository = self.app.session.repository
        self.dismiss(await asyncio.to_thread(mention_of, entry, repository))

    def _turn(self, by: int) -> None:
        panes: list[Widget] = [self.query_one(Search), self.query_one(Found), self._details()]
        at = panes.index(self.focused) if self.focused in panes else 0
        panes[(at + by) % len(panes)].focus()

    def _details(self) -> Widget:
        rows = self.query_one(Rows)
        return rows if rows.display else self.query_one(Page)

    def _span(self) -> Span | None:
        if self._spot is None:
            return None
        rows = self.query_one(Rows)
        if rows.display and self.has_class("-details") and rows.highlighted is not None:
            return self._rows[rows.highlighted].span
        return self._spot.marked or span_of(self._spot.entry)

    def _go(self, entry: Entry, span: Span | None) -> None:
        """Follow a row, and remember where it was followed from."""
        if self._spot is not None:
            self._been.append(replace(self._spot, row=self.query_one(Rows).highlighted))
        inside = span is not None and span.path == entry.path and span_of(entry) != span
        self._spot = Spot(entry, marked=span if inside else None)
        self._show()
        self._details().focus()

    def _look_up(self) -> None:
        self._looking = True
        self.run_worker(self._find(self.query_one(Search).value), group="names", exclusive=True, exit_on_error=False)

    async def _find(self, text: str) -> None:
        await asyncio.sleep(PAUSE)
        repository = self.app.session.repository
        self._generation = repository.progress
        try:
            self._lookup = await self._names.run(lambda: repository.look_up(text, MOST_FOUND))
        except (RepositoryError, OSError) as error:
            self._lookup = Lookup((), False)
            self._say(str(error))
        self._list()
        self._looking = False
        if self._opening:
            self._opening = False
            self.action_open()

    def _list(self) -> None:
        found = self.query_one(Found)
        chosen = self._spot.entry if self._spot is not None else None
        width = max(20, found.size.width - 1)
        entries = self._lookup.entries
        found.clear_options()
        found.add_options([Option(entry_row(entry, width).content) for entry in entries])
        count = f"{len(entries):,}{'+' if self._lookup.more else ''}"
        found.border_title = f"Names · {count}" if entries else "Names · none"
        if entries:
            keep = self.has_class("-details") or found.has_focus
            found.highlighted = entries.index(chosen) if keep and chosen in entries else 0

    def _show(self, pause: float = 0.0) -> None:
        """Show the spot; what it takes is read in a thread, after a pause in which another may be chosen."""
        if self._spot is None:
            return
        self._waits = False
        self.query_one("#details").border_title = f"{title(self._spot.entry)} · {kind(self._spot.entry)}"
        self._frame()
        offered = views(self._spot.entry, self._spot.marked)
        view = offered[self._spot.view % len(offered)]
        if self._is_list(view):
            self._place([])
        self.run_worker(self._load(self._spot, view, pause), group="view", exclusive=True, exit_on_error=False)

    @staticmethod
    def _is_list(view: View) -> bool:
        return view.title != "Source"

    async def _load(self, spot: Spot, view: View, pause: float) -> None:
        repository = self.app.session.repository
        if view.whole and repository.progress.phase != "ready":
            self._waits = True
            self._say(f"{view.title} is told once the whole index is there.")
            return
        if pause:
            await asyncio.sleep(pause)
        slow = self.set_timer(0.25, lambda: self._say("Reading …"))
        try:
            shown: Shown = await self._views.run(lambda: view.load(repository))
        except (LookupError, OSError, RepositoryError, ValueError) as error:
            shown = Text([Flow(plain(str(error) or type(error).__name__, "$text-error"))])
        finally:
            slow.stop()
        if isinstance(shown, Text):
            self._read(shown)
        elif shown:
            self._place(shown, spot.row)
        else:
            self._say(f"No {view.title.lower()}.")
        self._frame()

    def _read(self, text: Text) -> None:
        had = self.focused is self.query_one(Rows)
        page = self.query_one(Page)
        self.query_one(Rows).display, page.display = False, True
        page.show(text.blocks)
        page.scroll_to(y=max(0, page.start_of(text.start) - 3) if text.start else 0, animate=False)
        if had:
            page.focus()

    def _say(self, text: str) -> None:
        self._read(Text([Gap(), Flow(Content.styled(text, MUTED))]))

    def _place(self, rows: Shown, chosen: int | None = None) -> None:
        if isinstance(rows, Text):
            return
        had = self.focused is self.query_one(Page)
        options = self.query_one(Rows)
        self.query_one(Page).display, options.display = False, True
        self._rows = list(rows)
        options.clear_options()
        options.add_options([Option(row.content, disabled=row.to is None and row.span is None) for row in self._rows])
        if self._rows:
            options.highlighted = chosen if chosen is not None and chosen < len(self._rows) else 0
        if had:
            options.focus()

    def _follow_index(self) -> None:
        """While the index grows, look names up again, and load what waited once it is whole."""
        progress = self.app.session.repository.progress
        if progress is not self._generation and self.is_current:
            self._frame()
            # A look-up that is on its way is let end: on a busy machine none would, if each second began a new one.
            if not self._looking and not self.query_one(Found).has_focus:
                self._look_up()
        if self._waits and progress.phase == "ready":
            self._show()

    def _redraw(self) -> None:
        self._frame()
        self._list()

    def _frame(self) -> None:
        repository = self.app.session.repository
        progress = repository.progress
        where = [Content.styled("Browse", "bold"), plain(repository.name, MUTED)]
        if self._spot is not None and self.has_class("-narrow", "-details"):
            where = [plain(title(self._spot.entry), "bold"), plain(kind(self._spot.entry), MUTED)]
        if progress.phase == "ready":
            state = Content.styled(f"{progress.total:,} files · {progress.symbols:,} symbols", MUTED)
        else:
            said = "index: not read yet" if progress.phase == "new" else index_text(progress)
            state = Content.styled(f"{said} · names of what is read so far", "$text-warning")
        line = self.query_one("#crumbs", Line)
        line.show(beside(where, [state], max(1, line.size.width)))
        if self._spot is not None:
            names = [view.title for view in views(self._spot.entry)]
            total = sum(row.to is not None or row.span is not None for row in self._rows)
            aside = plain(f"{total:,}", MUTED) if self.query_one(Rows).display and total else None
            self.query_one("#views", Tabs).show_tabs(names, names[self._spot.view % len(names)], aside)
        typing = isinstance(self.focused, Search)
        hidden = {"view(1)", "before"} if typing else {"found(1)"}
        self.query_one(Footer).show_places("browse", "everywhere", typing=typing, hidden=hidden)
