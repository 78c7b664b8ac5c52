"""What is in force in an opened workspace, from where, and how it is changed: models, bounds, settings, tried live."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rlm_tui.config import CONFIG_FILE, NAVIGATOR, Settings, load_settings, variable_of
from rlm_tui.config_file import write_setting
from rlm_tui.models.protocol import ModelError
from rlm_tui.models.reach import IMPATIENT, reach
from rlm_tui.repl.choose import Report, sandbox_report
from rlm_tui.workspace import Workspace, endpoint_of, models_of

KNOWN = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5")
"""Names offered where the endpoint has no list of its own."""
SECRET = frozenset(("api_key", "auth_token"))
"""Settings whose values are never shown, and never written by us."""
AT_ONCE = frozenset(
    ("model", "sub_model", "base_url", "budget", "max_tokens", "max_calls", "max_time", "max_depth", "confirm_above")
)
"""Settings that hold from the next question on; the others from the next start."""
_MODELS = frozenset(("model", "sub_model", "base_url", "api_key"))


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting: its value in words, whether it comes from a flag, the environment, the file, or is the default; its meaning."""

    name: str
    value: str
    source: str
    about: str


@dataclass
class Setup:
    """The settings of a session. What blocks, or asks an endpoint, is a coroutine."""

    workspace: Workspace
    settings: Settings
    flags: dict[str, object]
    file: Path = CONFIG_FILE
    own: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, workspace: Workspace) -> Setup:
        """Return the set-up of a workspace."""
        settings, without = workspace.settings, load_settings({})
        flags = {name: value for name, value in settings if value != getattr(without, name)}
        return cls(workspace, settings, flags)

    def in_force(self) -> Sequence[InForce]:
        """Return every setting, in the order of `Settings`."""
        return [
            InForce(name, self._words(name), self._source(name), field.description or "")
            for name, field in Settings.model_fields.items()
        ]

    async def sandbox(self) -> Report:
        """Try the sandboxes again, and tell."""
        return await sandbox_report(self.settings.sandbox, self.settings.sandbox_options)

    async def offered(self) -> Sequence[str]:
        """Return the models to choose from: the endpoint's own list where it has one, and the navigator."""
        names: Sequence[str] = ()
        if self.settings.has_endpoint:
            endpoint = endpoint_of(self.settings, IMPATIENT)
            try:
                names = await endpoint.offered()
            except ModelError:
                names = ()  # many endpoints have no list; trying one tells what is wrong with the others
            finally:
                await endpoint.close()
        own = [name for name in (self.settings.model, self.settings.sub_model) if name]
        return list(dict.fromkeys([*(names or KNOWN), *own, NAVIGATOR]))

    async def reach(self) -> str:
        """Ask the root's model for a word, and tell. Raises `ModelError`."""
        name = self.settings.root_model
        if name == NAVIGATOR:
            return "the navigator needs no endpoint: it is ready"
        endpoint = endpoint_of(self.settings, IMPATIENT)
        try:
            return await reach(endpoint, name)
        finally:
            await endpoint.close()

    async def change(self, **values: object) -> None:
        """Let settings hold in this session, from the next question on; None gives one up again.

        Raises `ConfigError` or `ModelError`; then nothing has changed.
        """
        own = {name: value for name, value in (self.own | values).items() if value is not None}
        changed = await asyncio.to_thread(load_settings, self.flags | own)
        engine = self.workspace.engine
        if _MODELS & values.keys():
            engine.models = await asyncio.to_thread(models_of, changed)
        engine.bounds, engine.confirm_above = changed.bounds, changed.confirm_above
        self.own, self.settings = own, changed

    async def save(self, name: str, value: object) -> None:
        """Write a setting into the user's file; None takes it out. Raises `ConfigFileError`."""
        plain = str(value) if isinstance(value, Path) else value
        await asyncio.to_thread(write_setting, self.file, name, plain)

    def _source(self, name: str) -> str:
        if name in self.own:
            return "this session"
        if name in self.flags:
            return "flag"
        if os.environ.get(variable_of(name)):
            return variable_of(name)
        return "file" if name in self.settings.model_fields_set else "default"

    def _words(self, name: str) -> str:
        value = getattr(self.settings, name)
        if name in SECRET:
            return "set" if value else "not set"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return f"{value:,}".removesuffix(".0")
        if isinstance(value, tuple | dict):
            return ", ".join(map(str, value)) or "none"
        if name == "base_url" and value:
            return endpoint_of(self.settings, IMPATIENT).origin
        if value is None:
            return "chosen for each question" if name == "route" else "no bound"
        return str(value) or "not set"
