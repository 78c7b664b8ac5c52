"""How a question names a symbol, file or module: an `@` and a name that finds it again."""

from __future__ import annotations

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File, Module, RepositoryError, Symbol


def mention_of(entry: Symbol | File | Module, repository: Repository) -> str:
    """Return the shortest `@name` that means `entry`; quoted where it has a blank. Blocks."""
    if not isinstance(entry, Symbol):
        return _quoted(entry.path)
    name = entry.locator
    if repository.progress.phase == "ready":  # until then, another of the same name may still come
        try:
            found = repository.resolve(entry.qualified)
        except (LookupError, RepositoryError):
            found = None
        if isinstance(found, Symbol) and found.locator == entry.locator:
            name = entry.qualified
    return _quoted(name)


def _quoted(name: str) -> str:
    return f"@`{name}`" if any(letter.isspace() for letter in name) else f"@{name}"
