"""`--sandbox docker`: the sealed child, in a container of its own without network, rights or anything to write to.

The guest in the container is the one of the fork server, with the same frames on its standard input and output, and it
seals itself there just the same; so the container is a second wall, not the only one. Not tried against a real engine yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from rlm_tui import repl
from rlm_tui.repl.protocol import SandboxError, SandboxOptions, SandboxPlugin
from rlm_tui.repl.sealed import SealedSandbox

_GUEST = "/guest/rlm_tui/repl"
_BESIDE = 64 << 20
"""Bytes for the interpreter, beside what a cell may use."""
_ANSWER_SECONDS = 10.0
_PROCESSES = 300


def run_command(docker: str, name: str, image: str, memory: int) -> list[str]:
    """Return the command that starts one guest in a container called `name`; its frames go over standard input and output."""
    source = str(Path(repl.__file__).parent)
    if "," in source:
        raise SandboxError(f"docker cannot mount {source}: there is a comma in the path")
    return [
        docker, "run", "--interactive", "--rm", "--name", name, "--pull", "never", "--network", "none", "--read-only",
        "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65534:65534", "--ipc", "none",
        "--memory", str(memory + _BESIDE), "--memory-swap", str(memory + _BESIDE), "--pids-limit", str(_PROCESSES),
        "--cpus", "1", "--ulimit", "core=0", "--log-driver", "none", "--workdir", "/",
        "--mount", f"type=bind,source={source},target={_GUEST},readonly", "--entrypoint", "python3", image,
        "-I", "-S", "-B", "-X", "utf8", f"{_GUEST}/fork_server.py", "alone", str(memory),
    ]  # fmt: skip


class Container:
    """A guest in a container: signals go through the engine, its pipe through the engine's client."""

    def __init__(self, docker: str, name: str, client: subprocess.Popen[bytes], pipe: socket.socket) -> None:
        self._docker, self._name, self._client, self._pipe = docker, name, client, pipe
        self._signals: set[asyncio.Task[object]] = set()

    @property
    def pipe(self) -> socket.socket:
        """Our end of its standard input and output."""
        return self._pipe

    def send_signal(self, number: signal.Signals) -> None:
        """Ask the engine to send a signal."""
        task = asyncio.get_running_loop().create_task(
            _ask([self._docker, "kill", "--signal", number.name, self._name], _ANSWER_SECONDS)
        )
        self._signals.add(task)
        task.add_done_callback(self._signals.discard)

    def cpu_seconds(self) -> float:
        """Return 0.0: the engine does not tell this quickly. `--cpus 1` bounds what it can take."""
        return 0.0

    async def end(self) -> int | None:
        """End the container, and its client."""
        if self._signals:
            await asyncio.wait(self._signals)
        await _ask([self._docker, "kill", self._name], _ANSWER_SECONDS)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._client.wait, _ANSWER_SECONDS)
        self._client.kill()
        await asyncio.to_thread(self._client.wait)
        code = self._client.returncode
        return 128 - code if code > 128 else code  # as a shell does, the client tells of signals as 128 + number


class Docker:
    """Starts containers from an image that is there already: nothing is downloaded unasked."""

    def __init__(self, docker: str, image: str) -> None:
        self._docker, self._image = docker, image

    async def start(self, memory: int) -> Container:
        """Start a container. Raises SandboxError."""
        name = f"rlm-tui-{secrets.token_hex(8)}"
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                client = _client(run_command(self._docker, name, self._image, memory), theirs.fileno())
            except OSError as error:
                ours.close()
                raise SandboxError(f"docker does not start: {error.strerror}") from error
        return Container(self._docker, name, client, ours)

    async def close(self) -> None:
        """Do nothing: each container is ended by its session."""


async def open_docker(options: SandboxOptions) -> SealedSandbox:
    """Check that docker answers and has the image. Raises SandboxError that says what to do."""
    if options.math:
        raise SandboxError("--math is for the sealed sandbox only: leave it out")
    docker = shutil.which("docker")
    if docker is None:
        raise SandboxError("docker is not installed, or not on PATH")
    code, told = await _ask([docker, "version", "--format", "{{.Server.Version}}"], _ANSWER_SECONDS)
    if code != 0:
        raise SandboxError(f"the docker daemon does not answer ({told}): start it, and see that you may use it")
    code, _ = await _ask([docker, "image", "inspect", "--format", "{{.Id}}", options.image], _ANSWER_SECONDS)
    if code != 0:
        raise SandboxError(
            f"docker has no image {options.image!r}, and nothing is downloaded unasked: docker pull {options.image}, "
            "or name another with Python 3.11 or newer in the setting sandbox_image"
        )
    return SealedSandbox(Docker(docker, options.image), "docker")


def _client(command: list[str], pipe: int) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl+C at the terminal is for the program, which interrupts cells itself.
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=True)


async def _ask(command: list[str], seconds: float) -> tuple[int, str]:
    """Run a short command of the engine's client; return its exit code and the last line of what it said."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        await process.wait()
        return 1, f"no answer in {seconds:g} s"
    lines = told.decode(errors="replace").strip().splitlines()
    return process.returncode or 0, lines[-1] if lines else ""


PLUGIN = SandboxPlugin(
    "docker", "cells are sealed as by default, in a container without network and with nothing to write to", open_docker
)
