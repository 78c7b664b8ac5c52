"""The command line: `rlm-tui` in a repository, `rlm-tui -p QUESTION` without a screen, and the commands around it.

Exit codes: 0 ok · 1 error · 2 usage or no terminal · 3 no model access · 4 partial · 5 budget · 6 findings (`--fail-on`) ·
130/143 signals.
Only click is imported at the top, here and in what is imported from here: `--version` must not wait for the rest.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from click.shell_completion import CompletionItem

from rlm_tui import __version__
from rlm_tui.guard import guarded
from rlm_tui.settings_options import settings_of, settings_options
from rlm_tui.streams import mend_streams, require_terminal

if TYPE_CHECKING:
    from rlm_tui.config import Settings
    from rlm_tui.engine.run import Engine, Run
    from rlm_tui.headless import Format, Wanted
    from rlm_tui.mode_commands import Asked
    from rlm_tui.records.store import RunStore
    from rlm_tui.repository.repository import Repository

FORMATS = ("text", "markdown", "json", "stream-json", "sarif", "patch")
REPORTS = ("markdown", "json", "sarif", "patch", "rlms", "training")

_WHOLE = 150
"""Characters of what a command does in the list of commands: a sentence is never cut."""


class _AskByDefault(click.Group):
    """A group whose command may be left out: what is no command is the path or the options of `ask`.

    The tools are commands too; they are loaded only when a word may name one.
    """

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        own = {"-h", "--help", "--version"}
        if context.resilient_parsing and not arguments:  # a shell asks what the first word may be
            return super().parse_args(context, arguments)
        if not arguments or (arguments[0] not in own and self.get_command(context, arguments[0]) is None):
            arguments = ["ask", *arguments]
        return super().parse_args(context, arguments)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.commands or not re.fullmatch(r"[a-z]+(-[a-z]+)*", cmd_name):
            return self.commands.get(cmd_name)
        found = _mode_commands().get(cmd_name) or _patch_commands().get(cmd_name)
        return found or _tool_commands().get(cmd_name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands, and what `ask` takes, which may be left out: its options, or a path."""
        if not incomplete.startswith("-"):
            return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]
        within = click.Context(ask, parent=ctx, info_name="ask", resilient_parsing=True)
        return [*super().shell_complete(ctx, incomplete), *ask.shell_complete(within, incomplete)]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *_mode_commands(), *_patch_commands(), *_tool_commands()})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under what they are for; other names of the same command are left out."""
        from rlm_tui.tool_commands import ALIASES

        modes, patches = _mode_commands(), _patch_commands()
        tools = {name: tool for name, tool in _tool_commands().items() if name not in ALIASES}
        own = dict(self.commands)
        records = {name: own.pop(name) for name in ("runs", "replay", "resume", "export")}
        for title, commands in (
            ("Ask", {"ask": own.pop("ask"), **modes}),
            ("Runs and their patches", {**records, **patches}),
            ("The program", own),
            ("Look at the code (--json for records)", tools),
        ):
            with formatter.section(title):
                formatter.write_dl([(name, one.get_short_help_str(_WHOLE)) for name, one in commands.items()])


_path_argument = click.argument("path", default=".", type=click.Path(path_type=Path))


@click.group(cls=_AskByDefault, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rlm-tui", message="%(prog)s %(version)s")
def main() -> None:
    """Ask a whole repository, from the terminal.

    Without a command it opens the screen on PATH (default: here); `rlm-tui ask --help` lists the options.
    """
    mend_streams()


@main.command()
@_path_argument
@click.option(
    "-p", "--print", "question", metavar="QUESTION", help="Answer this without a screen; piped input is context."
)
@click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    default="text",
    help="What is printed with -p.",
)
@click.option("--scope", multiple=True, help="Limit the question to a folder, file or module; may be repeated.")
@click.option(
    "--mode", help="Ask in this mode; without it, one that the question plainly is for is picked, and said so."
)
@click.option("--theme", help="A theme's name.")
@click.option("--ascii", is_flag=True, default=None, help="Draw with ASCII characters only.")
@click.option("--plain", is_flag=True, default=None, help="No screen: question after question, line by line.")
@click.option("--reduced-motion", is_flag=True, default=None, help="Draw once a second, and move nothing.")
@settings_options
def ask(
    path: Path, question: str | None, output_format: Format, scope: tuple[str, ...], mode: str | None, **flags: object
) -> None:
    """Open the screen on PATH, or answer one question with -p (the default command)."""
    settings = settings_of(flags)
    if question is None and (settings.plain or os.environ.get("TERM") == "dumb"):
        _exit(_converse(path, settings, scope))
    if question is None:
        require_terminal()
        _exit(_show(path, settings, None, scope))
    if not question.strip():
        raise click.UsageError("the question is empty: say what you want to know after -p")
    _exit(_answer(path, settings, question, output_format, scope, mode))


@main.command()
@_path_argument
def index(path: Path) -> None:
    """Bring the index of PATH up to date and tell what it holds."""
    from rlm_tui.headless import bring_up_to_date
    from rlm_tui.repository.summary import summary

    def work() -> int:
        repository = _open(path)
        try:
            bring_up_to_date(repository)
            click.echo("\n".join(summary(repository)))
        finally:
            repository.close()
        return 0

    _exit(guarded(work))


@main.command()
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
def runs(limit: int) -> None:
    """List the recorded runs."""

    def work() -> int:
        found = _runs().list()[:limit]
        if not found:
            click.echo("no runs yet: ask something first")
        for run in found:
            question = " ".join(run.question.split())[:80]
            click.echo(f"{run.id}  {run.status:<9}  {' '.join(run.repository.split()):<20}  {question}")
        return 0

    _exit(guarded(work))


@main.command()
@click.argument("run")
@click.option("--plain", is_flag=True, help="Print the report instead of opening the screen.")
def replay(run: str, plain: bool) -> None:
    """Show the finished RUN (its id, or the beginning of it) without any model."""
    if plain:
        _exit(guarded(lambda: _print_report(run, "markdown", None)))
    require_terminal()
    _exit(_show(Path(), settings_of({}), run))


@main.command()
@click.argument("run", required=False)
@click.option("-p", "--print", "plain", is_flag=True, help="Without a screen.")
@click.option("--output-format", type=click.Choice(FORMATS), default="text", help="What is printed with -p.")
@settings_options
def resume(run: str | None, plain: bool, output_format: Format, **flags: object) -> None:
    """Go on with the unfinished RUN (its id, or the beginning of it; without one, the newest).

    What was done is kept and not paid again; a killed run loses at most the step in flight.
    """
    settings = settings_of(flags)
    if not plain:
        require_terminal()
    _exit(guarded(lambda: _resume(settings, run, output_format if plain else None)))


@main.command()
@click.argument("run")
@click.option("--format", "form", type=click.Choice(REPORTS), default="markdown", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A new file; stdout without it.")
def export(run: str, form: str, output: Path | None) -> None:
    """Write the report of RUN (its id, or the beginning of it)."""
    _exit(guarded(lambda: _print_report(run, form, output)))


@main.command()
@_path_argument
def doctor(path: Path) -> None:
    """Tell what is in force on this machine, and why."""
    from rlm_tui.doctor import examine

    _exit(guarded(lambda: examine(path, settings_of({}))))


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, options and paths; `rlm-tui completion bash >> ~/.bashrc`."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:  # unreachable: click brings these three
        raise click.UsageError(f"{shell} cannot be completed by this version of click")
    click.echo(kind(main, {}, "rlm-tui", "_RLM_TUI_COMPLETE").source())


def _answer(
    path: Path, settings: Settings, question: str, output: Format, scope: tuple[str, ...], mode: str | None
) -> int:
    from rlm_tui.engine.detection import asked_in, in_its_mode
    from rlm_tui.engine.run import Question
    from rlm_tui.headless import Wanted, piped_input

    def work() -> int:
        plain = Question(
            question,
            scope=scope,
            context=piped_input(sys.stdin),
            route=settings.route,
            candidates=settings.candidates,
        )
        asked = in_its_mode(plain) if mode is None else asked_in(mode, plain)
        return _print(path, settings, lambda engine: engine.ask(asked), Wanted(output))

    return guarded(work)


def _begin(asked: Asked) -> int:
    """Take a mode on, with a screen or without."""
    from rlm_tui.engine.detection import commanded
    from rlm_tui.engine.run import Question
    from rlm_tui.headless import piped_input

    settings = settings_of(asked.flags)
    wanted = asked.wanted
    if wanted is None:
        return _show(asked.path, settings, None, asked.scope, opening=(asked.mode, asked.words))

    def work() -> int:
        plain = Question(
            "",
            scope=asked.scope,
            context=piped_input(sys.stdin),
            route=settings.route,
            candidates=settings.candidates,
        )
        question = commanded(asked.mode, asked.words, plain)
        return _print(asked.path, settings, lambda engine: engine.ask(question), wanted)

    return guarded(work)


def _resume(settings: Settings, run: str | None, output: Format | None) -> int:
    store = _runs()
    if run is None:
        run = next((info.id for info in store.list() if info.status not in ("done", "damaged")), "")
        if not run:
            raise click.UsageError("every run is finished: there is nothing to resume")
    run_id = store.find(run)
    path = next((Path(info.root) for info in store.list() if info.id == run_id), Path())
    if output is None:
        return _show(path, settings, None, resumed=run_id)
    from rlm_tui.headless import Wanted

    return _print(path, settings, lambda engine: engine.resume(run_id), Wanted(output))


def _print(path: Path, settings: Settings, begin: Callable[[Engine], Run], wanted: Wanted) -> int:
    import asyncio

    from rlm_tui.headless import answer
    from rlm_tui.workspace import open_workspace

    async def work() -> int:
        async with open_workspace(path, settings) as workspace:
            return await answer(workspace, begin, wanted)

    return asyncio.run(work())


def _show(
    path: Path,
    settings: Settings,
    replayed: str | None,
    scope: tuple[str, ...] = (),
    resumed: str | None = None,
    opening: tuple[str, tuple[str, ...]] | None = None,
) -> int:
    import asyncio
    from contextlib import ExitStack

    from rlm_tui.ui.terminal_life import hushed, left_sane

    async def work(starting: ExitStack) -> int:
        from rlm_tui.ui.app import RlmApp
        from rlm_tui.ui.session import Session
        from rlm_tui.workspace import open_workspace

        async with open_workspace(path, settings) as workspace:
            app = RlmApp(Session.of(workspace, replayed, scope, resumed, opening))
            starting.close()
            with left_sane():
                code = await app.run_async()
            return app.return_code or code or 0

    with ExitStack() as starting:
        starting.enter_context(hushed())
        return guarded(lambda: asyncio.run(work(starting)))


def _converse(path: Path, settings: Settings, scope: tuple[str, ...]) -> int:
    import asyncio

    from rlm_tui.plain import converse
    from rlm_tui.workspace import open_workspace

    async def work() -> int:
        async with open_workspace(path, settings) as workspace:
            return await converse(workspace, scope, ascii_only=settings.ascii)

    return guarded(lambda: asyncio.run(work()))


def _print_report(run: str, form: str, output: Path | None) -> int:
    from rlm_tui.records.export import rendered
    from rlm_tui.records.tree import Tree

    store = _runs()
    report = rendered(Tree.of(store.read(store.find(run))), form)
    if output is None:
        click.echo(report, nl=False)
        return 0
    with output.open("x", encoding="utf-8") as file:
        file.write(report)
    click.echo(f"written to {output}", err=True)
    return 0


def _open(path: Path) -> Repository:
    from rlm_tui.repository.repository import Repository

    settings = settings_of({})
    return Repository.open(path, settings.cache_dir, settings.secrets)


def _runs() -> RunStore:
    from rlm_tui.records.store import RunStore

    return RunStore(settings_of({}).runs_dir)


def _patch_commands() -> dict[str, click.Command]:
    from rlm_tui.patch_commands import commands

    return commands(lambda: settings_of({}), guarded)


def _tool_commands() -> dict[str, click.Command]:
    from rlm_tui.tool_commands import commands

    return commands(_open, guarded)


def _mode_commands() -> dict[str, click.Command]:
    from rlm_tui.mode_commands import commands

    return commands(settings_options, _begin)


def _exit(code: int) -> NoReturn:
    sys.exit(code)
