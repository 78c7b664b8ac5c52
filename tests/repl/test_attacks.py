"""Attacks on the sealed child. None may read, write, reach, start, outlive, or harm anything outside of it.

An attack prints BREACH when it got what it wanted; whatever it prints, the host looks for itself, too: at the secret, the
folder, the listener, and whether the sandbox still works.
"""

from __future__ import annotations

import asyncio
import os
import platform
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from repl_attacks import ENDED, NATIVE, REFUSED, SECRET, SYSTEM_CALLS
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl.protocol import JSON, Limits
from rlm_tui.repl.sealed import SealedSandbox, SealedSession

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="the sealed sandbox is Linux only")
X86 = platform.machine() == "x86_64"


class Target:
    """What attacks are after, and one sandbox to run them in."""

    def __init__(self, folder: Path, sandbox: SealedSandbox, listener: socket.socket) -> None:
        self.folder, self.sandbox, self.listener = folder, sandbox, listener
        self.secret = folder / "secret"
        self.host = Host()

    async def session(self, limits: Limits) -> SealedSession:
        url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        given: dict[str, JSON] = {
            "SECRET_PATH": str(self.secret),
            "FOLDER": str(self.folder),
            "URL": url,
            "HOST": os.getpid(),
        }
        return await self.sandbox.session(FUNCTIONS, self.host, {**VARIABLES, **given}, limits)

    def unharmed(self) -> None:
        assert self.secret.read_text() == SECRET
        assert sorted(path.name for path in self.folder.iterdir()) == ["secret"]
        with pytest.raises(BlockingIOError):
            self.listener.accept()
        assert os.environ["RLM_CANARY"] == SECRET


def lay_out(folder: Path) -> None:
    """Put a secret where nothing but the sandbox keeps an attack from it."""
    (folder / "secret").write_text(SECRET)
    folder.chmod(0o777)
    (folder / "secret").chmod(0o666)


@pytest.fixture
async def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Target]:
    monkeypatch.setenv("RLM_CANARY", SECRET)
    lay_out(tmp_path)
    sandbox = SealedSandbox()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Target(tmp_path, sandbox, listener)
    await sandbox.close()


@pytest.mark.parametrize("group", REFUSED)
async def test_what_must_raise_raises(target: Target, group: str) -> None:
    session = await target.session(Limits(seconds=5))
    succeeded = []
    for attack in REFUSED[group]:
        result = await session.run(attack)
        if result.status != "error" or SECRET in result.output + result.error:
            succeeded.append((attack, result))
    assert not succeeded
    assert (await session.run("1 + 1")).output == "2\n"
    target.unharmed()


@pytest.mark.parametrize("group", ENDED)
async def test_a_child_may_die_but_the_host_goes_on(target: Target, group: str) -> None:
    attacks = ENDED[group]

    async def attack_all(own: list[str]) -> None:
        session = await target.session(Limits(seconds=1, memory=256 << 20))
        for attack in own:
            result = await asyncio.wait_for(session.run(attack), 30)
            assert "BREACH" not in result.output, (attack, result)
            assert len(result.output) < Limits().output + 200, attack
            assert len(result.error) < 9_000, attack
            if result.status == "dead":
                assert "The sandbox process has ended: " in result.error, attack
            if result.status == "dead" or not (await session.run("1 + 1")).output.endswith("2\n"):
                await session.close()  # a child that has broken itself is its own affair; the next session must work
                session = await target.session(Limits(seconds=1, memory=256 << 20))
            assert (await session.run("1 + 1")).output.endswith("2\n"), attack
        await session.close()

    await asyncio.gather(*(attack_all(attacks[start::4]) for start in range(4)))
    target.unharmed()


@pytest.mark.skipif(not X86, reason="the numbers are those of x86_64")
async def test_native_code_gets_no_further(target: Target) -> None:
    session = await target.session(Limits(seconds=5))
    succeeded = []
    for number, arguments in SYSTEM_CALLS:
        result = await session.run(f"{NATIVE}\ncall({number}, {arguments})")
        refused = result.status == "dead" or result.output.startswith("refused") or "\nrefused" in result.output
        if not refused or "BREACH" in result.output or SECRET in result.output:
            succeeded.append((number, arguments, result))
    assert not succeeded
    target.unharmed()


async def test_no_other_system_call_is_let_through(target: Target) -> None:
    session = await target.session(Limits(seconds=5))
    result = await session.run(
        f"{NATIVE}\nfrom rlm_tui.repl import seccomp\nimport platform\n"
        f"arch = seccomp.ARCHITECTURES[{platform.machine()!r}]\n"
        # 335 and 336 are uretprobe and uprobe: no filter sees them, and outside of a probe they end the caller with SIGILL.
        "own = {*arch.allowed.values(), arch.clone, arch.mmap, arch.mprotect, 335, 336}\nlet = []\n"
        "for n in range(600):\n"
        "    if n not in own:\n"
        "        ct.set_errno(0); libc.syscall(ct.c_long(n), 0, 0, 0, 0, 0, 0)\n"
        "        if ct.get_errno() not in (1, 38): let.append((n, ct.get_errno()))\n"
        "print(let)"
    )
    assert result.output == "[]\n", result


async def test_a_cell_that_floods_the_host_with_calls_is_held_back_and_can_be_ended(target: Target) -> None:
    session = await target.session(Limits(seconds=5))
    flood = (
        "while True: peek._ask.__self__._send({'t': 'call', 'id': 1, 'name': 'slow', 'args': [60], 'kwargs': {}}, [])"
    )
    running = asyncio.create_task(session.run(flood))
    while len(target.host.calls) < 64:  # noqa: ASYNC110 - the host is not told how many calls have come
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert len(target.host.calls) < 2_000  # what was in the pipe when it was held back
    await session.interrupt()
    assert (await running).status in ("timeout", "dead")
    assert target.host.cancelled > 0
    assert (await session.run("1 + 1")).output.endswith("2\n")
