"""Ranks what may be the cause of an error, from what cells printed of its frames, its message and the past."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rlm_tui.models.navigator.candidates import PROSE
from rlm_tui.models.navigator.reading import TESTS, Definition
from rlm_tui.repository.symbols import Hit, Span

_FAILURE = re.compile(
    r"failure (?P<relation>\w+) (?P<language>\S+)  (?P<frames>\d+) frames, \d+ here(?:, told (?P<times>[\d,]+) times)?"
    r"  (?P<what>.*)$"
)
_PLACED = re.compile(
    r"(?P<path>\S.*?):(?P<line>\d+)  \[(?P<symbol>.*?)\]  #(?P<depth>\d+) (?P<how>same|fits|moved|drifted|line|closed)"
    r"(?:  (?P<text>.*))?$"
)
_OUTSIDE = re.compile(r"(?P<how>outside|ignored)  #(?P<depth>\d+) (?P<written>.*?)(?:  (?P<function>.*))?$")
_COMMIT = re.compile(
    r"(?P<id>[0-9a-f]{7,40})  (?P<date>\d{4}-\d\d-\d\d)  (?P<author>.*?)  (?P<subject>.*)  \[(?P<files>.*)\]$"
)
NO_ERROR = "no error"
"""What the line of a traceback without an error says in its place."""
_HOW = {
    "same": "same line",
    "fits": "in that function",
    "moved": "moved here",
    "drifted": "function only",
    "line": "by line only",
    "closed": "not readable",
}
_RELATION = {"cause": 1.15, "main": 1.0, "part": 1.0, "previous": 0.9, "handled": 0.7, "mention": 0.6, "allocated": 0.5}
_DEPTH = (1.0, 0.75, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3)
_DEEPER, _DRIFTED, _IN_TESTS = 0.25, 0.9, 0.2
_MESSAGE = (0.7, 0.4, 0.25)
_SAID_ALREADY, _NAMED_ALREADY = 0.2, 0.4
_WRAPPED = 0.75
"""What the frames of an error count that has a cause of its own: it often only passes it on."""
_MATCH, _MATCH_BESIDE = 1.0, 0.25
_PAST, _IN_PROSE = 0.15, 0.5
_REGION = 24
_SOURCE = (0.65, 0.5, 0.4, 0.3)
_NULL = re.compile(
    r"NoneType|NullPointer|NullReference|nil pointer|for nil\b|of (?:undefined|null)\b|(?:undefined|null) is not an? |"
    r"is (?:undefined|null)\b|is not a function"
)
"""What errors say of a value that is not there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A frame as its line shows it; `path` is "" where it is none of here."""

    path: str
    line: int
    symbol: str
    depth: int
    how: str
    text: str
    written: str = ""

    @property
    def span(self) -> Span:
        """Where it is now."""
        return Span(self.path, self.line, self.line)

    @property
    def how_told(self) -> str:
        """How it was placed, in words for people."""
        return _HOW.get(self.how, self.how)

    @property
    def given(self) -> str:
        """What the traceback says, not as a citation: it is none of a file here."""
        file, _, line = self.written.rpartition(":")
        return f"{file}, line {line}" if file and line.isdigit() else self.written


@dataclass(slots=True)
class Error:
    """An error as its line shows it, with its frames, innermost first."""

    relation: str
    what: str
    times: int
    frames: list[Place] = field(default_factory=list)

    @property
    def message(self) -> str:
        """What it says."""
        return self.what.partition(": ")[2]

    @property
    def is_elsewhere(self) -> bool:
        """Whether it has frames, but none in this repository."""
        return bool(self.frames) and not any(frame.path for frame in self.frames)


@dataclass(frozen=True, slots=True)
class Change:
    """A commit as its line shows it."""

    id: str
    date: str
    subject: str
    files: str


@dataclass(slots=True)
class Suspect:
    """A definition, or a file where it stands in none, with what speaks for it."""

    path: str
    qualified: str
    line: int
    parts: dict[str, tuple[float, str]] = field(default_factory=dict)
    frame: Place | None = None
    raises: bool = False
    definition: Definition | None = None

    @property
    def score(self) -> float:
        """How much speaks for it."""
        return sum(weight for weight, _ in self.parts.values())

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.qualified or self.path.rpartition("/")[2]

    @property
    def place(self) -> str:
        """The line that counts, as a citation."""
        return f"{self.path}:{self.line}"

    @property
    def locator(self) -> str:
        """What to hand to a tool."""
        return f"{self.path}::{self.qualified}@{self.line}" if self.qualified else self.path

    @property
    def why(self) -> str:
        """What speaks for it, the weightiest first."""
        return "; ".join(text for _, text in sorted(self.parts.values(), key=lambda part: -part[0]))

    def region(self, around: int) -> tuple[str, int, int]:
        """Return the lines to read: those around the one that counts, or the beginning of the definition."""
        if self.frame is None and self.definition is not None:
            span = self.definition.span
            return span.path, span.start, min(span.end, span.start + _REGION)
        return self.path, max(1, self.line - around), self.line + around

    def add(self, kind: str, weight: float, text: str) -> None:
        """Note what speaks for it; of one kind only the weightiest."""
        if kind not in self.parts or self.parts[kind][0] < weight:
            self.parts[kind] = (weight, text)


class Suspects:
    """The suspects for some errors."""

    def __init__(self, errors: Sequence[Error]) -> None:
        """Begin with the frames."""
        self.errors = list(errors)
        self.changes: list[Change] = []
        self._known: dict[tuple[str, str], Suspect] = {}
        for error in self.errors:
            self._add_frames(error)

    @property
    def has_frames(self) -> bool:
        """Whether any frame is one of here."""
        return any(frame.path and frame.how != "closed" for error in self.errors for frame in error.frames)

    def _add_frames(self, error: Error) -> None:
        here = [frame for frame in error.frames if frame.path and frame.how != "closed"]
        caused = any(one.relation == "cause" for one in self.errors)
        product = [frame for frame in here if not TESTS.search(frame.path)]
        for frame in here:
            rank = product.index(frame) if frame in product else len(product)
            weight = _DEPTH[rank] if rank < len(_DEPTH) else _DEEPER
            weight *= _RELATION.get(error.relation, 0.4) * (_WRAPPED if caused and error.relation == "main" else 1.0)
            weight *= (_DRIFTED if frame.how == "drifted" else 1.0) * (1.0 if frame in product else _IN_TESTS)
            suspect = self._of(frame.path, frame.symbol, frame.line)
            raised = frame is here[0] and frame.depth == 0 and error.relation != "mention"
            told = (
                f"named as {frame.path}:{frame.line}"
                if error.relation == "mention"
                else f"{code_of(error.what)} came up here"
                if raised
                else f"frame {frame.depth} of {code_of(error.what)}"
            )
            suspect.raises = suspect.raises or raised
            if suspect.frame is None or weight > suspect.parts["frame"][0]:
                suspect.frame, suspect.line = frame, frame.line
            suspect.add("frame", weight, told)

    def add_origins(self, hits: Iterable[Hit]) -> None:
        """Take the lines that may have written the messages, likeliest first."""
        for number, hit in enumerate(hits):
            if number >= len(_MESSAGE) or TESTS.search(hit.path):
                continue
            suspect = self._of(hit.path, hit.symbol, hit.line)
            weight = _MESSAGE[number] * (_SAID_ALREADY if suspect.raises else 1.0)  # its frame says so already
            suspect.add("message", weight, f"line {hit.line} may have written the message")
            if suspect.frame is None:
                suspect.line = hit.line

    @property
    def null(self) -> tuple[Place, str] | None:
        """The innermost frame of here of an error that tells of a missing value, with the error; None for others."""
        for error in self.errors:
            here = [frame for frame in error.frames if frame.path and frame.how != "closed"]
            if here and _NULL.search(error.what):
                return here[0], error.what
        return None

    def add_sources(self, hits: Iterable[Hit]) -> None:
        """Take the lines that the missing value may come from, likeliest first."""
        for number, hit in enumerate(hits):
            if number >= len(_SOURCE) or TESTS.search(hit.path):
                continue
            suspect = self._of(hit.path, hit.symbol, hit.line)
            weight = _SOURCE[number] * (_SAID_ALREADY if suspect.frame is not None else 1.0)
            suspect.add("source", weight, f"line {hit.line}: {hit.text}")
            if suspect.frame is None:
                suspect.line = hit.line

    def add_matches(self, matches: Sequence[Definition], *, apart: bool) -> None:
        """Take what `find` ranked; `apart` tells that the frames were left out of what was searched for."""
        top = max((match.score for match in matches), default=0.0)
        most = _MATCH_BESIDE if self.has_frames else _MATCH
        for number, match in enumerate(matches, 1):
            if top <= 0:
                return
            qualified = "" if match.kind == "module" else match.qualified
            suspect = self._of(match.span.path, qualified, match.span.start)
            suspect.definition = match
            weight = most * match.score / top * (_IN_PROSE if PROSE.search(match.span.path) else 1.0)
            weight *= (
                _NAMED_ALREADY if suspect.frame is not None and not apart else 1.0
            )  # the traceback names it: no news
            suspect.add("match", weight, f"`find` ranks it {number}")

    def add_changes(self, changes: Sequence[Change]) -> None:
        """Take the past commits about the same, likeliest first."""
        self.changes = list(changes)
        for number, change in enumerate(self.changes[:5]):
            for suspect in self._known.values():
                if suspect.path in change.files.split(", "):
                    suspect.add(
                        "past", _PAST / (1 + number / 2), f"{change.id} was about the same, and changed its file"
                    )

    def ranked(self) -> list[Suspect]:
        """Return the suspects, the likeliest first."""
        return sorted(self._known.values(), key=lambda one: (-one.score, one.path, one.line))

    def gaps(self) -> list[tuple[str, str]]:
        """Return pairs of frames of here, caller before callee, with frames of other projects between them."""
        pairs = []
        for error in self.errors:
            here = [frame for frame in error.frames if frame.path and frame.symbol and frame.how != "closed"]
            for inner, outer in pairwise(here):
                if outer.depth - inner.depth > 1:
                    pairs.append((f"{outer.path}::{outer.symbol}", f"{inner.path}::{inner.symbol}"))
        return list(dict.fromkeys(pairs))

    def _of(self, path: str, qualified: str, line: int) -> Suspect:
        return self._known.setdefault((path, qualified), Suspect(path, qualified, line))


def errors_in(text: str) -> list[Error]:
    """Return the errors that a cell printed, with their frames."""
    found: list[Error] = []
    for line in text.split("\n"):
        if head := _FAILURE.match(line):
            times = int((head["times"] or "1").replace(",", ""))
            found.append(Error(head["relation"], head["what"], times))
        elif not found:
            continue
        elif placed := _PLACED.match(line):
            found[-1].frames.append(
                Place(
                    placed["path"],
                    int(placed["line"]),
                    placed["symbol"],
                    int(placed["depth"]),
                    placed["how"],
                    placed["text"] or "",
                )
            )
        elif outside := _OUTSIDE.match(line):
            found[-1].frames.append(Place("", 0, "", int(outside["depth"]), outside["how"], "", outside["written"]))
    return found


def changes_in(text: str) -> list[Change]:
    """Return the commits that a cell printed."""
    found = (_COMMIT.match(line) for line in text.split("\n"))
    return [Change(one["id"], one["date"], one["subject"], one["files"]) for one in found if one]


def code_of(what: str) -> str:
    """Return an error's name, without what it says."""
    if what == NO_ERROR:
        return "the traceback"
    return f"`{what.partition(': ')[0].replace('`', '')}`"
