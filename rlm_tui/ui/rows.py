"""From a run's tree and what the user has folded to the rows of the calls pane: pure, no Textual.

Rows never reorder: calls and steps stand in the order they started. A row's key does not change while the run lives, so a
cursor that remembers a key never moves by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from rlm_tui.records.tree import Call, Step, Tree
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.figures import count
from rlm_tui.ui.nodes import parent_key, step_key

MOST_FINISHED = 8
"""More finished siblings than this fold into one row, all but the last few."""

KEPT_FINISHED = 3

MARKS = {
    "queued": "○",
    "running": "●",
    "done": "✓",
    "memo": "≋",
    "partial": "◐",
    "failed": "✗",
    "cancelled": "⊘",
    "budget": "$",
}
"""The glyph of each phase; the phase itself is the word that stands beside it."""


COLOURS = {
    "queued": "$text-muted",
    "running": "$text-primary",
    "done": "$text-success",
    "memo": "$text-success",
    "partial": "$text-warning",
    "failed": "$text-error",
    "cancelled": "$text-muted",
    "budget": "$text-warning",
}
"""The colour of each phase, a variable of the theme."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the calls pane.

    `key` names the node (see `nodes`), with `+` at its end the row that stands for folded siblings below it. `is_open` is None
    for a row with nothing below it. `dollars` is that of the whole subtree, None where nothing has a price. `aside` tells that
    the row does not match the filter itself, but leads to one that does.
    """

    key: str
    kind: Literal["call", "step", "fold"]
    depth: int
    label: str
    detail: str
    phase: str
    is_open: bool | None
    seconds: float | None
    dollars: float | None
    aside: bool = False


@dataclass(slots=True)
class Folds:
    """What the user opened and closed by hand; everything else has its default.

    `folds_finished` tells whether many finished siblings become one row.
    """

    folds_finished: bool = True
    opened: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    def set(self, key: str, is_open: bool) -> None:
        """Open or close the row with this key."""
        self.opened.discard(key)
        self.closed.discard(key)
        (self.opened if is_open else self.closed).add(key)

    def is_open(self, key: str, default: bool) -> bool:
        """Whether the row is open: as the user left it, or by default."""
        return key in self.opened or (default and key not in self.closed)


def rows(tree: Tree, folds: Folds, now: float) -> list[Row]:
    """Return the rows that are to be seen, top to bottom. `now` (seconds since the epoch) is the end of what still runs."""
    outline = Outline(tree, folds, now)
    return [outline.row(index) for index in range(len(outline.slots))]


def phase_of(step: Step) -> str:
    """Return the phase of a step in the words of `MARKS`."""
    return step.status if step.status in MARKS else "failed"


class Found(NamedTuple):
    """What a filter found: the keys that match it, and those of the rows above them."""

    matches: frozenset[str]
    ways: frozenset[str]


def find(tree: Tree, wanted: str) -> Found | None:
    """Find the nodes whose label, status, model or doing have all the words of `wanted`; None when it has no word."""
    words = wanted.lower().split()
    if not words:
        return None

    def has_all(*texts: str) -> bool:
        text = " ".join(texts).lower()
        return all(word in text for word in words)

    matches: set[str] = set()
    ways: set[str] = set()
    for call in tree.calls.values():
        if has_all(call.label or call.id, call.phase, call.model, call.error[:400]):
            matches.add(call.id)
        for step in call.steps:
            if has_all(f"step {step.number}", phase_of(step), step_detail(step)):
                matches.add(step_key(call.id, step.number))
    for key in matches:
        above = parent_key(tree, key)
        while above is not None and above not in ways:
            ways.add(above)
            above = parent_key(tree, above)
    return Found(frozenset(matches), frozenset(ways))


class Slot(NamedTuple):
    """The place of a row: cheap to make for every node; the row itself is made when it is drawn. A fold has a `label`."""

    key: str
    depth: int
    is_open: bool | None
    call: Call
    step: Step | None
    label: str = ""


@dataclass(slots=True)
class _Sum:
    """What stands below a call: dollars with its own, and calls by phase."""

    dollars: float | None = None
    below: int = 0
    failed: int = 0
    running: int = 0
    queued: int = 0


class Outline:
    """All places of one draw, in order, and the rows at them on demand; `found` limits them to what a filter found."""

    def __init__(self, tree: Tree, folds: Folds, now: float, found: Found | None = None) -> None:
        self._tree, self._folds, self._now, self._found = tree, folds, now, found
        self._priced = tree.start is None or tree.start.language_model
        self._sums = _sums(tree)
        self.slots: list[Slot] = []
        if tree.root is not None:
            self._add_call(tree.root, 0)

    def row(self, index: int) -> Row:
        """Make the row at a place."""
        slot = self.slots[index]
        if slot.label:
            return Row(slot.key, "fold", slot.depth, slot.label, "", "done", False, None, None)
        return self._call_row(slot) if slot.step is None else self._step_row(slot, slot.step)

    def phase(self, index: int) -> str:
        """Return the phase of the row at a place."""
        slot = self.slots[index]
        return "done" if slot.label else slot.call.phase if slot.step is None else phase_of(slot.step)

    def _call_row(self, slot: Slot) -> Row:
        call = slot.call
        began = call.running if call.running is not None else call.started
        return Row(
            key=slot.key,
            kind="call",
            depth=slot.depth,
            label=_line(call.label) or ("root" if call.id == "0" else call.id),
            detail=self._call_detail(call, bool(slot.is_open)),
            phase=call.phase,
            is_open=slot.is_open,
            seconds=None if call.phase == "queued" else (call.ended or self._now) - began,
            dollars=self._price(self._sums[call.id].dollars),
            aside=self._is_aside(slot.key),
        )

    def _step_row(self, slot: Slot, step: Step) -> Row:
        price = step.tokens.dollars
        for child in step.children:
            if child in self._sums:  # else it joined the tree after this outline was made
                price = _add(price, self._sums[child].dollars)
        return Row(
            key=slot.key,
            kind="step",
            depth=slot.depth,
            label=f"step {step.number}",
            detail=step_detail(step),
            phase=phase_of(step),
            is_open=slot.is_open,
            seconds=(step.ended or self._now) - step.started,
            dollars=self._price(price),
            aside=self._is_aside(slot.key),
        )

    def _is_aside(self, key: str) -> bool:
        return self._found is not None and key not in self._found.matches

    def _add_call(self, call: Call, depth: int, within: bool = False) -> None:
        has_rows = call.kind == "agent" and bool(call.steps or call.children)
        is_open = self._opens(call.id, depth == 0) if has_rows else None
        self.slots.append(Slot(call.id, depth, is_open, call, None))
        if not is_open:
            return
        within = self._within(call.id, within)
        placed: set[str] = set()
        for step in call.steps:
            placed.update(step.children)
        steps = [step for step in call.steps if self._is_shown(step_key(call.id, step.number), within)]
        finished = [step.ended is not None and step.status == "done" for step in steps]
        for entry in self._folded(finished, call.id):
            if isinstance(entry, int):
                self._add_step(call, steps[entry], depth + 1, within)
            else:
                self._add_fold(call, None, depth + 1, count(len(entry), "earlier step"))
        self._add_calls(call, None, [child for child in call.children if child not in placed], depth + 1, within)

    def _add_step(self, call: Call, step: Step, depth: int, within: bool) -> None:
        key = step_key(call.id, step.number)
        is_open = self._opens(key, True) if step.children else None
        self.slots.append(Slot(key, depth, is_open, call, step))
        if is_open:
            self._add_calls(call, step, step.children, depth + 1, self._within(key, within))

    def _add_calls(self, parent: Call, step: Step | None, children: Sequence[str], depth: int, within: bool) -> None:
        calls = [self._tree.calls[child] for child in children if self._is_shown(child, within)]
        key = parent.id if step is None else step_key(parent.id, step.number)
        for entry in self._folded([call.phase in ("done", "memo") for call in calls], key):
            if isinstance(entry, int):
                self._add_call(calls[entry], depth, within)
            else:
                self._add_fold(parent, step, depth, count(len(entry), "more call"))

    def _add_fold(self, parent: Call, step: Step | None, depth: int, label: str) -> None:
        key = parent.id if step is None else step_key(parent.id, step.number)
        self.slots.append(Slot(f"{key}+", depth, False, parent, step, label))

    def _opens(self, key: str, default: bool) -> bool:
        """Whether a row is open: as the user left it, else by default, and in a filtered tree if it leads to a match."""
        return self._folds.is_open(key, default if self._found is None else key in self._found.ways)

    def _is_shown(self, key: str, within: bool) -> bool:
        return within or self._found is None or key in self._found.matches or key in self._found.ways

    def _within(self, key: str, within: bool) -> bool:
        """Whether all below a row is shown: it matches, and nothing below it does."""
        return within or (self._found is not None and key in self._found.matches and key not in self._found.ways)

    def _folded(self, finished: Sequence[bool], parent: str) -> Iterator[int | list[int]]:
        """Yield indexes of siblings in order, with those that fold as one list in the place of the first of them."""
        done = [index for index, is_done in enumerate(finished) if is_done]
        hidden: list[int] = []
        folds = self._folds.folds_finished and self._found is None
        if folds and len(done) > MOST_FINISHED and not self._folds.is_open(f"{parent}+", False):
            hidden = done[:-KEPT_FINISHED]
        out = set(hidden)
        for index in range(len(finished)):
            if index not in out:
                yield index
            elif index == hidden[0]:
                yield hidden

    def _price(self, dollars: float | None) -> float | None:
        return dollars if self._priced else None

    def _call_detail(self, call: Call, is_open: bool) -> str:
        if call.error:
            return _line(call.error)
        parts: list[str] = []
        own = self._sums[call.id]
        if not is_open and own.below:
            parts.append(f"({own.below})")
            counts = (("failed", own.failed), ("running", own.running), ("queued", own.queued))
            parts += [f"{MARKS[phase]}{number}" for phase, number in counts if number]
        if call.phase == "running" and call.steps and not is_open:
            step = call.steps[-1]
            parts.append(_line(step.retry) if step.retry else f"step {step.number}")
        return " ".join(parts)


def _sums(tree: Tree) -> dict[str, _Sum]:
    """Sum every subtree up, children before parents: a call starts after its parent."""
    sums = {call_id: _Sum() for call_id in tree.calls}
    for call in reversed(tree.calls.values()):
        own = sums[call.id]
        for step in call.steps:
            own.dollars = _add(own.dollars, step.tokens.dollars)
        above = sums.get(call.parent)
        if above is not None and above is not own:
            above.dollars = _add(above.dollars, own.dollars)
            above.below += own.below + 1
            above.failed += own.failed + (call.phase == "failed")
            above.running += own.running + (call.phase == "running")
            above.queued += own.queued + (call.phase == "queued")
    return sums


def spent(tree: Tree) -> float:
    """Return the dollars that the whole run has spent."""
    return sum(step.tokens.dollars or 0.0 for call in tree.calls.values() for step in call.steps)


def step_detail(step: Step) -> str:
    """Say in a few words what a step does or did: its retry, its tools, how it failed."""
    if step.ended is None and step.retry:
        return _line(step.retry)
    if step.error:
        return _line(step.error.strip().splitlines()[-1])
    if step.tools:
        used = Counter(_line(call.tool) for call in step.tools)
        return " ".join(name if times == 1 else f"{name}\N{MULTIPLICATION SIGN}{times}" for name, times in used.items())
    if step.ended is None:
        if step.code:
            return "code"
        return "writing" if step.text else "thinking" if step.thinking else "waiting for the model"
    return "code" if step.code else "answer"


def _line(text: str) -> str:
    """One safe line of at most 200 characters."""
    return sanitize(" ".join(text[:400].split()))[:200]


def _add(a: float | None, b: float | None) -> float | None:
    return a if b is None else (a or 0.0) + b
