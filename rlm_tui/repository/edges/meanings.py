"""What a name can mean, and which methods run when a class is called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rlm_tui.repository.indexer import indexers
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import Symbol, Tier


@cache
def _constructors() -> dict[str, frozenset[str]]:
    return {indexer.name: indexer.scoping.constructors for indexer in indexers().values()}


def constructors(language: str) -> frozenset[str]:
    """Return the names of the methods that run when their class is called, in `language`."""
    return _constructors().get(language, frozenset())


def is_constructor(symbol: Symbol) -> bool:
    """Tell whether to call the symbol's class is to call the symbol."""
    # one that stands apart from its class has no parent, but its class's name before its own
    return symbol.name in constructors(symbol.language) or (
        symbol.kind == "method" and f".{symbol.qualified}".endswith(f".{symbol.name}.{symbol.name}")
    )


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means: a symbol, or (without one) the module whose files are `paths`; () is a module outside."""

    symbol: Symbol | None
    paths: tuple[str, ...]
    tier: Tier


def is_type(meaning: Meaning) -> bool:
    """Tell whether a class, or another type, is meant."""
    return meaning.symbol is not None and (meaning.symbol.kind in CONTAINERS or meaning.symbol.kind == "type")
