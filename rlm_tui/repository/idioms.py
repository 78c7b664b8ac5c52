"""How a language writes what is read off its text, where no syntax tree is at hand: comments, decisions, prints, kept words.

Each indexer names its own; what it leaves out is as in most languages, or is not looked for. Patterns meet hostile files:
whatever opens and is not closed runs to the end, or is looked at once, so that their time grows as the text does.
"""

from __future__ import annotations

from dataclasses import dataclass

QUOTED = r'"(?:\\.|[^"\\\n])*"'
SINGLE = r"'(?:\\.|[^'\\\n])*'"
CHARACTER = r"'(?:\\[^'\n]{1,9}|[^'\\\n])'"
TRIPLE = r'"""(?:\\.|[^\\])*?"""|' + r"'''(?:\\.|[^\\])*?'''"
SLASHES = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
HASHES = rf"(?<![\w$&\\])#[^\n]*|{QUOTED}|{SINGLE}"
"""Comments from a hash on, and strings, as shells and configuration files have them."""
BRACED = f"{SLASHES}|{QUOTED}|{CHARACTER}"
"""Comments and strings of the languages that came after C."""

DECISIONS = r"(?<!#)(?<!# )\b(?:if|for|while|case|catch)\b|&&|\|\|"
TERNARY = r"|\?(?![.?:])"

_OWNER = r"(?:[\w$]+(?:\.|::|->|\\)){0,12}"
_FAR = "{0,400}?"
"""So far from a keyword the name may stand: without a bound, a hostile line is read once for each of its keywords."""
THROWN = rf"\b(?:raise|throw)\s*\(?\s*(?:new\s+)?{_OWNER}{{name}}\b"
REJECTED = rf"|\breject\(\s*(?:new\s+)?{_OWNER}{{name}}\b"
SUPPLIED = rf"|\borElseThrow\([^;]{_FAR}\b(?:new\s+)?{_OWNER}{{name}}\b"
RETURNED = (
    rf"\b(?:return|panic!?|Err|bail!|ensure!|errno\s*=)[^;{{}}]{_FAR}(?<![.\w])(?:\w+(?:\.|::)){{0,12}}{{name}}\b"
)

_KEPT = """if else while for return class def end do then function local nil true false null new this self import package module
case switch try catch throw in is not and or"""


@dataclass(frozen=True, slots=True)
class Idioms:
    """Regular expressions of one language; an empty one finds nothing. All but `unread` meet one line or one function.

    `unread` matches comments and strings. `decisions` are what McCabe's number counts. `main` is a line where a program is
    entered (in ripgrep's syntax, too), `raising` a place where `{name}` is raised, thrown, or returned as an error.
    `breakpoints` look at the program while it runs; `often_meant` says that code which has one is likely to want another.
    `prints` write to the terminal, `skips` switch a test off, `broad` begins a handler of every error, and `handlers_named`
    says that a handler should name its errors even where it does something.
    `kept` are the words that name nothing, `word` is the form of a name.
    """

    unread: str = BRACED
    decisions: str = DECISIONS + TERNARY
    main: str = ""
    raising: str = THROWN
    breakpoints: str = ""
    often_meant: bool = False
    prints: str = ""
    skips: str = ""
    broad: str = ""
    handlers_named: bool = False
    kept: frozenset[str] = frozenset(_KEPT.split())
    word: str = r"[^\W\d]\w*"


USUAL = Idioms()
"""Those of most languages."""
