"""All settings: what is in force, where it comes from; a change is written into the user's file."""

from __future__ import annotations

import asyncio
import tomllib
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rlm_tui.config import ConfigError, Settings, load_settings
from rlm_tui.config_file import ConfigFileError
from rlm_tui.models.protocol import ModelError
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import MUTED, plain
from rlm_tui.ui.status import Footer, Line
from rlm_tui.ui.value import ValueScreen

if TYPE_CHECKING:
    from rlm_tui.setup import InForce, Setup
    from rlm_tui.ui.app import RlmApp


_NAMES = max(map(len, Settings.model_fields))
_LEAST = 8
"""Cells of a value that are shown at any width."""
_BETWEEN = "  "


class SettingsScreen(Screen[None]):
    """A row a setting."""

    BINDINGS = bindings("settings")
    app: RlmApp

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup
        self._rows: list[InForce] = []

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield OptionList(id="settings", compact=True)
        yield Static(id="about", markup=False)
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """List the settings."""
        self._list()
        self.query_one(OptionList).focus()
        self._say(str(self._setup.file))

    def on_resize(self) -> None:
        """Draw the rows and the footer for the new width."""
        self.call_after_refresh(self._list)
        self.call_after_refresh(self.query_one(Footer).show_places, "settings", "everywhere")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the setting means."""
        self.query_one("#about", Static).update(plain(self._rows[event.option_index].about, MUTED))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Change the setting."""
        self._edit(self._rows[event.option_index])

    def action_reset(self) -> None:
        """Take the setting out of the file."""
        at = self.query_one(OptionList).highlighted
        if at is not None:
            self.run_worker(self._take(self._rows[at].name, None), group="take", exclusive=True, exit_on_error=False)

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)

    def _edit(self, row: InForce) -> None:
        from rlm_tui.setup import SECRET

        if row.name == "keys":
            self._say(f'keys stand in the table [keys] of {self._setup.file}: action = "key"')
            return
        if row.name in SECRET:
            self._say("keys are not written by this program: set ANTHROPIC_API_KEY in your environment")
            return

        def take(written: str | None) -> None:
            if written is not None:
                self.run_worker(
                    self._take(row.name, written or None), group="take", exclusive=True, exit_on_error=False
                )

        value = getattr(self._setup.settings, row.name)
        if isinstance(value, bool):
            take("no" if value else "yes")
            return
        shown = "" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
        hint = f"{row.about}\n\nEnter keeps it in your file; empty takes it out."
        self.app.push_screen(ValueScreen(row.name, hint, shown), take)

    async def _take(self, name: str, written: str | None) -> None:
        from rlm_tui.setup import AT_ONCE

        try:
            value = None
            if written is not None:
                value = getattr(await asyncio.to_thread(load_settings, {name: _parsed(written)}), name)
            await self._setup.save(name, value)
            if not (self.app.is_live and self.app.playback is None):
                self._setup.own.pop(name, None)
                await self._setup.change(**({name: value} if name in AT_ONCE and value is not None else {}))
                self._setup.own.pop(name, None)
                self.app.session.take_models(self._setup)
            if name == "theme" and isinstance(value, str):
                self.app.send(f"/theme {value}")
        except (ConfigError, ConfigFileError, ModelError) as error:
            self._say(str(error).removeprefix(f"--{name.replace('_', '-')}: "), "$text-error")
            return
        self._list()
        source = next(row.source for row in self._rows if row.name == name)
        if written is not None and source not in ("file", "default"):
            self._say(f"kept in your file; but {source} wins while it is set", "$text-warning")
        else:
            when = "from the next question on" if name in AT_ONCE or name == "theme" else "from the next start on"
            self._say(f"kept in your file: holds {when}")

    def _list(self) -> None:
        self._rows = list(self._setup.in_force())
        options = self.query_one(OptionList)
        at = options.highlighted
        options.clear_options()
        sources = max(len(row.source) for row in self._rows)
        room = max(_LEAST, options.size.width - _NAMES - sources - 2 * len(_BETWEEN) - 1)
        widest = max(len(row.value) for row in self._rows)
        options.add_options([Option(_line(row, min(room, widest))) for row in self._rows])
        options.highlighted = at or 0

    def _say(self, text: str, style: str = MUTED) -> None:
        line = self.query_one("#crumbs", Line)
        line.show(Content.assemble(("Settings", "bold"), "   ", plain(text, style)))


def _line(row: InForce, room: int) -> Content:
    quiet = MUTED if row.source == "default" else ""
    value = plain(row.value, quiet or "bold").truncate(room, ellipsis=True)
    columns = (plain(f"{row.name:<{_NAMES}}"), value.pad_right(room - value.cell_length), plain(row.source, MUTED))
    return Content(_BETWEEN).join(columns)


def _parsed(written: str) -> object:
    """Return what was written as TOML would have it; what is no TOML is text."""
    try:
        return tomllib.loads(f"x = {written}")["x"]
    except (ValueError, RecursionError):
        return {"yes": True, "no": False}.get(written, written)
