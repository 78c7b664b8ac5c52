"""Finds circles of imports that a change would make, or add to: files that would load each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

Links = Callable[[str], Collection[str]]
"""What a file imports as it is loaded: paths."""
_MOST = 2_000
"""So many files are followed."""


def new_circle(before: Links, after: Links, changed: Collection[str]) -> list[str]:
    """Return a circle of files, the first of them at both ends, with an import that only the change of `changed` brings.

    Files that load each other already are not spared: which names of one the other meets hangs on every import. [] for none.
    """
    for path in sorted(changed):
        for target in sorted(set(after(path)) - set(before(path))):
            if back := _way(after, target, path):
                return [path, *back]
    return []


def _way(links: Links, start: str, end: str) -> list[str]:
    """Return the shortest way from one file to another along what is imported, [] for none."""
    came: dict[str, str] = {start: ""}
    waiting = deque([start])
    while waiting and len(came) < _MOST:
        path = waiting.popleft()
        if path == end:
            way = [path]
            while came[way[-1]]:
                way.append(came[way[-1]])
            return way[::-1]
        for target in sorted(links(path)):
            if target not in came:
                came[target] = path
                waiting.append(target)
    return []
