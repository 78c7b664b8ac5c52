"""Runs tools, and notes what those that look beyond a call's scope have shown, so that it can be compared later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from rlm_tui.engine.summary import files_in
from rlm_tui.repl.protocol import JSON
from rlm_tui.repl.tools import Tool, tools
from rlm_tui.repl.values import encode
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError

LOCAL = frozenset(("files", "find", "grep", "modules", "outline", "peek", "resolve", "symbols"))
"""Tools whose results come from the files in scope alone; any other is taken to look everywhere."""

BRANCHING = frozenset(("changes",))
"""Tools whose results may be others while all files and the commit stay the same: they depend on where branches are."""

_TOLD = (LookupError, ValueError, TypeError, OSError, RepositoryError)
"""What a tool raises to tell the model something."""


_TRIES = 2
"""How often a tool is used again because something changed under it; after that, its result is taken as it comes."""


class Look(BaseModel):
    """A tool that was used: its name, its arguments as JSON, and a digest of what came of it."""

    model_config = ConfigDict(frozen=True)

    tool: str
    arguments: str
    result: str

    def holds(self, repository: Repository) -> bool:
        """Use the tool again, and tell whether the same comes of it; blocks."""
        tool = tools().get(self.tool)
        if tool is None:
            return False
        result: object
        try:
            args, kwargs = json.loads(self.arguments)
            result = run_tool(tool, repository, args, kwargs)
        except _TOLD as error:
            result = error
        return _digest(result) == self.result


def look(tool: Tool, args: Sequence[JSON], kwargs: Mapping[str, JSON], result: object) -> Look:
    """Note that a tool was used; `result` is what it returned, or the error it raised."""
    return Look(tool=tool.name, arguments=json.dumps([args, kwargs]), result=_digest(result))


def run_tool(tool: Tool, repository: Repository, args: Sequence[JSON], kwargs: Mapping[str, JSON]) -> object:
    """Use a tool; blocks. Raises what it raises to tell the model something, and `RepositoryError` for its defects.

    What it returns is of one state of the index, and of the files as they are: where either changed meanwhile, it is used again.
    """
    for _ in range(_TRIES):
        before = repository.generation
        try:
            result = _run(tool, repository, args, kwargs)
            repository.update(repository.stale(files_in(result)))
        except _TOLD:
            if repository.generation == before:
                raise
            continue
        if repository.generation == before or repository.progress.phase != "ready":
            return result
    return _run(tool, repository, args, kwargs)


def _run(tool: Tool, repository: Repository, args: Sequence[JSON], kwargs: Mapping[str, JSON]) -> object:
    try:
        return tool.run(repository, *args, **kwargs)
    except _TOLD:
        raise
    except Exception as error:  # a defect of a tool must reach the model as words it can act on, with its kind
        raise RepositoryError(f"{tool.name} failed: {type(error).__name__}: {error}") from error


def _digest(result: object) -> str:
    parts: list[bytes] = []
    shown = f"Error: {result}" if isinstance(result, Exception) else json.dumps(encode(result, parts))
    return sha256(b"\0".join([shown.encode("utf-8", "replace"), *parts])).hexdigest()
