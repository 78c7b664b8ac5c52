"""Code that a change altered in one place, and that still stands in another as it was: a fix may be due there, too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rlm_tui.repository.checks.suspicions import Suspicion, listed
from rlm_tui.repository.symbols import Hit, Hunk, Span

_LINES = 3
"""Lines with words that must stand elsewhere in the same order."""
_LETTERS = 100
_MOST_RUNS = 60
_MOST_HITS = 30

Search = Callable[[str], Sequence[Hit]]
"""Returns the lines of the working tree that hold a text."""
Lines = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines of a hunk that were removed together, beginning at the old line `start`."""

    hunk: Hunk
    start: int
    lines: tuple[str, ...]


def twins(hunks: Sequence[Hunk], search: Search, lines: Lines) -> Iterator[Suspicion]:
    """Yield the places that still hold what a change replaced elsewhere. Blocks."""
    touched = {(hunk.path, line) for hunk in hunks if hunk.end for line in range(hunk.start, hunk.end + 1)}
    for run in list(_replaced(hunks))[:_MOST_RUNS]:
        places = [span for span in _standing(run, search, lines) if (span.path, span.start) not in touched]
        if not 1 <= len(places) <= _LINES:
            continue  # what stands in many places is a custom, not a copy
        there = [str(place) for place in places]
        where, _, _ = run.hunk.old.rpartition(":")
        yield Suspicion(
            rule="unchanged-twin",
            title=f"The same code still stands at {listed(there, 2)}",
            severity="low",
            confidence="medium",
            explanation=(
                f"The change replaces lines of {run.hunk.path} that also stand, word for word, at {listed(there)}, where nothing "
                "was changed. If it mends something, that is to be mended there, too."
            ),
            evidence=(*there, run.hunk.new, str(Span(where, run.start, run.start + len(run.lines) - 1))),
        )


def _replaced(hunks: Sequence[Hunk]) -> Iterator[_Run]:
    """Yield the runs of removed lines that others took the place of, and that say enough to be known again.

    Lines that only moved, or got another indentation, were not replaced.
    """
    added: defaultdict[str, set[str]] = defaultdict(set)
    for hunk in hunks:
        added[hunk.path].update(row[1:].strip() for row in hunk.text.split("\n") if row.startswith("+"))
    for hunk in hunks:
        if not hunk.old or not hunk.new or hunk.status == "added":
            continue
        number, run, start = hunk.old_start, list[str](), 0
        rows = hunk.text.split("\n")[1:]
        for at, row in enumerate([*rows, " "]):
            if row.startswith("-"):
                start = start or number
                run.append(row[1:])
            elif run:
                stay = sum(line.strip() in added[hunk.path] for line in run)
                if row.startswith("+") and _says_enough(run) and 2 * stay < len(run) and at <= len(rows):
                    yield _Run(hunk, start, tuple(run))
                run, start = [], 0
            if not row.startswith(("+", "\\")):
                number += 1


def _says_enough(lines: Sequence[str]) -> bool:
    worded = [line.strip() for line in lines if sum(letter.isalnum() for letter in line) > 3]
    comments = sum(line.startswith(("#", "//", "*", "/*")) for line in worded)
    return len(worded) - comments >= _LINES and sum(map(len, worded)) >= _LETTERS


def _standing(run: _Run, search: Search, lines: Lines) -> Iterator[Span]:
    """Yield where all lines of a run stand now, blanks at their ends apart."""
    wanted = [line.strip() for line in run.lines]
    rarest = max(range(len(wanted)), key=lambda at: len(wanted[at]))
    for hit in search(wanted[rarest])[:_MOST_HITS]:
        first = hit.line - rarest
        try:
            there = [line.strip() for line in lines(hit.path)[max(0, first - 1) : first - 1 + len(wanted)]]
        except PermissionError:
            continue
        if first >= 1 and there == wanted:
            yield Span(hit.path, first, first + len(wanted) - 1)
