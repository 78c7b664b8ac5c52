"""Generated runs: events as the engine writes them, for the tests of the screen. No clock: time is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rlm_tui.records.events import (
    Bounds,
    CallEnded,
    CallPrompted,
    CallStarted,
    CellEnded,
    Citation,
    Cited,
    Event,
    Noticed,
    Retrying,
    RunEnded,
    RunStarted,
    Status,
    StepStarted,
    Streamed,
    Tokens,
    ToolCalled,
    TurnEnded,
)
from rlm_tui.records.tree import Tree

BEGIN = 1_790_000_000.0
MODULES = ("auth", "sessions", "adapters", "cookies", "hooks", "models", "structures", "utils")
QUESTION = "Why can two threads that refresh the same session deadlock?"
HOSTILE = "\x1b]52;c;aGk=\x07[/][@click=app.quit]x[/] list[int] \u202egnp.exe 漢字 👩‍👩‍👧 e\u0301 \x9b31m"

ANSWER = """\
## Why a refresh can deadlock

`SessionStore.refresh` takes the store's lock and then calls back into `Session.rebuild`, which takes it **again**
(`src/shop/payment.py:21-27`). The lock is a plain `Lock`, not an `RLock`, so the second take never returns.

1. `refresh` locks, then asks every adapter for its tokens.
2. One adapter finds its token stale and calls `refresh` on the same store:
   - from the retry hook, or
   - from the expiry timer.
3. Nobody is left to release the lock.

```python
def refresh(self) -> None:
    with self._lock:          # first
        for adapter in self._adapters:
            adapter.renew()   # may call refresh() again
```

| caller | holds the lock | safe |
|---|---|---|
| `Session.send` | no | yes |
| retry hook | yes | **no** |
| expiry timer | sometimes | **no** |

> The timer's path was seen in the tests, not in the code under `src/`.

Making the lock re-entrant hides the symptom; calling the adapters *outside* the lock removes the cause.
"""

CELL = """\
hits = grep(r"\\b_lock\\b", scope="src/shop")
by_file = collections.Counter(hit.path for hit in hits)
for path, n in by_file.most_common(5):
    print(path, n)
