"""`repo` as cells see it: a few facts, and sequences whose items stay with the host until they are read.

Standard library only; runs in the child.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, overload

from rlm_tui.repl.guest_record import LINE, Ask, Record, public

_PAGE = 500


class Lazy:
    """A sequence that stays with the host: len(), indexing, slices, iteration, .filter(text) by part of a name."""

    def __init__(self, ask: Ask, name: str, match: str = "") -> None:
        self._ask, self._name, self._match = ask, name, match
        self._total: int | None = None

    def _fetch(self, start: int, stop: int) -> list[Record]:
        answer = self._ask(self._name, start, stop, self._match)
        self._total = answer["total"]
        return list(answer["items"])

    def filter(self, text: str) -> Lazy:
        """Return those whose name or path contains `text` (or fits it, as a glob)."""
        return Lazy(self._ask, self._name, text)

    def __len__(self) -> int:
        if self._total is None:
            self._fetch(0, 0)
        return self._total or 0

    @overload
    def __getitem__(self, key: int) -> Record: ...
    @overload
    def __getitem__(self, key: slice) -> list[Record]: ...
    def __getitem__(self, key: int | slice) -> Record | list[Record]:
        if isinstance(key, str):
            raise TypeError(f"repo.{self._name} is a sequence: repo[{key!r}] finds one by name, .filter(text) several")
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                return list(self)[key]
            return self._fetch(start, stop) if stop > start else []
        at = key + len(self) if key < 0 else key
        found = self._fetch(at, at + 1) if at >= 0 else []
        if not found:
            raise IndexError(f"{self._name} has {len(self)} items")
        return found[0]

    def __iter__(self) -> Iterator[Record]:
        start = 0
        while page := self._fetch(start, start + _PAGE):
            yield from page
            start += len(page)
            if start >= len(self):
                return

    def __repr__(self) -> str:
        shown = self._fetch(0, 10)
        rest = [] if len(self) <= 10 else [f"[... {len(self) - 10:,} more: slice, iterate or .filter(text)]"]
        return "\n".join([f"{len(self):,} {self._name}", *map(repr, shown), *rest])


class Repo:
    """The repository, limited to your scope: name commit scope languages tokens; repo["name"] finds a Symbol, File or Module."""

    def __init__(self, ask: Ask, facts: dict[str, object], functions: dict[str, Callable[..., object]]) -> None:
        self._ask, self._functions = ask, functions
        self.__dict__.update({key: value for key, value in facts.items() if not key.startswith("_")})

    @property
    def modules(self) -> Lazy:
        """All Modules, lazily."""
        return Lazy(self._ask, "modules")

    @property
    def files(self) -> Lazy:
        """All Files, lazily."""
        return Lazy(self._ask, "files")

    @property
    def symbols(self) -> Lazy:
        """All Symbols, lazily."""
        return Lazy(self._ask, "symbols")

    def __getitem__(self, name: str) -> Any:
        return self._ask("resolve", name)

    def __getattr__(self, name: str) -> object:
        if not name.startswith("_") and name in self._functions:
            return self._functions[name]
        raise AttributeError(f"repo has no attribute {name!r}; it has {', '.join(public(type(self), self))}")

    def __repr__(self) -> str:
        facts = self.__dict__
        languages = facts.get("languages")
        names = ", ".join(f"{key} {count}" for key, count in languages.items()) if isinstance(languages, dict) else ""
        return f"{facts.get('name', '')}@{facts.get('commit', '')}  {names}  ~{facts.get('tokens', 0):,} tokens"[:LINE]
