"""Commits, blame and changes: real git repositories, friendly and not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from git_history import commit, git, write

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hunk, RepositoryError, UnknownName
from rlm_tui.repository.versions.diffs import Side, followed, followed_span

BANK = '''"""A bank."""


def deposit(cents):
    total = 1
    return total + cents


class Account:
    def close(self):
        self.open = False
        return True

    def name(self):
        return "x"
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose main branch has four commits."""
    root = tmp_path / "bank"
    root.mkdir()
    git(root, "init", "-q")
    write(root, "lib/old.py", BANK)
    write(root, "README.md", "# Bank\n")
    commit(root, "A bank")
    git(root, "mv", "lib/old.py", "lib/bank.py")
    commit(root, "old.py is bank.py", author="Bob")
    write(root, "lib/bank.py", BANK.replace("total = 1", "total = 2"))
    commit(root, "Deposits start at two", author="Cid")
    write(root, "README.md", "# Bank\n\nMoney.\n")
    commit(root, "Say what it is")
    return root


@contextmanager
def opened(root: Path) -> Iterator[Repository]:
    repository = Repository.open(root, root.parent / "cache")
    try:
        repository.scan()
        yield repository
    finally:
        repository.close()


def lines(hunks: list[Hunk]) -> list[str]:
    return [f"{hunk.path}:{hunk.start}-{hunk.end} {hunk.status} +{hunk.added} -{hunk.removed}" for hunk in hunks]


def test_commits_of_all_of_a_file_a_folder_a_symbol_and_lines(root: Path) -> None:
    with opened(root) as repository:
        versions = repository.versions
        subjects = [one.subject for one in versions.commits("", 20)]
        assert subjects == ["Say what it is", "Deposits start at two", "old.py is bank.py", "A bank"]
        assert [one.subject for one in versions.commits("", 1)] == subjects[:1]
        (first,) = versions.commits("README.md", 1)
        assert (first.id, first.date, first.author) == (git(root, "rev-parse", "HEAD")[:12], "2026-01-31", "Ann")
        assert (first.files, first.total) == (("README.md",), 1)
        assert [one.subject for one in versions.commits("lib/bank.py", 20)] == subjects[1:], "through the renaming"
        assert [one.subject for one in versions.commits("lib", 20)] == subjects[1:]
        assert next(one.author for one in versions.commits("deposit", 20)) == "Cid"
        assert "Deposits start at two" not in [one.subject for one in versions.commits("Account.close", 20)]
        assert versions.commits("Account.close", 20)[-1].files == ("README.md", "lib/old.py")
        assert next(one.subject for one in versions.commits("lib/bank.py:5", 20)) == "Deposits start at two"
        with pytest.raises(UnknownName):
            versions.commits("nothing_at_all", 20)


def test_lines_are_found_though_the_file_was_edited_since(root: Path) -> None:
    text = (root / "lib/bank.py").read_text()
    write(root, "lib/bank.py", "import os\nimport re\n" + text + "\n\ndef fresh():\n    return 1\n")
    with opened(root) as repository:
        assert next(one.author for one in repository.versions.commits("deposit", 20)) == "Cid"
        assert repository.versions.commits("fresh", 20) == []
        blamed = repository.versions.blame("lib/bank.py")
        assert [(one.start, one.end, one.author) for one in blamed] == [
            (1, 2, ""), (3, 6, "Ann"), (7, 7, "Cid"), (8, 17, "Ann"), (18, 21, ""),
        ]  # fmt: skip
        assert blamed[2].subject == "Deposits start at two" and blamed[2].date == "2026-01-31"
        assert blamed[2].commit == git(root, "rev-parse", "HEAD~1")[:12] and not blamed[0].commit
        assert [one.start for one in repository.versions.blame("deposit")] == [6, 7, 8]
        with pytest.raises(UnknownName, match="module"):
            repository.versions.blame("lib")


