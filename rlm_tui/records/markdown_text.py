"""Foreign text as markdown: nothing that it holds can break out of the span, the fence or the line it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)
_OPENING = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})( *[\w+#.-]*)")
"""A fence, and its language; what more stands there may make the line one of a table."""
_INNER_FENCE = re.compile(r"( {4,}|[ \d.)>*+-]*?[.)>*+-] *)(`{3,}|~{3,})")
"""A fence in an item, a quote or deep in one: where it ends depends on what is around it."""
_MARKUP = re.compile(r"\\.|!(?=\[)|<(?=[A-Za-z/!?])")
_INLINE = re.compile(r"(?P<ticks>`+)(?!`)(?:(?P<code>.*?[^`])(?P=ticks)(?!`))?|" + _MARKUP.pattern)


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


def contained(text: str) -> str:
    """Return foreign markdown that ends where it ends: no fence of it stays open, no picture is fetched, no tag is one.

    What counts as code is only what does so for every reader: a fence in a list ends before the first line further out.
    """
    lines: list[str] = []
    fence = margin = ""
    spans = True
    for line in text.split("\n"):
        body = line.lstrip(" \t")
        line = line[: len(line) - len(body)].expandtabs(4) + body
        indent = len(line) - len(body)
        if fence and body and indent < len(margin):
            lines.append(margin + fence)
            fence = ""
        if fence:
            ends = set(body.rstrip()) == {fence[0]} and len(body.rstrip()) >= len(fence) and (margin or indent < 4)
            lines.append(margin + fence if ends else line)
            fence = "" if ends else fence
        elif opening := _OPENING.match(line):
            margin, fence, _ = opening.groups()
            lines.append(opening.group())
            spans = True
        elif inner := _INNER_FENCE.match(line):
            escaped = "".join(f"\\{mark}" for mark in inner[2])
            rest, spans = _tame(line[inner.end() :], spans=spans)
            lines.append(inner[1] + escaped + rest)
        else:
            line, spans = _tame(line, spans=spans or not body)
            lines.append(line)
    return "\n".join([*lines, margin + fence] if fence else lines)


def _tame(line: str, *, spans: bool) -> tuple[str, bool]:
    """Return a line of prose with its tags and pictures made plain, and whether code spans of the next line can be told."""

    def plain_mark(match: re.Match[str]) -> str:
        return match.group() if match.group()[0] == "\\" else f"\\{match.group()}"

    def plain(match: re.Match[str]) -> str:
        nonlocal spans
        found = match.group()
        if not match["ticks"]:
            return plain_mark(match)
        if match["code"] is None:
            spans = False  # it may go on in the next line, or not
            return found
        return found if spans and "|" not in found else _MARKUP.sub(plain_mark, found)

    return _INLINE.sub(plain, line), spans


def language_of(path: str) -> str:
    """Return what a fence around a file's lines is called."""
    suffix = path.rpartition("/")[2].rpartition(".")[2]
    return suffix if suffix.isalnum() and len(suffix) <= 6 and "." in path else ""


def linked(span: str, address: str) -> str:
    """Return a citation as a code span, which is a link where it has an address."""
    return f"[{code(span)}](<{address}>)" if address and not re.search(r"[<>\s]", address) else code(span)


def _longest(runs: Iterable[str]) -> int:
    return max(map(len, runs), default=0)
