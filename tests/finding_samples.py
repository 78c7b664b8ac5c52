"""Findings and citations for tests."""

from __future__ import annotations

from typing import Any

from rlm_tui.records.events import Bounds, Event, Noticed, Proposed, Refuted, RunEnded, RunStarted
from rlm_tui.records.findings import Citation, Finding, finding_id
from rlm_tui.records.tree import Tree


def citation(path: str = "a.py", start: int = 3, end: int = 4, **more: Any) -> Citation:
    return Citation(path=path, start=start, end=end, ok=True, **{"excerpt": "x = 1\ny = 2", **more})


def finding(title: str = "The lock is never released", **more: Any) -> Finding:
    evidence = more.pop("evidence", (citation(),))
    given = {"severity": "medium", "confidence": "medium", "explanation": "because", **more}
    return Finding(id=finding_id(title, evidence[0]), title=title, evidence=evidence, **given)


def stamp(call_id: str = "1") -> dict[str, Any]:
    return {"seq": 1, "run_id": "r", "call_id": call_id, "parent_id": "0", "ts": 1.0}


PATCH = "--- a/a.py\n+++ b/a.py\n@@ -3 +3 @@\n-x = 1\n+x = 2"


def reviewed(**more: Any) -> Tree:
    return Tree.of(reviewed_events(**more))


def reviewed_events(**more: Any) -> list[Event]:
    def at() -> dict[str, Any]:
        return stamp("")

    events: list[Event] = [
        RunStarted(
            **at(), version="1", question="Review", mode="review", repository="shop", root="/r", commit="c0ffee", files=1,
            scope=(), route="repl", why="small", model="navigator", sub_model="navigator", language_model=False,
            sandbox="sealed", bounds=Bounds(), **more,
        ),
        Proposed(**stamp("0"), finding=finding("Lock held", severity="low", rule="a rule", evidence=(
            citation(path="dir with blank/a.py"), citation(path="a.py", commit="abc1234"),
        ))),
        Proposed(**stamp("0"), finding=finding("Wrong `sum`", severity="high", patch=PATCH, suggestion="Use [it].",
                 evidence=(citation(link="https://github.com/o/r/blob/c/a.py#L3-L4"),))),
        Proposed(**stamp("0"), finding=finding("Nonsense", evidence=(citation(start=30, end=30),))),
        Refuted(**stamp("0"), finding=finding("Nonsense", evidence=(citation(start=30, end=30),)).id, reason="not so"),
        Noticed(**at(), level="warning", text="too long"),
        RunEnded(**at(), status="done", answer="Not ready."),
    ]  # fmt: skip
    return events
