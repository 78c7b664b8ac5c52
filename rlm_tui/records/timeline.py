"""Who waited for whom: what a call did at each time of its life. Pure, read from the tree alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from rlm_tui.records.tree import Call, Step, Tree

Doing: TypeAlias = Literal["waiting", "model", "cell", "calls"]
"""Waiting for a slot (or for budget), the model writing, the cell computing, waiting for the calls it started."""


class Stretch(NamedTuple):
    """A time in which a call did one thing; `start` and `end` are seconds since the epoch."""

    doing: Doing
    start: float
    end: float


def stretches(tree: Tree, call: Call, now: float, step: Step | None = None) -> list[Stretch]:
    """Return what a call, or one step of it, did until it ended (or until `now`), in order and without gaps."""
    if step is not None:
        return list(_step(tree, step, step.ended if step.ended is not None else max(now, step.started)))
    end = max(call.started, call.ended if call.ended is not None else now)
    if call.running is None:
        return [Stretch("waiting", call.started, end)] if end > call.started else []
    found = [Stretch("waiting", call.started, call.running)]
    at = call.running
    for index, each in enumerate(call.steps):
        found += _idle(tree, call, at, each.started)
        following = call.steps[index + 1].started if index + 1 < len(call.steps) else end
        at = min(end, each.ended if each.ended is not None else following)
        found += _step(tree, each, at)
    found += _idle(tree, call, at, end)
    return [one for one in found if one.end > one.start]


def seconds_by(parts: Iterable[Stretch]) -> dict[Doing, float]:
    """Return how long each thing took in all."""
    found: dict[Doing, float] = defaultdict(float)
    for part in parts:
        found[part.doing] += part.end - part.start
    return dict(found)


def most_at_once(tree: Tree) -> int:
    """Return how many calls at most had their slot at one time, the root not counted."""
    turns = [
        turn
        for call in tree.calls.values()
        if call.parent and call.running is not None
        for turn in ((call.running, 1), (_end(tree, call), -1))
    ]
    most = living = 0
    for _, change in sorted(turns):
        living += change
        most = max(most, living)
    return most


def at_once(tree: Tree, now: float) -> float:
    """Return how many calls on average had a model writing or a cell computing, over the run's time."""
    begun = tree.root.started if tree.root is not None else now
    busy = sum(
        seconds
        for call in tree.calls.values()
        for doing, seconds in seconds_by(stretches(tree, call, now)).items()
        if doing in ("model", "cell")
    )
    return busy / (now - begun) if now > begun else 0.0


def waited_for(tree: Tree) -> set[str]:
    """Return the ids of the calls that the run waited for: of each cell the last to end, then the last that ended before it."""
    found: set[str] = set()
    waiting = [tree.root] if tree.root is not None else []
    while waiting:
        call = waiting.pop()
        found.add(call.id)
        groups = [each.children for each in call.steps]
        placed = {child for group in groups for child in group}
        groups.append([child for child in call.children if child not in placed])
        for group in groups:
            before = float("inf")
            children = [(_end(tree, tree.calls[child]), tree.calls[child]) for child in group]
            for end, child in sorted(children, key=lambda pair: pair[0], reverse=True):
                if end <= before:
                    waiting.append(child)
                    before = child.started
    return found


def longest_wait(tree: Tree, now: float) -> tuple[float, Call] | None:
    """Return the call that waited longest for its slot, and for how many seconds; None when none waited."""
    waits = (
        ((call.running if call.running is not None else now) - call.started, call)
        for call in tree.calls.values()
        if call.running is not None or call.ended is None
    )
    found = max(waits, key=lambda wait: wait[0], default=None)
    return found if found is not None and found[0] > 0 else None


def _end(tree: Tree, call: Call) -> float:
    return call.ended if call.ended is not None else tree.last


def _step(tree: Tree, step: Step, end: float) -> Iterator[Stretch]:
    answered = min(end, step.turn.ts if step.turn is not None else end)
    yield Stretch("model", step.started, answered)
    if step.code:
        yield from _split(_lives(tree, step.children, end), answered, end, "cell")


def _idle(tree: Tree, call: Call, start: float, end: float) -> Iterator[Stretch]:
    """The time between steps: for a slot, or for calls that no step started (candidates)."""
    placed = {child for step in call.steps for child in step.children}
    yield from _split(_lives(tree, [one for one in call.children if one not in placed], end), start, end, "waiting")


def _lives(tree: Tree, children: Iterable[str], end: float) -> list[tuple[float, float]]:
    calls = [tree.calls[child] for child in children]
    return sorted((call.started, call.ended if call.ended is not None else end) for call in calls)


def _split(lives: Iterable[tuple[float, float]], start: float, end: float, otherwise: Doing) -> Iterator[Stretch]:
    """Yield the time from `start` to `end` as waiting for calls while one of them lives, and `otherwise` between."""
    at = start
    for began, ended in lives:
        began, ended = max(at, began), min(end, ended)
        if ended <= began:
            continue
        if began > at:
            yield Stretch(otherwise, at, began)
        yield Stretch("calls", began, ended)
        at = ended
    if end > at:
        yield Stretch(otherwise, at, end)
