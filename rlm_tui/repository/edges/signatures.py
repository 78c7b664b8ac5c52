"""How many arguments a definition takes, by its signature, and how many a call gives, by its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rlm_tui.repository.parsing.code_text import code_of

COUNTED = frozenset(("python", "go", "java", "c", "cpp", "csharp", "php", "rust", "typescript"))
"""Languages in which a call with too many or too few arguments is an error, and can be counted."""
_OPEN, _CLOSED = "([{", ")]}"
_LONGEST = 20_000
"""Characters of a call that are read."""
_PYTHON_NAME = re.compile(r"\*{0,2}\s*(\w+)")
_KEYWORD = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
_RECEIVERS = frozenset(("self", "cls"))


@dataclass(frozen=True, slots=True)
class Arity:
    """What a definition takes: at least and at most so many arguments by place (None: any number).

    `names` are those that may be given by name, `required` those among them that must be given one way or the other; `any_name`
    takes whatever name. Names are known for Python alone.
    """

    least: int
    most: int | None
    names: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    any_name: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What a call gives: so many arguments by place, and these by name."""

    count: int
    names: tuple[str, ...] = ()


def arity(signature: str, name: str, language: str, *, method: bool) -> Arity | None:
    """Return what the definition `name` with this `signature` takes; None where it cannot be said.

    A `method` of a class may be given its object.
    """
    if language not in COUNTED:
        return None
    code = code_of(signature, language, strings=True)
    at = re.search(rf"(?<!\w){re.escape(name)}\s*(?:<[^()]*>|\[[^()]*\])?\s*\(", code)
    if at is None:
        return None
    inside = _bracketed(code, at.end() - 1)
    if inside is None or "…" in inside:
        return None
    parts = [part.strip() for part in split(inside, angles=language in ("java", "cpp", "csharp", "typescript", "rust"))]
    return _python(parts, method=method) if language == "python" else _other(parts, language)


def given(text: str, name: str, language: str) -> Given | None:
    """Return what the first call of `name` in `text` gives; None where it is none, is cut, or spreads a list."""
    if language not in COUNTED:
        return None
    code = _with_strings_as_words(text[:_LONGEST], language)
    at = re.search(rf"(?<![\w$]){re.escape(name)}\s*(?:::)?(?:<[\w\s,.&:<>\[\]]*>)?\(", code)
    if at is None:
        return None
    inside = _bracketed(code, at.end() - 1)
    if inside is None:
        return None
    parts = [part.strip() for part in split(inside, angles=False)]
    if parts and not parts[-1]:
        parts.pop()
    if any(part.startswith(("*", "...")) and language in ("python", "php", "typescript") for part in parts):
        return None
    if language == "go" and (any("..." in part for part in parts) or (len(parts) == 1 and "(" in parts[0])):
        return None  # f(g()) passes all that g returns
    if language == "typescript" and any("<" in part for part in parts):
        return None  # a comma between type arguments looks like one between arguments
    if language in ("java", "cpp", "csharp") and any("<" in part or ">" in part for part in parts):
        return None
    if language != "python":
        named = any(re.match(r"\w+\s*:(?!:)", part) for part in parts) and language in ("csharp", "php")
        return None if named else Given(len(parts))
    if any(re.search(r"\bfor\b", part) for part in parts):
        return Given(1) if len(parts) == 1 else None  # a generator expression may hold commas
    names = tuple(match[1] for part in parts if (match := _KEYWORD.match(part)))
    return Given(len(parts) - len(names), names)


def fits(call: Given, takes: Arity) -> bool:
    """Tell whether a call gives what a definition takes."""
    if takes.most is not None and call.count > takes.most:
        return False
    if not takes.names and not takes.required:
        return bool(call.names) or call.count >= takes.least
    by_place = set(takes.names[: call.count])
    if not takes.any_name and any(name not in takes.names for name in call.names):
        return False
    return takes.required <= by_place | set(call.names)


def split(text: str, *, angles: bool) -> list[str]:
    """Return the pieces of `text` between its outer commas; [] for blanks alone. `angles` are brackets, too."""
    if not text.strip():
        return []
    pieces, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        if letter in _OPEN or (angles and letter == "<"):
            depth += 1
        elif letter in _CLOSED or (angles and letter == ">" and text[at - 1 : at] not in ("-", "=")):
            depth -= 1
        elif letter == "," and depth == 0:
            pieces.append(text[start:at])
            start = at + 1
    return [*pieces, text[start:]]


def _with_strings_as_words(text: str, language: str) -> str:
    """Return the text without comments, and with a letter for each character of a string: an argument, but no comma."""
    without, strings = code_of(text, language), code_of(text, language, strings=True)
    return "".join(
        "s" if blank == " " and kept not in " \n" else blank for blank, kept in zip(without, strings, strict=True)
    )


def _bracketed(text: str, at: int) -> str | None:
    """Return what stands in the brackets that open at `at`; None when they do not close."""
    depth = 0
    for position in range(at, len(text)):
        if text[position] in _OPEN:
            depth += 1
        elif text[position] in _CLOSED:
            depth -= 1
            if depth == 0:
                return text[at + 1 : position]
    return None


def _python(parts: list[str], *, method: bool) -> Arity:
    if parts and not parts[-1]:
        parts = parts[:-1]
    placed: list[tuple[str, bool]] = []
    named: list[tuple[str, bool]] = []
    spread = any_name = only_named = False
    positional = 0
    for number, part in enumerate(parts):
        name = match[1] if (match := _PYTHON_NAME.match(part)) else ""
        if number == 0 and method and name in _RECEIVERS:
            continue
        if part == "/":
            positional = len(placed)
        elif part.startswith("**"):
            any_name = True
        elif part.startswith("*"):
            only_named, spread = True, spread or bool(name)
        else:
            (named if only_named else placed).append((name, "=" in part))
    least = sum(not optional for _, optional in placed)
    names = tuple(name for name, _ in [*placed, *named])
    required = frozenset(name for name, optional in [*placed, *named] if not optional)
    if positional:  # those before the slash go by place alone: their names are not to be had
        names = tuple(f"/{name}" if at < positional else name for at, name in enumerate(names))
        required = frozenset(f"/{name}" if name in dict(placed[:positional]) else name for name in required)
    return Arity(least, None if spread else len(placed), names, required, any_name)


def _other(parts: list[str], language: str) -> Arity | None:
    if parts and not parts[-1]:
        parts = parts[:-1]
    if language == "rust" and parts and re.fullmatch(r"(?:&\s*(?:'\w+\s+)?)?(?:mut\s+)?self(?:\s*:.*)?", parts[0]):
        parts = parts[1:]
    if language == "typescript" and parts and re.match(r"this\s*:", parts[0]):
        parts = parts[1:]
    if language == "csharp" and parts and parts[0].startswith("this "):
        parts = parts[1:]
    if language in ("c", "cpp") and parts == ["void"]:
        parts = []
    if language == "c" and not parts:
        return None  # an old declaration says nothing
    spread = any("..." in part or (language == "csharp" and part.startswith("params ")) for part in parts)
    if any(part.startswith(("{", "[")) for part in parts) and language != "typescript":
        return None
    optional = [
        re.search(r"(?<![=!<>])=(?![=>])", part) is not None
        or (
            language == "typescript"
            and re.match(r"(?:(?:public|private|protected|readonly)\s+)*\w+\s*\?", part) is not None
        )
        for part in parts
    ]
    placed = len(parts) - spread
    least = sum(not one for one in optional[:placed])
    return Arity(least, None if spread else placed)
