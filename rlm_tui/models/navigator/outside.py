"""The plan for a name that is defined outside of the repository, or nowhere: what lines of code say of it, by text alone."""

from __future__ import annotations

import re

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code
from rlm_tui.models.navigator.importing import is_code
from rlm_tui.models.navigator.move import Move, Search
from rlm_tui.models.navigator.names import Located
from rlm_tui.models.navigator.reading import TESTS

_LINES = 200
_SAID = {
    "subclasses": "name it as a base",
    "callers": "call it",
    "references": "hold it",
}


def told_by_text(tool: str, located: Located, section: Section) -> Search[bool]:
    """Tell the lines of code that use a name which nothing here defines, as they are written; return whether there are any."""
    name = located.name.rpartition("::")[2]
    printed = yield Move(
        f"{name} is not defined here; which lines of code {_SAID[tool]}?",
        f"print(grep({_pattern(tool, name)!r}, limit={_LINES}))",
    )
    hits = sorted(filter(is_code, printed.hits), key=lambda hit: TESTS.search(hit.path) is not None)
    if not hits:
        return False
    section.lead = (
        f"{code(name)} is not defined here; lines of code that {_SAID[tool]}, by the text alone: {len(hits)}."
    )
    section.found.hits(hits)
    rows = (
        tuple(map(answer.table_code, (hit.symbol or "(file level)", f"{hit.path}:{hit.line}", hit.text)))
        for hit in hits[:60]
    )
    section.add(answer.table(("in", "where", "as written"), rows))
    section.searched.append(f"{code(name)} as text in all code")
    return True


def _pattern(tool: str, name: str) -> str:
    """Return a pattern for the lines on which a name is called, named as a base, or stands at all."""
    whole = r"(?:\.|::|->|/)".join(map(re.escape, name.split(".")))
    if tool == "callers":
        return rf"\b{whole}\s*(?:<[^>]*>)?\("
    if tool == "references":
        return rf"\b{whole}\b"
    last = re.escape(name.rpartition(".")[2])
    return (
        rf"^\s*(?:[\w@]+\s+)*(?:class|struct|interface|trait|object|record|enum|protocol)\s+\w[^;]*[\s(,:<.]{last}\b"
        rf"|^\s*(?:extends|implements|with)\s[^;{{]*\b{last}\b|^\s*impl\b.*\b{last}\b.*\bfor\b"
    )