def test_changes_that_are_not_committed(root: Path) -> None:
    write(root, "lib/bank.py", (root / "lib/bank.py").read_text().replace("self.open = False", "self.open = None"))
    write(root, "lib/new.py", "def hello():\n    return 1\n")
    write(root, "staged.py", "x = 1\n")
    git(root, "add", "staged.py")
    (root / "README.md").unlink()
    with opened(root) as repository:
        found = repository.versions.changes("")
        assert lines(found) == [
            "README.md:0-0 deleted +0 -3",
            "lib/bank.py:8-14 modified +1 -1",
            "lib/new.py:1-2 added +2 -0",
            "staged.py:1-1 added +1 -0",
        ]
        assert [hunk.symbols for hunk in found[1:3]] == [("Account.close",), ("hello",)]
        assert "-        self.open = False\n+        self.open = None" in found[1].text
        assert (found[1].old_start, found[1].old_end) == (8, 14)
        assert found[2].text == "@@ -0,0 +1,2 @@\n+def hello():\n+    return 1"
        narrow = repository.narrow(["lib"])
        assert [hunk.path for hunk in narrow.versions.changes("")] == ["lib/bank.py", "lib/new.py"]
        assert [one.subject for one in narrow.versions.commits("", 1)] == ["Deposits start at two"]
        with pytest.raises(UnknownName):
            narrow.versions.commits("staged.py", 9)