print(peek("SessionStore.refresh"))
"""


@dataclass
class Script:
    """Writes events one after the other; `now` moves by what is told."""

    run_id: str = "20260921-101500-ab12"
    now: float = BEGIN
    events: list[Event] = field(default_factory=list)
    parents: dict[str, str] = field(default_factory=dict)
    model: str = "claude-sonnet-5-5"
    language_model: bool = True

    def _head(self, call: str) -> dict[str, object]:
        return {
            "seq": len(self.events),
            "run_id": self.run_id,
            "call_id": call,
            "parent_id": self.parents.get(call, ""),
            "ts": self.now,
        }

    def add(self, event: Event) -> None:
        self.events.append(event)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def start(self, question: str = QUESTION, asked: str = "") -> None:
        self.add(
            RunStarted.model_validate(
                self._head("")
                | {
                    "version": "0.1.0",
                    "question": question,
                    "mode": "ask",
                    "repository": "shop",
                    "root": "/src/shop",
                    "commit": "a1b2c3d",
                    "files": 214,
                    "scope": (),
                    "route": "rlm",
                    "why": "the question spans modules",
                    "model": self.model,
                    "sub_model": "claude-haiku-5-5" if self.language_model else self.model,
                    "language_model": self.language_model,
                    "sandbox": "sealed",
                    "bounds": Bounds(dollars=2.0),
                    "asked": asked,
                }
            )
        )

    def call(
        self, call: str, parent: str, label: str, step: int, kind: Literal["agent", "query"] = "agent", depth: int = 1
    ) -> None:
        self.parents[call] = parent
        told = {
            "call": kind,
            "label": label,
            "task": f"Find where {label} takes the lock.",
            "scope": (f"src/shop/{label}",),
        }
        self.add(
            CallStarted.model_validate(self._head(call) | told | {"model": self.model, "depth": depth, "step": step})
        )

    def prompt(self, call: str) -> None:
        system = "You answer questions about a repository by writing cells.\n" * 12
        message = "# Task\nFind where the lock is taken.\n\nrepo: shop@a1b2c3d · 214 files · python\nTurns left: 12"
        self.add(CallPrompted.model_validate(self._head(call) | {"system": system, "message": message}))

    def step(self, call: str, step: int) -> None:
        self.add(StepStarted.model_validate(self._head(call) | {"step": step}))

    def stream(
        self, call: str, step: int, text: str, channel: Literal["text", "thinking", "code"] = "text", pieces: int = 1
    ) -> None:
        size = max(1, -(-len(text) // pieces))
        for at in range(0, len(text), size):
            told = {"step": step, "channel": channel, "text": text[at : at + size]}
            self.add(Streamed.model_validate(self._head(call) | told))
            self.wait(0.04)

    def retry(self, call: str, step: int) -> None:
        told = {"step": step, "attempt": 1, "seconds": 4.0, "reason": "the endpoint is overloaded (529)"}
        self.add(Retrying.model_validate(self._head(call) | told))

    def turn(self, call: str, step: int, text: str = "", code: str = "", dollars: float = 0.004) -> None:
        tokens = Tokens(input=1_200, output=420, cache_read=9_000, dollars=dollars if self.language_model else None)
        told = {"step": step, "text": text, "thinking": "", "code": code, "stop": "end_turn", "tokens": tokens}
        self.add(TurnEnded.model_validate(self._head(call) | told))

    def tool(self, call: str, step: int, tool: str, arguments: str, result: str, error: str = "") -> None:
        told = {"step": step, "tool": tool, "arguments": arguments, "result": result, "seconds": 0.012, "error": error}
        self.add(ToolCalled.model_validate(self._head(call) | told))

    def cell(self, call: str, step: int, output: str, error: str = "") -> None:
        told = {"step": step, "output": output, "omitted": 0, "error": error, "variables": ("hits", "by_file")}
        status = {"status": "error" if error else "ok", "seconds": 0.02}
        self.add(CellEnded.model_validate(self._head(call) | told | status))

    def done(self, call: str, result: str, status: Status = "done", error: str = "") -> None:
        self.add(CallEnded.model_validate(self._head(call) | {"status": status, "result": result, "error": error}))

    def notice(self, text: str) -> None:
        self.add(Noticed.model_validate(self._head("") | {"level": "warning", "text": text}))

    def cite(self, *citations: Citation) -> None:
        self.add(Cited.model_validate(self._head("0") | {"citations": citations}))

    def end(self, answer: str, status: Status = "done", error: str = "", code: int = 0) -> None:
        self.add(
            RunEnded.model_validate(self._head("") | {"status": status, "answer": answer, "error": error, "code": code})
        )

    def agent(self, call: str, label: str, step: int, *, text: str = "", code: str = CELL) -> None:
        """A whole agent of two steps: a cell, then its answer."""
        self.call(call, "0", label, step)
        self.wait(0.2)
        self.prompt(call)
        self.step(call, 1)
        self.wait(1.1)
        self.stream(call, 1, code, "code", 3)
        self.turn(call, 1, "", code)
        self.tool(call, 1, "grep", f"'_lock', scope='src/shop/{label}'", "12 hits")
        self.tool(call, 1, "peek", "'SessionStore.refresh'", "src/shop/payment.py:21-27")
        self.cell(call, 1, f"src/shop/{label}/core.py 7\nsrc/shop/{label}/io.py 5")
        self.step(call, 2)
        self.wait(0.8)
        answer = text or f"`{label}` takes the lock once, and calls nothing while it holds it."
        self.stream(call, 2, answer, pieces=4)
        self.turn(call, 2, answer)
        self.done(call, answer)


def answering(script: Script | None = None) -> Script:
    """A run up to the moment when its answer streams: two steps, eight sub-agents and a query, one failed, one live."""
    script = script or Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    script.prompt("0")
    script.step("0", 1)
    script.wait(1.4)
    script.stream("0", 1, CELL, "code", 4)
    script.turn("0", 1, "", CELL, dollars=0.021)
    for tool in ("grep", "grep", "peek"):
        script.tool("0", 1, tool, "'_lock'", "41 hits")
    script.cell("0", 1, "src/shop/store.py 14\nsrc/shop/session.py 6")
    script.step("0", 2)
    script.wait(1.0)
    code = "results = rlm_query_batched([f'Where does {m} take the lock?' for m in repo.modules])\nprint(results)"
    script.stream("0", 2, code, "code", 2)
    script.turn("0", 2, "", code, dollars=0.018)
    for number, module in enumerate(MODULES, 1):
        if module == "cookies":
            script.call("4", "0", module, 2)
            script.prompt("4")
            script.step("4", 1)
            script.wait(2.0)
            script.turn("4", 1, "", "1/0", dollars=0.002)
            script.cell(
                "4", 1, "", "Traceback (most recent call last):\n  cell, line 1\nZeroDivisionError: division by zero"
            )
            script.done("4", "Error: gave up", "failed", "the model gave up after an error in its cell")
        elif module == "utils":
            script.call("8", "0", module, 2)
            script.prompt("8")
            script.step("8", 1)
            script.retry("8", 1)
        else:
            script.agent(str(number), module, 2)
    script.call("9", "0", "compare the two paths", 2, kind="query")
    script.prompt("9")
    script.step("9", 1)
    script.wait(0.7)
    script.turn("9", 1, "They differ in who holds the lock.", dollars=0.001)
    script.done("9", "They differ in who holds the lock.")
    return script


def finished(script: Script | None = None, answer: str = ANSWER) -> Script:
    """A whole run, with its answer and checked citations."""
    script = answering(script)
    script.turn("8", 1, "`utils` takes no lock.", dollars=0.001)
    script.done("8", "`utils` takes no lock.")
    script.tool("0", 2, "rlm_query_batched", "[8 tasks]", "8 results")
    script.cell("0", 2, "['`auth` takes the lock once ...']")
    script.step("0", 3)
    script.wait(1.2)
    script.stream("0", 3, answer, pieces=20)
    script.turn("0", 3, answer, dollars=0.034)
    script.done("0", answer)
    script.cite(
        Citation(
            path="src/shop/payment.py", start=21, end=27, ok=True, excerpt="def charge(self, cents: int) -> bool:"
        ),
        Citation(path="src/shop/orders.py", start=6, end=8, ok=True),
        Citation(path="src/shop/gone.py", start=3, end=3, ok=False, reason="no such file"),
    )
    script.end(answer)
    return script


class PlayedRun:
    """A run whose events a test plays, as many as it wants; the rest of what the screen asks of a run is real."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.id = events[0].run_id
        self.tree = Tree()
        self.cancelled: list[tuple[str, bool]] = []
        self._events = list(events)
        self._played = 0
        self._changed = asyncio.Event()

    def play(self, until: int | None = None) -> None:
        """Let events happen, up to the number `until`, or all of them."""
        stop = len(self._events) if until is None else until
        for event in self._events[self._played : stop]:
            self.tree.apply(event)
        self._played = max(self._played, stop)
        self._changed.set()

    async def events(self) -> AsyncIterator[Event]:
        at = 0
        while at < len(self._events):
            while at < self._played:
                yield self._events[at]
                at += 1
            self._changed.clear()
            if at < len(self._events) and at >= self._played:
                await self._changed.wait()

    def cancel(self, call_id: str = "0", *, hard: bool = False) -> None:
        self.cancelled.append((call_id, hard))
