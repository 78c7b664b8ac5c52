"""Measures a scope: what the first message tells of it, and what the router decides on."""

from __future__ import annotations

from rlm_tui.engine.prompts import Facts
from rlm_tui.repository.repository import Repository


def facts_of(repository: Repository) -> Facts:
    """Return the facts of a repository, limited to its scope; blocks."""
    return Facts(
        name=repository.name,
        commit=repository.commit,
        scope=repository.scope,
        files=len(repository.files()),
        tokens=repository.tokens(),
        languages=repository.languages(),
        modules=tuple(repository.modules()),
    )
