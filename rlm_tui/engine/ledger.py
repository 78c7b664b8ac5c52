"""The ledger of a run: what it has reserved, what it has spent, and what it may not exceed.

A completion reserves its worst case before it starts and settles what it really cost, so that many at once cannot overrun a
bound together: one that would fit only if the others turn out cheap waits for them. Part of every bound is held back for the
completion that writes the closing answer. Cells have no way in here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from rlm_tui.records.events import Bounds

WARN_AT = 0.8
"""The part of a bound at which the model and the user are told."""

WIDTH = 256
"""The most sub-calls that one cell may start in one batch."""

TURN_OUTPUT = 8_192
"""The most tokens of an agent's turn."""
QUERY_OUTPUT = 4_096
"""The most tokens of a query's answer."""
CLOSING_OUTPUT = 2_048
"""The most tokens of a closing answer."""

CHARACTERS = 3
"""Characters a token, at least, in code and prose: what a reservation counts with. Estimates for people use 4."""

_LEAST_OUTPUT = 512
_CLOSING_PART = 0.1
_CLOSING_SECONDS = 20.0

Price = Callable[[int, int], float | None]
"""Dollars of (input tokens, output tokens) at the model's price; None when it is not known."""


class BudgetSpent(Exception):
    """A bound of the run leaves no room for what was asked; the message names the bound."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens and their price in dollars (None: not known)."""

    tokens: int = 0
    dollars: float | None = None


@dataclass(slots=True)
class Reservation:
    """What a completion has reserved. `output` is how many tokens it may write."""

    tokens: int
    dollars: float
    output: int
    settled: bool = False


