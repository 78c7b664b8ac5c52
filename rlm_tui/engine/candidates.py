"""Several programs for one question: agents that work apart from each other, and the choice among their answers.

After SRLM (self-reflective program search for RLMs): answers that agree are more often right than ones that stand alone, and
among those, an agent's own stated confidence and the length of its work tell more than another model's judgement. What answers
agree on is seen from what they name: the files they cite and the names and numbers they write as code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rlm_tui.engine.agent import agent
from rlm_tui.engine.ledger import BudgetSpent
from rlm_tui.engine.node import Node
from rlm_tui.engine.past import KEPT
from rlm_tui.engine.recall import Order
from rlm_tui.engine.work import Outcome

SURE = (
    "\n\nSeveral of you work on this apart from each other, and one answer is chosen. End yours with a line of its own, "
    "`Confidence: N%`: how sure you are that it is right and complete."
)
"""Added to the task of each candidate."""

_AGREEING = 0.3
"""The part of what two answers name that is the same, from which on they agree."""
_CONFIDENCE = re.compile(
    r"\n*^[\s*_`#>-]*confidence[\s*_`]*:[\s*_`]*(\d{1,3})(?:\.\d+)?\s*%?[\s*_`.]*\Z", re.IGNORECASE | re.MULTILINE
)
_NAMED = re.compile(r"`([^`\n]{2,120})`|\b(\d+(?:\.\d+)?)\b")
_LINES = re.compile(r":\d+(?:-\d+)?$")
_UNSURE = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that may be chosen: what it names, how sure its agent said it is (percent), and the tokens that it wrote."""

    outcome: Outcome
    text: str
    named: frozenset[str]
    confidence: int
    written: int

    @classmethod
    def of(cls, outcome: Outcome, written: int) -> Candidate:
        """Read a candidate's answer; without a stated confidence it counts as half sure."""
        text = outcome.text.rstrip()
        stated = _CONFIDENCE.search(text)
        if stated:
            text = text[: stated.start()].rstrip()
        named = frozenset(_LINES.sub("", code or number).lower() for code, number in _NAMED.findall(text))
        return cls(outcome, text, named, min(100, int(stated.group(1))) if stated else _UNSURE, written)


def agreement(one: Candidate, other: Candidate) -> float:
    """Return the part of what two answers name that both name."""
    both = one.named | other.named
    return len(one.named & other.named) / len(both) if both else float(one.text == other.text)


def choose(candidates: Sequence[Candidate]) -> tuple[Candidate, int]:
    """Return the chosen one, and how many agree with each other, it among them. There must be at least one."""
    groups = [
        [other for other in candidates if agreement(one, other) >= _AGREEING or other is one] for one in candidates
    ]
    agreeing = max(groups, key=lambda group: (len(group), sum(one.confidence for one in group) / len(group)))
    return min(agreeing, key=lambda one: (-one.confidence, one.written)), len(agreeing)


async def candidates(node: Node, context: str, count: int) -> Outcome:
    """Answer the node's question by `count` agents at once, and choose among their answers."""
    started = [_started(node, context, number) for number in range(1, count + 1)]
    outcomes = [known or await child.result() for child, known in started]
    journal = node.work.journal
    found = [
        Candidate.of(outcome, journal.tree.spent(child.id).output)
        for (child, _), outcome in zip(started, outcomes, strict=True)
        if outcome.text
    ]
    node.looked = True
    whole = [one for one in found if one.outcome.status == "done"]
    if not found:
        return outcomes[0]
    chosen, agreeing = choose(whole or found)
    journal.notice(
        f"{agreeing} of {count} candidates agree; the chosen one was {chosen.confidence}% sure"
        if len(whole or found) > 1
        else f"one of {count} candidates came to an answer",
        call_id=node.id,
    )
    return replace(chosen.outcome, text=chosen.text)


def _started(node: Node, context: str, number: int) -> tuple[Node, Outcome | None]:
    """Start one candidate; or have its outcome at once, from the unfinished run that this one goes on with."""
    task = node.task + SURE
    child = Node(
        node.work,
        node,
        "agent",
        label=f"candidate {number}",
        task=task,
        repository=node.repository,
        model=node.model,
        depth=node.depth,
    )
    work = node.work
    if node.past is not None and work.past is not None:
        order = Order("agent", child.label, task, node.repository, node.model, context)
        child.past = work.past.take(node.past, 0, order, work.journal.clean)
        if child.past is not None and child.past.phase in KEPT:
            return child, child.repeat(child.past, work.past)
    try:
        child.start(lambda own: agent(own, context))
    except BudgetSpent as error:
        return child, Outcome("budget", "", f"not started: {error}")
    return child, None
