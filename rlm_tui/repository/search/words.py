"""Splits text and identifiers into the words that the index stores and that a search asks for: the same rules for both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

_PART = re.compile(r"[A-Z]+(?![^\W\dA-Z_])|[A-Z]?[^\W\dA-Z_]+|\d+")
BREAKS = bytes(code if chr(code).isalnum() or chr(code) == "_" or code > 127 else 32 for code in range(256))
"""A table for `bytes.translate` that turns whatever is ASCII and in no identifier into spaces: far quicker than an expression."""
_BREAKS = {code: " " for code in range(128) if BREAKS[code] == 32}
_LONGEST = 64
"""Longer runs (base64, minified code) are no words that a person would search."""


def words(text: str) -> list[str]:
    """Return the stemmed words of `text` in order, identifiers split: `getHTTPRetries` gives get, http, retri."""
    return [word for identifier in identifiers(text) for word in split(identifier)]


def distinct(names: Iterable[str]) -> str:
    """Return the stemmed words of identifiers, each once: full-text tables that keep no positions need no more."""
    return " ".join(set().union(*map(split, names)))


def identifiers(text: str) -> list[str]:
    """Return the identifiers and plain words of `text` as written, in order."""
    return text.translate(_BREAKS).split()


@lru_cache(maxsize=100_000)
def split(identifier: str) -> tuple[str, ...]:
    """Return the stemmed words of one identifier: snake_case and camelCase are split; numbers and single letters dropped."""
    if len(identifier) > _LONGEST or identifier[:1].isdigit():
        return ()
    return tuple([stem(part.lower()) for part in _PART.findall(identifier) if len(part) > 1])


def parts(identifier: str) -> list[str]:
    """Return the words of one identifier as written, in lower case."""
    return [part.lower() for part in _PART.findall(identifier)]


@lru_cache(maxsize=100_000)
def compounds(identifier: str) -> tuple[str, ...]:
    """Return the words of one identifier as written, and those next to each other in one: "form", "data", "formdata"."""
    written = parts(identifier)
    return (*written, *map("".join, pairwise(written)))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return `word` without its common English endings, so that retries, retried and retry meet (as "retri")."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith(("ies", "ied")):
        return word[:-2]
    if word.endswith("y"):
        return word[:-1] + "i"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ion"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