def test_changes_against_a_branch_begin_where_it_was_left(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    git(root, "mv", "lib/bank.py", "lib/money.py")
    text = (root / "lib/money.py").read_text()
    write(root, "lib/money.py", text.replace('return "x"', 'return "y"'))
    commit(root, "renamed")
    git(root, "checkout", "-q", "main")
    write(root, "main.py", "only here\n")
    commit(root, "main goes on")
    git(root, "checkout", "-q", "side")
    with opened(root) as repository:
        (hunk,) = repository.versions.changes("main")
        assert (hunk.path, hunk.old_path, hunk.status) == ("lib/money.py", "lib/bank.py", "renamed")
        assert hunk.symbols == ("Account.name",)
        assert [hunk] == repository.versions.changes("main...HEAD")
        assert {one.path for one in repository.versions.changes("main..side")} == {"lib/money.py", "main.py"}
        write(root, "lib/money.py", "import os\n" + (root / "lib/money.py").read_text())
        repository.update(["lib/money.py"])
        (moved,) = repository.versions.changes("main...HEAD")
        assert moved.symbols == ("Account.name",), "lines of the commit, symbols of the working tree"
        for wrong in ("nowhere", "--output=x", "-x", "main..nowhere", "a\0b", "lib/money.py"):
            with pytest.raises(UnknownName, match="no branch"):
                repository.versions.changes(wrong)


def test_a_branch_that_is_only_at_the_origin(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", "clone")
    clone = tmp_path / "clone"
    git(clone, "checkout", "-q", "-b", "side")
    git(clone, "branch", "-q", "-D", "main")
    write(clone, "lib/bank.py", "x = 1\n")
    with opened(clone) as repository:
        assert {hunk.path for hunk in repository.versions.changes("main")} == {"lib/bank.py"}
        (only,) = repository.versions.commits("README.md", 20)
        assert only.total == 2, "a shallow clone begins there"


def test_a_folder_of_a_repository_and_a_worktree(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    for place in (root, tmp_path / "tree"):
        write(place, "lib/bank.py", BANK)
        with opened(place / "lib") as repository:
            assert [one.files for one in repository.versions.commits("bank.py", 1)] == [("bank.py",)]
            assert repository.versions.commits("deposit", 1)[0].author == "Cid"
            assert [one.path for one in repository.versions.blame("deposit")] == ["bank.py"] * 3
            assert lines(repository.versions.changes("")) == ["bank.py:2-8 modified +1 -1"]


def test_without_git_and_without_commits(tmp_path: Path) -> None:
    write(tmp_path / "plain", "a.py", "x = 1\n")
    with opened(tmp_path / "plain") as repository:
        with pytest.raises(RepositoryError, match="no git repository here"):
            repository.versions.commits("", 1)
        with pytest.raises(RepositoryError, match="no git repository here"):
            repository.versions.blame("a.py")
        with pytest.raises(RepositoryError, match="no git repository here"):
            repository.versions.changes("")
    git(tmp_path / "plain", "init", "-q")
    write(tmp_path / "plain", "b.py", "y = 1\n")
    git(tmp_path / "plain", "add", "b.py")
    with opened(tmp_path / "plain") as repository:
        with pytest.raises(RepositoryError, match="no commits yet"):
            repository.versions.commits("", 1)
        with pytest.raises(RepositoryError, match="no commits yet"):
            repository.versions.blame("a.py")
        assert lines(repository.versions.changes("")) == ["a.py:1-1 added +1 -0", "b.py:1-1 added +1 -0"]
        commit(tmp_path / "plain", "now")
        write(tmp_path / "plain", "c.py", "def c():\n    pass\n")
        repository.update(["c.py"])
        (blame,) = repository.versions.blame("c.py")
        assert (blame.start, blame.end, blame.commit) == (1, 2, "")
        assert repository.versions.commits("c", 9) == repository.versions.commits("c.py", 9) == []


def test_secrets_stay_closed(root: Path) -> None:
    write(root, ".env", "TOKEN=one\n")
    write(root, "key.pem", "PRIVATE one\n")
    commit(root, "oops")
    write(root, ".env", "TOKEN=two\n")
    write(root, "more.env", "TOKEN=three\n")
    git(root, "mv", "key.pem", "key.txt")
    with opened(root) as repository:
        for base in ("", "HEAD~1"):
            found = repository.versions.changes(base)
            shown = {hunk.path: hunk.text for hunk in found}
            assert shown[".env"] == shown["more.env"] == "[closed: it may hold secrets]"
            assert not any("TOKEN" in hunk.text for hunk in found)
        assert {hunk.path: hunk.text for hunk in repository.versions.changes("")}["key.txt"].startswith("[closed")


def test_binary_moved_and_long_files_are_listed_without_text(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "logo.dat").write_bytes(b"\0\1\2")
    commit(root, "a logo")
    (root / "logo.dat").write_bytes(b"\0\1\2\3")
    (root / "new.dat").write_bytes(b"\0\1\2\3")
    git(root, "mv", "lib/bank.py", "lib/money.py")
    write(root, "README.md", "".join(f"line {number}\n" for number in range(5_000)))
    with opened(root) as repository:
        found = {hunk.path: hunk for hunk in repository.versions.changes("")}
        assert found["logo.dat"].text == found["new.dat"].text == "[binary]"
        assert (found["lib/money.py"].text, found["lib/money.py"].status) == ("[no line changed]", "renamed")
        long = found["README.md"]
        assert len(long.text) < 20_100 and long.text.endswith("more lines]") and long.added == 5_000
        monkeypatch.setattr("rlm_tui.repository.versions.versions._DIFF", 1_500)
        cut = repository.versions.changes("")
        assert {hunk.path for hunk in cut} == set(found)
        assert [hunk.text for hunk in cut if hunk.path == "README.md"] == ["[too long to be shown]"]


def test_hostile_names_and_messages_are_safe(root: Path) -> None:
    names = [
        "-x.py",
        "a b/c d.py",
        "tab\there.py",
        'quote".py',
        "caf\u00e9.py",
        "new\nline.py",
        "esc\x1b[31m.py",
        ":(top)y.py",
    ]
    for name in names:
        write(root, name, "def one():\n    return 1\n")
    commit(root, "\x1b[31mred\u202e\x07 diff --git a/x b/x", author="Eve\u202e\x1b]52;c;x\x07")
    for name in names:
        write(root, name, "def one():\n    return 2\n+++ b/other\n@@ -1,9 +1,9 @@\ndiff --git a/.env b/.env\n")
    with opened(root) as repository:
        found = repository.versions.changes("")
        paths = {file.path for file in repository.files()} - {"README.md", "lib/bank.py"}
        assert {hunk.path for hunk in found} == paths and len(found) == len(names)
        assert all((hunk.start, hunk.end, hunk.added, hunk.removed) == (1, 5, 4, 1) for hunk in found)
        for path in paths:
            (one,) = repository.versions.commits(path, 9)
            assert (one.subject, one.total) == ("[31mred diff --git a/x b/x", len(names))
            assert one.author == "Eve]52;c;x" and set(one.files) <= paths
            assert repository.versions.blame(f"{path}::one")[0].author == one.author
            assert repository.versions.commits(f"{path}:1", 9)[0].subject == one.subject


def test_a_hostile_configuration_runs_nothing_and_leads_nowhere(root: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho ran >> {ran}\ncat\n")
    script.chmod(0o755)
    write(tmp_path / "home", "lib/bank.py", "PRIVATE\n")
    write(root, ".gitattributes", "*.py filter=evil diff=evil\n*.md filter=bad.name diff=evil\n")
    commit(root, "attributes")
    for key in (
        "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "filter.bad.name.clean", "diff.evil.textconv",
        "diff.evil.command", "diff.external", "core.fsmonitor", "core.pager", "log.showSignature", "gpg.program", "core.editor",
    ):  # fmt: skip
        git(root, "config", key, "true" if key == "log.showSignature" else str(script))
    for key, value in {
        "filter.evil.required": "true", "diff.noprefix": "true", "color.ui": "always", "diff.context": "0",
        "diff.renames": "false",
        "diff.autoRefreshIndex": "false", "diff.orderFile": "/dev/zero", "core.worktree": str(tmp_path / "home"),
    }.items():  # fmt: skip
        with (root / ".git/config").open("a") as file:
            section, _, name = key.rpartition(".")
            head, _, inner = section.partition(".")
            file.write(f'[{head} "{inner}"]\n' if inner else f"[{head}]\n")
            file.write(f"\t{name} = {value}\n")
    write(root, "lib/bank.py", (root / "lib/bank.py").read_text().replace("total = 2", "total = 3"))
    write(root, "README.md", "changed\n")
    with opened(root) as repository:
        ran.unlink(missing_ok=True)
        assert next(one.subject for one in repository.versions.commits("deposit", 9)) == "Deposits start at two"
        assert [one.commit for one in repository.versions.blame("deposit")][1] == ""
        found = repository.versions.changes("")
        assert lines(found) == ["README.md:1-1 modified +1 -3", "lib/bank.py:2-8 modified +1 -1"]
        assert not ran.exists() and not any("PRIVATE" in hunk.text for hunk in found)
        with (root / ".git/config").open("a") as file:
            file.write(f'[filter "a=b"]\n\tclean = {script}\n')
        with pytest.raises(RepositoryError, match="filter"):
            repository.versions.changes("")
        assert not ran.exists()


def test_a_file_in_conflict_is_told_of_once(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side", "HEAD~1")
    write(root, "README.md", "# Other\n")
    commit(root, "other")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "main")
    with opened(root) as repository:
        (hunk,) = repository.versions.changes("")
        assert hunk.path == "README.md" and "+<<<<<<< HEAD" in hunk.text


def test_lines_are_followed_through_changes() -> None:
    changes = [(Side(2, 0), Side(3, 2)), (Side(5, 2), Side(6, 0)), (Side(9, 1), Side(9, 1))]
    assert [followed(line, changes) for line in range(1, 12)] == [1, 2, 5, 6, 0, 0, 7, 8, 0, 10, 11]
    assert followed_span(5, 6, changes) is None
    assert followed_span(2, 9, changes) == (2, 9)


@pytest.mark.parametrize(
    ("gone", "symbols"),
    [
        ("    return total + cents\n", ("deposit",)),
        ("    total = 2\n", ("deposit",)),
        ('\n    def name(self):\n        return "x"\n', ()),
        ("    def close(self):\n        self.open = False\n        return True\n\n", ("Account",)),
        ("        return True\n", ("Account.close",)),
    ],
)
def test_lines_that_only_went_touch_what_they_stood_in(root: Path, gone: str, symbols: tuple[str, ...]) -> None:
    text = (root / "lib/bank.py").read_text()
    assert gone in text
    write(root, "lib/bank.py", text.replace(gone, ""))
    with opened(root) as repository:
        assert [hunk.symbols for hunk in repository.versions.changes("")] == [symbols]


def test_what_one_commit_changed(root: Path) -> None:
    with opened(root) as repository:
        second, first = repository.versions.commits("lib", 9)[0:3:2]
        assert lines(repository.versions.changes(f"{second.id}^!")) == ["lib/bank.py:2-8 modified +1 -1"]
        assert {hunk.status for hunk in repository.versions.changes(f"{first.id}^!")} == {"added"}, "the first of all"
