"""A long list of symbols that holds only their ids: they are read when looked at, so that listing a million costs nothing."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from rlm_tui.repository.index.symbol_table import SymbolTable
from rlm_tui.repository.symbols import Symbol

_PAGE = 500


class SymbolList(Sequence[Symbol]):
    """The symbols with `ids`, in that order. One that is gone is left out of slices, and raises `LookupError`."""

    def __init__(self, table: SymbolTable, ids: array[int]) -> None:
        self._table = table
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> Symbol: ...

    @overload
    def __getitem__(self, index: slice) -> list[Symbol]: ...

    def __getitem__(self, index: int | slice) -> Symbol | list[Symbol]:
        if isinstance(index, slice):
            return self._table.at(self._ids[index])
        found = self._table.at([self._ids[index]])
        if not found:
            raise LookupError("this symbol's file has changed: list the symbols again")
        return found[0]

    def __iter__(self) -> Iterator[Symbol]:
        for start in range(0, len(self._ids), _PAGE):
            yield from self._table.at(self._ids[start : start + _PAGE])
