"""From a run's tree and what the user has folded to the rows of the calls pane: pure, no Textual.

Rows never reorder: calls and steps stand in the order they started. A row's key does not change while the run lives, so a
cursor that remembers a key never moves by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rlm_tui.records.tree import Call, Step, Tree
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.figures import count

MOST_FINISHED = 8
"""More finished siblings than this fold into one row, all but the last few."""

KEPT_FINISHED = 3

MARKS = {
    "queued": "○",
    "running": "●",
    "done": "✓",
    "partial": "◐",
    "failed": "✗",
    "cancelled": "⊘",
    "budget": "$",
}
"""The glyph of each phase; the phase itself is the word that stands beside it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the calls pane.

    `key` names the node: `call`, `call/step`, or `...+` for the row that stands for folded siblings. `is_open` is None for a
    row with nothing below it. `dollars` is that of the whole subtree, None where nothing has a price.
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


@dataclass(slots=True)
class Folds:
    """What the user opened and closed by hand; everything else has its default."""

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
    if tree.root is None:
        return []
    return list(_Fold(tree, folds, now).call(tree.root, 0))


def step_key(call_id: str, step: int) -> str:
    """Return the key of a step's row."""
    return f"{call_id}/{step}"


def node(tree: Tree, key: str) -> tuple[Call, Step | None] | None:
    """Return the call, and the step, that a row's key names; None when there is no such node (yet)."""
    call_id, _, number = key.rstrip("+").partition("/")
    call = tree.calls.get(call_id)
    if call is None:
        return None
    if not number:
        return call, None
    step = next((step for step in call.steps if str(step.number) == number), None)
    return None if step is None else (call, step)


def parent_key(tree: Tree, key: str) -> str | None:
    """Return the key of the row above in the tree: a step's call, a call's step in its parent; None for the root."""
    if key.endswith("+"):
        return key[:-1]
    found = node(tree, key)
    if found is None:
        return None
    call, step = found
    if step is not None:
        return call.id
    if call.parent not in tree.calls or call.parent == call.id:
        return None
    parent = tree.calls[call.parent]
    return step_key(parent.id, call.step) if any(s.number == call.step for s in parent.steps) else parent.id


def siblings(tree: Tree, key: str) -> list[str]:
    """Return the keys of the nodes of the same kind under the same parent, the node itself among them."""
    found = node(tree, key)
    if found is None:
        return []
    call, step = found
    if step is not None:
        return [step_key(call.id, other.number) for other in call.steps]
    parent = tree.calls.get(call.parent)
    if parent is None or parent is call:
        return [call.id]
    return [child for child in parent.children if tree.calls[child].step == call.step]


def phase_of(step: Step) -> str:
    """Return the phase of a step in the words of `MARKS`."""
    return step.status if step.status in MARKS else "failed"


@dataclass(slots=True)
class _Sum:
    dollars: float | None = None
    phases: Counter[str] = field(default_factory=Counter)


class _Fold:
    """One pass over the tree; sums of every subtree are taken once, children before parents."""

    def __init__(self, tree: Tree, folds: Folds, now: float) -> None:
        self.tree, self.folds, self.now = tree, folds, now
        self.priced = tree.start is None or tree.start.language_model
        self.sums: dict[str, _Sum] = {}
        for call in reversed(tree.calls.values()):  # a call starts after its parent
            own = self.sums.setdefault(call.id, _Sum())
            for step in call.steps:
                own.dollars = _add(own.dollars, step.tokens.dollars)
            if call.parent in tree.calls and call.parent != call.id:
                above = self.sums.setdefault(call.parent, _Sum())
                above.dollars = _add(above.dollars, own.dollars)
                above.phases.update(own.phases)
                above.phases[call.phase] += 1

    def call(self, call: Call, depth: int) -> Iterator[Row]:
        has_rows = call.kind == "agent" and bool(call.steps or call.children)
        is_open = self.folds.is_open(call.id, depth == 0) if has_rows else None
        began = call.running if call.running is not None else call.started
        yield Row(
            key=call.id,
            kind="call",
            depth=depth,
            label=_line(call.label) or ("root" if call.id == "0" else call.id),
            detail=self._call_detail(call, bool(is_open)),
            phase=call.phase,
            is_open=is_open,
            seconds=None if call.phase == "queued" else (call.ended or self.now) - began,
            dollars=self._price(self.sums[call.id].dollars),
        )
        if not is_open:
            return
        finished = [step.ended is not None and phase_of(step) == "done" for step in call.steps]
        placed: set[str] = set()
        for entry in self._folded(finished, call.id):
            if isinstance(entry, int):
                step = call.steps[entry]
                placed.update(step.children)
                yield from self._step(call, step, depth + 1)
            else:
                folded = [call.steps[index] for index in entry]
                placed.update(child for step in folded for child in step.children)
                yield self._fold_row(call.id, depth + 1, count(len(folded), "earlier step"))
        loose = [self.tree.calls[child] for child in call.children if child not in placed]
        yield from self._calls(loose, call.id, depth + 1)

    def _step(self, call: Call, step: Step, depth: int) -> Iterator[Row]:
        key = step_key(call.id, step.number)
        is_open = self.folds.is_open(key, True) if step.children else None
        price = step.tokens.dollars
        for child in step.children:
            price = _add(price, self.sums[child].dollars)
        yield Row(
            key=key,
            kind="step",
            depth=depth,
            label=f"step {step.number}",
            detail=step_detail(step),
            phase=phase_of(step),
            is_open=is_open,
            seconds=(step.ended or self.now) - step.started,
            dollars=self._price(price),
        )
        if is_open:
            yield from self._calls([self.tree.calls[child] for child in step.children], key, depth + 1)

    def _calls(self, calls: Sequence[Call], parent: str, depth: int) -> Iterator[Row]:
        for entry in self._folded([call.phase == "done" for call in calls], parent):
            if isinstance(entry, int):
                yield from self.call(calls[entry], depth)
            else:
                yield self._fold_row(parent, depth, count(len(entry), "more call"))

    def _folded(self, finished: Sequence[bool], parent: str) -> Iterator[int | list[int]]:
        """Yield indexes of siblings in order, with those that fold as one list in the place of the first of them."""
        done = [index for index, is_done in enumerate(finished) if is_done]
        hidden: list[int] = []
        if len(done) > MOST_FINISHED and not self.folds.is_open(f"{parent}+", False):
            hidden = done[:-KEPT_FINISHED]
        out = set(hidden)
        for index in range(len(finished)):
            if index not in out:
                yield index
            elif index == hidden[0]:
                yield hidden

    def _fold_row(self, parent: str, depth: int, label: str) -> Row:
        return Row(f"{parent}+", "fold", depth, label, "", "done", False, None, None)

    def _price(self, dollars: float | None) -> float | None:
        return dollars if self.priced else None

    def _call_detail(self, call: Call, is_open: bool) -> str:
        if call.error:
            return _line(call.error)
        parts: list[str] = []
        phases = self.sums[call.id].phases
        if not is_open and phases:
            parts.append(f"({sum(phases.values())})")
            parts += [f"{MARKS[phase]}{phases[phase]}" for phase in ("failed", "running", "queued") if phases[phase]]
        if call.phase == "running" and call.steps and not is_open:
            step = call.steps[-1]
            parts.append((step.retry and _line(step.retry)) or f"step {step.number}")
        return " ".join(parts)


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
