"""Foreign text as markdown: nothing that it holds can break out of the span, the fence or the line it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)


def count(number: int, noun: str) -> str:
    """Return "1 call", "3 calls"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def inline(text: str) -> str:
    """Return foreign text on one line, with what markdown or HTML would act on made plain."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return foreign text as a code span, whatever backticks it holds."""
    text = " ".join(text.split())
    ticks = "`" * (_longest(re.findall("`+", text)) + 1)
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def fenced(text: str, language: str = "") -> str:
    """Return foreign text in a fence that nothing in it can close."""
    fence = "`" * max(3, _longest(_FENCE.findall(text)) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def language_of(path: str) -> str:
    """Return what a fence around a file's lines is called."""
    suffix = path.rpartition("/")[2].rpartition(".")[2]
    return suffix if suffix.isalnum() and len(suffix) <= 6 and "." in path else ""


def linked(span: str, address: str) -> str:
    """Return a citation as a code span, which is a link where it has an address."""
    return f"[{code(span)}](<{address}>)" if address and not re.search(r"[<>\s]", address) else code(span)


def _longest(runs: Iterable[str]) -> int:
    return max(map(len, runs), default=0)
