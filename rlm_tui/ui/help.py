"""The help screen: every key of the registry, by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from rlm_tui.ui.actions import PLACES, at, bindings, slash_words
from rlm_tui.ui.blocks import ACCENT, MUTED, Block, Flow, Gap
from rlm_tui.ui.keymap import Keymap
from rlm_tui.ui.page import Page
from rlm_tui.ui.rows import MARKS
from rlm_tui.ui.status import Footer, Line

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

KEYS_WIDTH = 26


class HelpScreen(Screen[None]):
    """A page made from the registry."""

    BINDINGS = bindings("help")
    app: RlmApp

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield Page(id="help")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Fill the page."""
        self.query_one("#crumbs", Line).show(Content.styled("Help", "bold"))
        page = self.query_one(Page)
        page.show(help_blocks(self.app.keymap))
        page.focus()

    def on_resize(self) -> None:
        """Draw the footer for the new width."""
        self.call_after_refresh(self.query_one(Footer).show_places, "help", "everywhere")

    def action_back(self) -> None:
        """Close the help."""
        self.dismiss(None)


def help_blocks(keymap: Keymap) -> list[Block]:
    """Return the help as blocks: keys by place, slash commands, the marks of the calls pane."""
    found: list[Block] = []
    for place, title in PLACES.items():
        found += [Flow(Content.styled(title, f"bold {ACCENT}"))]
        found += [_pair(keymap.text(action), action.says) for action in at(place)]
        found.append(Gap())
    found.append(Flow(Content.styled("In the prompt", f"bold {ACCENT}")))
    found += [_pair(f"/{word}", says) for word, says in slash_words().items()]
    found += [Gap(), Flow(Content.styled("Marks", f"bold {ACCENT}"))]
    found += [_pair(glyph, phase) for phase, glyph in MARKS.items()]
    return found


def _pair(left: str, right: str) -> Block:
    head = Content.assemble("  ", (f"{left:<{KEYS_WIDTH - 2}}", "bold"))
    return Flow(Content.styled(right, MUTED), head, Content(" " * KEYS_WIDTH))
