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


def of_class(symbol: Symbol) -> bool:
    """Tell whether a member is one of the class itself, not of its objects (Ruby's `def self.name`)."""
    return symbol.signature.startswith("def self.")


def of_side(members: list[Symbol], own: bool) -> list[Symbol]:
    """Return those members that are a class's `own`, or those of its objects; all where there are none."""
    return [member for member in members if of_class(member) == own] or members


def is_type(meaning: Meaning) -> bool:
    """Tell whether a class, or another type, is meant."""
    return meaning.symbol is not None and (meaning.symbol.kind in CONTAINERS or meaning.symbol.kind == "type")


@dataclass(frozen=True, slots=True)
class Outside:
    """A type from outside of the repository, as it is `written` in the file at `path`, where `scope` is what its names mean."""

    path: str
    written: str
    scope: int


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression is: a class, function or module itself, or (`instance`) an object of the class `symbol` or `outside`."""

    meaning: Meaning
    instance: bool
    outside: Outside | None = None

    @property
    def symbol(self) -> Symbol | None:
        """The symbol, None for a module and for what is from outside."""
        return self.meaning.symbol
