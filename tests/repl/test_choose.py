"""Which sandbox is chosen, that a sandbox which cannot prove itself is not, and that there is never none."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl import choose, seatbelt
from rlm_tui.repl.fork_client import ForkServer
from rlm_tui.repl.guest import RECORDS
from rlm_tui.repl.guest_api import guest_api
from rlm_tui.repl.protocol import Limits, SandboxError, SandboxOptions
from rlm_tui.repl.sealed import SealedSandbox, SealedSession

needs_linux = pytest.mark.skipif(platform.system() != "Linux", reason="the sealed sandbox is Linux only")
ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = """
import asyncio
from rlm_tui.repl.choose import open_sandbox, sandbox_report
from rlm_tui.repl.protocol import GuestFunction, Limits
async def call(name, args, kwargs):
    return args[0]
async def main():
    print(await sandbox_report("sealed"))
    sandbox = await open_sandbox("sealed")
    session = await sandbox.session([GuestFunction("echo", "echo(x)", "")], call, {}, Limits(seconds=1))
    print((await session.run("import threading, datetime\\n"
        "threads = [threading.Thread(target=echo, args=[n]) for n in range(20)]\\n"
        "for t in threads: t.start()\\nfor t in threads: t.join()\\n"
        "datetime.datetime.strptime('2026', '%Y').year, echo('x' * 9000) == 'x' * 9000")).output.strip())
    print((await session.run("import os\\nos.listdir('/')")).error.strip().splitlines()[-1])
    print((await session.run("while True: pass")).status)
    await sandbox.close()
asyncio.run(main())
"""


@needs_linux
async def test_auto_takes_the_sealed_one() -> None:
    sandbox = await choose.open_sandbox("auto")
    assert sandbox.name == "sealed"
    await sandbox.close()
    report = await choose.sandbox_report()
    assert report.name == "sealed"
    assert str(report).startswith("sealed: in force: a child proved that files, sockets, processes")


async def test_monty_by_name() -> None:
    pytest.importorskip("pydantic_monty")
    sandbox = await choose.open_sandbox("monty")
    assert sandbox.name == "monty"
    await sandbox.close()


TOY = """
from rlm_tui.repl.protocol import SandboxError, SandboxPlugin
from rlm_tui.repl.sealed import SealedSandbox
async def start(options):
    if options.image == "no-account":
        raise SandboxError("toy: no account: rlm-toy login")
    return SealedSandbox(name="toy")
