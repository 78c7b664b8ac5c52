"""git in a clone that means harm."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository import git


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
    with pytest.raises(git.GitError, match="not a git repository"):
        git.git(tmp_path, ["log"])
