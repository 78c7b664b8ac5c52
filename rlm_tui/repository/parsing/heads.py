"""What stands at the head of a definition: its signature, documentation, decorators and visibility, read from the text.

Text is Latin-1, as in `parse`, so that offsets in it are the tree's byte offsets; what is kept is decoded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from rlm_tui.repository.sanitize import sanitize

_MAX_SIGNATURE = 240
_MAX_DOC = 1200
_MAX_COMMENT = 20_000
_MAX_DECORATORS = 20
_MAX_DECORATOR = 120
_MARKS = re.compile(r"^[ \t]*(?:--+|/\*+!?|\*+/|\*(?!\S*\*/)|///?!?|#!?)?[ \t]?|[ \t]*\*+/[ \t]*$", re.MULTILINE)
_DOCSTRING = re.compile(r"\s*[rRuU]?(\"\"\"|'''|\"|')(.*?)\1", re.DOTALL)

ANNOTATION = re.compile(r"@((?!interface\b)[\w.$:]+(?:\((?:[^()]|\([^()]*\))*\))?)")
"""`@Name` with its arguments, as in Java, JavaScript, Kotlin, Swift, Scala."""
_STATED = re.compile(r"\b(public|protected|internal|private|fileprivate)\b")


class Head(NamedTuple):
    """A definition as its visibility is judged: what stands before it is `text[outer_start:start]`, of `outer_kind`.

    `outer_start` is -1 where its owner is written with its name (`void Owner::name()`).
    """

    name: str
    kind: str
    signature: str
    outer_kind: str
    outer_start: int
    start: int
    text: str


def stated_visibility(head: Head) -> str:
    """Return the visibility that a modifier before the name says, "" without one."""
    match = _STATED.search(head.signature, 0, max(0, head.signature.find(head.name)))
    return match.group(1).removeprefix("file") if match else ""


def public_unless_stated(head: Head) -> str:
    """Return the visibility that a modifier before the name says, "public" without one."""
    return stated_visibility(head) or "public"


def no_visibility(_head: Head) -> str:
    """Know no visibility: for languages without one."""
    return ""


def signature(node: Node, text: str) -> tuple[str, str, int]:
    """Return a definition's head on one line as it is kept, and as it is read for types, and its body's offset (or its end)."""
    body = node.child_by_field_name("body")
    if body is None and (count := node.named_child_count):
        last = node.named_child(count - 1)
        body = last if last is not None and last.type.endswith("_body") else None
    start, end = node.start_byte, body.start_byte if body else node.end_byte
    head = text[start : min(end, start + 4 * _MAX_SIGNATURE)]
    if body is None:
        head = head.partition("{")[0] if "\n" in head else head
    head = decode(" ".join(head.split()).rstrip("{:= "))
    kept = head if len(head) <= _MAX_SIGNATURE else head[: _MAX_SIGNATURE - 1] + "…"
    return kept, head if body is not None else kept, end


def leading(text: str, start: int, skipped: tuple[str, ...]) -> int:
    """Return where the lines begin that belong to the definition at `start` and stand before it: those that `skipped` marks."""
    first = text.rfind("\n", 0, start) + 1
    while skipped and first > 0:
        before = text.rfind("\n", 0, first - 1) + 1
        if not text[before : first - 1].strip().startswith(skipped):
            break
        first = before
    return first


def doc(comments: tuple[str, ...], text: str, above: int, body: int, end: int) -> str:
    """Return the comment that ends at the line `above`, without its marks; without `comments`, the docstring comes first."""
    if not comments:
        match = _DOCSTRING.match(text, body, min(end, body + 2 * _MAX_DOC)) if body < end else None
        if match:
            return _plain(match.group(2))
    first = above
    while first > 0 and above - first < _MAX_COMMENT:
        before = text.rfind("\n", 0, first - 1) + 1
        content = text[before : first - 1].strip()
        if content.endswith("*/") and comments:
            opened = text.rfind("/*", max(0, first - _MAX_COMMENT), first)
            first = text.rfind("\n", 0, opened) + 1 if opened >= 0 else before
            break
        if not content.startswith(comments or "#"):
            break
        first = before
    return _plain(_MARKS.sub("", text[first : min(above, first + 2 * _MAX_DOC)])) if first < above else ""


def decorators(pattern: re.Pattern[str], before: str, written: str, name: str) -> tuple[str, ...]:
    """Return the decorators in the text before a definition and in its signature up to its name; group 1 of each match."""
    head = decode(before) + written[: max(0, written.find(name))]
    found = (" ".join(match.group(1).split()) for match in pattern.finditer(head))
    return tuple(dict.fromkeys(mark[:_MAX_DECORATOR] for mark in found if mark))[:_MAX_DECORATORS]


def decode(text: str) -> str:
    """Return Latin-1 text as the UTF-8 that it is, without what is unsafe to show."""
    if text.isascii():
        return text if text.isprintable() else sanitize(text)
    return sanitize(text.encode("latin-1", "replace").decode("utf-8", "replace"))


def _plain(text: str) -> str:
    lines = [line.strip() for line in sanitize(decode(text[:_MAX_DOC])).strip().splitlines()]
    return "\n".join(lines)
