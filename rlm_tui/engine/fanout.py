"""Fan-outs: what a cell is about to start is told before it begins, and large ones wait for the user's yes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rlm_tui.engine.journal import Journal
from rlm_tui.engine.ledger import CHARACTERS, QUERY_OUTPUT, Ledger
from rlm_tui.models.protocol import Model, Usage

_SYSTEM = 400
"""Tokens of a query's system prompt, and what an endpoint adds, at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sub-calls that a cell is about to start. `tokens` and `dollars` (None: not known) are what they can take at most.

    No such bound is known for sub-agents: what they take is held by the bounds of the run.
    """

    what: str
    agents: int
    queries: int
    model: str
    tokens: int | None = None
    dollars: float | None = None

    def __str__(self) -> str:
        """The plan in one line."""
        counts = [_counted(self.agents, "sub-agent", "sub-agents"), _counted(self.queries, "query", "queries")]
        line = f"{self.what}: {' and '.join(filter(None, counts)) or 'no calls'} of {self.model}"
        if self.tokens is not None:
            line += f", at most {self.tokens:,} tokens"
        return line if self.dollars is None else f"{line}, ${self.dollars:.2f}"


Approve = Callable[[str, Plan], Awaitable[bool]]
"""Asks the user whether the call of this id may carry out a plan."""


class Declined(Exception):
    """The user said no to a plan; the message says so to the model."""


class FanOut:
    """Holds the fan-outs of one run to what the user allows."""

    def __init__(self, ledger: Ledger, journal: Journal, approve: Approve | None, above: int | None) -> None:
        """Ask `approve` about plans of more than `above` sub-calls; None of either: about none."""
        self._ledger, self._journal, self._approve, self._above = ledger, journal, approve, above
        self._allowed: dict[str, int] = {}

    def queries(self, what: str, calls: int, characters: int, model: Model) -> Plan:
        """Return the plan of so many queries, whose prompts have so many characters together."""
        read, written = characters // CHARACTERS + calls * _SYSTEM, calls * QUERY_OUTPUT
        dollars = model.price(Usage(read, written)) if model.is_language_model else None
        return Plan(what, 0, calls, model.name, read + written, dollars)

    async def announce(self, plan: Plan, call_id: str) -> str:
        """Tell of a plan that is known in full, and have it allowed; return its line.

        Raises `ValueError` when the run has not so many calls left, `Declined` when the user says no.
        """
        left = self._ledger.calls_left
        if left is not None and plan.queries > left:
            raise ValueError(f"{plan}: only {left:,} calls of the run are left; take fewer or fatter items")
        self._journal.notice(str(plan), call_id=call_id)
        await self._ask(plan, call_id)
        self._allowed[call_id] = self._allowed.get(call_id, 0) + plan.queries
        over = self._ledger.room_for(plan.tokens or 0, plan.dollars)
        return f"{plan}. If all of them were as long as they may be, {over}" if over else str(plan)

    async def allow(self, plan: Plan, call_id: str) -> None:
        """Have a plan allowed unless it is part of one that was. Raises `Declined`."""
        allowed = self._allowed.get(call_id, 0)
        if plan.queries and plan.queries <= allowed:
            self._allowed[call_id] = allowed - plan.queries
            return
        await self._ask(plan, call_id)

    async def _ask(self, plan: Plan, call_id: str) -> None:
        if self._approve is None or self._above is None or plan.agents + plan.queries <= self._above:
            return
        began = time.monotonic()
        yes = await self._approve(call_id, plan)
        self._ledger.pause(time.monotonic() - began)
        if not yes:
            raise Declined(f"the user declined {plan}: go on without it, or with less")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""
