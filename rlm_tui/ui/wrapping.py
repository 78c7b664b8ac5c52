"""Wraps text at its words, and words that are too long at the separators of paths and names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size
from textual.content import Content

_WORD = re.compile(r"\S+")
_SEPARATOR = re.compile(r"/|::|\.(?!\w{1,5}(?:\W|$))")
"""After these a word may break; a file's suffix stays with its name, and line numbers with both."""
_WITHIN = re.compile(r"(?<=[^\W_])_+")
"""After these a part of a name breaks that is too long for any line."""


def longest_word(content: Content) -> int:
    """Return the cells of the longest word."""
    return max(map(cell_len, content.plain.split()), default=1)


def longest_piece(content: Content) -> int:
    """Return the cells of the longest part of a word that does not break: between separators such as `/` and `.`."""
    return max((cell_len(piece) for word in content.plain.split() for piece in _split(word, _SEPARATOR)), default=1)


def wrap(content: Content, width: int) -> list[Content]:
    """Return the lines of a text, none wider than `width` cells."""
    if longest_word(content) <= width:
        return content.wrap(width) or [Content()]
    found: list[Content] = []
    for line in content.split("\n", allow_blank=True):
        found += [part.rstrip() for part in line.divide(list(_breaks(line.plain, width)))]
    return found or [Content()]


def _breaks(text: str, width: int) -> Iterator[int]:
    """Yield the places at which new lines begin."""
    column, at = 0, 0
    for word in _WORD.finditer(text):
        column += cell_len(text[at : word.start()])
        at = word.start()
        if column and column + cell_len(word.group()) > width and not _begins_here(word.group(), width - column, width):
            yield at
            column = 0
        for piece in _pieces(word.group(), width):
            if column and column + cell_len(piece) > width:
                yield at
                column = 0
            for character in piece:
                size = get_character_cell_size(character)
                if column + size > width:
                    yield at
                    column = 0
                column += size
                at += 1


def _begins_here(word: str, room: int, width: int) -> bool:
    """Whether a word that is too long for any line begins in the rest of this one: when a good part of it fits there."""
    return cell_len(word) > width and cell_len(_pieces(word, width)[0]) <= room and room > width // 3


def _pieces(word: str, width: int) -> list[str]:
    pieces = _split(word, _SEPARATOR)
    return [part for piece in pieces for part in ([piece] if cell_len(piece) <= width else _split(piece, _WITHIN))]


def _split(word: str, after: re.Pattern[str]) -> list[str]:
    cuts = [0, *(separator.end() for separator in after.finditer(word)), len(word)]
    return [word[start:end] for start, end in pairwise(cuts) if end > start]
