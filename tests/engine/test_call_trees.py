"""Properties of any tree of calls: costs add up, no orphans, cancelling reaches all, bounds hold, resuming changes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from call_trees import CLOSING, QUESTION, AgentPlan, Play, trees
from engine_runs import Bench, bench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messages_server import Answer, Json

from rlm_tui.engine import run as engine_run
from rlm_tui.engine.ledger import Cost, Ledger, Reservation
from rlm_tui.engine.run import Question, Run
from rlm_tui.records.events import Bounds, CallEnded, CallStarted, Event, RunEnded, RunStarted
from rlm_tui.records.tree import Tree

ASKED = Question(QUESTION, route="rlm")
SHARES = st.floats(0, 1, exclude_max=True)


class Watched(Ledger):
    """A ledger that shows itself, and looks at its bounds whenever something changes."""

    latest: Ledger

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        type(self).latest = self

    def start_call(self, depth: int) -> None:
        super().start_call(depth)
        assert self.calls <= (self.bounds.calls or self.calls)

    def settle(self, reservation: Reservation, cost: Cost) -> None:
        assert cost.tokens <= reservation.tokens
        super().settle(reservation, cost)
        assert self.tokens <= (self.bounds.tokens or self.tokens)
        assert (self.dollars or 0) <= (self.bounds.dollars or self.dollars or 0)


class Stage:
    """One bench for all examples; each run plays a tree of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.bench: Bench
        self.play: Play

    def model(self, body: Json) -> Answer:
        return self.play(body)

    def does(self, work: Coroutine[Any, Any, None]) -> None:
        self.loop.run_until_complete(asyncio.wait_for(work, 30))

    def begin(self, tree: AgentPlan, bounds: Bounds | None = None, slots: int = 8) -> Run:
        self.play = Play(tree)
        self.bench.engine.bounds, self.bench.engine.slots = bounds or Bounds(depth=3), slots
        return self.bench.engine.ask(ASKED)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made, stack = Stage(), AsyncExitStack()
    folder = tmp_path_factory.mktemp("trees")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_run, "Ledger", Watched)
        made.bench = made.loop.run_until_complete(stack.enter_async_context(bench(folder, made.model)))
        yield made
        made.loop.run_until_complete(stack.aclose())
    made.loop.close()


