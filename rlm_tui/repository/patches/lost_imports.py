"""Tells of imports that a patch takes away while the file goes on using what they brought."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.parsing.facts import FileFacts

_TOLD = 3
_FIRST = re.compile(r"[\w$]+")


def lost_imports(path: str, before: FileFacts, after: FileFacts) -> Iterator[str]:
    """Yield a sentence for each name that imports brought to the file at `path`, no more do, and that is still used there.

    A name that the file itself now defines or declares somewhere is left alone.
    """
    own = {symbol.name for symbol in after.symbols} | {binding.name for binding in after.bindings}
    gone = _brought(before) - _brought(after) - own
    used: dict[str, int] = {}
    for use in after.references:
        first = _FIRST.match(use.receiver or use.name)
        if first and first.group() in gone:
            used.setdefault(first.group(), use.line)
    for name, line in list(used.items())[:_TOLD]:
        yield f"{path}:{line} still uses `{name}`, whose import goes"


def _brought(facts: FileFacts) -> set[str]:
    names = {alias for item in facts.imports for _, alias in item.names} | {item.alias for item in facts.imports}
    return names - {"", "_", ".", "*"}
