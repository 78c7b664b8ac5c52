"""Questions that the first screen offers: about the repository's own names, once they are indexed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rlm_tui.repository.repository import Repository
    from rlm_tui.repository.symbols import Symbol

WHOLE = "how is this code base put together?"
GENERAL = (WHOLE, "review my changes", "where is the configuration read?")
"""What can be asked anywhere."""
_FILES = 30
"""So many files are looked into, the longest ones."""
_NAMES = 300
_COMMON = 5
"""A word that stands in more than one of so many files is a word of everyday speech."""
_LONGEST = 40
"""Characters of a name that is offered."""
_KINDS = frozenset(("function", "method"))


def examples(repository: Repository) -> tuple[str, ...]:
    """Return three questions. They name functions that much of the repository speaks of, and that no other shares its name with.

    Blocks until the repository is indexed; reads the index only.
    """
    from rlm_tui.repository.indexer import code_languages  # not before the first screen stands

    languages = code_languages()
    files = [
        file
        for file in repository.files()
        if file.language in languages and file.status == "parsed" and not (file.is_test or file.is_generated)
    ]
    longest = sorted(files, key=lambda file: (-file.lines, file.path))[:_FILES]
    found = [symbol for file in longest for symbol in _outline(repository, file.path) if _may_be_named(symbol)]
    times = Counter(symbol.name for symbol in found)
    single = [symbol for symbol in found if times[symbol.name] == 1][:_NAMES]
    spoken_of = repository.rarity([symbol.name for symbol in single])
    most = max(3, len(files) // _COMMON)
    single.sort(key=lambda symbol: -spoken_of[symbol.name] if spoken_of[symbol.name] <= most else 0)
    if not single:
        return GENERAL
    first = single[0]
    second = next((symbol for symbol in single if symbol.path != first.path), single[-1])
    return (WHOLE, f"who calls {first.qualified}?", f"what breaks if I rename {second.qualified}?")


def _outline(repository: Repository, path: str) -> list[Symbol]:
    try:
        return list(repository.outline(path))
    except LookupError:  # gone since it was listed
        return []


def _may_be_named(symbol: Symbol) -> bool:
    is_open = symbol.visibility in ("", "public") and not any(
        part.startswith("_") for part in symbol.qualified.split(".")
    )
    is_short = len(symbol.qualified) <= _LONGEST and symbol.qualified.count(".") < 2
    is_name = len(symbol.name) > 3 and symbol.name.isidentifier()
    return symbol.kind in _KINDS and is_open and is_short and is_name and not symbol.is_test
