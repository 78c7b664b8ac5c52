"""Which themes there are, and the list to choose one from: the screen behind it changes as one moves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.theme import Theme
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rlm_tui.plugins import PluginError, discover
from rlm_tui.repository.sanitize import escape_name
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, plain
from rlm_tui.ui.status import Footer
from rlm_tui.ui.theme import ThemeError, read_theme

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

DARK, LIGHT = "ink", "paper"
COUNTERPARTS = {DARK: LIGHT, "contrast": "contrast-light"}
_PLUGINS = "rlm_tui.themes"


def load_themes(folder: Path | None) -> tuple[list[Theme], list[str]]:
    """Return our themes and the user's (`*.toml` in `folder`; one with a name of ours replaces it), and what is wrong."""
    problems: list[str] = []
    ours: list[Theme] = []
    try:
        ours = discover(_PLUGINS, Theme)
    except PluginError as error:
        problems.append(str(error))
    bases = {theme.name: theme for theme in sorted(ours, key=lambda theme: theme.name != DARK)}
    theirs: list[Theme] = []
    for path in _files(folder):
        try:
            theirs.append(read_theme(path, bases))
        except ThemeError as error:
            problems.append(str(error))
    return [*ours, *theirs], problems


def counterpart(theme: Theme) -> str:
    """Return the name of the light theme that belongs to a dark one, and the other way round."""
    pairs = {**COUNTERPARTS, **{light: dark for dark, light in COUNTERPARTS.items()}}
    return pairs.get(theme.name, LIGHT if theme.dark else DARK)


class ThemesScreen(ModalScreen[None]):
    """Lists all themes, ours and the user's first. Enter keeps the one that is shown, Esc goes back to the one before."""

    BINDINGS = bindings("themes")
    app: RlmApp

    def __init__(self, own: Iterable[str]) -> None:
        """`own` are the names that do not come with Textual."""
        super().__init__()
        self._own = set(own)

    def compose(self) -> ComposeResult:
        """Lay the list over the screen's right side."""
        yield OptionList(id="themes", compact=True)
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Fill the list, with the present theme under the cursor."""
        self._before = self.app.theme
        themes = self.app.available_themes
        self._names = sorted(themes, key=lambda name: (name not in self._own, not themes[name].dark, name))
        options = self.query_one(OptionList)
        options.border_title = "Themes"
        options.add_options([Option(self._line(themes[name])) for name in self._names])
        options.highlighted = self._names.index(self._before)
        self.call_after_refresh(self.query_one(Footer).show_places, "themes", "everywhere")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the theme at once."""
        self.app.theme = self._names[event.option_index]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Keep the theme."""
        self.dismiss(None)

    def action_back(self) -> None:
        """Go back to the theme before."""
        self.app.theme = self._before
        self.dismiss(None)

    def _line(self, theme: Theme) -> Content:
        kind = "dark" if theme.dark else "light"
        return Content.assemble(plain(f"{escape_name(theme.name):<22.22} "), (kind, MUTED))


def _files(folder: Path | None) -> list[Path]:
    try:
        return sorted(folder.glob("*.toml")) if folder is not None else []
    except OSError:
        return []  # there is no such folder, or it is closed: then there are no themes of the user's
