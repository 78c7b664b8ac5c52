"""What all records of the guest have in common: their fields, a safe one-line repr, the name by which they are handed back.

Standard library only; runs in the child.
"""

from __future__ import annotations

from typing import Any, Protocol

LINE = 320
"""The longest one-line repr, in characters."""
SLICE = 8_000
"""The longest repr of a slice, in characters."""


class Ask(Protocol):
    """Calls a host function and waits for its result. Raises HostError."""

    def __call__(self, name: str, *args: object, **kwargs: object) -> Any:
        """Return what the host returned, its records turned into guest objects."""


class HostError(Exception):
    """A host function refused or failed; the message says why and what to try instead."""

    __module__ = "builtins"  # so that a traceback names it as short as Python's own


class Record:
    """Common to all records: fields as attributes, a short repr, equality and order by where they stand."""

    _ask: Ask

    def __init__(self, fields: dict[str, object]) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"{type(self).__name__} has no attribute {name!r}; it has {', '.join(public(type(self), self))}"
        )

    @property
    def locator(self) -> str:
        """The name by which host functions know it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        line = " ".join(self._line().splitlines())
        return line if len(line) <= LINE else line[: LINE - 1] + "…"

    def printed(self) -> str:
        """Return how it is printed where it stands alone."""
        return repr(self)

    def _line(self) -> str:
        raise NotImplementedError

    def key(self) -> tuple[str, int, str]:
        """Return what it is sorted by: path, line, repr."""
        return (
            str(self.__dict__.get("path", "")),
            int(self.__dict__.get("start", self.__dict__.get("line", 0))),
            repr(self),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.key())

    def __lt__(self, other: object) -> bool:
        return self.key() < other.key() if isinstance(other, Record) else NotImplemented

    @property
    def source(self) -> Any:
        """Its lines: a Slice."""
        return self._ask("peek", self.locator)


def span(path: str, start: int, end: int) -> str:
    """Return the citation form of lines of a file."""
    return f"{path}:{start}" if start == end else f"{path}:{start}-{end}"


def public(kind: type, value: object = None) -> list[str]:
    """Return the names of the public attributes of a class and, if given, of one of its objects."""
    names = {name for parent in kind.__mro__[:-1] for name in vars(parent) if not name.startswith("_")}
    return sorted(
        (names - {"head", "key", "printed"})
        | {name for name in getattr(value, "__dict__", {}) if not name.startswith("_")}
    )
