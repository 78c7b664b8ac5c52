"""Which modules a run looked at, and which not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rlm_tui.records.events import ModuleCovered
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File

_MOST = 300
"""So many modules are told of one by one; those that were read come first."""


def coverage(repository: Repository, read: Iterable[str]) -> tuple[tuple[ModuleCovered, ...], int]:
    """Return the modules of a scope with the number of their files that were read, and how many modules were left out; blocks."""
    found = [file for path in read if isinstance(file := _resolved(repository, path), File)]
    counts = Counter(file.module for file in found)
    modules = sorted(
        repository.modules(), key=lambda module: (not counts[module.name], -counts[module.name], module.path)
    )
    covered = tuple(
        ModuleCovered(name=module.name, path=module.path, files=module.files, read=counts[module.name])
        for module in modules[:_MOST]
    )
    return covered, len(modules) - len(covered)


def _resolved(repository: Repository, path: str) -> object:
    try:
        return repository.resolve(path)
    except LookupError:  # gone since it was read
        return None
