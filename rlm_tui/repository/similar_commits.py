"""Finds the commits of the past whose messages are closest to some words: what was fixed before, and where."""

from __future__ import annotations

from collections import Counter
from math import log

from rlm_tui.repository import diffs, git
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import Commit
from rlm_tui.repository.walk import path_of
from rlm_tui.repository.words import words as stemmed

_COMMITS, _BYTES, _SECONDS = 3_000, 60_000_000, 5.0
_MESSAGE, _FILES, _SHOWN, _WIDEST, _ID = 2_000, 30, 20, 200, 12
_SATURATION, _LENGTH = 1.2, 0.5


def similar_commits(repository: Repository, words: str, most: int) -> list[Commit]:
    """Return those of the latest commits whose messages have most of the words in common, best first; none without git.

    Commits that touch very many files, and such as touch none of the scope, are left out.
    """
    asked = Counter(stemmed(words[:_MESSAGE]))
    found = [(commit, Counter(told)) for commit, told in _commits(repository)]
    if not asked or not found:
        return []
    having = Counter(word for _, told in found for word in told)
    usual = sum(told.total() for _, told in found) / len(found) or 1.0
    weights = {word: log(1 + (len(found) - having[word] + 0.5) / (having[word] + 0.5)) for word in asked}
    least = 0.25 * sum(sorted(weights.values(), reverse=True)[:4])
    scored = []
    for at, (commit, told) in enumerate(found):
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * told.total() / usual)
        score = sum(
            weight * told[word] * (1 + _SATURATION) / (told[word] + norm)
            for word, weight in weights.items()
            if word in told
        )
        if score > least:
            scored.append((-score, at, commit))
    return [commit for _, _, commit in sorted(scored, key=lambda row: row[:2])[:most]]


def _commits(repository: Repository) -> list[tuple[Commit, list[str]]]:
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
    found: list[tuple[Commit, list[str]]] = []
    for record in git.beginning(repository.root, arguments, _BYTES, _SECONDS).split(b"\0")[1:]:
        said, _, listed = record.partition(b"\1")
        identity, date, author, subject, *body = [*said.split(b"\n"), b"", b"", b""]
        paths = [path_of(diffs.unquoted(name)) for name in listed.split(b"\n") if name]
        if not 0 < len(paths) <= _FILES:
            continue
        told = [_text(one) for one in (identity, date, author, subject)]
        commit = Commit(told[0][:_ID], told[1], told[2], told[3], tuple(paths[:_SHOWN]), len(paths))
        message = b" ".join([subject, *body])[:_MESSAGE].decode("utf-8", "replace")
        found.append((commit, stemmed(message)))
    return found


def _text(raw: bytes) -> str:
    return " ".join(sanitize(raw.decode("utf-8", "replace")).split())[:_WIDEST]
