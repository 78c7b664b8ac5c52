"""Spells out what a question names with an `@`: the name as code, and for a language model what it is and where it stands."""

from __future__ import annotations

import re

from rlm_tui.repository.naming import Named
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import AmbiguousName, File, Module, RepositoryError, Span, Symbol, UnknownName

_MENTION = re.compile(
    r"(?:^|(?<=[\s(\[,;:\"']))@(?:`(?P<quoted>[^`\n]{1,300})`|(?P<plain>[^\s`,;)\]\"']{1,300}))", re.MULTILINE
)
_END = ".:?!"
"""What may stand after a name without being part of it."""
_MOST = 20
"""Names that are looked up; a longer text is no question."""
_SIGNATURE = 200


def spelled_out(text: str, repository: Repository, *, told: bool) -> str:
    """Return the question with `@name` as code wherever it names something; where `told`, with a line on each below it.

    `@property` and the like, which name nothing here, stay as they are. Waits for the index where a symbol is named. Blocks.
    """
    lines: dict[str, str] = {}
    looked = 0

    def spell(match: re.Match[str]) -> str:
        nonlocal looked
        name = match["quoted"] or match["plain"].rstrip(_END)
        looked += 1
        if not name or looked > _MOST:
            return match.group()
        try:
            line = _line(repository.resolve(name))
        except AmbiguousName as error:
            line = str(error)
        except (UnknownName, RepositoryError):
            return match.group()
        lines[name] = f"- `{name}`: {line}"
        return f"`{name}`" + ("" if match["quoted"] else match["plain"][len(name) :])

    spelled = _MENTION.sub(spell, text)
    if not told or not lines:
        return spelled
    return f"{spelled}\n\nNamed in it:\n" + "\n".join(lines.values())


def _line(found: Named) -> str:
    match found:
        case Symbol():
            return f"{found.kind}, {found.span}, {found.signature[:_SIGNATURE]}".rstrip(", ")
        case File():
            return f"file, {found.lines:,} lines" if found.lines else f"file, {found.size:,} bytes"
        case Module():
            return f"module, {found.path}, {found.files:,} files"
        case Span():
            return f"lines {found.start} to {found.end}"
