"""Rank functions by length or complexity."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Remark


@tool()
def longest(repository: Repository, k: int = 10, scope: str = "", by: str = "lines") -> list[Remark]:
    """Rank functions by lines, or by="complexity" (cyclomatic, McCabe).

    Returns remarks: .symbol .value .text; tests are left out.
    """
    if by not in ("lines", "complexity"):
        raise ValueError(f'by={by!r} is none of "lines" and "complexity"')
    rank = repository.analyses.longest if by == "lines" else repository.analyses.most_complex
    return rank(scope, max(1, min(k, 200)))
