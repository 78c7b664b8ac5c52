"""What the engine asks of a sandbox, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

JSON: TypeAlias = "None | bool | int | float | str | list[JSON] | dict[str, JSON]"

HostCall = Callable[[str, Sequence[JSON], Mapping[str, JSON]], Awaitable[object]]
"""Answers a cell's call of a host function: name, positional and keyword arguments (JSON; repository objects arrive as their
locator strings). Returns JSON or repository records (`repl.values` encodes them). An exception becomes a `HostError` with its
message in the cell."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that a cell has set: its type and a size for people ("list, 20 items"; "str, 4,096 characters")."""

    name: str
    kind: str
    size: str


@dataclass(frozen=True, slots=True)
class CellResult:
    """How a cell ended.

    `output` is what was printed (and the echo of a last expression), head and tail, with a line in the middle that tells how
    many characters were left out; `omitted` is that number. `error` is a traceback that points at the cell's lines, "" for
    none. `status`: "ok", "error" (it raised), "timeout" (interrupted; variables kept), "dead" (the child ended; variables
    lost). `answer` is `answer["content"]` as text and `ready` whether `answer["ready"]` was set. `seconds` is computing time,
    without waiting for host calls.
    """

    output: str
    omitted: int
    error: str
    status: Literal["ok", "error", "timeout", "dead"]
    answer: str
    ready: bool
    variables: tuple[Variable, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one child: seconds of computing a cell, bytes of memory, characters of output kept for the model.

    `calls` bounds the host calls of a cell: waiting for the host is not counted as computing, so that a loop of slow calls
    would have no end.
    """

    seconds: float = 20.0
    memory: int = 512 * 1024 * 1024
    output: int = 20_000
    calls: int = 10_000


class Session(Protocol):
    """One child: its variables live from cell to cell until `close`."""

    async def run(self, code: str) -> CellResult:
        """Run one cell to its end. Never raises for what the cell does; a dead child is replaced before the next cell."""
        ...

    async def interrupt(self) -> None:
        """Stop the running cell; its variables survive. Does nothing when no cell runs."""
        ...

    async def close(self) -> None:
        """End the child. Idempotent."""
        ...


class Sandbox(Protocol):
    """A place where cells run: started once a process, it makes sessions."""

    @property
    def name(self) -> str:
        """What the screen shows: "sealed", "monty", "docker", or the name of an installed one."""
        ...

    async def session(
        self, functions: Sequence[GuestFunction], call: HostCall, variables: Mapping[str, JSON], limits: Limits
    ) -> Session:
        """Start a child in which `functions` can be called and `variables` are set.

        The variable `repo`, a dict {name, commit, scope, languages, tokens}, becomes the `repo` object; its lazy sequences
        and `repo[...]` call the host functions `modules`, `files`, `symbols` (start, stop, match) and `resolve` (name).
        Raises SandboxError.
        """
        ...

    async def close(self) -> None:
        """End every child and the fork server. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class GuestFunction:
    """A host function as the guest sees it. `owners` are the guest classes that also have it as a method.

    A `local` one is the guest's own, made of others: it is listed in the prompt, and no call of it reaches the host. An
    `unlisted` one can be called, but stands in no prompt.
    """

    name: str
    signature: str
    doc: str
    owners: tuple[str, ...] = ()
    hidden: bool = False
    local: bool = False
    unlisted: bool = False


class SandboxError(Exception):
    """No sandbox can be had, or it broke: what was tried, why it failed, what to do. Cells never run unsandboxed."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What the user set about sandboxes: the image of a container, and whether cells may import numpy, scipy and sympy."""

    image: str = "python:3.13-slim"
    math: bool = False


@dataclass(frozen=True, slots=True)
class SandboxPlugin:
    """A sandbox that is chosen by its name (see docs/sandboxes.md).

    `summary` is what holds when it is in force, for `rlm-tui doctor`. `open` returns the sandbox, or raises SandboxError that
    says why it cannot be had and what to do; it is not asked before somebody chooses the name.
    """

    name: str
    summary: str
    open: Callable[[SandboxOptions], Awaitable[Sandbox]]
