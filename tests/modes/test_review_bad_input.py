"""Reviews of what is odd: each is told, or reviewed as far as it goes, and nothing of the repository's own is run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_history import commit, git, write

from rlm_tui.engine.citations import check_one
from rlm_tui.modes.review import prepare
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "bank"
    root.mkdir()
    git(root, "init", "-q")
    write(root, "bank.py", "def pay(cents):\n    return cents\n")
    write(root, "other.py", "from bank import pay\n\npay(1)\n")
    commit(root, "One")
    return root


@pytest.fixture
def opened(root: Path, tmp_path: Path) -> Iterator[list[Repository]]:
    """Repositories to be closed at the end."""
    found: list[Repository] = []
    yield found
    for repository in found:
        repository.close()


def scanned(root: Path, opened: list[Repository]) -> Repository:
    repository = Repository.open(root, root.parent / "cache")
    opened.append(repository)
    repository.scan()
    return repository


def rules(repository: Repository, base: str = "") -> dict[str, str]:
    checks = repository.change_checks
    found = [*checks.broken_uses(base), *checks.suspicious_lines(base), *checks.twins(base)]
    return {one.rule: one.evidence[0] for one in found}


def test_a_repository_without_commits_is_all_new(tmp_path: Path, opened: list[Repository]) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "def f():\n    breakpoint()\n")
    repository = scanned(tmp_path, opened)
    made = prepare(repository, (), "")
    assert "1 file, +2 -0 lines" in made.text and "## a.py (added)" in made.context
    assert rules(repository) == {"leftover-debugging": "a.py:2"}
    with pytest.raises(ValueError, match="main is no branch"):
        prepare(repository, ("main",), "")


def test_without_git_it_is_said(tmp_path: Path, opened: list[Repository]) -> None:
    write(tmp_path, "a.py", "x = 1\n")
    with pytest.raises(RepositoryError, match="no git repository here"):
        prepare(scanned(tmp_path, opened), (), "")


def test_a_shallow_clone_says_what_it_lacks(root: Path, tmp_path: Path, opened: list[Repository]) -> None:
    write(root, "bank.py", "def pay(cents, to):\n    return cents\n")
    commit(root, "Two")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", str(shallow))
    with pytest.raises(LookupError, match="shallow clone, which `git fetch --unshallow` completes"):
        prepare(scanned(shallow, opened), ("HEAD~1..HEAD",), "")


def test_a_merge_conflict_in_the_tree_is_found(root: Path, opened: list[Repository]) -> None:
    git(root, "switch", "-q", "-c", "left")
    write(root, "bank.py", "def pay(cents):\n    return cents + 1\n")
    commit(root, "Left")
    git(root, "switch", "-q", "main")
    write(root, "bank.py", "def pay(cents):\n    return cents + 2\n")
    commit(root, "Right")
    subprocess.run(["git", "merge", "left"], cwd=root, capture_output=True, check=False)
    found = rules(scanned(root, opened))
    assert found["conflict-marker"] == "bank.py:2"


def test_binary_files_links_modes_and_renames_are_listed(root: Path, opened: list[Repository]) -> None:
    (root / "a.bin").write_bytes(bytes(range(256)) * 8)
    (root / "link").symlink_to("/etc/passwd")
    git(root, "mv", "other.py", "renamed.py")
    (root / "bank.py").chmod(0o755)
    git(root, "add", "-A")
    made = prepare(scanned(root, opened), ("--staged",), "")
    assert "## a.bin (added)\na.bin  [binary]" in made.context
    assert "## renamed.py (renamed from other.py)\nrenamed.py  [no line changed]" in made.context
    assert "## bank.py (modified)\nbank.py  [no line changed]" in made.context
    assert "root:" not in made.context


def test_a_submodule_bump_is_listed(root: Path, tmp_path: Path, opened: list[Repository]) -> None:
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(root, "commit", "-q", "-m", "Sub")
    git(root, "update-index", "--cacheinfo", f"160000,{'2' * 40},sub")
    made = prepare(scanned(root, opened), ("--staged",), "")
    assert "- Subproject commit 1111" in made.context and "+ Subproject commit 2222" in made.context


def test_line_ends_of_windows_and_a_last_line_without_one(root: Path, opened: list[Repository]) -> None:
    (root / "bank.py").write_bytes(b"def pay(cents, to):\r\n    return cents")
    repository = scanned(root, opened)
    made = prepare(repository, (), "")
    assert "\\ No newline at end of file" in made.context and "\r" not in made.context
    assert rules(repository) == {"unadapted-caller": "other.py:3"}


def test_thousands_of_files_are_bounded_and_what_is_left_out_is_said(root: Path, opened: list[Repository]) -> None:
    for number in range(5_000):
        (root / f"file{number:04}.py").write_text(f"value_{number} = '{'x' * 100}'\n")
    git(root, "add", "-A")
    repository = scanned(root, opened)
    made = prepare(repository, ("--staged",), "")
    assert "5,000 files" in made.text
    assert len(made.context) < 450_000
    assert "too long to be handed in: " in " ".join(made.notices) and "# Left out" in made.context
    assert rules(repository, "--staged") == {}


def test_closed_files_are_named_and_not_shown(root: Path, opened: list[Repository]) -> None:
    write(root, ".env", "KEY=very-secret-value-of-mine\n")
    git(root, "add", "-f", ".env")
    made = prepare(scanned(root, opened), ("--staged",), "")
    assert "very-secret" not in made.context
    assert any(".env" in notice for notice in made.notices)


def test_a_repository_does_not_hide_its_own_change(root: Path, opened: list[Repository]) -> None:
    write(root, ".rlm-tui.toml", "exclude = ['*.py', '.git']\n")
    write(root, "bank.py", "def pay(cents):\n    return eval(cents)\n")
    write(root, "new.py", "password = 'hunter2'\n")
    repository = scanned(root, opened)
    made = prepare(repository, (), "")
    assert "eval(cents)" in made.context and "password" in made.context
    assert any(notice.endswith("leaves them out: bank.py, new.py") for notice in made.notices)
    assert set(rules(repository).values()) <= {"bank.py:2", "new.py:1"}
    for cited in ("bank.py:2", "new.py:1"):
        assert check_one(cited, repository, lambda _: False).ok
    with pytest.raises(ValueError, match="no file"):
        check_one(".git/config:1", repository, lambda _: False)


def test_nothing_of_a_hostile_configuration_is_run(root: Path, tmp_path: Path, opened: list[Repository]) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "diff.external",
        "diff.x.textconv",
        "filter.x.clean",
        "core.pager",
        "core.sshCommand",
    ):
        git(root, "config", key, str(trap))
    write(root, ".gitattributes", "*.py diff=x filter=x\n")
    write(root, "bank.py", "def pay(cents, to):\n    return cents\n")
    repository = scanned(root, opened)
    prepare(repository, (), "")
    assert rules(repository) == {"unadapted-caller": "other.py:3"}
    assert not (tmp_path / "sprung").exists()


def test_a_base_that_looks_like_an_option_is_refused(root: Path, opened: list[Repository]) -> None:
    with pytest.raises(ValueError, match="review has no option --output=x"):
        prepare(scanned(root, opened), ("--output=x",), "")
