"""Reads what cells print back: the one-line forms of repository records, slices, tracebacks.

Printed text is hostile: it may hold anything, cut anywhere. A line that fits no form is passed over, never an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rlm_tui.repository.symbols import Hit, Span

_PLACED = re.compile(r"(?P<path>\S.*?):(?P<start>\d{1,9})(?:-(?P<end>\d{1,9}))?(?:  (?P<rest>.*))?")
_HIT = re.compile(r"\[(?P<symbol>.*?)\](?:  (?P<text>.*))?$")
_EDGE = re.compile(
    r"(?P<source>\S.*?) -> (?P<target>\S.*?)  (?P<kind>\w+)(?: via (?P<via>\S+?))?, tier (?P<tier>[1-5])(?: \w+)?"
    r"(?:  (?P<text>.*))?$"
)
_CUT_EDGE = re.compile(r"(?P<source>\S.*?) -> (?P<target>[^…]*?)(?:  .*)?…$")
_IMPORT = re.compile(r"imports (?P<target>\S.*?)(?P<outside> \(outside\))?(?:  (?P<text>.*))?$")
_MATCH = re.compile(r"score (?P<score>-?\d+(?:\.\d+)?)(?: \((?P<why>.*)\)?)?$")
_SYMBOL = re.compile(r"(?P<kind>[a-z]\w*) (?P<qualified>\S+(?: \S+)*?)(?:  (?P<rest>.*))?$")
_MODULE = re.compile(
    r"(?P<name>\S.*?)  (?P<path>\S.*?)  (?P<language>\S*)  (?P<files>[\d,]+) files?  "
    r"(?P<symbols>[\d,]+) symbols?  ~(?P<tokens>[\d,]+) tokens?"
)
_FILE = re.compile(r"(?P<path>\S.*?)  (?P<language>[\w+#-]+)  (?P<lines>[\d,]+) lines?")
_NUMBERED = re.compile(r" *(?P<number>\d{1,9})(?:  (?P<text>.*))?$")
_LOCATOR = re.compile(r"(?P<path>.+?)::(?P<qualified>[^@]+)(?:@(?P<line>\d+))?")
_BETWEEN = re.compile(r"[\s,;`'\"]+")
_LONGEST_LINE = 1_000
"""Characters; no record's line comes near, and longer ones would make the patterns slow."""
_LEFT_OUT = re.compile(r"\[\.\.\. [\d,]+ characters left out; the whole text is output_of\(\d+\)")
FILE_LEVEL = "<file>"
TESTS = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|specs?|__tests__|testdata|examples?|docs?|fixtures?|bench(?:es|marks?)?)(?:$|[/_.-])"
    r"|Tests?\.\w+$"
)
"""Paths of tests, examples and documents: they rank below the code itself."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A symbol as a `Symbol` or `Match` line shows it. `score` and `why` are of the match, 0 and "" without one."""

    span: Span
    kind: str
    qualified: str
    doc: str = ""
    score: float = 0.0
    why: str = ""

    @property
    def name(self) -> str:
        """The last name."""
        return self.qualified.rpartition(".")[2]

    @property
    def locator(self) -> str:
        """A name that finds the symbol again."""
        return f"{self.span.path}::{self.qualified}@{self.span.start}"

    @property
    def key(self) -> tuple[str, str]:
        """What tells two definitions apart in most files."""
        return (self.span.path, self.qualified)


@dataclass(frozen=True, slots=True)
class Use:
    """An edge as its line shows it; `source` is "" at file level, `tier` 0 where the line was cut before it.

    `via` is the method of a base that is called, where `target` overrides it and may run.
    """

    path: str
    line: int
    source: str
    target: str
    kind: str
    tier: int
    text: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """An import as its line shows it."""

    path: str
    line: int
    target: str
    inside: bool
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A module as its line shows it."""

    name: str
    path: str
    language: str
    files: int
    symbols: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as its line shows it."""

    path: str
    language: str
    lines: int


