"""Patches that a tool makes: what it tells of one, how that is proposed, and how people are told of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, some
from rlm_tui.models.navigator.move import Move, Search
from rlm_tui.models.navigator.reading import Definition, Printed, read
from rlm_tui.repository.symbols import Hit

_SHOWN = 60
_EVIDENCE = 12
_ID = re.compile(r"^finding ([0-9a-f]{6,64})$", re.MULTILINE)
_TOTAL = re.compile(r"^(\w+) (\d+)$", re.MULTILINE)
_CHANGED = re.compile(r"^changes (.+)$", re.MULTILINE)
NAMED = ("targets", "sites", "guesses", "mentions", "notes")
"""What is told of a definition that gets another name or place."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a tool printed of the patch that it made: parts by name, with how many of each there are."""

    printed: Printed
    parts: dict[str, Printed]

    def hits(self, name: str) -> list[Hit]:
        """Return the lines of a part, as many as were printed."""
        return self.parts[name].hits

    def definitions(self, name: str) -> list[Definition]:
        """Return the definitions of a part, as many as were printed."""
        return self.parts[name].definitions

    def total(self, name: str) -> int:
        """Return how many things a part has."""
        return {found: int(number) for found, number in _TOTAL.findall(self.printed.text)}.get(name, 0)

    @property
    def changed(self) -> list[str]:
        """The files that the patch changes."""
        return _CHANGED.findall(self.printed.text)

    def explained(self) -> str:
        """Return in a sentence or two what the patch changes by the index's edges, and what it does not."""
        files = self.changed
        named = ", ".join(files[:8]) + (f" and {len(files) - 8} more" if len(files) > 8 else "")
        apart = [f"{self.total(name)} {name}" for name in ("guesses", "mentions") if self.hits(name)]
        told = f" Not in it: {', '.join(apart)}, listed in the answer." if apart else ""
        places, changed = answer.count(self.total("sites"), "place"), answer.count(len(files), "file")
        return f"{places} by the index's edges; it changes {changed}: {named}.{told}"


def made(why: str, call: str, parts: Sequence[str] = NAMED) -> Search[Made]:
    """Let a tool make its patch, and print these parts of what it tells."""
    printed = yield Move(
        why,
        f"found = {call}\n"
        'for line in found["patch"].splitlines():\n'
        '    if line.startswith("diff --git a/"):\n'
        '        print("changes", line.rpartition(" b/")[2])\n'
        f"for part in {tuple(parts)!r}:\n"
        "    print(part, len(found[part]))\n"
        f"    for item in found[part][:{_SHOWN}]:\n"
        '        print(f"- {item}" if part == "notes" else item)',
    )
    pieces = re.split(rf"^({'|'.join(parts)}) \d+$", printed.text, flags=re.MULTILINE)
    split = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return Made(printed, {name: read(split.get(name, "")) for name in parts})


def proposed(title: str, explained: str, evidence: str, rule: str) -> Search[str]:
    """Propose the patch that was made; return why it was refused, "" where it was taken. `evidence` is code that lists it."""
    printed = yield Move(
        "The patch, checked against the files as they are.",
        f"evidence = {evidence}\n"
        f"one = propose({title!r}, {explained!r}, evidence[:{_EVIDENCE}], severity='info', confidence='high', "
        f"patch=found['patch'], rule={rule!r})\n"
        'print("finding", one)',
    )
    return "" if _ID.search(printed.text) else reason(printed)


def tested(first: Definition, section: Section) -> Search[None]:
    """Tell which tests reach what changes."""
    reach = yield Move(
        f"Which tests reach {first.qualified}, and what else would notice?",
        f"reached = tests({first.locator!r})\nprint(len(reached), 'found')\nprint(reached[:20])",
    )
    if reach.uses:
        section.add(f"Tests that reach it: {some(list(dict.fromkeys(use.path for use in reach.uses)))}.")
    elif not reach.failed:
        section.add("No test was found that reaches it.")


def tell(found: Made, sites: str, guesses: str, section: Section) -> None:
    """Tell of the places that name something, of the notes, and of what was looked at."""
    mentions = "**Not in the patch**: comments, strings and texts that hold the word:"
    for name, told in (("sites", sites), ("guesses", guesses), ("mentions", mentions)):
        if hits := found.hits(name):
            section.add(told, _places(hits))
            more(section, found.total(name), len(hits))
    notes = [line[2:] for line in found.parts["notes"].text.splitlines() if line.startswith("- ")]
    section.add("\n".join(f"- {answer.inline(note)}" for note in notes))
    section.searched.append("the index's edges of tiers 1 to 4, through imports, re-exports, aliases and overrides")


def more(section: Section, total: int, shown: int) -> None:
    """Say how many are not shown, if any."""
    if total > shown:
        section.add(f"{total - shown:,} more are left out here.")


def reason(printed: Printed) -> str:
    """Return why a tool refused, in its own words."""
    lines = [line for line in printed.text.strip().splitlines() if line.strip()]
    return answer.inline(lines[-1].partition(": ")[2] or lines[-1]) if lines else "no reason was given"


def _places(hits: list[Hit]) -> str:
    return answer.table(
        ("where", "in", "as written"),
        (
            (
                answer.table_code(f"{hit.path}:{hit.line}"),
                answer.table_code(hit.symbol) if hit.symbol else "",
                answer.table_code(hit.text) if hit.text else "",
            )
            for hit in hits
        ),
    )
