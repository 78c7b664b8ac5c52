"""The trace: one call or step, opened; live while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from rlm_tui.records.timeline import seconds_by, stretches
from rlm_tui.records.tree import Tree
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.bars import bar, legend
from rlm_tui.ui.nodes import below, next_failure, node, parent_key, siblings, uses
from rlm_tui.ui.page import Page
from rlm_tui.ui.status import Footer, Line, Notice, Tabs, beside
from rlm_tui.ui.trace_text import TABS, Tab, breadcrumb, summary, tab, unused

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

MOST_BAR = 60
"""Columns of the bar that shows where the time went."""
ABOVE = 6
"""Lines that stay in view above a marked one."""


class TraceScreen(Screen[str]):
    """Dismissed with the key of the node whose use in the answer is wanted, with None to go back to where it was opened."""

    BINDINGS = bindings("trace")
    app: RlmApp

    def __init__(self, tree: Tree, key: str, started: str = "") -> None:
        """Open a node; the line of its code that started the call `started`, if any, is marked."""
        super().__init__()
        self._tree = tree
        self._key = key
        self._started = started
        self._tab: Tab = "Prompt"
        self._more = False
        self._shown: object = None
        self._scrolled: dict[tuple[str, Tab], int] = {}

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield Line(id="facts")
        yield Line(id="bar")
        yield Tabs(id="tabs")
        yield Page(id="trace", follow=True)
        yield Notice(id="notice")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Start on the tab that says most about the node."""
        self._tab = self._first_tab()
        self.query_one(Page).focus()
        self.draw()
        self.set_interval(0.1, self.draw)

    def on_screen_resume(self) -> None:
        """Draw what changed while another screen was in front."""
        self._shown = None
        self.draw()

    def on_resize(self) -> None:
        """Draw the lines again for the new width."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Draw the node as it is now; the page only when its node has changed."""
        found = node(self._tree, self._key)
        if found is None or not self.is_current:
            return
        call, step = found
        width = max(1, self.query_one("#crumbs").size.width)
        among = siblings(self._tree, self._key)
        place = f"{among.index(self._key) + 1}/{len(among)}"
        self.query_one("#crumbs", Line).show(
            beside([breadcrumb(self._tree, self._key)], [Content.styled(place, "$text-muted")], width)
        )
        now = self.app.now(self._tree)
        self.query_one("#facts", Line).show(summary(self._tree, call, step, now))
        self._draw_bar(now, width)
        self.query_one(Tabs).show_tabs(TABS, self._tab)
        hidden = set() if self.app.is_live else {"cancel_call"}
        if call.id == "0":
            hidden.add("spawner")
        self.query_one(Footer).show_places("trace", "everywhere", hidden=hidden)
        version = (*_version(self._tree, self._key, self._tab), self._more)
        if version != self._shown:
            same = isinstance(self._shown, tuple) and self._shown[:2] == version[:2]
            self._shown = version
            self._draw_page(same)

    def say(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Write a notice."""
        self.query_one(Notice).say(text, level)

    def action_tab(self, by: int) -> None:
        """Show the next tab, or the one before."""
        self._leave()
        self._tab = TABS[(TABS.index(self._tab) + by) % len(TABS)]
        self.draw()

    def action_copy(self) -> None:
        """Copy what the tab shows."""
        self.app.copy(self.query_one(Page).text, f"{self._tab.lower()} of {self._key}")

    def action_more(self) -> None:
        """Open what the model thought and what was left out of an output, or close it."""
        self._more = not self._more
        self.draw()

    def action_sibling(self, by: int) -> None:
        """Show the node beside this one."""
        among = siblings(self._tree, self._key)
        at = among.index(self._key) + by
        if 0 <= at < len(among):
            self._go(among[at])
        else:
            self.say("this is the last" if by > 0 else "this is the first")

    def action_parent(self) -> None:
        """Show what this node belongs to."""
        if (above := parent_key(self._tree, self._key)) is not None:
            self._go(above)

    def action_into(self) -> None:
        """Show the first node below this one."""
        if inside := below(self._tree, self._key):
            self._go(inside[0])
        else:
            self.say("nothing was started here")

    def action_spawner(self) -> None:
        """Show the step that started this call, at its line."""
        call_id = self._key.partition("/")[0]
        if (above := parent_key(self._tree, call_id)) is None:
            self.say("the root was started by the question")
            return
        self._go(above)
        self._started, self._tab, self._shown = call_id, "Code", None
        self.draw()

    def action_next_failure(self) -> None:
        """Show the next node that failed."""
        if (failed := next_failure(self._tree, self._key)) is None:
            self.say("nothing has failed here")
        else:
            self._go(failed)

    def action_use(self) -> None:
        """Close the trace for the place in the answer that uses this node, if there is one."""
        if uses(self._tree, self._key):
            self.dismiss(self._key)
        else:
            self.say(unused(self._tree, self._key))

    def action_cancel_call(self) -> None:
        """Cancel the call this trace is of."""
        self.app.cancel_call(self._key)

    def action_again(self) -> None:
        """Run this call again."""
        self.app.call_again(self._key)

    def action_export(self) -> None:
        """Write the report of this call."""
        self.app.export_call(self._key)

    def action_back(self) -> None:
        """Close the trace."""
        self.dismiss(None)

    def _first_tab(self) -> Tab:
        found = node(self._tree, self._key)
        if self._started:
            return "Code"
        if found is None:
            return "Prompt"
        call, step = found
        if step is not None:
            return "Code" if step.code or step.ended is None else "Result"
        return "Result" if call.ended is not None else "Code" if call.steps else "Prompt"

    def _go(self, key: str) -> None:
        self._leave()
        is_step = "/" in self._key
        self._key, self._started = key, ""
        if is_step != ("/" in key):
            self._tab = self._first_tab()
        self.say("")
        self.draw()

    def _leave(self) -> None:
        self._scrolled[self._key, self._tab] = self.query_one(Page).scroll_offset.y

    def _draw_bar(self, now: float, width: int) -> None:
        found = node(self._tree, self._key)
        if found is None:
            return
        parts = stretches(self._tree, found[0], now, found[1])
        told = legend(seconds_by(parts))
        room = max(8, min(MOST_BAR, width - told.cell_length - 3))
        drawn = bar(parts, parts[0].start, parts[-1].end, room) if parts else Content()
        self.query_one("#bar", Line).show(drawn + "   " + told)

    def _draw_page(self, same: bool) -> None:
        found = node(self._tree, self._key)
        if found is None:
            return
        page = self.query_one(Page)
        page.follow = same
        sheet = tab(self._tree, *found, self._tab, more=self._more, started=self._started)
        page.show(sheet.blocks)
        if same:
            return
        if sheet.marked is not None:
            self.call_after_refresh(
                lambda: page.scroll_to(y=max(0, page.start_of(sheet.marked or 0) - ABOVE), animate=False, force=True)
            )
        else:
            # Forced: the page does not yet know that what it shows now is longer than what it showed before.
            page.scroll_to(y=self._scrolled.get((self._key, self._tab), 0), animate=False, force=True)


def _version(tree: Tree, key: str, name: Tab) -> tuple[object, ...]:
    """Return something that differs whenever the page of this node may: sizes of all that grows in it."""
    found = node(tree, key)
    if found is None:
        return (key, name)
    call, only = found
    steps = [only] if only else call.steps
    grown = tuple(
        (len(s.text), len(s.thinking), len(s.code), len(s.output), len(s.tools), s.retry, s.ended) for s in steps[-1:]
    )
    children = tuple(tree.calls[child].phase for s in steps for child in s.children)
    return (key, name, len(steps), grown, call.phase, len(call.system), children if only else len(children))
