"""The mode that changes code without changing what it does: a plan first, then checked patches; people apply them."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.engine.mode import Mode, Prepared
from rlm_tui.repository.repository import Repository


def prepare(_repository: Repository, words: Sequence[str], context: str) -> Prepared:
    """Take the words as they were typed. Raises `ValueError` without any."""
    text = " ".join(words).strip()
    if not text:
        raise ValueError(
            'say what to change: "rename Session.send to transmit", "move helper to src/other.py", "remove dead code in src/"'
        )
    return Prepared(text, context)


REFACTOR = Mode(
    name="refactor",
    title="Change code by checked patches: rename, move, remove dead code, or what you describe",
    prompt=(
        "Change code by patches; people apply them. Plan: what changes where, what could break, which tests tell. "
        "`rename_patch`, `move_patch`, `removal_patch` do it all; else `edit_patch`, for many files one sub-agent a module, with "
        "it. `propose(..., patch=...)` each; mend what it or `merged_patch()` refuses. Keep behaviour."
    ),
    answer="Short markdown: the plan, what could break, the tests, what is left out; no patches.",
    below="Do what your task says: `edit_patch`, then `propose(..., patch=...)`. Tell what you could not change.",
    proposes=True,
    patches=True,
    tools=("rename_patch", "move_patch", "removal_patch", "edit_patch"),
    prepare=prepare,
    usage="WHAT",
)
