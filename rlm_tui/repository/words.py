"""Splits text and identifiers into the words that the index stores and that a search asks for: the same rules for both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# Identifiers of one letter, and runs longer than any word that a person would search (base64, minified code), say nothing.
_IDENTIFIER = re.compile(r"[^\W\d]\w{1,63}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\dA-Za-z_]+|\d+")


def words(text: str) -> list[str]:
    """Return the stemmed words of `text` in order, identifiers split: `getHTTPRetries` gives get, http, retri."""
    return [word for identifier in _IDENTIFIER.findall(text) for word in split(identifier)]


def distinct(identifiers: Iterable[str]) -> set[str]:
    """Return the distinct stemmed words of `identifiers`."""
    found: set[str] = set()
    for identifier in identifiers:
        found.update(split(identifier))
    return found


def identifiers(text: str) -> list[str]:
    """Return the identifiers and plain words of `text` as written, in order."""
    return _IDENTIFIER.findall(text)


@lru_cache(maxsize=50_000)
def split(identifier: str) -> tuple[str, ...]:
    """Return the stemmed words of one identifier: snake_case and camelCase are split, single letters dropped."""
    return tuple(stem(part.lower()) for part in _PART.findall(identifier) if len(part) > 1)


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
