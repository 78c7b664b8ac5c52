"""Asks git, without letting a hostile clone run anything: no hooks, monitors, pagers, prompts, external diffs or filters."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Timer

from rlm_tui.repository.files.environment import environment
from rlm_tui.repository.sanitize import sanitize

_SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.pager=cat",
    "-c", "core.sshCommand=false",
    "-c", "diff.external=",
    "-c", "diff.orderFile=/dev/null",  # these two may name a pipe that nobody writes to
    "-c", "mailmap.file=",
    "-c", "log.showSignature=false",
    "-c", "protocol.allow=never",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_SECONDS = 20


class GitError(Exception):
    """git is not there, took too long, or refused: the message says which."""


def git(root: Path, arguments: Sequence[str], seconds: float = _SECONDS) -> bytes:
    """Return what `git ARGUMENTS` prints in `root`; arguments that come from outside belong behind `--`. Raises `GitError`."""
    try:
        done = subprocess.run(
            ["git", *_SAFE, *arguments],  # noqa: S607 - git is wherever the user has it
            cwd=root, env=_variables(), stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took longer than {seconds:g} seconds") from error
    except OSError as error:
        raise GitError(f"git did not work: {error}") from error
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if message and "not a git repository" in message[0]:
            raise GitError("there is no git repository here")
        raise GitError(sanitize(message[0]) if message else f"git failed with exit status {done.returncode}")
    return done.stdout


def beginning(root: Path, arguments: Sequence[str], most: int, seconds: float) -> bytes:
    """Return the first `most` bytes of what `git ARGUMENTS` prints in `root`, or what came in time; b"" when it fails."""
    try:
        with subprocess.Popen(
            ["git", *_SAFE, *arguments],  # noqa: S607 - git is wherever the user has it
            cwd=root, env=_variables(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            timer = Timer(seconds, process.kill)
            timer.start()
            try:
                return process.stdout.read(most) if process.stdout else b""
            finally:
                timer.cancel()
                process.kill()
    except OSError:
        return b""


def options_to_read_files(root: Path) -> list[str]:
    """Return what comes before a command that reads the files of the working tree: only those around `root`, through no filter.

    A clone's configuration may name another working tree (`core.worktree`) and programs that files go through
    (`filter.NAME.clean`). Raises `GitError` where there is no working tree, or a filter that cannot be turned off.
    """
    place = _place(root)
    if place is None:
        raise GitError("there is no git repository here")
    options = [f"--work-tree={place}"]
    for key in git(root, ["config", "--list", "--name-only", "-z"]).split(b"\0"):
        if key.startswith(b"filter."):
            if b"=" in key:  # would end the name after `-c`
                raise GitError("git's configuration has a filter with '=' in its name, which cannot be turned off")
            value = "false" if key.endswith(b".required") else ""
            options += ["-c", f"{os.fsdecode(key)}={value}"]
            options += ["-c", f"{os.fsdecode(key.rpartition(b'.')[0])}.process="]
    return options


def head(root: Path) -> str:
    """Return the short hash of HEAD, or "" where there is no git, no repository or no commit."""
    try:
        return git(root, ["rev-parse", "--short", "HEAD"], seconds=5).decode("ascii", "replace").strip()
    except GitError:
        return ""


class Head:
    """The commit that is checked out at `root`, followed through commits and branch switches."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = _folder(root)
        self._known: tuple[tuple[int, int, int] | None, ...] | None = None
        self._commit = ""

    @property
    def commit(self) -> str:
        """Its short hash, as `head` gives it; git is asked only when one of its files has changed since."""
        if self._folder is None:
            return ""
        state = self._state(self._folder)
        if state != self._known:
            self._known, self._commit = state, head(self._root)
        return self._commit

    @property
    def is_busy(self) -> bool:
        """Whether git is at work on the files: it holds its index."""
        return self._folder is not None and _stamp(self._folder / "index.lock") is not None

    def _state(self, folder: Path) -> tuple[tuple[int, int, int] | None, ...]:
        """Return the stamps of what names the commit: HEAD, the branch it stands for, and where branches are packed."""
        common = folder / _line(folder / "commondir")
        branch = _line(folder / "HEAD").removeprefix("ref: ")
        return tuple(
            map(_stamp, (folder / "HEAD", common / branch, common / "packed-refs", common / "reftable/tables.list"))
        )


def _place(root: Path) -> Path | None:
    """Return the top of the working tree that `root` is in: the nearest folder with a `.git`."""
    tops = (folder for folder in (root, *root.parents) if (folder / ".git").is_dir() or _line(folder / ".git"))
    return next(tops, None)


def _folder(root: Path) -> Path | None:
    """Return where git keeps what belongs to this working tree; in a worktree or a submodule `.git` is a file that says so."""
    top = _place(root)
    if top is None or (top / ".git").is_dir():
        return top / ".git" if top else None
    return top / _line(top / ".git").removeprefix("gitdir: ")


def _line(path: Path) -> str:
    """Return the first line of a small file, "" where there is none that can be read."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            return os.fsdecode(file.read(4_096)).partition("\n")[0]
    except (OSError, ValueError):
        return ""


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a hostile clone's pipe would block


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):  # ValueError: a NUL in what a hostile HEAD names
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _variables() -> dict[str, str]:
    # A repository's own `protocol.ext.allow` would outdo `protocol.allow`, and a partial clone fetches what it lacks.
    quiet = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": ""}
    return environment() | quiet | {"LC_ALL": "C"}
