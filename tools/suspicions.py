"""Check a change without understanding it."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def suspicions(repository: Repository, base: str = "") -> list[dict[str, object]]:
    """Check a change: misfit calls, uses of what is gone, unchanged copies, leftovers, secrets; each for propose(**one).

    base is as for changes. Each is a dict of what propose takes: title, explanation, evidence, severity, confidence, rule, ...
    Nothing here understands the change: verify what you propose.
    """
    checks = repository.change_checks
    found = [*checks.broken_uses(base), *checks.suspicious_lines(base), *checks.twins(base)]
    return [one.fields() for one in found]