@dataclass(slots=True)
class Excerpt:
    """Numbered lines of a file, as a slice shows them."""

    span: Span
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines without their numbers."""
        return "\n".join(text for _, text in self.lines)


@dataclass(slots=True)
class Printed:
    """Everything recognised in one cell's output, each kind in the order printed."""

    text: str
    failed: bool = False
    definitions: list[Definition] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    imports: list[Imported] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    files: list[Listed] = field(default_factory=list)
    excerpts: list[Excerpt] = field(default_factory=list)
    cut: bool = False

    @property
    def locators(self) -> list[str]:
        """The locators in the text, as an `AmbiguousName` message lists them."""
        pieces = (piece for piece in _BETWEEN.split(self.text) if "::" in piece and len(piece) < _LONGEST_LINE)
        return list(dict.fromkeys(piece for piece in pieces if _LOCATOR.fullmatch(piece)))


def read(text: str, *, failed: bool = False) -> Printed:
    """Return what `text`, the output of one cell, holds."""
    printed = Printed(text, failed)
    slice_open = False
    for line in text.split("\n"):
        if slice_open and (numbered := _NUMBERED.match(line)):
            printed.excerpts[-1].lines.append((int(numbered["number"]), numbered["text"] or ""))
            continue
        slice_open = False
        if len(line) > _LONGEST_LINE:
            continue
        if _LEFT_OUT.match(line):
            printed.cut = True
        if placed := _PLACED.fullmatch(line):
            slice_open = _read_placed(printed, placed)
        elif unit := _MODULE.fullmatch(line):
            printed.units.append(
                Unit(
                    unit["name"],
                    unit["path"],
                    unit["language"],
                    _number(unit["files"]),
                    _number(unit["symbols"]),
                    _number(unit["tokens"]),
                )
            )
        elif listed := _FILE.fullmatch(line):
            printed.files.append(Listed(listed["path"], listed["language"], _number(listed["lines"])))
    printed.excerpts = [excerpt for excerpt in printed.excerpts if excerpt.lines]
    return printed


def _read_placed(printed: Printed, placed: re.Match[str]) -> bool:
    """Read a line that starts with `path:start-end`; return whether it opens a slice."""
    path, start, rest = placed["path"], int(placed["start"]), placed["rest"]
    span = Span(path, start, max(start, int(placed["end"] or start)))
    if not rest:
        printed.excerpts.append(Excerpt(span))
        return True
    if hit := _HIT.match(rest):
        symbol = hit["symbol"]
        printed.hits.append(Hit(path, start, hit["text"] or "", "" if symbol == FILE_LEVEL else symbol))
    elif edge := _EDGE.match(rest):
        source = "" if edge["source"] == FILE_LEVEL else edge["source"]
        printed.uses.append(
            Use(
                path,
                start,
                source,
                edge["target"],
                edge["kind"],
                int(edge["tier"]),
                edge["text"] or "",
                edge["via"] or "",
            )
        )
    elif cut := _CUT_EDGE.match(rest):
        source = "" if cut["source"] == FILE_LEVEL else cut["source"]
        printed.uses.append(Use(path, start, source, cut["target"], "", 0, ""))
    elif brought := _IMPORT.match(rest):
        inside = brought["outside"] is None
        printed.imports.append(Imported(path, start, brought["target"], inside, brought["text"] or ""))
    elif symbol_line := _SYMBOL.match(rest):
        kind, qualified, more = symbol_line["kind"], symbol_line["qualified"], symbol_line["rest"] or ""
        if scored := _MATCH.match(more):
            why = (scored["why"] or "").rstrip(")")
            printed.definitions.append(Definition(span, kind, qualified, "", float(scored["score"]), why))
        else:
            printed.definitions.append(Definition(span, kind, qualified, more))
    return False


def _number(text: str) -> int:
    return int(text.replace(",", "") or 0)
