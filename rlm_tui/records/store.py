"""The folder of records: creates, lists, finds, reads and deletes them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from rlm_tui.records.events import EVENT, Event, RunEnded, RunStarted, Status
from rlm_tui.records.log import RecordError, RecordWriter

_SUFFIX = ".jsonl"
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")
_TAIL = 64 * 1024


def new_run_id() -> str:
    """Return a fresh run id: local time to the second and six random characters, so that names sort by time."""
    return f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A line of the list of runs. `started` is seconds since the epoch; "unfinished" means that no end was recorded."""

    id: str
    question: str
    mode: str
    repository: str
    root: str
    model: str
    started: float
    ended: float | None
    status: Status | Literal["unfinished"]
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
        """Return what is known of every run, newest first. Records that cannot be read at all are passed over."""
        infos = [info for path in self._paths() if (info := _info(path)) is not None]
        return sorted(infos, key=lambda info: (info.started, info.id), reverse=True)

    def read(self, run_id: str) -> Iterator[Event]:
        """Yield the events of a run. A last line that was cut is left out.

        Raises `RecordError` when there is no such record, or names the line that is damaged.
        """
        path = self.path(run_id)
        try:
            with path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    try:
                        yield EVENT.validate_json(line)
                    except ValidationError as error:
                        if not line.endswith(b"\n"):
                            return
                        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
                        raise RecordError(
                            f"{path}, line {number} is not an event ({reason}): the record is damaged"
                        ) from error
        except OSError as error:
            raise RecordError(f"the record {path} cannot be read: {error.strerror or error}") from error

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


def _info(path: Path) -> RunInfo | None:
    try:
        with path.open("rb") as file:
            first = EVENT.validate_json(file.readline())
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            tail = file.read()
            end = _end(tail)
            if end is None and size > _TAIL:  # a last event (an answer) longer than the tail that was read
                file.seek(0)
                end = _end(file.read())
    except (OSError, ValidationError):
        return None
    if not isinstance(first, RunStarted):
        return None
    return RunInfo(
        id=path.stem,
        question=first.question,
        mode=first.mode,
        repository=first.repository,
        root=first.root,
        model=first.model,
        started=first.ts,
        ended=end.ts if end else None,
        status=end.status if end else "unfinished",
        path=path,
    )


def _end(tail: bytes) -> RunEnded | None:
    last = tail.rstrip(b"\n").rpartition(b"\n")[2]
    try:
        event = EVENT.validate_json(last)
    except ValidationError:
        return None
    return event if isinstance(event, RunEnded) else None
