"""The app as far as the terminal goes: themes, filters, signals, the clipboard, the bell, and a good end after a mistake."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal, TypeAlias

from rich.text import Text
from textual import events
from textual.app import App
from textual.filter import ANSIToTruecolor, LineFilter

from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.attention import attention
from rlm_tui.ui.clipboard import by_tmux, sequence
from rlm_tui.ui.figures import count
from rlm_tui.ui.session import Session
from rlm_tui.ui.terminal_life import driver, is_terminal_gone, outlive_terminal
from rlm_tui.ui.themes import DARK, LIGHT, ThemesScreen, counterpart, load_themes

FAILED = "this is a mistake of ours. The run is recorded: `rlm-tui resume` goes on with it, `rlm-tui runs` lists it."
Level: TypeAlias = Literal["info", "warning", "error"]
HANGUP = getattr(signal, "SIGHUP", signal.SIGTERM)
SIGNALS = {signal.SIGTERM: 143, signal.SIGINT: 130, HANGUP: 129 if hasattr(signal, "SIGHUP") else 143}
"""The exit code of each signal that ends the program."""


class TerminalApp(App[int]):
    """Knows nothing of runs. `session` tells how it is to look."""

    def __init__(self, session: Session) -> None:
        super().__init__(driver_class=driver())
        self._typed_ahead: list[events.Key | events.Paste] | None = []
        self.session = session
        self.no_color = False  # ours takes all colours away; Textual's leaves greys
        self._filters_of_ours = session.appearance.filters(lambda: self.theme_variables)
        self.animation_level = "full" if session.appearance.motion else "none"
        self.theme_notice = self._take_themes()

    def notify_line(self, text: str, level: Level = "info") -> None:
        """Tell the user something, where the screen in front has a place for it."""
        raise NotImplementedError

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what is done to each line before it goes to the terminal."""
        textuals = [each for each in super().get_line_filters() if isinstance(each, ANSIToTruecolor)]
        return [*textuals, *self._filters_of_ours]

    async def on_event(self, event: events.Event) -> None:
        """Keep what is typed before anything has the focus: it would be lost, or be taken for keys of the app."""
        if self._typed_ahead is not None and isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._typed_ahead.append(event)
        else:
            await super().on_event(event)

    async def take_typed_ahead(self) -> None:
        """Give what was typed so far to what has the focus now."""
        typed, self._typed_ahead = self._typed_ahead or [], None
        for event in typed:
            await self.on_event(event)

    def on_load(self) -> None:
        """Make ready for the loss of the terminal, before the driver is made."""
        if not self.is_headless:
            outlive_terminal()

    def on_mount(self) -> None:
        """Take the signals that end the program, and draw anew whenever the terminal is ours again."""
        with suppress(NotImplementedError):  # loops of Windows take no signals
            for number, code in SIGNALS.items():
                asyncio.get_running_loop().add_signal_handler(number, self.exit, code)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))

    def on_unmount(self) -> None:
        """Give the signals back."""
        with suppress(NotImplementedError):
            for number in SIGNALS:
                asyncio.get_running_loop().remove_signal_handler(number)

    def end_if_terminal_is_gone(self) -> bool:
        """End the program where nobody can type any more; tell whether it does."""
        if self.is_headless or not is_terminal_gone():
            return False
        self.exit(SIGNALS[HANGUP])
        return True

    def copy(self, text: str, what: str) -> None:
        """Put `text` into the user's clipboard, and say so; `what` names it."""
        self._clipboard = text
        self.run_worker(self._copy(text, what), name="copy", exit_on_error=False)

    def draw_attention(self, text: str) -> None:
        """Ring, or notify with `text`, as the settings say."""
        if not self.is_headless and self._driver is not None:
            self._driver.write(attention(self.session.notify, text, os.environ))

    def choose_theme(self, name: str) -> None:
        """Take a theme by its name, or say that there is none."""
        if name in self.available_themes:
            self.theme = name
        else:
            self.notify_line(self._no_theme(name), "warning")

    def action_toggle_theme(self) -> None:
        """Change between a dark theme of ours and the light one that belongs to it."""
        self.theme = counterpart(self.current_theme)

    def action_themes(self) -> None:
        """Open the list of themes."""
        if not isinstance(self.screen, ThemesScreen):
            self.push_screen(ThemesScreen(self._own_themes))

    async def _copy(self, text: str, what: str) -> None:
        if not await asyncio.to_thread(by_tmux, text, os.environ) and self._driver is not None:
            self._driver.write(sequence(text, os.environ))
        self.notify_line(f"{what} copied · {count(len(text), 'character')}")

    def _fatal_error(self) -> None:
        # Textual's own shows the values of all variables: keys, and text of the repository as it is.
        self.panic(Text(sanitize(f"{traceback.format_exc()}\nrlm-tui: the screen failed: {FAILED}")))

    def _take_themes(self) -> str:
        """Register all themes and take the wanted one; return what is to be told about it, "" for nothing."""
        themes, problems = load_themes(self.session.themes_folder)
        for theme in themes:
            self.register_theme(theme)
        self._own_themes = [theme.name for theme in themes]
        wanted = self.session.theme or DARK
        if wanted not in self.available_themes:
            problems.append(self._no_theme(wanted))
            wanted = next((name for name in (DARK, LIGHT) if name in self.available_themes), self.theme)
        self.theme = wanted
        return "; ".join(problems)

    def _no_theme(self, name: str) -> str:
        return f"there is no theme {name!r}; there are {', '.join(sorted(self.available_themes))}"
