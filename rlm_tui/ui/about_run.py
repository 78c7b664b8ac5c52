"""What people should know about a run beside its answer: what it looked at and what not, what changed, what was said."""

from __future__ import annotations

from textual.content import Content

from rlm_tui.records.events import Covered
from rlm_tui.records.tree import Tree
from rlm_tui.ui.blocks import MUTED, Block, Flow, Gap, Listing, Rule, plain
from rlm_tui.ui.figures import count

_NAMED = 8
_INDENT = Content("  ")


def about_run(tree: Tree) -> list[Block]:
    """Return what stands under an answer; nothing for a run of which nothing is to be told."""
    found: list[Block] = []
    if tree.coverage is not None:
        found += _looked_at(tree.coverage)
    start, end = tree.start, tree.end
    if end is not None and end.changed:
        found.append(_line(f"changed since they were read: {_some(end.changed)}", "$text-warning"))
    if start is not None and start.candidates > 1:
        found.append(_line(f"{start.candidates} candidates were asked"))
    if start is not None and start.resumes:
        found.append(_line(f"goes on with run {start.resumes}"))
    for notice in dict.fromkeys((notice.level, notice.text) for notice in tree.notices):
        found.append(_line(notice[1], "$text-warning" if notice[0] == "warning" else MUTED))
    return [Gap(), Rule("about this run"), *found] if found else []


def _looked_at(coverage: Covered) -> list[Block]:
    read = [module for module in coverage.modules if module.read]
    rest = [module.path or "." for module in coverage.modules if not module.read]
    every = len(coverage.modules) + coverage.more
    if every < 2:
        return []
    found: list[Block] = [_line(f"looked at {len(read):,} of {count(every, 'module')}")]
    if read:
        width = max(len(f"{one.read:,}/{one.files:,}") for one in read[:_NAMED])
        told = [(f"{one.read:,}/{one.files:,}".rjust(width), one.path or ".") for one in read[:_NAMED]]
        found.append(Listing([(plain(f"  {figure}", MUTED), plain(path, MUTED)) for figure, path in told]))
        if (left := len(read) - _NAMED) > 0:
            found.append(_line(f"and {left:,} more", rest=True))
    if rest:
        found.append(_line(f"not at {_some(rest, coverage.more)}", rest=True))
    return found


def _some(names: list[str] | tuple[str, ...], more: int = 0) -> str:
    left = len(names) - _NAMED + more if len(names) > _NAMED else more
    return " · ".join(names[:_NAMED]) + (f" and {left:,} more" if left else "")


def _line(text: str, style: str = MUTED, *, rest: bool = False) -> Block:
    return Flow(plain(" ".join(text.split()), style), _INDENT if rest else Content(), _INDENT)
