"""git in a clone that means harm."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.versions import git


def test_head_is_a_short_hash_and_nothing_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_small_repository(tmp_path / "shop")
    assert 7 <= len(git.head(root)) <= 12
    assert git.head(tmp_path) == ""
    (tmp_path / "empty").mkdir()
    subprocess.run(["git", "init", "-q", str(tmp_path / "empty")], check=True)
    assert git.head(tmp_path / "empty") == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.head(root) == ""
    with pytest.raises(git.GitError, match="not installed"):
        git.git(root, ["status"])


def test_the_environment_does_not_point_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_small_repository(tmp_path / "shop")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "x")
    assert git.head(root)


def test_a_hostile_configuration_runs_nothing(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")
    ran = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (root / ".git" / "hooks" / hook).write_text(script.read_text())
        (root / ".git" / "hooks" / hook).chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "core.editor", "pager.log"):
        subprocess.run(["git", "-C", str(root), "config", key, str(script)], check=True)
    ran.unlink(missing_ok=True)
    (root / "README.md").write_text("changed")
    git.head(root)
    git.git(root, ["status", "--porcelain"])
    git.git(root, ["log", "--oneline"])
    git.git(root, ["diff", "--no-ext-diff", "--no-textconv"])
    assert not ran.exists()


def test_a_refusal_says_why(tmp_path: Path) -> None:
    with pytest.raises(git.GitError, match="no git repository here"):
        git.git(tmp_path, ["log"])


def test_the_commit_is_followed_in_a_worktree_too(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")

    def run(folder: Path, *arguments: str) -> str:
        command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()

    run(root, "worktree", "add", "-b", "side", str(tmp_path / "side"))
    for folder in (root, root / "src", tmp_path / "side"):
        head = git.Head(folder)
        first = head.commit
        assert first == run(folder, "rev-parse", "--short", "HEAD")
        run(folder, "commit", "--allow-empty", "-m", "more")
        assert head.commit == run(folder, "rev-parse", "--short", "HEAD") != first
        run(folder, "checkout", "-q", "--detach", "HEAD~1")
        assert head.commit == first
        run(folder, "checkout", "-q", "-")
        run(folder, "pack-refs", "--all")
        assert head.commit == run(folder, "rev-parse", "--short", "HEAD")
    assert git.Head(tmp_path).commit == ""


def test_a_git_file_that_lies_is_no_harm(tmp_path: Path) -> None:
    for number, said in enumerate((b"gitdir: /dev/zero", b"gitdir: \0", b"gitdir: .", b"", b"x" * 9_000)):
        root = tmp_path / str(number)
        root.mkdir()
        (root / ".git").write_bytes(said)
        assert git.Head(root).commit == "" and not git.Head(root).is_busy
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe/.git")
    assert git.Head(tmp_path / "pipe").commit == ""
