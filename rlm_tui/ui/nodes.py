"""How the nodes of a run's tree are named and reached from each other: pure, no Textual.

A key names a node: `call`, or `call/step`.
"""

from __future__ import annotations

from collections.abc import Iterator

from rlm_tui.records.evidence import used_from
from rlm_tui.records.tree import Call, Step, Tree

FAILURES = ("failed", "partial", "budget")
"""The phases of what did not come to its own end; what the user cancelled is no failure."""


def step_key(call_id: str, step: int) -> str:
    """Return the key of a step."""
    return f"{call_id}/{step}"


def node(tree: Tree, key: str) -> tuple[Call, Step | None] | None:
    """Return the call, and the step, that a key names; None when there is no such node (yet)."""
    call_id, _, number = key.rstrip("+").partition("/")
    call = tree.calls.get(call_id)
    if call is None:
        return None
    if not number:
        return call, None
    step = next((step for step in call.steps if str(step.number) == number), None)
    return None if step is None else (call, step)


def parent_key(tree: Tree, key: str) -> str | None:
    """Return the key of what a node belongs to: a step's call, a call's step in its parent; None for the root."""
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


def uses(tree: Tree, key: str) -> list[int]:
    """Return the numbers of the citations that the node found."""
    call_id, _, number = key.rstrip("+").partition("/")
    return used_from(tree, call_id, int(number) if number else None)


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


def below(tree: Tree, key: str) -> list[str]:
    """Return the keys of what stands directly below a node: a call's steps, a step's calls."""
    found = node(tree, key)
    if found is None:
        return []
    call, step = found
    if step is not None:
        return list(step.children)
    placed = {child for each in call.steps for child in each.children}
    loose = [child for child in call.children if child not in placed]
    return [*(step_key(call.id, each.number) for each in call.steps), *loose]


def in_order(tree: Tree) -> Iterator[str]:
    """Yield the keys of all nodes, top to bottom as they stand in the tree."""
    stack = ["0"] if tree.root is not None else []
    while stack:
        key = stack.pop()
        yield key
        stack += reversed(below(tree, key))


def phase(tree: Tree, key: str) -> str:
    """Return the phase of a node, "" when there is none."""
    found = node(tree, key)
    if found is None:
        return ""
    call, step = found
    return call.phase if step is None else step.status


def next_failure(tree: Tree, key: str) -> str | None:
    """Return the first node after `key` that failed, from the top again after the last; None when nothing did."""
    keys = list(in_order(tree))
    start = keys.index(key) + 1 if key in keys else 0
    return next((each for each in keys[start:] + keys[:start] if phase(tree, each) in FAILURES), None)
