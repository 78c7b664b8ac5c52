"""The set-up: what works, what would be needed for more, and a live try; models, address, key and budget are chosen here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from rlm_tui.config import NAVIGATOR, ConfigError
from rlm_tui.config_file import ConfigFileError
from rlm_tui.models.protocol import ModelError
from rlm_tui.repl.choose import Report
from rlm_tui.repl.protocol import SandboxError
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import ACCENT, MUTED, Block, Flow, Gap, plain
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.page import Page
from rlm_tui.ui.picker import Choice, Picker
from rlm_tui.ui.settings_screen import SettingsScreen
from rlm_tui.ui.status import Footer, Line
from rlm_tui.ui.value import ValueScreen
from rlm_tui.ui.welcome import index_state

if TYPE_CHECKING:
    from rlm_tui.setup import Setup
    from rlm_tui.ui.app import RlmApp

_KEY = """\
With a key of Anthropic's:
  export ANTHROPIC_API_KEY=...   in your shell, then start again; or k here, for this session
With an endpoint that speaks Anthropic's API (Ollama, vLLM, llama.cpp, LiteLLM, OpenRouter):
  export ANTHROPIC_BASE_URL=http://localhost:11434   or u here; then m for the model
Keys are never shown, recorded or written by this program."""
_LOOK = 1.0


class SetupScreen(Screen[None]):
    """Everything that is changed here holds from the next question on; what is to be kept is asked."""

    BINDINGS = bindings("setup")
    app: RlmApp

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup
        self._sandbox: Report | str | None = None
        self._tried: tuple[str, str] = ("not tried yet: t tries it", MUTED)

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Line(id="crumbs")
        yield Page(id="setup")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Tell what is known, and ask the sandbox."""
        self.query_one(Page).focus()
        self._draw()
        self.run_worker(self._ask_sandbox(), exit_on_error=False)
        self.set_interval(_LOOK, self._draw)

    def on_resize(self) -> None:
        """Draw the footer for the new width."""
        self.call_after_refresh(self._draw)

    def on_screen_resume(self) -> None:
        """Tell what was changed behind another screen."""
        self._draw()

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_reach(self) -> None:
        """Try the model."""
        self.run_worker(self._try(), group="try", exclusive=True, exit_on_error=False)

    def action_model(self, which: str) -> None:
        """Choose a model."""
        self.run_worker(self._choose(which), group="choose", exclusive=True, exit_on_error=False)

    def action_address(self) -> None:
        """Ask for the address of an endpoint."""
        self._ask("base_url", "Address of the endpoint", "such as http://localhost:11434; empty: Anthropic's own")

    def action_key(self) -> None:
        """Ask for a key, for this session."""

        def take(value: str | None) -> None:
            if value:
                self._change(api_key=value)

        self.app.push_screen(
            ValueScreen("Key", "kept in memory, for this session only; never written", secret=True), take
        )

    def action_budget(self) -> None:
        """Ask for the budget of a run."""
        self._ask("budget", "Budget of a run", "US dollars, such as 0.5")

    def action_settings(self) -> None:
        """Open all settings."""
        self.app.push_screen(SettingsScreen(self._setup))

    def _ask(self, name: str, title: str, hint: str) -> None:
        value = getattr(self._setup.settings, name)

        def take(written: str | None) -> None:
            if written is not None:
                self._change(**{name: written or None})

        self.app.push_screen(ValueScreen(title, hint, "" if value is None else str(value)), take)

    def _change(self, **values: object) -> None:
        self.run_worker(self._apply(values), group="change", exit_on_error=False)

    async def _apply(self, values: dict[str, object]) -> None:
        if self.app.is_live and self.app.playback is None:
            self._tell("a question is being answered: change this when it has ended", "$text-warning")
            return
        try:
            await self._setup.change(**values)
        except (ConfigError, ModelError) as error:
            self._tell(str(error), "$text-error")
            return
        self.app.session.take_models(self._setup)
        self._tell("changed: t tries it" if "budget" not in values else "changed", MUTED)
        kept = {name: value for name, value in values.items() if name != "api_key"}
        if not kept:
            return

        def answered(said: bool | None) -> None:
            if said:
                self.run_worker(self._keep(kept), exit_on_error=False)

        what = ", ".join(
            f"{name} = {value}" if value is not None else f"{name} by default" for name, value in kept.items()
        )
        self.app.push_screen(Confirm("Keep this for later sessions, too?", what, f"in {self._setup.file}"), answered)

    async def _keep(self, values: dict[str, object]) -> None:
        try:
            for name in values:
                value = getattr(self._setup.settings, name) if values[name] is not None else None
                await self._setup.save(name, value)
        except ConfigFileError as error:
            self._tell(str(error), "$text-error")
        else:
            self._tell(f"kept in {self._setup.file}", MUTED)

    async def _choose(self, which: str) -> None:
        self._tell("asking for the models there are …", MUTED)
        names = await self._setup.offered()
        self._tell("not tried yet: t tries it", MUTED)
        same = [Choice(plain("as the root's", MUTED), "as the root's", "")] if which == "sub_model" else []
        choices = same + [Choice(plain(name), name, name) for name in names]

        def take(name: str | None) -> None:
            if name is not None:
                self._change(**{which: name or None})

        title = "Model of the root call" if which == "model" else "Model of sub-calls"
        self.app.push_screen(
            Picker(title, choices, free=str, empty="none has this name: Enter takes it all the same"), take
        )

    async def _try(self) -> None:
        self._tell("trying …", MUTED)
        try:
            self._tell(await self._setup.reach(), "$text-success")
        except ModelError as error:
            self._tell(str(error), "$text-error")

    async def _ask_sandbox(self) -> None:
        try:
            self._sandbox = await self._setup.sandbox()
        except SandboxError as error:
            self._sandbox = str(error)
        self._draw()

    def _tell(self, text: str, style: str) -> None:
        self._tried = (text, style)
        self._draw()

    def _draw(self) -> None:
        if not self.is_current:
            return
        self.query_one("#crumbs", Line).show(
            Content.assemble(("Setup", "bold"), plain(f"   {self.app.session.repository.name}", MUTED))
        )
        page = self.query_one(Page)
        blocks = self._blocks()
        if blocks != self._shown:
            self._shown = blocks
            page.show(blocks)
        self.query_one(Footer).show_places("setup", "everywhere")

    _shown: list[Block] | None = None

    def _blocks(self) -> list[Block]:
        settings = self._setup.settings
        found: list[Block] = []
        if settings.root_model == NAVIGATOR:
            model = (
                "navigator: no language model; plans its searches itself, offline, and answers with ranked, cited lines"
            )
        else:
            model = f"{settings.root_model}, {settings.child_model} below"
        found += [_fact("model", model), _fact("tried", *self._tried)]
        secret = settings.api_key or settings.auth_token
        where = {one.name: one for one in self._setup.in_force()}
        found.append(
            _fact(
                "key", f"set, by {where['api_key' if settings.api_key else 'auth_token'].source}" if secret else "none"
            )
        )
        if settings.provider != "anthropic":
            found.append(_fact("endpoint", settings.provider))
        else:
            found.append(_fact("endpoint", where["base_url"].value if settings.base_url else "Anthropic's own"))
        if not settings.has_endpoint:
            found += [Flow(plain(line, MUTED), Content(" " * 13), Content(" " * 13)) for line in _KEY.split("\n")]
        found += [Gap(), _fact("budget", _bounds(self._setup))]
        found += [Gap(), *self._sandbox_facts()]
        found += [Gap(), _fact("index", index_state(self.app.session))]
        there = "" if self._setup.file.exists() else " (not there yet; defaults hold)"
        found += [Gap(), _fact("settings", f"{self._setup.file}{there}")]
        return found

    def _sandbox_facts(self) -> list[Block]:
        report = self._sandbox
        if report is None:
            return [_fact("sandbox", f"{self.app.session.sandbox_name} · asking why …")]
        if isinstance(report, str):
            return [_fact("sandbox", report, "$text-error")]
        facts: list[Block] = [_fact("sandbox", self.app.session.sandbox_name)]
        return facts + [_fact("", f"{name}: {outcome}", MUTED) for name, outcome in report.tried]


def _fact(name: str, text: str, style: str = "") -> Flow:
    return Flow(plain(text, style), Content.styled(f"  {name:<11}", ACCENT), Content(" " * 13))


def _bounds(setup: Setup) -> str:
    bounds = setup.settings.bounds
    parts = [
        f"${bounds.dollars:.2f}" if bounds.dollars is not None else "",
        f"{bounds.tokens:,} tokens" if bounds.tokens is not None else "",
        f"{bounds.calls:,} calls" if bounds.calls is not None else "",
        f"{bounds.seconds:g} s" if bounds.seconds is not None else "",
    ]
    return ", ".join(part for part in parts if part) + " a run" if any(parts) else "no bounds"
