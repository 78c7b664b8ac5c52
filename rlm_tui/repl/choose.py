"""Chooses the sandbox: sealed if it proves itself, else Monty, else none; or one by name. Cells never run unsandboxed."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rlm_tui.plugins import discover
from rlm_tui.repl.fork_client import ForkServer
from rlm_tui.repl.lone_process import LoneProcesses
from rlm_tui.repl.monty import MontySandbox
from rlm_tui.repl.protocol import Limits, Sandbox, SandboxError, SandboxOptions, SandboxPlugin
from rlm_tui.repl.sealed import SealedSandbox

AUTO = "auto"
Attempt = Callable[[SandboxOptions], Awaitable[tuple[Sandbox | None, str]]]


@dataclass(frozen=True, slots=True)
class Report:
    """Which sandbox is in force ("" for none), and for each that was tried, in order, what came of it."""

    name: str
    tried: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """For `rlm-tui doctor` and for errors: one line a sandbox."""
        return "\n".join(f"{name}: {outcome}" for name, outcome in self.tried)


def sandbox_problem(name: str) -> str:
    """Return why no sandbox can be chosen by this name, "" if one can. Plug-ins are looked for only if it is none of ours."""
    if name == AUTO or name in _BUILT_IN:
        return ""
    named = [plugin.name for plugin in _plugins()]
    return "" if name in named else f"there is no sandbox {name!r}; there are {', '.join([AUTO, *_BUILT_IN, *named])}"


async def open_sandbox(choice: str = AUTO, options: SandboxOptions | None = None) -> Sandbox:
    """Return a sandbox that has proved itself. Raises SandboxError that says what was tried and what to do."""
    sandbox, report = await _open(choice, options or SandboxOptions())
    if sandbox is None and (choice not in (AUTO, *_BUILT_IN) or (options and options.math)):
        raise SandboxError(f"No cell can run as was chosen ({'; '.join(str(report).splitlines())}).")
    if sandbox is None:
        raise SandboxError(
            f"No sandbox can be had, so no cell can run ({'; '.join(str(report).splitlines())}). What to do: "
            "use macOS, or Linux 5.10 or newer on x86_64 or arm64, where cells are sealed, or install the other sandbox with "
            "pip install 'rlm-tui[monty]'."
        )
    return sandbox


async def sandbox_report(choice: str = AUTO, options: SandboxOptions | None = None) -> Report:
    """Try what `open_sandbox` would, close it again, and tell."""
    sandbox, report = await _open(choice, options or SandboxOptions())
    if sandbox is not None:
        await sandbox.close()
    return report


async def _open(choice: str, options: SandboxOptions) -> tuple[Sandbox | None, Report]:
    if problem := sandbox_problem(choice):
        raise SandboxError(problem)
    attempts = {name: attempt for name, attempt in _BUILT_IN.items() if choice in (AUTO, name)}
    if options.math and choice == AUTO:
        del attempts["monty"]  # it cannot do what was asked for
    if not attempts:
        attempts = {plugin.name: _installed(plugin) for plugin in _plugins() if plugin.name == choice}
    tried: list[tuple[str, str]] = []
    for name, attempt in attempts.items():
        sandbox, outcome = await attempt(options)
        tried.append((name, outcome))
        if sandbox is not None:
            return sandbox, Report(name, tuple(tried))
    return None, Report("", tuple(tried))


async def _sealed(options: SandboxOptions) -> tuple[Sandbox | None, str]:
    if sys.platform not in ("linux", "darwin"):
        return (
            None,
            f"not available on {sys.platform}: it stands on Linux's seccomp and Landlock, or on the sandbox of macOS",
        )
    if sys.platform == "darwin" and options.math:
        return None, "numpy, scipy and sympy can be imported on Linux only: leave out --math"
    sandbox = SealedSandbox(ForkServer(math=options.math) if sys.platform == "linux" else LoneProcesses())
    refusal = await _refusal(sandbox)
    if refusal:
        return None, refusal
    by = means(sandbox) + ("; numpy, scipy and sympy can be imported" if options.math else "")
    return sandbox, f"in force: a child proved that files, sockets, processes and signals are out of reach ({by})"


def means(sandbox: SealedSandbox) -> str:
    """Return by what means the last child of a sandbox was sealed."""
    if sys.platform == "darwin":
        return "the sandbox of macOS"
    return f"seccomp, {f'Landlock ABI {sandbox.landlock}' if sandbox.landlock else 'no Landlock in this kernel'}"


async def _monty(options: SandboxOptions) -> tuple[Sandbox | None, str]:
    if options.math:
        return None, "it cannot import numpy, scipy or sympy: leave out --math"
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


_BUILT_IN: dict[str, Attempt] = {"sealed": _sealed, "monty": _monty}


def _plugins() -> list[SandboxPlugin]:
    return discover("rlm_tui.sandboxes", SandboxPlugin)


def _installed(plugin: SandboxPlugin) -> Attempt:
    async def attempt(options: SandboxOptions) -> tuple[Sandbox | None, str]:
        try:
            sandbox = await plugin.open(options)
        except SandboxError as error:
            return None, str(error)
        refusal = await _refusal(sandbox)
        return (None, refusal) if refusal else (sandbox, f"in force: {plugin.summary}")

    return attempt


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
