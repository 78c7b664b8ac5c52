"""What an answer comes to as data: the ranked files, symbols, lines, ... that its plans collect, and the cell that tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rlm_tui.models.navigator.move import Move
from rlm_tui.models.navigator.reading import Definition, Use
from rlm_tui.repository.symbols import Hit

_UNNAMED = re.compile(r"\.\w+\$\d+(?=\.)")
"""A class without a name, which has one only in our index: other tools name its methods without it."""
_MOST = 300
"""Items of one kind that are told."""


@dataclass(slots=True)
class Found:
    """What one section found, best first, each once. Without any it says nothing."""

    files: dict[str, None] = field(default_factory=dict)
    symbols: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    lines: dict[str, None] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)

    def definitions(self, found: Iterable[Definition]) -> None:
        """Take in definitions, with the files and lines where they begin."""
        for item in found:
            self.symbol(item.span.path, item.qualified)
            self.line(item.span.path, item.span.start)

    def uses(self, found: Iterable[Use]) -> None:
        """Take in the places of edges: what holds them, their files and lines."""
        for use in found:
            self.symbol(use.path, use.source)
            self.line(use.path, use.line)

    def hits(self, found: Iterable[Hit]) -> None:
        """Take in lines, with what holds them."""
        for hit in found:
            self.symbol(hit.path, hit.symbol)
            self.line(hit.path, hit.line)

    def symbol(self, path: str, qualified: str) -> None:
        """Take in a symbol and its file; `qualified` "" is the file alone."""
        self.files.setdefault(path)
        if qualified:
            self.symbols.setdefault(f"{path}::{_UNNAMED.sub('', qualified)}")

    def line(self, path: str, line: int) -> None:
        """Take in a line and its file."""
        self.files.setdefault(path)
        self.lines.setdefault(f"{path}:{line}")


def telling(sections: Iterable[Found]) -> Move:
    """Return the cell that tells what all sections found, as data for programs: nothing, where there is nothing."""
    whole = Found()
    for one in sections:
        whole.files |= one.files
        whole.symbols |= one.symbols
        whole.names |= one.names
        whole.lines |= one.lines
        whole.path += one.path
        whole.groups += one.groups
    lists: dict[str, list[object]] = {
        "files": list(whole.files),
        "symbols": list(whole.symbols),
        "names": list(whole.names),
        "lines": list(whole.lines),
        "path": list(whole.path),
        "groups": list(whole.groups),
    }
    told = [f"    {name}={items[:_MOST]!r}," for name, items in lists.items() if items]
    return Move("What was found, as data.", "\n".join(["report_found(", *told, ")"]) if told else "report_found()")