class Ledger:
    """The budget of one run. Lives on the run's event loop; not for threads."""

    def __init__(
        self, bounds: Bounds, tell: Callable[[str], None] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`tell` is called once, with a sentence for people, when a bound is used to `WARN_AT`."""
        self.bounds = bounds
        self.calls = 0
        self.tokens = 0
        self.dollars: float | None = None
        self.spent_reason = ""
        """The bound that refused something, in words; "" while none has."""
        self._tell = tell
        self._clock = clock
        self._start = clock()
        self._pending_tokens = 0
        self._pending_dollars = 0.0
        self._held = Reservation(0, 0.0, 0)
        self._changed = asyncio.Event()

    @property
    def seconds(self) -> float:
        """Wall time since the run started."""
        return self._clock() - self._start

    @property
    def pending(self) -> Cost:
        """What is reserved and not settled yet."""
        return Cost(self._pending_tokens, self._pending_dollars)

    @property
    def calls_left(self) -> int | None:
        """How many more calls may start; None without a bound."""
        return None if self.bounds.calls is None else max(0, self.bounds.calls - self.calls)

    def room_for(self, tokens: int, dollars: float | None) -> str:
        """Say which bound so much more would exceed; "" for none."""
        return self._over(Reservation(tokens, dollars or 0.0, 0), False) or ""

    def pause(self, seconds: float) -> None:
        """Take time off the run's clock: the user was asked something."""
        self._start += seconds

    @property
    def working_seconds(self) -> float | None:
        """How much of the wall-time bound is for work; the rest is for the closing answer. None without a bound."""
        bound = self.bounds.seconds
        return None if bound is None else bound - min(_CLOSING_SECONDS, bound * _CLOSING_PART)

    @property
    def used(self) -> tuple[float, str]:
        """The largest used part of any bound (1.0 = all of it) and that bound's name; (0, "") without bounds."""
        bounds = self.bounds
        parts = [
            (self.calls, bounds.calls, "calls"),
            (self.tokens, bounds.tokens, "tokens"),
            (self.dollars or 0.0, bounds.dollars, "dollars"),
            (self.seconds, bounds.seconds, "seconds"),
        ]
        return max(
            ((spent / bound if bound else 1.0, name) for spent, bound, name in parts if bound is not None),
            default=(0.0, ""),
        )

    def start_call(self, depth: int) -> None:
        """Count a call at `depth` (the root is 0). Raises `BudgetSpent` when there may be no more, or not so deep."""
        if depth > self.bounds.depth:
            raise BudgetSpent(
                f"sub-agents at depth {depth} are not allowed (at most {self.bounds.depth}): use llm_query"
            )
        if self.bounds.calls is not None and self.calls >= self.bounds.calls:
            raise self._spent(f"all {self.bounds.calls} calls of the run are used")
        self._check_time()
        self.calls += 1
        self.warn()

    def warn(self) -> None:
        """Tell people, once, that a bound is nearly used up, if one is."""
        part, name = self.used
        if part >= WARN_AT and self._tell is not None:
            tell, self._tell = self._tell, None
            tell(f"{part:.0%} of the run's {name} are used")

    def expire(self) -> str:
        """Take the run's time as used up, and return that in words."""
        return str(self._spent(f"the time of {self.bounds.seconds or 0:.0f} s is used up"))

    def book(self, cost: Cost, calls: int = 0) -> None:
        """Count what was spent before this sitting: tokens, dollars, calls. A bound that it exceeds refuses what comes next."""
        self.calls += calls
        self._spend(cost)

    def hold(self, input_tokens: int, output: int, price: Price) -> None:
        """Hold back what a closing answer takes that reads and writes so much; replaces what was held before."""
        self._held = self._worst(input_tokens, output, price)

    async def reserve(self, input_tokens: int, output: int, price: Price, *, closing: bool = False) -> Reservation:
        """Reserve a completion that reads `input_tokens` and writes up to `output`, or less where that is all that is left.

        Waits while only the reservations of others stand in the way. `closing` may use what is held back, and time that is
        over. Raises `BudgetSpent` when not even a short completion fits.
        """
        while True:
            if not closing:
                self._check_time()
            granted = self._most_output(input_tokens, output, price, closing)
            cost = self._worst(input_tokens, granted, price)
            if self._over(cost, closing, self._pending_tokens, self._pending_dollars) is None:
                self._pending_tokens += cost.tokens
                self._pending_dollars += cost.dollars
                return cost
            await self._changed.wait()

    def settle(self, reservation: Reservation, cost: Cost) -> None:
        """Replace a reservation by what the completion really cost (nothing, if it never ran). Once only."""
        if reservation.settled:
            raise ValueError("a reservation is settled once")
        reservation.settled = True
        self._pending_tokens -= reservation.tokens
        self._pending_dollars -= reservation.dollars
        self._spend(cost)
        self._changed.set()
        self._changed = asyncio.Event()
        self.warn()

    def _spend(self, cost: Cost) -> None:
        self.tokens += cost.tokens
        if cost.dollars is not None:
            self.dollars = (self.dollars or 0.0) + cost.dollars

    def _most_output(self, input_tokens: int, output: int, price: Price, closing: bool) -> int:
        """Return the most output, up to `output`, that fits when nothing else is pending; halves until it does."""
        while True:
            over = self._over(self._worst(input_tokens, output, price), closing)
            if over is None:
                return output
            if output <= _LEAST_OUTPUT:
                raise self._spent(over)
            output = max(_LEAST_OUTPUT, output // 2)

    def _worst(self, input_tokens: int, output: int, price: Price) -> Reservation:
        dollars = None if self.bounds.dollars is None else price(input_tokens, output)
        return Reservation(input_tokens + output, dollars or 0.0, output)

    def _over(self, cost: Reservation, closing: bool, tokens: int = 0, dollars: float = 0.0) -> str | None:
        """Say which bound `cost` would exceed, on top of what is spent and of pending `tokens` and `dollars`; None for none."""
        held = Reservation(0, 0.0, 0) if closing else self._held
        bounds = self.bounds
        if bounds.tokens is not None and self.tokens + tokens + cost.tokens + held.tokens > bounds.tokens:
            return f"the budget of {bounds.tokens:,} tokens is used up"
        all_dollars = (self.dollars or 0.0) + dollars + cost.dollars + held.dollars
        if bounds.dollars is not None and all_dollars > bounds.dollars:
            return f"the budget of ${bounds.dollars:.2f} is used up"
        return None

    def _check_time(self) -> None:
        if (limit := self.working_seconds) is not None and self.seconds >= limit:
            raise BudgetSpent(self.expire())

    def _spent(self, reason: str) -> BudgetSpent:
        self.spent_reason = self.spent_reason or reason
        return BudgetSpent(reason)


class Slots:
    """How much runs at once. Split so that nothing that holds a slot ever waits for one of the same kind.

    A sub-agent holds a slot of its depth for as long as it lives (it owns a process); any call holds a turn slot only while a
    model writes. One semaphore for both would deadlock: parents would hold what their children wait for.
    """

    def __init__(self, slots: int) -> None:
        self.turns = asyncio.Semaphore(slots)
        self._slots = slots
        self._agents: dict[int, asyncio.Semaphore] = {}

    def agents(self, depth: int) -> asyncio.Semaphore:
        """Return the slots of sub-agents at `depth`."""
        return self._agents.setdefault(depth, asyncio.Semaphore(self._slots))
