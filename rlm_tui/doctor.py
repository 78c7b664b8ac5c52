"""Tells what is in force on this machine, and why: for people whose set-up does not do what they expect."""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click

from rlm_tui.config import CONFIG_FILE, Settings
from rlm_tui.plugins import PluginError
from rlm_tui.repl.choose import sandbox_report
from rlm_tui.repl.tools import tools
from rlm_tui.repository.files import ripgrep
from rlm_tui.repository.files.guidance import guidance
from rlm_tui.repository.indexer import indexers
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.summary import counts, place
from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.workspace import endpoint_of

_PACKAGES = ("anthropic", "textual", "tree-sitter", "watchfiles")


def examine(path: Path, settings: Settings) -> int:
    """Print what is in force for the repository at `path`; return 0, or 1 when something that is needed is missing."""
    well = [
        _line("program", lambda: f"rlm-tui {version('rlm-tui')}, Python {platform.python_version()}, {sys.platform}"),
        _line("packages", lambda: ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
        _line("ripgrep", ripgrep.program),
        _line("languages", lambda: ", ".join(sorted({indexer.name for indexer in indexers().values()}))),
        _line(
            "tools",
            lambda: ", ".join(sorted(name for name, tool in tools().items() if not (tool.hidden or tool.unlisted))),
        ),
        _line("repository", lambda: _repository(path, settings)),
        _line("guidance", lambda: _guidance(path)),
        _sandbox(settings),
    ]
    where: str = settings.provider
    if settings.provider == "anthropic":
        where = endpoint_of(settings).origin if settings.base_url else "of Anthropic"
    reached = f"endpoint {where}" if settings.has_endpoint else "no language model"
    click.echo(f"models      {settings.root_model}, sub-calls {settings.child_model} ({reached})")
    if not settings.has_endpoint:
        click.echo(
            "            the navigator answers; set ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL for a language model"
        )
    click.echo(f"config      {CONFIG_FILE}{'' if CONFIG_FILE.exists() else ' (not there; defaults hold)'}")
    click.echo(f"records     {settings.runs_dir}")
    return 0 if all(well) else 1


def _line(name: str, tell: Callable[[], str]) -> bool:
    try:
        text, well = tell(), True
    except (RepositoryError, PluginError) as error:
        text, well = f"✗ {error}", False
    click.echo(f"{name:<11} {text}")
    return well


def _repository(path: Path, settings: Settings) -> str:
    repository = Repository.open(path, settings.cache_dir, settings.secrets)
    try:
        said = "".join(f"\n            {line}" for line in [*counts(repository), *repository.notices])
        return f"{repository.root} at {repository.commit or 'no commit'}; index in {place(repository)}{said}"
    finally:
        repository.close()


def _guidance(path: Path) -> str:
    found = guidance(path.resolve())
    return found.told if found else "none: the repository has no AGENTS.md or CLAUDE.md"


def _sandbox(settings: Settings) -> bool:
    report = asyncio.run(sandbox_report(settings.sandbox, settings.sandbox_options))
    click.echo(f"sandbox     {report.name or '✗ none: cells cannot run'}")
    for name, outcome in report.tried:
        click.echo(f"            {name}: {outcome}")
    return bool(report.name)
