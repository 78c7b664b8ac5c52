"""The latest commits with the words of their messages and the paths they touched: what counts of a history."""

from __future__ import annotations

from dataclasses import dataclass

from rlm_tui.repository.files.walk import path_of
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.search.words import words as stemmed
from rlm_tui.repository.symbols import Commit
from rlm_tui.repository.versions import diffs, git

_COMMITS, _BYTES, _SECONDS = 3_000, 60_000_000, 5.0
_MESSAGE, _FILES, _SHOWN, _WIDEST, _ID = 2_000, 30, 20, 200, 12


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    """A commit, the stemmed words of its message, and all paths that it touched."""

    commit: Commit
    words: tuple[str, ...]
    paths: tuple[str, ...]


def read_commits(repository: Repository) -> list[LoggedCommit]:
    """Return the latest commits that touched the scope, newest first; none without git.

    Commits that touch very many files tell nothing about each of them, and are left out.
    """
    places = [one for one in repository.scope if not one.endswith("/")] or ["."]
    arguments = [
        *(
            "-c",
            "core.quotePath=true",
            "log",
            f"--max-count={_COMMITS}",
            "--no-merges",
            "--no-renames",
            "--no-ext-diff",
        ),
        *("--no-textconv", "--no-notes", "--no-color", "--encoding=UTF-8", "--name-only", "--relative", "--date=short"),
        *("--format=%x00%H%n%ad%n%an%n%s%n%b%x01", "HEAD", "--", *places),
    ]
    found: list[LoggedCommit] = []
    for record in git.beginning(repository.root, arguments, _BYTES, _SECONDS).split(b"\0")[1:]:
        said, _, listed = record.partition(b"\1")
        identity, date, author, subject, *body = [*said.split(b"\n"), b"", b"", b""]
        paths = tuple(path_of(diffs.unquoted(name)) for name in listed.split(b"\n") if name)
        if not 0 < len(paths) <= _FILES:
            continue
        told = [_text(one) for one in (identity, date, author, subject)]
        commit = Commit(told[0][:_ID], told[1], told[2], told[3], paths[:_SHOWN], len(paths))
        message = b" ".join([subject, *body])[:_MESSAGE].decode("utf-8", "replace")
        found.append(LoggedCommit(commit, tuple(stemmed(message)), paths))
    return found


def _text(raw: bytes) -> str:
    return " ".join(sanitize(raw.decode("utf-8", "replace")).split())[:_WIDEST]
