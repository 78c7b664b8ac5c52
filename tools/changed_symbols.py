"""Find which definitions a change added, removed or altered."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.versions.changed_symbols import ChangedSymbol


@tool(hidden=True)
def changed_symbols(repository: Repository, base: str = "") -> list[dict[str, object]]:
    """List definitions that a change altered, as dicts: change (added, ...) kind qualified signature signature_was new old.

    base is as for changes; new and old are citations. Also: path complexity complexity_was lines is_test locator
    """
    return [_row(one) for one in repository.change_checks.symbols(base)]


def _row(one: ChangedSymbol) -> dict[str, object]:
    symbol = one.any.symbol
    return {
        "change": one.change,
        "kind": symbol.kind,
        "path": symbol.path,
        "qualified": symbol.qualified,
        "signature": one.new.symbol.signature if one.new else "",
        "signature_was": one.old.symbol.signature if one.old else "",
        "new": one.new.cited if one.new else "",
        "old": one.old.cited if one.old else "",
        "complexity": one.new.complexity if one.new else 0,
        "complexity_was": one.old.complexity if one.old else 0,
        "lines": symbol.end - symbol.start + 1,
        "is_test": symbol.is_test,
        "locator": symbol.locator,
    }
