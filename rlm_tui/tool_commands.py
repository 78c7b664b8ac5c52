"""The tools as plain commands: `rlm-tui grep PATTERN`, `rlm-tui callers Session.send --json`.

Made from the tools' own signatures and docstrings, like the prompt: a shell, or another agent, gets what cells get.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import click

from rlm_tui.headless import bring_up_to_date
from rlm_tui.repl.guest import RECORDS
from rlm_tui.repl.tools import Tool, tools
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Slice, Span

ALIASES = {"path": "call-path", "history": "commits"}
"""What people who come from other tools type; `history` is another thing in cells, and so is `path`."""
Open = Callable[[Path], Repository]
Guard = Callable[[Callable[[], int]], int]


def commands(open_repository: Open, guard: Guard) -> dict[str, click.Command]:
    """Return a command for each tool that is not hidden, by name (`call-path`).

    `guard` turns what can go wrong into a sentence and an exit code.
    """
    listed = [tool for tool in tools().values() if not (tool.hidden or tool.unlisted)]
    found = {_dashed(tool.name): _command(tool, open_repository, guard) for tool in listed}
    return found | {other: found[name] for other, name in ALIASES.items() if name in found}


def _command(tool: Tool, open_repository: Open, guard: Guard) -> click.Command:
    hints = get_type_hints(tool.run)
    parameters: list[click.Parameter] = [
        _parameter(parameter, hints[parameter.name], first=number == 0)
        for number, parameter in enumerate(list(inspect.signature(tool.run).parameters.values())[1:])
    ]
    parameters += [
        click.Option(
            ["-C", "path"], default=".", type=click.Path(path_type=Path), help="The repository; here without it."
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON instead of lines."),
    ]

    def run(path: Path, as_json: bool, **arguments: object) -> None:
        sys.exit(guard(lambda: _run(tool, open_repository(path), arguments, as_json=as_json)))

    return click.Command(_dashed(tool.name), callback=run, params=parameters, help=tool.doc)


def _parameter(parameter: inspect.Parameter, hint: object, *, first: bool) -> click.Parameter:
    if parameter.default is inspect.Parameter.empty:
        return click.Argument([parameter.name], type=str)
    if first and hint is str:
        return click.Argument([parameter.name], type=str, default=parameter.default, required=False)
    if hint is bool:
        return click.Option([f"--{_dashed(parameter.name)}"], is_flag=True, default=parameter.default)
    kind = int if hint in (int, int | None) else str
    return click.Option(
        [f"--{_dashed(parameter.name)}"], type=kind, default=parameter.default, show_default=bool(parameter.default)
    )


def _run(tool: Tool, repository: Repository, arguments: dict[str, object], *, as_json: bool) -> int:
    try:
        bring_up_to_date(repository)
        result = tool.run(repository, **arguments)
    except (LookupError, ValueError, PermissionError) as error:
        click.echo(f"rlm-tui: {error}", err=True)
        return 1
    finally:
        repository.close()
    found = result if isinstance(result, Sequence) and not isinstance(result, str) else [result]
    if as_json:
        click.echo(json.dumps(_plain(result), ensure_ascii=False, indent=2))
    else:
        for item in found:
            shown = _record(item)
            click.echo(str(shown) if isinstance(item, Slice) else repr(shown))
    return 0 if found else 1


def _record(value: object) -> object:
    """Return a record as cells see it, whose repr is one line."""
    if isinstance(value, Span):
        return str(value)
    if not is_dataclass(value):
        return value
    return RECORDS[type(value).__name__]({field.name: _record(getattr(value, field.name)) for field in fields(value)})


def _plain(value: object) -> object:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _dashed(name: str) -> str:
    return name.replace("_", "-")
