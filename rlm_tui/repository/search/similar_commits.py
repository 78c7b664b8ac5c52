"""Finds the commits of the past whose messages are closest to some words: what was fixed before, and where."""

from __future__ import annotations

from collections import Counter
from math import log

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.search.commit_log import read_commits
from rlm_tui.repository.search.words import words as stemmed
from rlm_tui.repository.symbols import Commit

_ASKED = 2_000
"""Characters of the words that count."""
_SATURATION, _LENGTH = 1.2, 0.5
_TELLING, _LEAST = 4, 0.25
"""A commit has to say at least a quarter of what the four most telling words weigh."""


def similar_commits(repository: Repository, words: str, most: int) -> list[Commit]:
    """Return those of the latest commits whose messages have most of the words in common, best first; none without git."""
    asked = set(stemmed(words[:_ASKED]))
    found = [(one.commit, Counter(one.words)) for one in read_commits(repository)]
    if not asked or not found:
        return []
    having = Counter(word for _, told in found for word in told)
    usual = sum(told.total() for _, told in found) / len(found) or 1.0
    weights = {
        word: log(1 + (len(found) - having[word] + 0.5) / (having[word] + 0.5)) for word in asked if having[word]
    }
    least = _LEAST * sum(sorted(weights.values(), reverse=True)[:_TELLING])
    scored: list[tuple[float, int, Commit]] = []
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
