"""Greps the files of a repository: ripgrep's matches, sorted, made safe to show, each with the definition around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rlm_tui.repository.files import ripgrep
from rlm_tui.repository.files.walk import leads_away, path_of
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import Hit

_WIDEST = 300
"""Characters of a line that are shown, around its first match: a minified file is one line."""
_SORTABLE = 2_000
"""So many hits are collected from all threads and sorted; a pattern with more is searched again in order, until the limit."""


def grep(
    root: Path,
    store: Store,
    pattern: str,
    places: Sequence[bytes],
    within: Callable[[str], bool],
    options: Sequence[str],
    limit: int,
) -> list[Hit]:
    """Return the first `limit` hits by path and line under `places` that `within` admits; files of secrets are left out.

    Raises `ValueError` for a bad pattern or glob.
    """
    admitted: dict[bytes, str | None] = {}
    kept = [place for place in places if not leads_away(root, place)]
    if places and not kept:
        return []
    most = max(_SORTABLE, limit)
    for in_order in (False, True):
        found: list[tuple[str, ripgrep.Line]] = []
        with ripgrep.search(root, pattern, kept, options=options, in_order=in_order) as lines:
            for line in lines:
                if line.raw not in admitted:
                    admitted[line.raw] = _admit(line.raw, store, within)
                path = admitted[line.raw]
                if path is not None:
                    found.append((path, line))
                    if len(found) >= (limit if in_order else most):
                        break
        if len(found) < most or in_order:
            break
    found.sort(key=lambda hit: (hit[0], hit[1].number))
    return _hits(store, found[:limit])


def _admit(raw: bytes, store: Store, within: Callable[[str], bool]) -> str | None:
    path = path_of(raw)
    file = store.file(path)
    closed = (
        store.secrets.closed(path)
        or store.excluded(path)
        or not within(path)
        or (file is not None and file.status == "binary")
    )
    return None if closed else path


def _hits(store: Store, found: Sequence[tuple[str, ripgrep.Line]]) -> list[Hit]:
    spans: dict[str, list[tuple[int, int, str]]] = {}
    hits: list[Hit] = []
    for path, line in found:
        if path not in spans:
            spans[path] = store.spans(path)
        around = [(start, -end, qualified) for start, end, qualified in spans[path] if start <= line.number <= end]
        hits.append(Hit(path, line.number, _shown(line), max(around)[2] if around else ""))
    return hits


def _shown(line: ripgrep.Line) -> str:
    text = line.text
    if len(text) > _WIDEST:
        start = max(0, min(line.column - _WIDEST // 3, len(text) - _WIDEST))
        text = (b"... " if start else b"") + text[start : start + _WIDEST] + b" ..."
    return " ".join(sanitize(text.decode("utf-8", "replace")).split("\n")).strip()
