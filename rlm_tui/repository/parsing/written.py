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
_MAX_RECEIVER = 160
_UNREAD = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_MADE_HERE = re.compile(
    r"\(\s*([A-Za-z_][\w.:]*)(?:<[^()]*>)?[\s*&]*\)\s*[\w(\"]|&?\s*([A-Za-z_][\w.]*)(?:\[[^]]*\])?\{|.* as ([\w.]+)$",
    re.DOTALL,
)
"""A cast, a composite literal, `x as T`."""
_OPERATOR = re.compile(r"\s(?:[-+*/%&|^?=<>!]{1,3}|or|and|if|in|is|as|instanceof)\s")
_PREFIX = re.compile(r"^(?:(?:new|await|co_await|typeof)\b|[&*!+\s-])+")


def member(whole: str) -> tuple[str, str]:
    """Split `a.b(x).c<T>` into its last name and its receiver, whose arguments are left out: `c`, `a.b()`.

    The receiver is "?" where the name has its dot, but what stands before it is elsewhere: `.c` of Swift, `?.c` of C#.
    """
    if whole.endswith(">"):
        whole = _without_types(whole)
    cut = max(whole.rfind("."), whole.rfind(">"), whole.rfind(":"))
    if whole[cut : cut + 1] == ">" and whole[cut - 1 : cut] not in "-=":
        whole = _without_types(whole[: cut + 1]) + whole[cut + 1 :]  # a.<T>b
        cut = max(whole.rfind("."), whole.rfind(":"))
    name = whole[cut + 1 :].strip()
    if not name.replace("$", "_").lstrip("#~").rstrip("?!").isidentifier():
        return "", ""
    receiver = whole[: max(cut, 0)].rstrip("-:?!. \t\r\n")
    if whole[:1] == "." or receiver.startswith("."):
        return name, "?"
    if not receiver.isidentifier() and not receiver.replace(".", "").isidentifier():
        receiver = bare(receiver)
    return name, receiver


def _without_types(whole: str) -> str:
    """Leave out the type arguments at the end of a use."""
    depth = 0
    for index in range(len(whole) - 1, -1, -1):
        depth += (whole[index] == ">") - (whole[index] == "<")
        if not depth:
            return whole[:index]
    return whole


def bare(expression: str) -> str:
    """Leave out of an expression what stands in brackets, white space, and the words and marks before the first name.

    What is in brackets itself and has a member, `(T{}).x` or `((T) y).x`, is taken for `T()` or for what it holds.
    """
    if '"' in expression or "/" in expression:
        expression = _UNREAD.sub(_kept_quotes, expression)
    if not expression[:1].isalpha() or expression.startswith(("new", "await", "co_await", "typeof")):
        expression = _PREFIX.sub("", expression)
    for _level in range(3):
        if not expression.startswith("("):
            break
        expression = _opened(expression)
    for bracket, pair, mark, _ in _BRACKETS:
        if bracket in expression:
            for _round in range(6):
                shorter = pair.sub(mark, expression)
                if shorter == expression:
                    break
                expression = shorter
    for _, _, mark, kept in _BRACKETS:
        if mark and mark in expression:
            expression = expression.replace(mark, kept)
    expression = "".join(expression.split())
    return expression if len(expression) <= _MAX_RECEIVER else f"…{expression[-_MAX_RECEIVER:]}"


def _opened(expression: str) -> str:
    """Return an expression whose beginning stands in brackets without these; a cast or a literal is a call of its type."""
    depth = 0
    for place, character in enumerate(expression):
        depth += (character in "([{") - (character in ")]}")
        if not depth:
            inner, rest = expression[1:place].strip(), expression[place + 1 :]
            made = _MADE_HERE.match(inner)
            if made:
                return f"{made[1] or made[2] or made[3]}(){rest}"
            inner = _PREFIX.sub("", inner)
            return f"{inner}{rest}" if _OPERATOR.search(inner) is None else f"?{rest}"
    return "?"


def _kept_quotes(match: re.Match[str]) -> str:
    return '""' if match[0].startswith('"') else ""


def split(text: str) -> list[str]:
    """Split what stands in the brackets that `text` begins with at its commas; inner brackets stay whole."""
    depth, start = 0, 1
    parts: list[str] = []
    for place, character in enumerate(text):
        if character in "([{<":
            depth += 1
        elif character in ")]}" or (character == ">" and text[place - 1 : place] not in "-="):
            depth -= 1
            if not depth:
                parts.append(text[start:place])
                break
        elif character == "," and depth == 1:
            parts.append(text[start:place])
            start = place + 1
    return parts if any(part.strip() for part in parts) else []