def examples(number: int) -> settings:
    """Take so many examples, the same each time."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def whole(run: Run, recorded: Sequence[Event]) -> None:
    """Assert what is true of the record of any run that ended."""
    assert Tree.of(recorded) == run.tree
    assert [event.seq for event in recorded] == list(range(1, len(recorded) + 1))
    assert isinstance(recorded[0], RunStarted)
    assert isinstance(recorded[-1], RunEnded)
    living: dict[str, str] = {}
    ended: set[str] = set()
    for event in recorded:
        if isinstance(event, CallStarted):
            assert event.parent_id in living or not event.parent_id, "its parent lives"
            living[event.call_id] = event.parent_id
        elif isinstance(event, CallEnded):
            del living[event.call_id]
            assert event.call_id not in living.values(), "children end first"
            ended.add(event.call_id)
        elif event.kind not in ("cited", "found") and event.call_id:
            assert event.call_id in living, event
    assert not living
    assert ended == set(run.tree.calls)
    spent = run.tree.spent()
    assert (Watched.latest.tokens, Watched.latest.calls) == (spent.total, len(ended))
    assert Watched.latest.dollars == pytest.approx(spent.dollars)
    assert Watched.latest.pending.tokens == 0


def spent(run: Run) -> Counter[str]:
    tokens = run.tree.spent().model_dump()
    del tokens["dollars"]
    return Counter(tokens)


def phases(run: Run) -> dict[str, str]:
    return {call.task: call.phase for call in run.tree.calls.values()}


@examples(24)
@given(tree=trees(), slots=st.integers(1, 8))
def test_costs_add_up_and_nothing_is_orphaned(stage: Stage, tree: AgentPlan, slots: int) -> None:
    async def work() -> None:
        run = stage.begin(tree, slots=slots)
        end = await run.wait()
        assert (end.status, end.answer) == ("done", f"{QUESTION}: so it is")
        whole(run, list(stage.bench.runs.read(run.id)))
        assert phases(run) == stage.play.expected
        assert spent(run) == stage.play.sent

    stage.does(work())


@examples(60)
@given(
    tree=trees(),
    at=st.integers(1, 120),
    naps=st.integers(0, 20),
    which=SHARES,
    hard=st.booleans(),
    slots=st.integers(1, 8),
)
def test_cancelling_reaches_every_call_below_and_no_other(
    stage: Stage, tree: AgentPlan, at: int, naps: int, which: float, hard: bool, slots: int
) -> None:
    async def work() -> None:
        run = stage.begin(tree, slots=slots)
        before: dict[str, str] = {}
        target = ""
        async for event in run.events():
            if event.seq >= at and run.tree.calls:
                for _ in range(naps):  # between two events much happens
                    await asyncio.sleep(0)
                before = {call.id: call.phase for call in run.tree.calls.values()}
                target = list(before)[int(which * len(before))]
                run.cancel(target, hard=hard)
                break
        end = await run.wait()
        whole(run, list(stage.bench.runs.read(run.id)))
        if not target:
            return
        below = {call.id: call for call in run.tree.subtree(target)}
        assert set(below) <= set(before), "nothing starts below it"
        for call in run.tree.calls.values():
            was = before.get(call.id, "")
            if call.id not in below:
                if target != "0" and not hard:
                    assert call.phase == stage.play.expected[call.task]
            elif was not in ("queued", "running"):
                assert call.phase == was
            elif hard:
                assert call.phase == "cancelled"
            elif call.kind == "agent":
                assert call.phase in ("partial", "failed", "cancelled", "done")
        assert spent(run) <= stage.play.sent
        for call in run.tree.calls.values():
            assert all(step.tokens.input for step in call.steps if step.text or step.code), "what streamed is paid for"
        if before[target] in ("queued", "running") and target == "0":
            assert end.status in (("cancelled",) if hard else ("partial", "done"))
        elif target != "0":
            assert end.status == "done"

    stage.does(work())


@examples(30)
@given(
    tree=trees(),
    calls=st.none() | st.integers(1, 20),
    tokens=st.none() | st.integers(1_000, 120_000),
    dollars=st.none() | st.floats(0.001, 0.5),
)
def test_no_bound_is_exceeded(
    stage: Stage, tree: AgentPlan, calls: int | None, tokens: int | None, dollars: float | None
) -> None:
    async def work() -> None:
        run = stage.begin(tree, Bounds(calls=calls, tokens=tokens, dollars=dollars, depth=3))
        end = await run.wait()
        assert end.status in ("done", "budget")
        whole(run, list(stage.bench.runs.read(run.id)))
        total = run.tree.spent()
        assert spent(run) == stage.play.sent
        assert len(run.tree.calls) <= (calls or 1_000)
        assert total.total <= (tokens or total.total)
        assert (total.dollars or 0) <= (dollars or 1_000)
        if end.status == "done":
            assert phases(run) == stage.play.expected
        elif end.answer:
            assert end.answer == CLOSING or end.answer.startswith(("No answer was written", QUESTION))

    stage.does(work())


@examples(16)
@given(tree=trees(), cuts=st.lists(SHARES, min_size=1, max_size=3), slots=st.integers(1, 8))
def test_a_resumed_run_ends_like_the_whole_one(
    stage: Stage, tree: AgentPlan, cuts: Sequence[float], slots: int
) -> None:
    async def work() -> None:
        first = stage.begin(tree, slots=slots)
        end = await first.wait()
        lines = first.path.read_bytes().splitlines(keepends=True)
        for number, share in enumerate(cuts):
            broken = stage.bench.runs.path(f"{first.id[:-4]}{number:04x}")
            broken.write_bytes(b"".join(lines[: 1 + int(share * (len(lines) - 1))]))
            run = stage.bench.engine.resume(broken.stem)
            again = await run.wait()
            whole(run, list(stage.bench.runs.read(run.id)))
            assert (again.status, again.answer) == (end.status, end.answer)
            assert told(run) == told(first)
            assert spent(run) == spent(first)

    stage.does(work())


def told(run: Run) -> list[dict[str, object]]:
    """Return what the calls came to, whatever their numbers."""
    return sorted(
        (
            {
                "kind": c.kind,
                "task": c.task,
                "phase": c.phase,
                "result": c.result,
                "steps": len(c.steps),
                "depth": c.depth,
            }
            for c in run.tree.calls.values()
        ),
        key=str,
    )
