"""What git's history tells a ranking: the files that commits with a similar message touched, and which were touched lately."""

from __future__ import annotations

import json
import os
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path
from threading import Lock

from rlm_tui.repository.files.walk import path_of
from rlm_tui.repository.search.words import words
from rlm_tui.repository.versions import git

_COMMITS = 3_000
"""So many commits are read, the latest."""
_MESSAGE = 2_000
"""So many characters of a message."""
_FILES = 30
"""A commit that touches more tells nothing about each of them."""
_BYTES, _SECONDS = 60_000_000, 5.0
"""So much of the log is read, and so long: what has come by then has to do."""
_SIMILAR = 40
"""So many similar commits count."""
_ENOUGH = 5.0
"""What a file can gain: many commits that say the same are hardly more than a few."""
_HALF = 400
"""So many commits later, having been touched counts half."""
_SATURATION, _LENGTH = 1.2, 0.5


@dataclass(frozen=True, slots=True)
class CommitWords:
    """A commit: the stemmed words of its message, and the paths that it touched."""

    words: str
    paths: tuple[str, ...]


class History:
    """The latest commits of one HEAD, ready to be asked; made for files with the given paths."""

    def __init__(self, commits: Sequence[CommitWords], paths: Collection[str]) -> None:
        known = _Moved(paths)
        self._paths = [tuple(dict.fromkeys(map(known.now, commit.paths))) for commit in commits]
        self._having: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: list[int] = []
        for number, commit in enumerate(commits):
            found = commit.words.split()
            self._lengths.append(len(found))
            for word, times in Counter(found).items():
                self._having[word].append((number, times))
        recent: defaultdict[str, float] = defaultdict(float)
        for number, touched in enumerate(self._paths):
            for path in touched:
                recent[path] += 0.5 ** (number / _HALF)
        most = max(recent.values(), default=1.0)
        self.recent = {path: log(1 + value) / log(1 + most) for path, value in recent.items() if path}
        """How much each path was touched lately, from 0 to 1."""

    def similar(self, terms: Mapping[str, float], whole: float) -> dict[str, float]:
        """Return what commits with similar messages say of each path, up to 5; `terms` together weigh `whole`."""
        total = len(self._lengths)
        if not total:
            return {}
        weights = {
            term: weight
            * log(1 + (total - len(self._having.get(term, ())) + 0.5) / (len(self._having.get(term, ())) + 0.5))
            for term, weight in terms.items()
        }
        scale = whole / (sum(weights.values()) or 1.0)
        usual = sum(self._lengths) / total or 1.0
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for number, times in self._having.get(term, ()):
                norm = _SATURATION * (1 - _LENGTH + _LENGTH * self._lengths[number] / usual)
                scores[number] += scale * weight * times * (1 + _SATURATION) / (times + norm)
        found: defaultdict[str, float] = defaultdict(float)
        for number in sorted(scores, key=lambda number: (-scores[number], number))[:_SIMILAR]:
            touched = [path for path in self._paths[number] if path]
            for path in touched:
                found[path] += scores[number] ** 2 / whole / sqrt(len(self._paths[number]))
        return {path: _ENOUGH * value / (_ENOUGH + value) for path, value in found.items()}


class _Moved:
    """Finds where a file is now that has been moved: the only one with its name, or the only one in a folder of that name."""

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = frozenset(paths)
        self._ends: dict[str, str] = {}
        for path in self._paths:
            for depth in (1, 2):
                end = "/".join(path.split("/")[-depth:])
                self._ends[end] = "" if end in self._ends else path

    def now(self, path: str) -> str:
        """Return where the file at `path` is now, or ""."""
        if path in self._paths:
            return path
        parts = path.split("/")
        return self._ends.get("/".join(parts[-2:])) or self._ends.get(parts[-1]) or ""


class GitLog:
    """The history of the repository at `root`: read when first asked for, kept in `folder` until HEAD is another one."""

    def __init__(self, root: Path, head: git.Head, folder: Path | None) -> None:
        self._root = root
        self._head = head
        self._kept = folder / "history" if folder else None
        self._lock = Lock()
        self._made: tuple[str, Sequence[str], History] | None = None

    def history(self, paths: Sequence[str]) -> History:
        """Return the history of HEAD for files with these paths; an empty one without git."""
        head = self._head.commit
        with self._lock:
            if self._made is None or self._made[:2] != (head, paths):
                self._made = (head, paths, History(self._commits(head) if head else [], paths))
            return self._made[2]

    def _commits(self, head: str) -> list[CommitWords]:
        if self._kept:
            with suppress(OSError, ValueError):
                kept, found = unpack(self._kept.read_bytes())
                if kept == head:
                    return found
        found = commits(self._root)
        if self._kept:
            with suppress(OSError):  # not kept: it is read again next time
                beside = self._kept.with_name(f"history.{os.getpid()}")
                beside.write_bytes(pack(head, found))
                beside.replace(self._kept)
        return found


def commits(root: Path) -> list[CommitWords]:
    """Return the latest commits of HEAD that touch what is under `root`, newest first; none without git."""
    arguments = [
        *("log", "-z", f"--max-count={_COMMITS}", "--no-merges", "--no-renames", "--no-ext-diff", "--no-textconv"),
        *("--no-notes", "--no-color", "--encoding=UTF-8", "--name-only", "--relative", "--format=%x01%B%x02"),
        *("HEAD", "--", "."),
    ]
    return list(_parse(git.beginning(root, arguments, _BYTES, _SECONDS)))


def pack(head: str, found: Sequence[CommitWords]) -> bytes:
    """Return the commits of a HEAD as they are kept on disk."""
    return zlib.compress(json.dumps([head, [[commit.words, commit.paths] for commit in found]]).encode(), 3)


def unpack(blob: bytes) -> tuple[str, list[CommitWords]]:
    """Return what `pack` was given. Raises `ValueError` for anything else."""
    try:
        head, rows = json.loads(zlib.decompress(blob))
        return str(head), [CommitWords(str(said), tuple(map(str, paths))) for said, paths in rows]
    except (zlib.error, TypeError) as error:
        raise ValueError("this is no history") from error


def _parse(log: bytes) -> Iterator[CommitWords]:
    message, paths = b"", list[str]()
    for token in [*log.split(b"\0"), b"\1\2"]:
        if token.startswith(b"\1") and token.endswith(b"\2"):
            if 0 < len(paths) <= _FILES:
                yield CommitWords(" ".join(words(message[:_MESSAGE].decode("utf-8", "replace"))), tuple(paths))
            message, paths = token[1:-1], []
        elif name := token.removeprefix(b"\n"):
            paths.append(path_of(name))
