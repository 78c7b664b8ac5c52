"""History: what git's log tells of files, kept beside the index until HEAD is another commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rlm_tui.repository.search import history
from rlm_tui.repository.search.history import CommitWords, GitLog, History, commits
from rlm_tui.repository.versions.git import Head


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path, message: str, **files: str) -> None:
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    commit(root, "Retries of requests\n\nwith a pause between", a="1", lib__b="1")
    commit(root, "cookies \x01 of\x02 a jar", c="1")
    return root


def test_commits_come_newest_first_with_their_words_and_paths(root: Path) -> None:
    assert commits(root) == [
        CommitWords("cooki of jar", ("c.py",)),
        CommitWords("retri of request with paus between", ("a.py", "lib/b.py")),
    ]


def test_of_a_part_of_a_repository_only_what_is_below_it_counts(root: Path) -> None:
    assert [one.paths for one in commits(root / "lib")] == [("b.py",)]


def test_without_git_there_is_no_history(tmp_path: Path) -> None:
    assert commits(tmp_path) == []
    past = GitLog(tmp_path, Head(tmp_path), tmp_path)
    assert past.history(("a.py",)).similar({"retri": 1.0}, 10) == {}
    assert not (tmp_path / "history").exists()


def test_similar_messages_bring_files_to_where_they_are_now() -> None:
    found = History(
        [CommitWords("cooki jar", ("c.py",)), CommitWords("retri request", ("old/a.py", "gone.py", "x/util.py"))],
        ("src/a.py", "c.py", "y/util.py", "z/util.py"),
    )
    assert set(found.similar({"retri": 1.0}, 10)) == {"src/a.py"}
    assert found.similar({"nothing": 1.0}, 10) == {} == found.similar({}, 10)
    assert found.recent["c.py"] > found.recent["src/a.py"] > 0


def test_it_is_kept_until_another_commit_is_checked_out(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ("a.py", "c.py", "lib/b.py")
    before = GitLog(root, Head(root), tmp_path).history(paths).similar({"cooki": 1.0}, 10)
    assert set(before) == {"c.py"}
    monkeypatch.setattr(history, "commits", lambda root: [])
    assert GitLog(root, Head(root), tmp_path).history(paths).similar({"cooki": 1.0}, 10) == before
    commit(root, "another", a="2")
    assert GitLog(root, Head(root), tmp_path).history(paths).similar({"cooki": 1.0}, 10) == {}


@pytest.mark.parametrize("damage", [b"", b"\0garbage", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_was_kept_and_is_damaged_is_read_anew(root: Path, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "history").write_bytes(damage)
    assert GitLog(root, Head(root), tmp_path).history(("c.py",)).similar({"cooki": 1.0}, 10)
