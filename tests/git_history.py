"""Makes history in a repository: real git, with days and authors that stay the same."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(root: Path, *arguments: str, author: str = "Ann") -> str:
    who = ("-c", f"user.name={author}", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main")
    days = {"GIT_AUTHOR_DATE": "2026-01-31T12:00:00+0100", "GIT_COMMITTER_DATE": "2026-02-01T12:00:00+0100"}
    command = ["git", *who, *arguments]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, env=os.environ | days)
    return done.stdout.strip()


def commit(root: Path, message: str, author: str = "Ann") -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message, author=author)


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
