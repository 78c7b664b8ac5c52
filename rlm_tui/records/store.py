"""The folder of records: creates, lists, finds, reads and deletes them."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

from pydantic import ValidationError

from rlm_tui.records.cleaning import cleaned
from rlm_tui.records.events import EVENT, Event, RunEnded, RunStarted, Status
from rlm_tui.records.log import RecordError, RecordWriter
from rlm_tui.repository.sanitize import sanitize

_SUFFIX = ".jsonl"
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")
_TAILS = (64 * 1024, 16 * 1024 * 1024)
"""Bytes at the end of a record in which its last event is looked for; an answer is seldom longer than the first."""
_LONGEST = 128 * 1024 * 1024
"""Bytes of one event: what is longer was not written by us."""


def new_run_id() -> str:
    """Return a fresh run id: local time to the second and six random characters, so that names sort by time."""
    return f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A line of the list of runs. `started` is seconds since the epoch.

    "unfinished" means that no end was recorded; of a "damaged" record nothing but its name and age can be told.
    """

    id: str
    question: str
    mode: str
    repository: str
    root: str
    model: str
    started: float
    ended: float | None
    status: Status | Literal["unfinished", "damaged"]
    path: Path


class RunStore:
    """Records of runs in one folder, a file each. Nothing is touched before the first record is created."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, run_id: str) -> RecordWriter:
        """Start the record of a new run. Raises `RecordError` when it cannot be written."""
        return RecordWriter(self.path(run_id))

    def path(self, run_id: str) -> Path:
        """Return where the record of `run_id` stands, or would stand. Raises `RecordError` for an id that is none."""
        if not _ID.fullmatch(run_id):
            raise RecordError(f"{run_id!r} is not the id of a run: `rlm-tui runs` lists them")
        return self.folder / f"{run_id}{_SUFFIX}"

    def list(self) -> Sequence[RunInfo]:
        """Return what is known of every run, newest first."""
        infos = [_info(path) for path in self._paths()]
        return sorted(infos, key=lambda info: (info.started, info.id), reverse=True)

    def read(self, run_id: str) -> Iterator[Event]:
        """Yield the events of a run, safe to show whoever wrote them. A last line that was cut is left out.

        Raises `RecordError` when there is no such record, or names the line that is damaged.
        """
        path = self.path(run_id)
        try:
            with _opened(path) as file:
                for number, line in enumerate(iter(lambda: file.readline(_LONGEST), b""), start=1):
                    try:
                        yield _event(line)
                    except ValidationError as error:
                        if not line.endswith(b"\n"):
                            return
                        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
                        raise RecordError(
                            f"{path}, line {number} is not an event ({reason}): the record is damaged"
                        ) from error
        except OSError as error:
            raise RecordError(f"the record {path} cannot be read: {error.strerror or error}") from error

    def readable(self, run_id: str) -> tuple[Sequence[Event], str]:
        """Return the events of a run up to where its record is damaged, and what is wrong there, "" for nothing.

        Raises `RecordError` when nothing can be read.
        """
        events: list[Event] = []
        try:
            for event in self.read(run_id):
                events.append(event)  # noqa: PERF402 - what was read before an error is kept
        except RecordError as error:
            if not events:
                raise
            return events, f"shown as far as it can be read: {error}"
        return events, ""

    def find(self, prefix: str) -> str:
        """Return the one id that starts with `prefix`; "last" is the newest run. Raises `RecordError` for none or several."""
        ids = sorted((path.name.removesuffix(_SUFFIX) for path in self._paths()), reverse=True)
        if prefix == "last" and ids:
            return ids[0]
        found = [run_id for run_id in ids if run_id.startswith(prefix)] if prefix else []
        if prefix in found:
            return prefix
        if not found:
            raise RecordError(f"no run is called {prefix!r}: `rlm-tui runs` lists them")
        if len(found) > 1:
            raise RecordError(f"{prefix!r} means {len(found)} runs: {', '.join(found[:5])}")
        return found[0]

    def delete(self, run_id: str) -> None:
        """Delete the record of a run. Raises `RecordError` when there is none or it cannot be deleted."""
        path = self.path(run_id)
        try:
            path.unlink()
        except OSError as error:
            raise RecordError(f"the record {path} cannot be deleted: {error.strerror or error}") from error

    def _paths(self) -> Sequence[Path]:
        try:
            return [path for path in self.folder.iterdir() if path.suffix == _SUFFIX and _ID.fullmatch(path.stem)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RecordError(f"the folder of runs {self.folder} cannot be read: {error.strerror or error}") from error


def _info(path: Path) -> RunInfo:
    try:
        with _opened(path) as file:
            first = _event(file.readline(_LONGEST))
            size = file.seek(0, os.SEEK_END)
            end = None
            for tail in _TAILS:
                file.seek(max(0, size - tail))
                end = _end(file.read(tail))
                if end is not None or tail >= size:
                    break
    except (OSError, ValidationError):
        return _damaged(path)
    if not isinstance(first, RunStarted):
        return _damaged(path)
    return RunInfo(
        id=path.stem,
        question=first.title,
        mode=first.mode,
        repository=first.repository,
        root=first.root,
        model=first.model,
        started=first.ts,
        ended=end.ts if end else None,
        status=end.status if end else "unfinished",
        path=path,
    )


def _damaged(path: Path) -> RunInfo:
    try:
        saved = path.lstat().st_mtime
    except OSError:  # gone, or closed to us
        saved = 0.0
    return RunInfo(path.stem, "", "", "", "", "", saved, None, "damaged", path)


def _opened(path: Path) -> BinaryIO:
    """Open a record. Raises `OSError` also for what is no regular file: a pipe would block, a device never end."""
    file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(f"{path.name} is not a regular file")
    return file


def _event(line: bytes) -> Event:
    return cleaned(EVENT.validate_json(line), sanitize)


def _end(tail: bytes) -> RunEnded | None:
    last = tail.rstrip(b"\n").rpartition(b"\n")[2]
    try:
        event = _event(last)
    except ValidationError:
        return None
    return event if isinstance(event, RunEnded) else None
