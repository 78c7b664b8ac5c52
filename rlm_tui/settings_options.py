"""The options that every question takes on the command line, and the settings they make. Imports only click at the top."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rlm_tui.config import Settings

Function = TypeVar("Function", bound=Callable[..., object])


def settings_options(function: Function) -> Function:
    """Add the options of everything that asks a question; `settings_of` makes settings of their values."""
    for option in reversed(
        (
            click.option("--model", help="Model of the root call; `navigator` needs no key."),
            click.option("--sub-model", help="Model of sub-calls."),
            click.option(
                "--provider", type=click.Choice(["anthropic", "bedrock", "vertex"]), help="Who serves the model."
            ),
            click.option("--base-url", help="An Anthropic-compatible endpoint."),
            click.option("--cells", type=click.Choice(["auto", "tool", "fence"]), help="How the model writes cells."),
            click.option(
                "--sandbox", metavar="NAME", help="Where cells run: auto, sealed, monty, docker, or an installed one."
            ),
            click.option("--math", is_flag=True, default=None, help="Let cells import numpy, scipy and sympy."),
            click.option("--route", type=click.Choice(["direct", "repl", "rlm"]), help="How the question is taken on."),
            click.option("--candidates", type=int, help="So many agents answer apart from each other; one is chosen."),
            click.option("--budget", type=float, help="US dollars a run may spend."),
            click.option("--max-tokens", type=int, help="Tokens a run may spend."),
            click.option("--max-calls", type=int, help="Calls a run may start."),
            click.option("--max-time", type=float, help="Seconds a run may take."),
            click.option(
                "--memo/--no-memo", default=None, help="Serve sub-calls from earlier runs where nothing changed."
            ),
            click.option(
                "--allow-secrets",
                metavar="GLOB",
                multiple=True,
                default=None,
                help="Read these files although they may hold secrets; may be repeated.",
            ),
            click.option("--max-depth", type=int, help="How deep sub-agents may start sub-agents."),
        )
    ):
        function = option(function)
    return function


def settings_of(flags: dict[str, object]) -> Settings:
    """Return the settings in force where these options were given. Raises `click.UsageError`."""
    from rlm_tui.config import ConfigError, load_settings

    try:
        return load_settings({name: value for name, value in flags.items() if value not in (None, ())})
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
