"""What an answer comes to, told as data by the call that gives it."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.engine.node import Node
from rlm_tui.records.events import Found

_MOST, _LONGEST = 500, 500
"""Items of a list of what was found, and characters of each."""


class Reports:
    """The data that the cells of `node` tell of its answer."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def report_found(
        self,
        files: Sequence[str] = (),
        symbols: Sequence[str] = (),
        names: Sequence[str] = (),
        lines: Sequence[str] = (),
        path: Sequence[str] = (),
        groups: Sequence[Sequence[str]] = (),
    ) -> None:
        """Tell what the answer comes to as data, best first, for programs that read the run's report; the last time counts."""
        node = self._node
        if not node.answers:
            raise ValueError("only the call that answers the question itself tells what was found")
        node.work.journal.emit(
            Found(
                **node.work.journal.stamp(node.id, node.parent_id),
                files=_texts("files", files),
                symbols=_texts("symbols", symbols),
                names=_texts("names", names),
                lines=_texts("lines", lines),
                path=_texts("path", path),
                groups=tuple(_texts("a group", group) for group in _listed("groups", groups)),
            )
        )


def _texts(name: str, items: object) -> tuple[str, ...]:
    return tuple(str(item)[:_LONGEST] for item in _listed(name, items))


def _listed(name: str, items: object) -> list[object]:
    if not isinstance(items, list | tuple):
        raise TypeError(f"{name} is a list, not {type(items).__name__}")
    return list(items)[:_MOST]
