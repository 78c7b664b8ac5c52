"""How a use is written: its name, and what stands before the dot."""

from __future__ import annotations

import re

_BRACKETS = (
    ("(", re.compile(r"\([^()]*\)"), "\x01", "()"),
    ("[", re.compile(r"\[[^][]*\]"), "\x02", "[]"),
    ("{", re.compile(r"\{[^{}]*\}"), "\x03", ""),
    ("<", re.compile(r"<[^<>()]*>"), "", ""),
)
"""An opening bracket, a pair without inner ones, what stands for it meanwhile, and what is kept of it."""
_PREFIX = re.compile(r"^(?:(?:new|await|co_await|typeof)\b|[&*!+\s-])+")


def member(whole: str) -> tuple[str, str]:
    """Split `a.b(x).c<T>` into its last name and its receiver, whose arguments are left out: `c`, `a.b()`.

    The receiver is "?" where the name has its dot, but what stands before it is elsewhere: `.c` of Swift, `?.c` of C#.
    """
    if whole.endswith(">"):
        whole = _without_types(whole)
    cut = max(whole.rfind("."), whole.rfind(">"), whole.rfind(":"))
    name = whole[cut + 1 :].strip()
    if not name.replace("$", "_").lstrip("#~").rstrip("?!").isidentifier():
        return "", ""
    receiver = whole[: max(cut, 0)].rstrip("-:?!. \t\r\n")
    if whole[:1] == "." or receiver.startswith("."):
        return name, "?"
    if not receiver.isidentifier() and not receiver.replace(".", "").isidentifier():
        receiver = _bare(receiver)
    return name, receiver


def _without_types(whole: str) -> str:
    """Leave out the type arguments at the end of a use."""
    depth = 0
    for index in range(len(whole) - 1, -1, -1):
        depth += (whole[index] == ">") - (whole[index] == "<")
        if not depth:
            return whole[:index]
    return whole


def _bare(receiver: str) -> str:
    """Leave out what stands in brackets, white space, and the words and marks before the first name."""
    if not receiver[:1].isalpha() or receiver.startswith(("new", "await", "co_await", "typeof")):
        receiver = _PREFIX.sub("", receiver)
    for bracket, pair, mark, _ in _BRACKETS:
        if bracket in receiver:
            for _round in range(4):
                shorter = pair.sub(mark, receiver)
                if shorter == receiver:
                    break
                receiver = shorter
    for _, _, mark, kept in _BRACKETS:
        if mark and mark in receiver:
            receiver = receiver.replace(mark, kept)
    return "".join(receiver.split())[-120:]
