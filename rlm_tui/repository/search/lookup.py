"""Search as one types: symbols, files and modules whose names fit, best first, out of whatever is indexed by now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rlm_tui.repository.files.generated import is_generated
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import File, Module, Symbol

_CANDIDATES = 2_000
"""Symbols that are looked at more closely; the shortest names among those that begin with what was typed come first."""
_SEPARATORS = re.compile(r"::|#|->|\.")


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a text may name, best first; `more` says that there is more than was asked for."""

    entries: tuple[Symbol | File | Module, ...]
    more: bool


def look_up(text: str, limit: int, store: Store, files: Sequence[File], modules: Iterable[Module]) -> Lookup:
    """Return up to `limit` names that hold `text`, whatever its case; a path where it has a `/`.

    `Session.send` is a `send` in something whose name holds `session`. An empty text lists the modules, then the files.
    Never waits for the index.
    """
    wanted = sanitize(text).strip().lower()
    within = {file.path for file in files}
    ranked: list[tuple[tuple[object, ...], Symbol | File | Module]] = []
    if wanted and "/" not in wanted:
        ranked += [
            (_rank(wanted, s, store.is_generated(s.path)), s) for s in _symbols(wanted, store) if s.path in within
        ]
    ranked += [
        (_path_rank(wanted, file.path, 1, (file.is_generated, file.is_test)), file)
        for file in files
        if wanted in file.path.lower()
    ]
    ranked += [
        (_path_rank(wanted, m.path, 0, (is_generated(m.path), False)), m) for m in modules if wanted in m.path.lower()
    ]
    ranked.sort(key=lambda pair: pair[0])
    return Lookup(tuple(entry for _, entry in ranked[:limit]), len(ranked) > limit)


def _symbols(wanted: str, store: Store) -> list[Symbol]:
    parts = [part for part in _SEPARATORS.split(wanted) if part]
    if not parts:
        return []
    *owners, last = parts if not wanted.endswith((".", ":", "#")) else [*parts, ""]
    begins = f"{_literal(last)}%"
    owner = f"%{_literal(owners[-1])}%" if owners else ""
    found = store.symbols.like(f"%{begins}", begins, owner, _CANDIDATES)
    return [s for s in found if all(owner in s.qualified.lower() for owner in owners)]


def _rank(wanted: str, symbol: Symbol, generated: bool) -> tuple[object, ...]:
    name, last = symbol.name.lower(), _SEPARATORS.split(wanted)[-1]
    whole = _SEPARATORS.sub(".", wanted)
    is_end = f".{symbol.qualified.lower()}".endswith(f".{whole}")
    fits = 0 if is_end else 1 if name == last else 2 if name.startswith(last) else 3
    elsewhere = f".{whole}" not in f".{symbol.qualified.lower()}"  # the words before it are only parts of names
    aside = symbol.language not in code_languages() or generated
    return aside, fits, elsewhere, symbol.is_test, len(name), 0, len(symbol.path), symbol.path, symbol.start


def _path_rank(wanted: str, path: str, kind: int, aside: tuple[bool, bool]) -> tuple[object, ...]:
    if not wanted:
        return kind, path
    name = path.rpartition("/")[2].lower()
    fits = 0 if wanted in (path.lower(), name, name.rpartition(".")[0]) else 2 if name.startswith(wanted) else 3
    generated, is_test = aside
    return generated, fits, False, is_test, len(name), kind, len(path), path, 0


def _literal(text: str) -> str:
    """Return a text as LIKE takes it for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
