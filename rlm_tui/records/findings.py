"""Findings: what review, refactor and debug propose, as structured results with checked evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

Severity: TypeAlias = Literal["high", "medium", "low", "info"]
Confidence: TypeAlias = Literal["high", "medium", "low"]

SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")
"""From the gravest on."""
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")
_ALIKE = 0.5
"""Titles that share so much of their words, about the same lines, say the same."""
_WORD = re.compile(r"\w{4,}")


class Citation(BaseModel):
    """A `path:start-end` that is cited, re-read by the host. `reason` says what is wrong when `ok` is false.

    `commit` is "" for lines of the working tree; lines of another version are cited as `path@commit:start-end`, where the
    commit may also be `staged`. `link` is where the lines are shown on the web, "" where they are not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    path: str
    start: int
    end: int
    ok: bool
    reason: str = ""
    excerpt: str = ""
    commit: str = ""
    link: str = ""

    @property
    def span(self) -> str:
        """As it is written."""
        where = f"{self.path}@{self.commit}" if self.commit else self.path
        return f"{where}:{self.start}" + (f"-{self.end}" if self.end != self.start else "")


class Finding(BaseModel):
    """A structured result. The first of its `evidence` is where it is shown; all of it was checked when it was proposed.

    `id` stays the same while the title and the text of the first evidence do, wherever the lines move. `rule` is a short name
    for what kind of finding it is ("unadapted-caller"), "" for none of a kind; `patch` a unified diff that was checked, or "".
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    explanation: str
    evidence: tuple[Citation, ...]
    suggestion: str = ""
    patch: str = ""
    rule: str = ""
    mode: str = ""

    @property
    def rank(self) -> tuple[int, int, str, int, str]:
        """What findings are sorted by: severity, confidence, place."""
        first = self.evidence[0] if self.evidence else Citation(path="", start=0, end=0, ok=False)
        order = (SEVERITIES.index(self.severity), CONFIDENCES.index(self.confidence))
        return (*order, first.path, first.start, self.title)


def finding_id(title: str, evidence: Citation) -> str:
    """Return the stable id of a finding: of its title, and of what stands where it is shown."""
    text = "\n".join(line.strip() for line in evidence.excerpt.splitlines())
    return sha256("\0".join((title.strip().lower(), evidence.path, text)).encode("utf-8", "replace")).hexdigest()[:12]


def duplicate(finding: Finding, others: Iterable[Finding]) -> Finding | None:
    """Return that of the `others` which says the same: with the same id, or about the same lines in much the same words."""
    words = _words(finding.title)
    for other in others:
        if other.id == finding.id:
            return other
        shared = words & _words(other.title)
        alike = len(shared) >= _ALIKE * min(len(words), len(_words(other.title))) > 0
        if alike and finding.rule == other.rule and _overlap(finding.evidence[0], other.evidence[0]):
            return other
    return None


def merged(old: Finding, new: Finding) -> Finding:
    """Return one finding for two that say the same: the graver and surer word of each, and the evidence of both."""
    seen = {citation.span for citation in old.evidence}
    return old.model_copy(
        update={
            "severity": min(old.severity, new.severity, key=SEVERITIES.index),
            "confidence": min(old.confidence, new.confidence, key=CONFIDENCES.index),
            "explanation": max(old.explanation, new.explanation, key=len),
            "evidence": (*old.evidence, *(citation for citation in new.evidence if citation.span not in seen)),
            "suggestion": old.suggestion or new.suggestion,
            "patch": old.patch or new.patch,
        }
    )


def _words(title: str) -> set[str]:
    return set(_WORD.findall(title.lower()))


def _overlap(one: Citation, other: Citation) -> bool:
    same = (one.path, one.commit) == (other.path, other.commit)
    return same and one.start <= other.end and other.start <= one.end
