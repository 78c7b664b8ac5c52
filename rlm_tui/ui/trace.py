"""The trace: one call or step, opened; live while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from rlm_tui.records.tree import Tree
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.page import Page
from rlm_tui.ui.rows import node, parent_key, siblings
from rlm_tui.ui.status import Footer, Line, Tabs, beside
from rlm_tui.ui.trace_text import TABS, Tab, breadcrumb, summary, tab

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp


class TraceScreen(Screen[str]):
    """Dismissed with the key of the node it showed last."""

    BINDINGS = bindings("trace")
    app: RlmApp

    def __init__(self, tree: Tree, key: str) -> None:
        super().__init__()
        self._tree = tree
        self._key = key
        self._tab: Tab = "Prompt"
        self._thinking = False
        self._shown: object = None

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield Line(id="facts")
        yield Tabs(id="tabs")
        yield Page(id="trace", follow=True)
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Start on the tab that says most about the node."""
        found = node(self._tree, self._key)
        if found is not None:
            call, step = found
            if step is not None:
                self._tab = "Code" if step.code else "Result"
            elif call.steps:
                self._tab = "Result" if call.ended is not None else "Code"
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
        self.query_one("#facts", Line).show(summary(self._tree, call, step, self.app.now(self._tree)))
        self.query_one(Tabs).show_tabs(TABS, self._tab)
        hidden = () if self.app.is_live else ("cancel_call",)
        self.query_one(Footer).show_places("trace", "everywhere", hidden=hidden)
        version = (*_version(self._tree, self._key, self._tab), self._thinking)
        if version != self._shown:
            same = isinstance(self._shown, tuple) and self._shown[:2] == version[:2]
            self._shown = version
            page = self.query_one(Page)
            page.follow = same
            page.show(tab(self._tree, call, step, self._tab, thinking=self._thinking))
            if not same:
                page.top()

    def action_tab(self, by: int) -> None:
        """Show the next tab, or the one before."""
        self._tab = TABS[(TABS.index(self._tab) + by) % len(TABS)]
        self.draw()

    def action_thinking(self) -> None:
        """Open the lines that tell of thinking, or close them."""
        self._thinking = not self._thinking
        self.draw()

    def action_sibling(self, by: int) -> None:
        """Show the node beside this one."""
        among = siblings(self._tree, self._key)
        at = among.index(self._key) + by
        if 0 <= at < len(among):
            self._go(among[at])

    def action_parent(self) -> None:
        """Show what this node belongs to."""
        above = parent_key(self._tree, self._key)
        if above is not None:
            self._go(above)

    def action_cancel_call(self) -> None:
        """Cancel the call this trace is of."""
        self.app.cancel_call(self._key)

    def action_back(self) -> None:
        """Close the trace."""
        self.dismiss(self._key)

    def _go(self, key: str) -> None:
        self._key = key
        self.draw()


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
