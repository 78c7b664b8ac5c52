"""Runs the attacks of `repl_attacks` and `repl_attacks_native` on a sandbox, and tells which succeeded.

Needs nothing but the package, so that it also runs as a script, under another user: `python repl_battery.py sealed|monty`.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from repl_attacks import ENDED, NATIVE, REFUSED, SECRET, SYSTEM_CALLS
from repl_attacks_native import NATIVE_CALLS, NATIVE_CELLS
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl.protocol import JSON, CellResult, Limits, Sandbox, SandboxError, Session

X86 = platform.machine() == "x86_64"
LIMITS = Limits(seconds=0.7, memory=256 << 20)
PATIENCE = 30
CONTROLS = {"\x1b", "\x07", "\x9b", "\u202e"}


@dataclass
class Battery:
    """A sandbox, and what attacks on it are after."""

    sandbox: Sandbox
    folder: Path
    url: str = "http://127.0.0.1:9/"
    host: Host = field(default_factory=Host)
    ran: int = 0
    succeeded: list[tuple[str, object]] = field(default_factory=list)

    async def session(self, limits: Limits = LIMITS) -> Session:
        """Start a session in which everything that attacks name is set."""
        given: dict[str, JSON] = {
            "SECRET_PATH": str(self.folder / "secret"),
            "FOLDER": str(self.folder),
            "URL": self.url,
            "HOST": os.getpid(),
        }
        return await self.sandbox.session(FUNCTIONS, self.host, {**VARIABLES, **given}, limits)

    async def refused(self, attacks: Iterable[str]) -> None:
        """Run statements each of which must raise."""
        session = await self.session()
        for attack in attacks:
            result = await asyncio.wait_for(session.run(attack), PATIENCE)
            self._judge(attack, result, good=result.status == "error")
        await session.close()

    async def called(self, calls: Iterable[tuple[int, str]]) -> None:
        """Make system calls each of which must fail, or end the child."""
        session = await self.session()
        for number, arguments in calls:
            result = await asyncio.wait_for(session.run(f"{NATIVE}\ncall({number}, {arguments})"), PATIENCE)
            refused = result.status in ("dead", "error") or "refused" in result.output
            self._judge(f"{number}: {arguments}", result, good=refused)
        await session.close()

    async def survived(self, attacks: list[str]) -> None:
        """Run cells that may end their child, four side by side; a session must be had after each."""
        await asyncio.gather(*(self._survive(attacks[start::4]) for start in range(4)))

    async def _survive(self, attacks: list[str]) -> None:
        session = await self.session()
        for attack in attacks:
            result = await asyncio.wait_for(session.run(attack), PATIENCE)
            told = result.status != "dead" or "Lost: " in result.error
            self._judge(
                attack, result, good=told and len(result.output) < LIMITS.output + 2_000 and len(result.error) < 9_000
            )
            if result.status == "dead" or not await works(session):
                await session.close()  # a child that has broken itself is its own affair; the next session must work
                session = await self.session()
            if not await works(session):
                self.succeeded.append((attack, "no session works after it"))
        await session.close()

    def _judge(self, attack: str, result: CellResult, *, good: bool) -> None:
        self.ran += 1
        shown = (
            result.output + result.error + result.answer + "".join(v.name + v.kind + v.size for v in result.variables)
        )
        if not good or "BREACH" in result.output or SECRET in shown or CONTROLS & set(shown):
            self.succeeded.append((attack, result))

    def harm(self) -> list[str]:
        """Return what is not as it was: the secret, and its folder."""
        harm = [] if (self.folder / "secret").read_text() == SECRET else ["the secret was changed"]
        return harm + [f"{path.name} was made" for path in self.folder.iterdir() if path.name != "secret"]


async def works(session: Session) -> bool:
    """Tell whether a session can add; it is asked again, as a busy machine may take its time away."""
    for _ in range(3):
        if (await session.run("1 + 1")).output.endswith("2\n"):
            return True
    return False


def lay_out(folder: Path) -> None:
    """Put a secret where nothing but the sandbox keeps an attack from it."""
    (folder / "secret").write_text(SECRET)
    folder.chmod(0o777)
    (folder / "secret").chmod(0o666)


async def run_all(sandbox: Sandbox, folder: Path) -> Mapping[str, object]:
    """Run what takes a moment only: everything but the exhaustion of time and memory."""
    battery = Battery(sandbox, folder)
    lasting = (ENDED["crash"], ENDED["forged frames"])
    if sandbox.name == "sealed":
        await asyncio.gather(
            *(battery.refused(attacks) for attacks in REFUSED.values()),
            battery.called([*SYSTEM_CALLS, *NATIVE_CALLS] if X86 else []),
        )
        await asyncio.gather(
            *(battery.survived(cells) for cells in (*lasting, *(NATIVE_CELLS.values() if X86 else [])))
        )
    else:  # it lacks what many attacks need, so that they fail for reasons of their own
        await asyncio.gather(
            *(battery.survived(cells) for cells in (*REFUSED.values(), *NATIVE_CELLS.values(), *lasting))
        )
    return {"user": os.getuid(), "ran": battery.ran, "succeeded": battery.succeeded, "harm": battery.harm()}


async def _main(name: str) -> None:
    from rlm_tui.repl.choose import open_sandbox

    os.environ["RLM_CANARY"] = SECRET
    sandbox = await open_sandbox("monty" if name == "monty" else "sealed")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        lay_out(folder)
        print(json.dumps(await run_all(sandbox, folder), default=str))
    await sandbox.close()


if __name__ == "__main__":
    try:
        asyncio.run(_main(sys.argv[1]))
    except SandboxError as error:
        sys.exit(str(error))
