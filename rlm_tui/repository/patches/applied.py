"""The record of patches that were applied to a repository: what each file held before and after, so that it can be taken back.

It is kept in the user's state directory, a folder a patch: `record.json`, and the contents in files beside it. A record is
written, and safely on the disk, before the first file of the repository is touched; what a killed process left half done is
found by its state.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from rlm_tui.repository.patches.patches import PatchError
from rlm_tui.repository.patches.patching import Edit
from rlm_tui.repository.sanitize import escape_name, plain_text

try:
    import fcntl
except ImportError:  # Windows: two instances must not apply patches at once there
    fcntl = None  # type: ignore[assignment]

State: TypeAlias = Literal["begun", "done", "undone", "dropped"]
_KEPT = 50
"""So many records are kept a repository."""
_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class AppliedFile:
    """One file of a record: its paths then and now, digests of what it held ("" where there was no file), its permissions."""

    old: str
    new: str
    before: str
    after: str
    mode: int


@dataclass(frozen=True, slots=True)
class Applied:
    """A patch that was applied at `time` (seconds since the epoch); `folders` are those that it made.

    `state` is begun until all files are written, then done; undone when it was taken back, dropped when it could not be ended.
    `undoes` is the id of the record that this one takes back, "" for none.
    """

    id: str
    title: str
    root: str
    time: float
    state: State
    files: tuple[AppliedFile, ...]
    folders: tuple[str, ...] = ()
    undoes: str = ""

    @property
    def paths(self) -> list[str]:
        """The files, by the names they had or have, safe to show."""
        return [escape_name(file.new or file.old) for file in self.files]


_READ: TypeAdapter[Applied] = TypeAdapter(Applied)


def digest(content: bytes | None) -> str:
    """Return the digest of a content, "" for none."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


class AppliedStore:
    """The records of the repository at `root`, in a folder of its own below `folder`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from applying anything to the repository. Raises `PatchError` when one does."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise PatchError(
                f"nothing is applied without a record to take it back by, and none can be kept: {error}"
            ) from error
        try:
            if fcntl:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise PatchError("another rlm-tui is applying a patch here: wait for it") from error
        finally:
            os.close(lock)

    def records(self) -> Sequence[Applied]:
        """Return all records, newest first; what cannot be read is passed over."""
        found: list[Applied] = []
        for path in self._folder.glob(f"*/{_RECORD}"):
            try:
                record = _READ.validate_json(path.read_bytes())
            except (OSError, ValidationError):
                continue
            if record.id == path.parent.name and record.root == str(self._root):
                found.append(replace(record, title=" ".join(plain_text(record.title).split())))
        return sorted(found, key=lambda record: (record.time, record.id), reverse=True)

    def begin(
        self, title: str, edits: Sequence[Edit], modes: Sequence[int], folders: Sequence[str], undoes: str = ""
    ) -> Applied:
        """Write the record of edits that are about to be made, with all contents. Raises `OSError`."""
        now = time.time()
        files = tuple(
            AppliedFile(edit.old, edit.new, digest(edit.before), digest(edit.after), mode)
            for edit, mode in zip(edits, modes, strict=True)
        )
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}-{secrets.token_hex(3)}"
        record = Applied(name, title, str(self._root), now, "begun", files, tuple(folders), undoes)
        folder = self._folder / record.id
        folder.mkdir(mode=0o700)
        for edit in edits:
            for content in (edit.before, edit.after):
                if content is not None:
                    _write(folder / digest(content), content)
        self.save(record)
        return record

    def save(self, record: Applied) -> None:
        """Write the record anew, in one go. Raises `OSError`."""
        folder = self._folder / record.id
        _write(folder / "record.new", json.dumps(_READ.dump_python(record)).encode())
        (folder / "record.new").replace(folder / _RECORD)
        _flush(folder)
        _flush(self._folder)

    def marked(self, record: Applied, state: State) -> Applied:
        """Return the record in another state, saved."""
        record = replace(record, state=state)
        self.save(record)
        return record

    def edits(self, record: Applied) -> list[Edit]:
        """Return what was changed, with contents. Raises `PatchError` where the record was tampered with."""
        return [
            Edit(file.old, file.new, self._content(record, file.before), self._content(record, file.after))
            for file in record.files
        ]

    def dropped(self, record: Applied) -> str:
        """Give up a record that is damaged, so that it is not met again; return where it is kept."""
        self.marked(record, "dropped")
        return f"its record is given up, and kept in {escape_name(str(self._folder / record.id))}"

    def forget(self, record: Applied) -> None:
        """Delete a record."""
        shutil.rmtree(self._folder / record.id, ignore_errors=True)

    def tidy(self) -> None:
        """Delete the oldest records of patches that are not under way."""
        for record in self.records()[_KEPT:]:
            if record.state != "begun":
                self.forget(record)

    def _content(self, record: Applied, name: str) -> bytes | None:
        if not name:
            return None
        if not re.fullmatch("[0-9a-f]{64}", name):
            raise PatchError(f"the record of {record.id} is not what was written: nothing is taken back by it")
        try:
            content = (self._folder / record.id / name).read_bytes()
        except (OSError, ValueError) as error:
            raise PatchError(f"the record of {record.id} is not whole: {error}") from error
        if digest(content) != name:
            raise PatchError(f"the record of {record.id} is not what was written: nothing is taken back by it")
        return content


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
