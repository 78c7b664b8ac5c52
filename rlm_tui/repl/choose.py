"""Chooses the sandbox: sealed if it proves itself, else Monty, else none. Cells never run unsandboxed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

from rlm_tui.repl.monty import MontySandbox
from rlm_tui.repl.protocol import Limits, Sandbox, SandboxError
from rlm_tui.repl.sealed import SealedSandbox

Choice = Literal["auto", "sealed", "monty"]


@dataclass(frozen=True, slots=True)
class Report:
    """Which sandbox is in force ("" for none), and for each that was tried, in order, what came of it."""

    name: str
    tried: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """For `rlm-tui doctor` and for errors: one line a sandbox."""
        return "\n".join(f"{name}: {outcome}" for name, outcome in self.tried)


async def open_sandbox(choice: Choice = "auto") -> Sandbox:
    """Return a sandbox that has proved itself. Raises SandboxError that says what was tried and what to do."""
    sandbox, report = await _open(choice)
    if sandbox is None:
        raise SandboxError(
            f"No sandbox can be had, so no cell can run ({'; '.join(str(report).splitlines())}). What to do: "
            "use Linux 5.10 or newer on x86_64 or arm64, where cells are sealed, or install the other sandbox with "
            "pip install 'rlm-tui[monty]'."
        )
    return sandbox


async def sandbox_report(choice: Choice = "auto") -> Report:
    """Try what `open_sandbox` would, close it again, and tell."""
    sandbox, report = await _open(choice)
    if sandbox is not None:
        await sandbox.close()
    return report


async def _open(choice: Choice) -> tuple[Sandbox | None, Report]:
    tried: list[tuple[str, str]] = []
    for name, attempt in (("sealed", _sealed), ("monty", _monty)):
        if choice not in ("auto", name):
            continue
        sandbox, outcome = await attempt()
        tried.append((name, outcome))
        if sandbox is not None:
            return sandbox, Report(name, tuple(tried))
    return None, Report("", tuple(tried))


async def _sealed() -> tuple[Sandbox | None, str]:
    if sys.platform != "linux":
        return None, f"not available on {sys.platform}: it stands on Linux's seccomp and Landlock"
    sandbox = SealedSandbox()
    refusal = await _refusal(sandbox)
    if refusal:
        return None, refusal
    landlock = f"Landlock ABI {sandbox.landlock}" if sandbox.landlock else "no Landlock in this kernel"
    return (
        sandbox,
        f"in force: a child proved that files, sockets, processes and signals are out of reach (seccomp, {landlock})",
    )


async def _monty() -> tuple[Sandbox | None, str]:
    try:
        sandbox = MontySandbox()
    except SandboxError as error:
        return None, str(error)
    refusal = await _refusal(sandbox)
    return (
        (None, refusal)
        if refusal
        else (sandbox, "in force: cells run in a part of Python, interpreted by pydantic-monty")
    )


async def _refusal(sandbox: Sandbox) -> str:
    """Start a session, which proves itself, and run a cell; return why it cannot be used, "" if it can."""

    async def nothing(name: str, args: object, kwargs: object) -> None:
        raise LookupError(name)

    why = ""
    try:
        session = await sandbox.session([], nothing, {}, Limits())
        if (await session.run("1 + 1")).output != "2\n":
            why = "a cell that adds 1 and 1 does not print 2"
        await session.close()
    except SandboxError as error:
        why = str(error)
    if why:
        await sandbox.close()
    return why
