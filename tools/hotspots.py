"""Rank files by how likely a change meets and hurts them."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.analyses.hot_spots import hot_spots
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Remark


@tool(hidden=True)
def hotspots(repository: Repository, k: int = 10) -> list[Remark]:
    """Rank files by centrality x churn x complexity; each is shown as its longest function."""
    return hot_spots(repository, max(1, min(k, 100)))
