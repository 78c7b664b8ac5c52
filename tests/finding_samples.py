"""Findings and citations for tests."""

from __future__ import annotations

from typing import Any

from rlm_tui.records.findings import Citation, Finding, finding_id


def citation(path: str = "a.py", start: int = 3, end: int = 4, **more: Any) -> Citation:
    return Citation(path=path, start=start, end=end, ok=True, **{"excerpt": "x = 1\ny = 2", **more})


def finding(title: str = "The lock is never released", **more: Any) -> Finding:
    evidence = more.pop("evidence", (citation(),))
    given = {"severity": "medium", "confidence": "medium", "explanation": "because", **more}
    return Finding(id=finding_id(title, evidence[0]), title=title, evidence=evidence, **given)


def stamp(call_id: str = "1") -> dict[str, Any]:
    return {"seq": 1, "run_id": "r", "call_id": call_id, "parent_id": "0", "ts": 1.0}
