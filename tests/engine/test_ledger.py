from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_tui.engine.ledger import BudgetSpent, Cost, Ledger, Slots
from rlm_tui.records.events import Bounds


def cents(read: int, written: int) -> float:
    return (read + 5 * written) / 100_000


def free(read: int, written: int) -> None:
    return None


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@settings(max_examples=150, deadline=None)
@given(
    bound=st.integers(2_000, 60_000),
    held=st.integers(0, 2_000),
    wanted=st.lists(
        st.tuples(st.integers(1, 4_000), st.integers(1, 8_192), st.floats(0, 1), st.integers(0, 4)),
        min_size=1,
        max_size=40,
    ),
)
def test_parallel_completions_never_overrun_a_bound(
    bound: int, held: int, wanted: Sequence[tuple[int, int, float, int]]
) -> None:
    async def scenario() -> None:
        ledger = Ledger(Bounds(tokens=bound, dollars=bound / 50_000))
        ledger.hold(held, 0, cents)
        granted = refused = 0

        async def completion(read: int, output: int, part: float, naps: int) -> None:
            nonlocal granted, refused
            try:
                reservation = await ledger.reserve(read, output, cents)
            except BudgetSpent:
                refused += 1
                return
            granted += 1
            assert reservation.output <= output
            for _ in range(naps):
                await asyncio.sleep(0)
            written = int(reservation.output * part)
            ledger.settle(reservation, Cost(read + written, cents(read, written)))
            assert ledger.tokens + held <= bound
            assert (ledger.dollars or 0) + held / 200_000 <= bound / 50_000 + 1e-9

        await asyncio.wait_for(asyncio.gather(*(completion(*one) for one in wanted)), 10)
        assert granted + refused == len(wanted)
        assert ledger.pending.tokens == 0
        assert ledger.pending.dollars == pytest.approx(0.0, abs=1e-9)
        assert bool(ledger.spent_reason) == bool(refused)

    asyncio.run(scenario())


async def test_a_completion_waits_for_others_to_turn_out_cheap() -> None:
    ledger = Ledger(Bounds(tokens=10_000))
    first = await ledger.reserve(1_000, 8_000, free)
    second = asyncio.create_task(ledger.reserve(1_000, 4_000, free))
    await asyncio.sleep(0)
    assert not second.done()
    ledger.settle(first, Cost(2_000))
    assert (await second).output == 4_000


async def test_the_last_tokens_are_used_by_shorter_completions() -> None:
    ledger = Ledger(Bounds(tokens=3_000))
    reservation = await ledger.reserve(1_000, 8_192, free)
    assert reservation.output == 1_024
    ledger.settle(reservation, Cost(1_500))
    with pytest.raises(BudgetSpent, match="3,000 tokens"):
        await ledger.reserve(1_000, 8_192, free)


async def test_what_is_held_back_is_for_the_closing_answer_only() -> None:
    ledger = Ledger(Bounds(tokens=5_000))
    ledger.hold(1_000, 2_000, free)
    with pytest.raises(BudgetSpent):
        await ledger.reserve(2_000, 600, free)
    assert (await ledger.reserve(2_000, 2_048, free, closing=True)).output == 2_048


async def test_calls_and_depth_are_counted_before_they_start() -> None:
    ledger = Ledger(Bounds(calls=2, depth=1))
    ledger.start_call(0)
    with pytest.raises(BudgetSpent, match="depth 2"):
        ledger.start_call(2)
    assert not ledger.spent_reason, "a refused depth is no spent budget"
    ledger.start_call(1)
    with pytest.raises(BudgetSpent, match="2 calls"):
        ledger.start_call(1)
    assert ledger.calls == 2
    assert ledger.spent_reason


async def test_time_leaves_room_for_the_closing_answer() -> None:
    clock = Clock()
    ledger = Ledger(Bounds(seconds=100), clock=clock)
    clock.now += 89
    ledger.settle(await ledger.reserve(1, 1, free), Cost())
    clock.now += 2
    with pytest.raises(BudgetSpent, match="100 s"):
        await ledger.reserve(1, 1, free)
    await ledger.reserve(1, 1, free, closing=True)


async def test_people_are_told_once_at_eighty_percent() -> None:
    told: list[str] = []
    ledger = Ledger(Bounds(tokens=100_000, calls=100), told.append)
    ledger.start_call(0)
    for used in (70_000, 10_000, 5_000):
        ledger.settle(await ledger.reserve(used, 512, free), Cost(used))
    assert told == ["80% of the run's tokens are used"]
    assert ledger.used == (0.85, "tokens")


async def test_a_reservation_is_settled_once() -> None:
    ledger = Ledger(Bounds())
    reservation = await ledger.reserve(10, 10, cents)
    ledger.settle(reservation, Cost(5, 0.5))
    with pytest.raises(ValueError, match="once"):
        ledger.settle(reservation, Cost(5, 0.5))
    assert (ledger.tokens, ledger.dollars) == (5, 0.5)


async def test_one_slot_is_enough_for_agents_within_agents() -> None:
    slots = Slots(1)

    async def agent(depth: int) -> int:
        async with slots.agents(depth):
            async with slots.turns:
                await asyncio.sleep(0)
            below = sum(await asyncio.gather(*(agent(depth + 1) for _ in range(2)))) if depth < 3 else 0
            async with slots.turns:
                return below + 1

    assert await asyncio.wait_for(agent(1), 5) == 7
