"""Reads the text of indexed files from disk, safe to show; refuses secrets, binaries and what cannot be read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rlm_tui.repository.files.secrets import REFUSAL
from rlm_tui.repository.files.walk import is_binary, read
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import Edge, File, Slice, Span, Symbol, UnknownName

_CLOSED = frozenset(("binary", "unreadable"))
_WIDEST = 300
"""Characters of a line that an edge carries."""


class Sources:
    """The texts of the files of the repository at `root`."""

    def __init__(self, root: Path, store: Store) -> None:
        self._root = root
        self._store = store

    def content(self, path: str) -> bytes:
        """Return the bytes of the file at `path`. Raises `PermissionError`."""
        if self._store.secrets.closed(path):
            raise PermissionError(REFUSAL.format(path=path))
        file = self._store.file(path)
        if file is not None and file.status in _CLOSED:
            raise PermissionError(f"{path} is {file.status}: there is no text to show")
        try:
            source = read(self._root, self._store.raw(path) or os.fsencode(path))
        except OSError as error:
            raise PermissionError(f"{path} cannot be read: {error.strerror or error}") from error
        if file is None and is_binary(source):
            raise PermissionError(f"{path} is binary: there is no text to show")
        return source

    def lines(self, path: str) -> list[str]:
        """Return the lines of the file at `path`, safe to show. Raises `PermissionError`."""
        # Only \n ends a line, for ripgrep, git and the grammars: a lone CR, which would be a line end to `sanitize`, is shown.
        text = self.content(path).decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "␍")
        return sanitize(text).removesuffix("\n").split("\n")

    def slice(self, place: File | Symbol | Span, start: int | None, end: int | None) -> Slice:
        """Return the text of `place`, or of lines `start` to `end` of its file. Raises `UnknownName`, `PermissionError`."""
        first, last = (1, None) if isinstance(place, File) else (place.start, place.end)
        lines = self.lines(place.path)
        first = max(1, start if start is not None else first)
        last = min(len(lines), end if end is not None else (last if last is not None and start is None else len(lines)))
        if lines and first > len(lines):
            raise UnknownName(f"{place.path} has {len(lines):,} lines: there is no line {first:,}")
        return Slice(place.path, first, max(first, last), "\n".join(lines[first - 1 : last]))

    def with_lines(self, edges: Sequence[Edge]) -> list[Edge]:
        """Return the edges, each with the line of its use as it stands in the file."""
        texts: dict[str, list[str]] = {}
        found: list[Edge] = []
        for edge in edges:
            if edge.path not in texts:
                try:
                    texts[edge.path] = self.lines(edge.path)
                except PermissionError:  # gone since it was indexed: what the graph knows of the line has to do
                    texts[edge.path] = []
            lines = texts[edge.path]
            text = lines[edge.line - 1].strip()[:_WIDEST] if edge.line <= len(lines) else edge.text
            found.append(replace(edge, text=text))
        return found
