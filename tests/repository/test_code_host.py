"""Links to a code host: which remotes have a page, and which lines have an address."""

from __future__ import annotations

from pathlib import Path

import pytest
from git_history import commit, git, write

from rlm_tui.repository.versions.code_host import CodeHost, page_of


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:o/r.git", "https://github.com/o/r"),
        ("https://github.com/o/r", "https://github.com/o/r"),
        ("https://user:token@gitlab.com/g/s/r.git", "https://gitlab.com/g/s/r"),
        ("ssh://git@bitbucket.org/o/r.git", "https://bitbucket.org/o/r"),
        ("https://codeberg.org/o/r/", "https://codeberg.org/o/r"),
        ("https://github.example.com/o/r.git", "https://github.example.com/o/r"),
        ("https://example.com/o/r", ""),
        ("https://notgithub.com/o/r", ""),
        ("https://github.com.example.org/o/r", ""),
        ("https://GitHub.com.example.org/o/r", ""),
        ("https://example.github.org/o/r", ""),
        ("https://gitlab.example.org/o/r", "https://gitlab.example.org/o/r"),
        ("https://github.com/o/../r", ""),
        ("https://github.com/o/r)](http://x", ""),
        ("javascript:alert(1)//github.com/o/r", ""),
        ("ext::sh -c github.com/o/r", ""),
        ("/srv/github.com/o/r", ""),
        ("", ""),
    ],
)
def test_only_pages_that_are_known_come_of_a_remote(remote: str, page: str) -> None:
    assert page_of(remote) == page


def test_lines_have_an_address_where_they_stand_so_on_the_host(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "lib/a b.py", "x = 1\n")
    write(tmp_path, "b.py", "x = 1\n")
    commit(tmp_path, "One")
    git(tmp_path, "remote", "add", "origin", "https://user:token@github.com/o/r.git")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert CodeHost(tmp_path).link("b.py", 1, 2) == "", "no branch of the remote holds it"
    git(tmp_path, "update-ref", "refs/remotes/origin/main", head)
    write(tmp_path, "b.py", "x = 2\n")
    host = CodeHost(tmp_path)
    assert host.link("lib/a b.py", 1, 2) == f"https://github.com/o/r/blob/{head}/lib/a%20b.py#L1-L2"
    assert host.link("b.py", 1, 1) == "", "it was edited"
    assert host.link("b.py", 1, 1, head[:12]) == f"https://github.com/o/r/blob/{head}/b.py#L1"
    assert host.link("none.py", 1, 1) == ""
    assert CodeHost(tmp_path / "lib").link("a b.py", 3, 3) == f"https://github.com/o/r/blob/{head}/lib/a%20b.py#L3"


def test_without_git_there_is_no_link(tmp_path: Path) -> None:
    assert CodeHost(tmp_path).link("a.py", 1, 1) == ""
