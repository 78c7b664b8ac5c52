"""Asks git, without letting a hostile clone run anything: no hooks, monitors, pagers, prompts, external diffs or filters."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from rlm_tui.repository.environment import environment

_SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.pager=cat",
    "-c", "core.sshCommand=false",
    "-c", "diff.external=",
    "-c", "log.showSignature=false",
    "-c", "protocol.allow=never",
)  # fmt: skip
_SECONDS = 20


class GitError(Exception):
    """git is not there, took too long, or refused: the message says which."""


def git(root: Path, arguments: Sequence[str], seconds: float = _SECONDS) -> bytes:
    """Return what `git ARGUMENTS` prints in `root`; arguments that come from outside belong behind `--`. Raises `GitError`."""
    # A repository's own `protocol.ext.allow` would outdo `protocol.allow`, and a partial clone fetches what it lacks.
    quiet = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": ""}
    variables = environment() | quiet | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *_SAFE, *arguments],  # noqa: S607 - git is wherever the user has it
            cwd=root, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(f"git {arguments[0]} did not work: {error}") from error
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(message[0] if message else f"git {arguments[0]} failed with exit status {done.returncode}")
    return done.stdout


def head(root: Path) -> str:
    """Return the short hash of HEAD, or "" where there is no git, no repository or no commit."""
    try:
        return git(root, ["rev-parse", "--short", "HEAD"], seconds=5).decode("ascii", "replace").strip()
    except GitError:
        return ""
