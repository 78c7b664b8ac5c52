"""Chooses the sandbox: sealed if it proves itself, else Monty, else none. Cells never run unsandboxed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

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
            f"No sandbox can be had, so no cell can run ({'; '.join(str(report).splitlines())}). "
            "What to do: use Linux 5.13 or newer on x86_64 or arm64, where cells are sealed; or install the other sandbox: "
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
    if choice in ("auto", "sealed"):
        sealed, outcome = await _sealed()
        tried.append(("sealed", outcome))
        if sealed is not None:
            return sealed, Report("sealed", tuple(tried))
    return None, Report("", tuple(tried))


async def _sealed() -> tuple[SealedSandbox | None, str]:
    if sys.platform != "linux":
        return None, f"not available on {sys.platform}: it stands on Linux's seccomp and Landlock"
    sandbox = SealedSandbox()

    async def nothing(name: str, args: object, kwargs: object) -> None:
        raise LookupError(name)

    try:
        session = await sandbox.session([], nothing, {}, Limits())
        await session.close()
    except SandboxError as error:
        await sandbox.close()
        return None, str(error)
    landlock = f"Landlock ABI {sandbox.landlock}" if sandbox.landlock else "no Landlock in this kernel"
    return (
        sandbox,
        f"in force: a child proved that files, sockets, processes and signals are out of reach (seccomp, {landlock})",
    )
