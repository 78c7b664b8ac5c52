"""`--sandbox docker`, as far as it can be shown without an engine: what would be run, what is said when it cannot be, and the
wire, with a stand-in for the engine's client that starts the same guest without a container.
"""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
from pathlib import Path

import pytest
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl.choose import open_sandbox, sandbox_report
from rlm_tui.repl.protocol import Limits, SandboxError, SandboxOptions
from rlm_tui.sandboxes.docker import run_command

ROOT = Path(__file__).resolve().parents[2]

# It runs what stands after the image, with the mounted folder in the place of its target.
CLIENT = f"""#!{sys.executable}
import os, pathlib, signal, sys
what, *rest = sys.argv[1:]
here = pathlib.Path(__file__).parent
if what == "run":
    name, image = rest[rest.index("--name") + 1], rest.index("fake/image:1")
    source = rest[rest.index("--mount") + 1].split("source=")[1].split(",")[0]
    (here / name).write_text(str(os.getpid()))
    given = [part.replace("/guest/rlm_tui/repl", source) for part in rest[image + 1 :]]
    os.execve({sys.executable!r}, [{sys.executable!r}, *given], {{}})
elif what == "kill":
    number = getattr(signal, rest[1]) if rest[0] == "--signal" else signal.SIGKILL
    os.kill(int((here / rest[-1]).read_text()), number)
elif what == "image":
    sys.exit(rest[-1] != "fake/image:1")
"""


def test_the_command_takes_everything_from_the_container() -> None:
    command = run_command("docker", "rlm-tui-1", "python:3.13-slim", 512 << 20)
    line = " ".join(command)
    for part in (
        "docker run --interactive --rm --name rlm-tui-1 --pull never --network none --read-only --cap-drop ALL",
        "--security-opt no-new-privileges",
        "--user 65534:65534",
        "--memory 603979776 --memory-swap 603979776",
        "--pids-limit 300",
        f"--mount type=bind,source={ROOT}/rlm_tui/repl,target=/guest/rlm_tui/repl,readonly",
        "--entrypoint python3 python:3.13-slim -I -S -B -X utf8 /guest/rlm_tui/repl/fork_server.py alone 536870912",
    ):
        assert part in line
    assert not {"--privileged", "-v", "--volume", "--env", "-e", "--tty"} & set(command)


async def test_without_docker_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="docker: docker is not installed, or not on PATH"):
        await open_sandbox("docker")


@pytest.mark.skipif(not shutil.which("docker"), reason="needs the client of docker")
async def test_without_a_daemon_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody-listens")
    with pytest.raises(SandboxError, match=r"the docker daemon does not answer \(.*nobody-listens.*\): start it"):
        await open_sandbox("docker")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    (tmp_path / "docker").write_text(CLIENT)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def started(client: Path) -> list[int]:
    return [int(path.read_text()) for path in client.glob("rlm-tui-*")]


def living(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


@pytest.mark.usefixtures("client")
async def test_an_image_that_is_not_there_is_not_downloaded() -> None:
    with pytest.raises(SandboxError, match=r"docker has no image 'python:3.13-slim'.*docker pull python:3.13-slim"):
        await open_sandbox("docker")


@pytest.mark.skipif(platform.system() != "Linux", reason="the guest seals itself on Linux only")
async def test_the_wire_with_a_stand_in_for_the_client(client: Path) -> None:
    options = SandboxOptions(image="fake/image:1")
    report = await sandbox_report("docker", options)
    assert str(report).startswith("docker: in force: cells are sealed as by default, in a container")
    sandbox = await open_sandbox("docker", options)
    assert sandbox.name == "docker"
    session = await sandbox.session(FUNCTIONS, Host(), VARIABLES, Limits(seconds=1))
    assert (await session.run("kept = len(echo('x' * 9000)); kept")).output == "9000\n"
    assert (await session.run("import os; os.listdir('/')")).error.endswith("Operation not permitted: '/'\n")
    assert (await session.run("while True: pass")).status == "timeout"
    assert (await session.run("kept")).output == "9000\n"
    dead = await session.run("import os; os._exit(3)")
    assert "the cell ended it (exit code 3). Lost: kept." in dead.error
    assert (await session.run("1 + 1")).output == "2\n"
    running = asyncio.create_task(session.run("slow(60)"))
    await asyncio.sleep(0.2)
    await session.interrupt()
    assert (await running).status == "timeout"
    pids = started(client)
    await session.close()
    await sandbox.close()
    assert len(pids) == 4  # one each for the report, for the choice, for the session, and for its second life
    assert not living(pids)
