"""What a run has read, to tell when a file is no longer what it was: nothing of two states is to be mixed unsaid."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from rlm_tui.engine.citations import mentions
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Slice

_MOST_LINES = 200_000
"""So many lines are remembered as they were read; of others, only that their file has changed is known."""
_NAMED = 5


class Seen:
    """The state in which the run first read each file, and the lines that it read. Thread-safe."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._states: dict[str, tuple[int, int]] = {}
        self._shown: set[str] = set()
        self._lines: dict[tuple[str, int], int] = {}
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def note(self, paths: Iterable[str], *, shown: bool = True) -> None:
        """Remember files that were read just now; `shown`: whether that is a look at them, and no mere handing on."""
        for path in paths:
            if shown:
                self._shown.add(path)
            if path not in self._states and (state := self._repository.state(path)) is not None:
                with self._lock:
                    self._states.setdefault(path, state)

    def keep(self, result: object) -> None:
        """Remember the lines that a result shows, as they are: the later state where they are read twice."""
        for piece in result if isinstance(result, list | tuple) else [result]:
            if isinstance(piece, Slice) and len(self._lines) < _MOST_LINES:
                digests = [hash(line) for line in piece.text.split("\n")]
                with self._lock:
                    self._lines.update(((piece.path, number), one) for number, one in enumerate(digests, piece.start))

    def told(self, text: str) -> None:
        """Remember the files whose lines a text cites that goes to a model: a change is looked at where it is shown."""
        self.note(path for one in mentions(text) if self._listed(path := one.path.rpartition("@")[0] or one.path))

    def _listed(self, path: str) -> bool:
        try:
            self._repository.absolute(path)
        except LookupError:
            return False
        return True

    @property
    def paths(self) -> list[str]:
        """All files that the run has looked at."""
        return [path for path in list(self._states) if path in self._shown]

    def __contains__(self, path: str) -> bool:
        """Whether the run has read anything of the file."""
        return path in self._states

    def changed(self, path: str) -> bool:
        """Say whether a file that was read differs from then, by size and time. Files that were never read have not changed."""
        before = self._states.get(path)
        return before is not None and self._repository.state(path) != before

    def differs(self, piece: Slice) -> bool:
        """Say whether lines may be others than those that the run read: their file has changed, and they were not read as now."""
        if not self.changed(piece.path):
            return False
        return any(
            self._lines.get((piece.path, number)) != hash(line)
            for number, line in enumerate(piece.text.split("\n"), piece.start)
        )

    def changes(self) -> list[str]:
        """Return all files that have changed since they were first read, by path."""
        return sorted(path for path in list(self._states) if self.changed(path))

    def unsaid(self, paths: Iterable[str]) -> list[str]:
        """Return those of `paths` that were not asked about before: people are told of each file once a run."""
        fresh = [path for path in paths if path not in self._said]
        self._said.update(fresh)
        return fresh


def told(paths: Sequence[str]) -> str:
    """Say that files changed; "" for none."""
    if not paths:
        return ""
    more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more} changed during this run: what was read before may no longer hold"
