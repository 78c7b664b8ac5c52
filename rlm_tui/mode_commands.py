"""The modes as commands: `rlm-tui review main`, with a screen or, as in `rlm-tui -p`, without one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import click

from rlm_tui.engine.mode import Mode, modes
from rlm_tui.headless import Format, Wanted
from rlm_tui.records.findings import Severity


@dataclass(frozen=True, slots=True)
class Asked:
    """A mode as it was asked for: the words after its name, where, how much of it; `wanted` is None for the screen."""

    mode: str
    words: tuple[str, ...]
    path: Path
    scope: tuple[str, ...]
    wanted: Wanted | None
    flags: dict[str, object]


Begin = Callable[[Asked], int]


def commands(settings: Callable[[Callable[..., None]], Callable[..., None]], begin: Begin) -> dict[str, click.Command]:
    """Return a command for each mode that takes words, by name. `settings` adds the options of every question."""
    return {mode.name: _command(mode, settings, begin) for mode in modes().values() if mode.prepare is not None}


def _command(mode: Mode, settings: Callable[[Callable[..., None]], Callable[..., None]], begin: Begin) -> click.Command:
    def run(
        words: tuple[str, ...],
        path: Path,
        plain: bool,
        output_format: Format | None,
        output: Path | None,
        fail_on: Severity | None,
        scope: tuple[str, ...],
        **flags: object,
    ) -> None:
        unattended = plain or output_format or output or fail_on or not (sys.stdin.isatty() and sys.stdout.isatty())
        wanted = Wanted(output_format or _format_of(output), output, fail_on) if unattended else None
        sys.exit(begin(Asked(mode.name, words, path, scope, wanted, flags)))

    options = [
        click.Argument(["words"], nargs=-1, metavar=mode.usage),
        click.Option(["-C", "path"], default=".", type=click.Path(path_type=Path), help="The repository; here without it."),
        click.Option(["-p", "--print", "plain"], is_flag=True, help="Without a screen; piped input is context."),
        click.Option(["--output-format"], type=click.Choice(get_args(Format)), help="What is printed without a screen."),
        click.Option(["-o", "--output"], type=click.Path(path_type=Path), help="A new file; its ending tells the format."),
        click.Option(["--scope"], multiple=True, help="Limit it to a folder, file or module; may be repeated."),
    ]  # fmt: skip
    fail_on = click.Option(
        ["--fail-on"], type=click.Choice(get_args(Severity)), help="Exit with 6 where a finding is so grave, or graver."
    )
    command = click.command(
        mode.name, help=f"{mode.title}.", short_help=mode.title, context_settings={"ignore_unknown_options": True}
    )(settings(run))
    command.params = [*options, fail_on, *command.params]
    return command


def _format_of(output: Path | None) -> Format:
    endings: dict[str, Format] = {
        ".md": "markdown",
        ".json": "json",
        ".jsonl": "stream-json",
        ".sarif": "sarif",
        ".patch": "patch",
        ".diff": "patch",
    }
    return endings.get(output.suffix.lower(), "text") if output is not None else "text"
