"""Which call found what the answer cites, and the other way round: pure, read from the tree alone.

A step has found a citation when it looked at the cited lines, or said where they are. What names the very lines comes before
what names others of the file; of equals, the first in time: an agent that repeats what its sub-agent found is not the finder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rlm_tui.records.events import Citation
from rlm_tui.records.tree import Tree

_LINES = re.compile(r"(?:@[\w.~^/-]{1,80})?[:#]L?(\d{1,9})(?:[-\u2013]L?(\d{1,9}))?")
_ARGUMENTS = re.compile(r"', (\d{1,9})(?:, (\d{1,9}))?")
"""The lines in the arguments of `peek('a.py', 3, 9)`, after the path."""
_NEAR = 40
"""Lines around a named one that its reader is taken to have in view."""


class Finder(NamedTuple):
    """Who found a citation: a call, and the number of its step (0 for a call without steps, kept from an earlier run)."""

    call: str
    step: int


class _Look(NamedTuple):
    """What a step looked at and said, and when."""

    finder: Finder
    texts: tuple[str, ...]
    files: frozenset[str]
    when: float


def found_by(tree: Tree, cited: Citation) -> Finder | None:
    """Return who found a citation, None when nobody named its file."""
    return _first(_looks(tree), cited)


def used_from(tree: Tree, call_id: str, step: int | None = None) -> list[int]:
    """Return the numbers (from 1) of the citations that a call and what is below it, or one step of it, found; in order."""
    if call_id not in tree.calls:
        return []
    tops = [call_id]
    if step is not None:
        tops = [child for each in tree.calls[call_id].steps if each.number == step for child in each.children]
    inside = {call.id for top in tops for call in tree.subtree(top)}
    looks = list(_looks(tree))
    finders = [_first(looks, cited) for cited in tree.evidence]
    return [
        number
        for number, finder in enumerate(finders, 1)
        if finder is not None and (finder.call in inside or finder == (call_id, step))
    ]


def _looks(tree: Tree) -> Iterator[_Look]:
    for call in tree.calls.values():
        if not call.steps:
            ended = call.ended if call.ended is not None else tree.last
            yield _Look(Finder(call.id, 0), (call.result,), frozenset(call.files), ended)
        for step in call.steps:
            if not call.parent and not step.code:
                continue  # the answer itself
            texts = [text for tool in step.tools for text in (tool.arguments, tool.result)]
            files = frozenset(path for tool in step.tools for path in tool.files)
            said = step.output if step.code else step.text
            ended = step.ended if step.ended is not None else tree.last
            yield _Look(Finder(call.id, step.number), (*texts, said), files, ended)


def _first(looks: Iterable[_Look], cited: Citation) -> Finder | None:
    best: tuple[int, float] | None = None
    finder: Finder | None = None
    for look in looks:
        grade = _grade(look, cited)
        if grade and (best is None or (grade, -look.when) > best):
            best, finder = (grade, -look.when), look.finder
    return finder


def _grade(look: _Look, cited: Citation) -> int:
    """Say how surely a look found a citation: 4 the very lines, 3 some of them, 2 others near, 1 only the file, 0 not at all."""
    best = 1 if cited.path in look.files else 0
    for start, end in _named(cited.path, look.texts):
        if (start, end) == (cited.start, cited.end):
            return 4
        if start <= cited.end and end >= cited.start:
            best = max(best, 3)
        elif start - _NEAR <= cited.end and end + _NEAR >= cited.start:
            best = max(best, 2)
        else:
            best = max(best, 1)
    return best


def _named(path: str, texts: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the lines of a file that texts name."""
    for text in texts:
        at = text.find(path)
        while at >= 0:
            begins = at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_-./")
            at += len(path)
            if begins and (lines := _LINES.match(text, at) or _ARGUMENTS.match(text, at)):
                start = int(lines[1])
                yield start, max(start, int(lines[2] or start))
            at = text.find(path, at)
