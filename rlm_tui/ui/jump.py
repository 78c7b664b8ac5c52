"""Jump mode: letters beside the panes, rows and citations that are seen; typing one goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import OptionList, Static

from rlm_tui.ui.actions import bindings
from rlm_tui.ui.calls_tree import CallsTree

LETTERS = "asdfghjklqwertzuiopyxcvbnmASDFGHJKLQWERTZUIOPYXCVBNM"


@dataclass(frozen=True, slots=True)
class Target:
    """A place of the screen, in cells, and how one gets there."""

    x: int
    y: int
    go: Callable[[], None]


class JumpScreen(ModalScreen[Target | None]):
    """Shows the letters over the screen as it is. Dismissed with the target of the letter that is typed."""

    BINDINGS = bindings("jump")

    def __init__(self, targets: list[Target]) -> None:
        super().__init__()
        self._targets = dict(zip(LETTERS, targets, strict=False))

    def compose(self) -> ComposeResult:
        """Lay a letter at each target."""
        for letter, target in self._targets.items():
            label = Static(Content(letter), classes="jump")
            label.styles.offset = (target.x, target.y)
            yield label

    def on_key(self, event: events.Key) -> None:
        """Go to the target of a letter; any other letter closes."""
        if event.character is not None and event.is_printable:
            event.stop()
            self.dismiss(self._targets.get(event.character))

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)


def targets(screen: Screen[object]) -> list[Target]:
    """Return what one can jump to: first the panes, then the rows in them, from top to bottom."""
    panes = [widget for widget in screen.focus_chain if widget.region.overlaps(screen.region)]
    found = [Target(widget.region.x, widget.region.y, partial(_focus, widget)) for widget in panes]
    for widget in panes:
        found += _rows(screen, widget)
    return found


def _focus(widget: Widget) -> None:
    widget.focus()


def _rows(screen: Screen[object], widget: Widget) -> Iterator[Target]:
    area = widget.content_region
    if isinstance(widget, CallsTree):
        first = int(widget.scroll_offset.y)
        for line, key in enumerate(widget.keys[first : first + area.height]):
            yield Target(area.x, area.y + line, partial(_to_call, widget, key))
    elif isinstance(widget, OptionList):
        seen = -1
        for y in range(area.y, area.bottom):
            option = screen.get_style_at(area.x + 1, y).meta.get("option")
            if isinstance(option, int) and option != seen:
                seen = option
                yield Target(area.x, y, partial(_to_option, widget, option))


def _to_call(tree: CallsTree, key: str) -> None:
    tree.focus()
    tree.move_to(key)


def _to_option(options: OptionList, index: int) -> None:
    options.focus()
    options.highlighted = index
