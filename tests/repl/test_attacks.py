"""Attacks on the sealed child. None may read, write, reach, start, outlive, or harm anything outside of it.

An attack prints BREACH when it got what it wanted; whatever it prints, the host looks for itself, too: at the secret, the
folder, the listener, and whether the sandbox still works. What no longer needs Landlock is shown without it as well.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typing_extensions
from repl_attacks import ENDED, NATIVE, REFUSED, SECRET, SYSTEM_CALLS
from repl_attacks_native import NATIVE_CALLS, NATIVE_CELLS
from repl_battery import X86, Battery, lay_out, works

from rlm_tui.repl.fork_client import ForkServer
from rlm_tui.repl.protocol import Limits
from rlm_tui.repl.sealed import SealedSandbox

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="the sealed sandbox is Linux only")
with_and_without_landlock = pytest.mark.parametrize(
    "target", [True, False], indirect=True, ids=["Landlock", "seccomp alone"]
)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Battery]:
    monkeypatch.setenv("RLM_CANARY", SECRET)
    lay_out(tmp_path)
    sandbox = SealedSandbox(ForkServer(landlock=getattr(request, "param", True)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Battery(sandbox, tmp_path, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        with pytest.raises(BlockingIOError):
            listener.accept()
    await sandbox.close()
    assert os.environ["RLM_CANARY"] == SECRET


def unharmed(target: Battery) -> None:
    assert target.succeeded == []
    assert target.harm() == []


@with_and_without_landlock
async def test_what_must_raise_raises(target: Battery) -> None:
    for attacks in REFUSED.values():
        await target.refused(attacks)
    assert target.ran == sum(map(len, REFUSED.values()))
    unharmed(target)


@pytest.mark.parametrize("group", ENDED)
async def test_a_child_may_die_but_the_host_goes_on(target: Battery, group: str) -> None:
    await target.survived(ENDED[group])
    unharmed(target)


@pytest.mark.skipif(not X86, reason="the numbers are those of x86_64")
@with_and_without_landlock
async def test_native_code_gets_no_further(target: Battery) -> None:
    await target.called([*SYSTEM_CALLS, *NATIVE_CALLS])
    unharmed(target)


@pytest.mark.skipif(not X86, reason="the machine code is that of x86_64")
@pytest.mark.parametrize("group", NATIVE_CELLS)
async def test_machine_code_inherited_descriptors_and_forged_frames_gain_nothing(target: Battery, group: str) -> None:
    await target.survived(NATIVE_CELLS[group])
    unharmed(target)


async def test_no_other_system_call_is_let_through(target: Battery) -> None:
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


async def test_a_cell_that_floods_the_host_with_calls_is_held_back_and_can_be_ended(target: Battery) -> None:
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
    assert await works(session)


async def test_a_child_that_does_not_read_its_replies_is_not_read(target: Battery) -> None:
    session = await target.session(Limits(seconds=1))
    result = await session.run(
        # The thread that reads the pipe is made to wait, while calls go out whose replies are large.
        "import threading, queue\nask = peek._ask.__self__\nstuck = threading.Event()\n"
        "class Stuck(dict):\n    def get(self, *a): stuck.wait()\nask._waiting = Stuck()\n"
        "for n in range(5_000): ask._send({'t': 'call', 'id': 1, 'name': 'big', 'args': [500_000], 'kwargs': {}}, [])"
    )
    assert result.status == "dead"
    assert "it did not read what it was told" in result.error
    assert len(target.host.calls) < 1_000


def public_python() -> str | None:
    """Return a Python of our version, or any that is new enough, which every user may start."""
    own = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (own, "/usr/bin/python3"):
        check = [
            "setpriv",
            "--reuid",
            "65534",
            "--clear-groups",
            python,
            "-c",
            "import sys; sys.exit(sys.version_info < (3, 11))",
        ]
        if Path(python).exists() and subprocess.run(check, capture_output=True, check=False).returncode == 0:
            return python
    return None


@pytest.mark.skipif(
    platform.system() != "Linux" or os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="only root can become another user",
)
@pytest.mark.parametrize("name", ["sealed", "monty"])
def test_the_same_as_nobody(name: str) -> None:
    python = public_python()
    if python is None:
        pytest.skip("no Python that every user can start")
    with tempfile.TemporaryDirectory() as made:  # a copy, since nobody may read neither the checkout nor root's folders
        shutil.copytree(ROOT / "rlm_tui", f"{made}/rlm_tui", ignore=shutil.ignore_patterns("__pycache__"))
        for module in (ROOT / "tests").glob("repl_*.py"):
            shutil.copy(module, made)
        if name == "monty":
            monty = Path(pytest.importorskip("pydantic_monty").__file__)
            if not python.endswith(f"{sys.version_info.major}.{sys.version_info.minor}"):
                pytest.skip("Monty is installed for another Python")
            shutil.copytree(monty.parent, f"{made}/pydantic_monty")
            shutil.copy(typing_extensions.__file__, made)  # it imports that
            shutil.copy(Path(sys.executable).with_name("monty"), made)
        subprocess.run(["chmod", "-R", "a+rX", made], check=True)
        done = subprocess.run(
            ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set=-all", python,
             "-B", f"{made}/repl_battery.py", name],
            env={"PATH": f"{made}:/usr/bin:/bin", "PYTHONPATH": made}, cwd="/",
            capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["user"], told["succeeded"], told["harm"]) == (65534, [], [])
    assert told["ran"] > 150
