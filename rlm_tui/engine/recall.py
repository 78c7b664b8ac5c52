"""What a run remembers of earlier ones: which sub-calls have been answered already, from the same inputs.

A query depends on its prompt. A sub-agent depends on its task, on what was handed to it, on the files of its scope, and on what
its tools showed from beyond it (who calls this? where does that lead?): those are used again, and must show the same. Both depend
on the model and on our own code.
Only whole results of language models are kept: no failures, nothing cut short, nothing that a failed sub-call went into.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Literal

from rlm_tui.engine.looks import BRANCHING
from rlm_tui.engine.memo import Entry, Memo
from rlm_tui.engine.schema import Schema
from rlm_tui.models.protocol import Model
from rlm_tui.repl.tools import tools
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError

_DECIDE = ("rlm_tui.engine", "rlm_tui.repl", "rlm_tui.repository", "rlm_tui.indexers")
"""Packages whose code decides what a sub-call is told and shown."""
_MOST_LOOKS = 500
"""To use more tools again than these would take longer than it is worth."""


@dataclass(frozen=True, slots=True)
class Order:
    """A sub-call as a cell asked for it."""

    kind: Literal["agent", "query"]
    label: str
    task: str
    repository: Repository
    model: Model
    context: str = ""
    schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an order before it is carried out.

    Its key ("" where nothing is remembered), the state of its scope, the stamp of the whole repository, and the kept result, if
    there is one.
    """

    key: str = ""
    state: str = ""
    stamp: str = ""
    entry: Entry | None = None


class Recall:
    """The memo as one run uses it.

    The same order asked twice in a run is two results, as votes are: they are told apart by their number.
    """

    def __init__(
        self,
        memo: Memo | None,
        surroundings: Sequence[object],
        tell: Callable[[str], None],
        clean: Callable[[str], str],
    ) -> None:
        """Use `memo` (None: remember nothing). `surroundings` are what every sub-agent of the run depends on, as JSON.

        `clean` takes out of results what may not be kept; `tell` is called once, with a sentence for people, when they
        cannot be kept.
        """
        self._memo = memo
        self._surroundings = surroundings
        self._tell, self._clean = tell, clean
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    async def look_up(self, orders: Sequence[Order], depth: int) -> list[Known]:
        """Return what is known of each of the orders of a call at `depth`."""
        if self._memo is None or not any(order.model.is_language_model for order in orders):
            return [Known()] * len(orders)
        try:
            return await asyncio.to_thread(self._look_up, self._memo, orders, depth)
        except RepositoryError:  # the index is being rebuilt
            return [Known()] * len(orders)

    async def keep(self, order: Order, known: Known, entry: Entry) -> None:
        """Keep the result of an order.

        Not when its scope has changed meanwhile: nobody knows which state of it the result tells of.
        """
        if self._memo is None or not known.key or len(entry.looks) > _MOST_LOOKS:
            return
        try:
            cleaned = entry.model_copy(update={"text": self._clean(entry.text)})
            await asyncio.to_thread(_keep, self._memo, order, known, cleaned)
        except RepositoryError:  # the index is being rebuilt
            return
        except OSError as error:
            told, self._memo = self._memo is None, None
            if told:  # by another call, meanwhile
                return
            self._tell(f"results cannot be kept for later runs: {error}")

    def _look_up(self, memo: Memo, orders: Sequence[Order], depth: int) -> list[Known]:
        states: dict[tuple[str, ...], str] = {}
        agent = next((order for order in orders if order.kind == "agent"), None)
        stamp = agent.repository.stamp() if agent is not None else ""
        return [self._known(memo, order, depth, states, stamp) for order in orders]

    def _known(self, memo: Memo, order: Order, depth: int, states: dict[tuple[str, ...], str], stamp: str) -> Known:
        repository, scope, state = order.repository, order.repository.scope, ""
        if not order.model.is_language_model:
            return Known()
        parts: list[object] = [_program(), order.kind, order.model.name, order.task]
        if order.kind == "agent":
            if scope not in states:
                states[scope] = repository.fingerprint()
            state = states[scope]
            parts += [order.context, order.schema, repository.name, scope, state, depth, *self._surroundings]
        digest = sha256(json.dumps(parts).encode()).hexdigest()
        with self._lock:
            key = f"{digest}-{self._asked[digest]}"
            self._asked[digest] += 1
        entry = memo.find(key)
        if entry is not None and entry.stamp != stamp and not all(look.holds(repository) for look in entry.looks):
            entry = None
        return Known(key, state, stamp, entry)


def _keep(memo: Memo, order: Order, known: Known, entry: Entry) -> None:
    if order.kind == "query" or order.repository.fingerprint() == known.state:
        sure = entry.looks and not any(look.tool in BRANCHING for look in entry.looks)
        stamp = known.stamp if sure and order.repository.stamp() == known.stamp else ""
        memo.keep(entry.model_copy(update={"key": known.key, "stamp": stamp}))


@cache
def _program() -> str:
    """Return a digest of the code that results depend on, that of tools from elsewhere included."""
    paths = {Path(inspect.getfile(tool.run)) for tool in tools().values()}
    for package in _DECIDE:
        paths.update(path for folder in import_module(package).__path__ for path in Path(folder).glob("*.py"))
    return sha256(b"\0".join(path.read_bytes() for path in sorted(paths))).hexdigest()
