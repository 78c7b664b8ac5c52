"""Cuts source into pieces that fit a prompt, at definitions where that can be had."""

from __future__ import annotations

from itertools import pairwise

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Module, Slice, Span

_CHARACTERS = 4
"""Characters a token, as everywhere where people are told of tokens."""
_LEAST = 200
_MOST = 4_000_000
"""Characters that one call returns at most."""


def split(repository: Repository, target: str, tokens: int) -> list[Slice]:
    """Return the lines of a module, file or symbol as slices, in order, each of at most about `tokens` tokens.

    Raises as `resolve` and `slice` do; `ValueError` for more text than one call may return.
    """
    most = max(_LEAST, tokens) * _CHARACTERS
    found = repository.resolve(target)
    if not isinstance(found, Module):
        return _pieces(repository, repository.slice(target), most)
    slices: list[Slice] = []
    size = 0
    for file in repository.narrow([found.path]).files():
        try:
            whole = repository.slice(file.path)
        except (PermissionError, LookupError):  # a secret, a binary, or gone meanwhile
            continue
        size += len(whole.text)
        if size > _MOST:
            raise ValueError(f"{target} has more than {_MOST:,} characters: split its folders or files one by one")
        slices.extend(_pieces(repository, whole, most))
    return slices


def _pieces(repository: Repository, whole: Slice, most: int) -> list[Slice]:
    """Fill slices up with definitions; what stands between two of them goes with the second."""
    lines = whole.text.split("\n")
    if len(whole.text) <= most:
        return [whole]
    inside = repository.outline(str(Span(whole.path, whole.start, whole.end)))
    starts = {symbol.start for symbol in inside if whole.start < symbol.start <= whole.end}
    places = sorted({whole.start, *starts, whole.end + 1})
    cuts = [whole.start]
    size = 0
    for first, after in pairwise(places):
        length = sum(len(line) + 1 for line in lines[first - whole.start : after - whole.start])
        if size and size + length > most:
            cuts.append(first)
            size = 0
        if length <= most:
            size += length
            continue
        for number in range(first, after):  # longer than a slice by itself
            width = len(lines[number - whole.start]) + 1
            if size and size + width > most:
                cuts.append(number)
                size = 0
            size += width
    return [
        Slice(whole.path, first, after - 1, "\n".join(lines[first - whole.start : after - whole.start]))
        for first, after in pairwise([*cuts, whole.end + 1])
    ]
