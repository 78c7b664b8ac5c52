"""A patch about definitions, and the places that name them."""

from __future__ import annotations

from dataclasses import dataclass

from rlm_tui.repository.symbols import Hit, Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionPatch:
    """What changes definitions, their `targets`, wherever they are named.

    `sites` are the places that name them for sure, `guesses` those that may mean them and are left alone, `mentions` comments,
    strings and texts that hold their names. `notes` are sentences on what to look at.
    """

    targets: tuple[Symbol, ...]
    patch: str
    sites: tuple[Hit, ...]
    guesses: tuple[Hit, ...]
    mentions: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
