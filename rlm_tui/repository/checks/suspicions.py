"""What a check says of a change: a finding in the making, with the evidence for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that a check found; the words are those of a finding, and `evidence` are citations, the decisive first."""

    rule: str
    title: str
    severity: str
    confidence: str
    explanation: str
    evidence: tuple[str, ...]
    suggestion: str = ""

    def fields(self) -> dict[str, object]:
        """Return it as what `propose` takes by name."""
        return asdict(self)


def listed(names: list[str], most: int = 5) -> str:
    """Return "a, b and 3 more"."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