PLUGIN = SandboxPlugin("toy", "cells run far away", start)
"""


def install(folder: Path, module: str, text: str) -> dict[str, str]:
    """Lay a distribution out that declares a sandbox, and return the environment in which it is installed."""
    (folder / f"{module}.py").write_text(text)
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[rlm_tui.sandboxes]\n{module} = {module}\n")
    return {"PYTHONPATH": str(folder), "HOME": str(folder), "PATH": os.environ["PATH"]}


def program(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rlm_tui", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@needs_linux
def test_an_installed_sandbox_is_chosen_by_name(tmp_path: Path) -> None:
    environment = install(tmp_path, "rlm_toy", TOY)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "payment.py").write_text("def charge():\n    return 1\n")
    asked = ["-p", "where is charge defined?", str(tmp_path / "shop"), "--sandbox"]
    done = program(environment, *asked, "toy", "--output-format", "stream-json")
    assert done.returncode == 0, done.stderr
    assert '"sandbox":"toy"' in done.stdout.replace('": "', '":"')
    told = program({**environment, "RLM_TUI_SANDBOX": "toy"}, "doctor", str(tmp_path / "shop"))
    assert "sandbox     toy\n            toy: in force: cells run far away" in told.stdout
    failed = program({**environment, "RLM_TUI_SANDBOX_IMAGE": "no-account"}, *asked, "toy")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "toy: no account: rlm-toy login" in failed.stderr
    wrong = program(environment, *asked, "tpy")
    assert wrong.returncode == 2
    assert (
        "--sandbox: value error, there is no sandbox 'tpy'; there are auto, sealed, monty, docker, toy" in wrong.stderr
    )


def test_an_installed_sandbox_that_is_broken_is_named(tmp_path: Path) -> None:
    environment = install(tmp_path, "rlm_broken", "import no_such_module")
    done = program(environment, "-p", "where?", str(tmp_path), "--sandbox", "broken")
    assert done.returncode in (1, 2)
    assert "plug-in rlm_broken cannot be loaded" in done.stderr
    assert "Traceback" not in done.stderr


@needs_linux
async def test_without_landlock_it_says_so() -> None:
    sandbox = SealedSandbox(ForkServer(landlock=False))
    assert await choose._refusal(sandbox) == ""
    assert sandbox.landlock == 0
    assert choose.means(sandbox) == "seccomp, no Landlock in this kernel"
    await sandbox.close()


@needs_linux
async def test_a_child_with_an_open_door_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pydantic_monty")
    check = SealedSession._check

    def tampered(self: SealedSession, told: dict[str, object]) -> None:
        proof = told["proof"]
        assert isinstance(proof, dict)
        check(self, {**told, "proof": {**proof, "socket": 0}})

    monkeypatch.setattr(SealedSession, "_check", tampered)
    with pytest.raises(SandboxError, match="socket still work in it"):
        await choose.open_sandbox("sealed")
    report = await choose.sandbox_report("auto")
    assert report.name == "monty"
    assert [name for name, _ in report.tried] == ["sealed", "monty"]


async def test_elsewhere_it_is_monty_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SandboxError, match=r"not available on win32.*What to do: .*pip install 'rlm-tui\[monty\]'"):
        await choose.open_sandbox("sealed")
    monkeypatch.setitem(sys.modules, "pydantic_monty", None)
    with pytest.raises(SandboxError, match="pydantic-monty is not installed"):
        await choose.open_sandbox("auto")


@needs_linux
async def test_without_a_fork_server_each_guest_is_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS; the guest here seals itself as Linux can."""
    monkeypatch.setattr(sys, "platform", "darwin")
    report = await choose.sandbox_report("sealed")
    assert str(report).endswith("out of reach (the sandbox of macOS)")
    with pytest.raises(SandboxError, match="on Linux only: leave out --math"):
        await choose.open_sandbox("sealed", SandboxOptions(math=True))
    sandbox = await choose.open_sandbox("sealed")
    session = await sandbox.session(FUNCTIONS, Host(), VARIABLES, Limits(seconds=5))
    assert (await session.run("kept = len(echo('x' * 9000)); kept")).output == "9000\n"
    assert "Operation not permitted" in (await session.run("import os; os.listdir('/')")).error
    running = asyncio.create_task(session.run("slow(60)"))
    await asyncio.sleep(0.2)
    await session.interrupt()
    assert (await running).status == "timeout"
    assert (await session.run("kept")).output == "9000\n"
    assert "exit code 3" in (await session.run("os._exit(3)")).error
    assert (await session.run("1 + 1")).output == "2\n"
    await sandbox.close()


@needs_linux
def test_a_seal_that_the_system_lacks_is_no_seal() -> None:
    assert "libSystem" in seatbelt.seal(1 << 40)


def pythons() -> list[str]:
    """Other interpreters on this machine that the project supports."""
    found = [Path(f"/usr/bin/python3.{minor}") for minor in (11, 12, 13, 14)]
    found += Path.home().glob(".pyenv/versions/3.1[1-4]*/bin/python")
    own = Path(sys.executable).resolve()
    return [str(path) for path in found if path.exists() and path.resolve() != own]


def run_elsewhere(command: list[str]) -> None:
    done = subprocess.run(
        [*command, "-c", ELSEWHERE],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "error while loading shared libraries" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip(f"{command[-1]} does not start")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("sealed: in force"), done
    assert lines[1:] == ["(2026, True)", "PermissionError: [Errno 1] Operation not permitted: '/'", "timeout"], done


@needs_linux
@pytest.mark.parametrize("python", pythons())
def test_other_pythons(python: str) -> None:
    run_elsewhere([python])


@needs_linux
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user")
def test_an_unprivileged_user() -> None:
    python = next((path for path in ("/usr/bin/python3",) if Path(path).exists()), sys.executable)
    version = subprocess.run(
        [python, "-c", "import sys; print(sys.version_info >= (3, 11))"], capture_output=True, check=True
    )
    if version.stdout.strip() != b"True":
        pytest.skip("no Python that every user can start")
    run_elsewhere(["setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups", "--bounding-set=-all", python])


@needs_linux
def test_what_the_security_page_has_one_try_runs() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "PermissionError: [Errno 1] Operation not permitted: " in done.stdout, done.stderr
    assert (ROOT / "tests" / "repl_battery.py").exists()
    assert "tests/repl_battery.py" in page


def test_the_objects_part_of_the_prompt_names_every_class_and_stays_short() -> None:
    assert all(f"- {name}: " in guest_api(" ".join(RECORDS)) for name in RECORDS)
    api = guest_api()
    assert ".source" in api
    assert len(api) < 2_200
