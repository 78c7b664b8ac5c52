"""Writes a checked patch into the working tree, all of it or nothing, and takes it back.

Every file is written beside the old one, flushed, and renamed over it with the old one's permissions. Before the first of them
a record of all contents is on the disk (`applied`), by which a patch that a killed process left half done is rolled back by the
next, and an applied one undone. Nothing is written over a file that is not what it was when the patch was checked.

Only people apply patches: no tool, and no cell, leads here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rlm_tui.repository.patches.applied import Applied, AppliedStore, digest
from rlm_tui.repository.patches.below import Below, Content
from rlm_tui.repository.patches.patches import PatchError
from rlm_tui.repository.patches.patching import Edit
from rlm_tui.repository.versions import git

_ANYONE = 0o222


class Applying:
    """Applies patches to the repository at `root`; `folder` is where the records of all repositories are kept.

    Methods block, and raise `PatchError` with what happened and what is left as it was.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._below = Below(root)
        self._store = AppliedStore(root, folder)

    def uncommitted(self, paths: Sequence[str]) -> list[str]:
        """Return those of the paths that have changes git would not bring back; all of them where there is no git."""
        there = [path for path in paths if self._below.read(path) is not None]
        if not there:
            return []
        try:
            options = git.options_to_read_files(self._root)
            command = [
                "status",
                "--porcelain=v1",
                "-z",
                "--untracked-files=all",
                "--ignored=matching",
                "--no-renames",
                "--",
            ]
            output = git.git(self._root, [*options, *command, *there])
            top = git.git(self._root, ["rev-parse", "--show-prefix"]).decode("utf-8", "surrogateescape").strip("\n")
        except git.GitError:
            return there
        told = {os.fsdecode(entry[3:]) for entry in output.split(b"\0") if len(entry) > 3}
        return [
            p for p in there if any(f"{top}{p}" == t or (t.endswith("/") and f"{top}{p}".startswith(t)) for t in told)
        ]

    def apply(self, title: str, edits: Sequence[Edit]) -> Applied:
        """Make the edits, all or none; `title` says in the record what they are."""
        with self._store.alone():
            self._recover()
            record = self._make(title, edits)
            self._store.tidy()
            return record

    def last(self) -> Applied | None:
        """Return the patch that `undo` would take back."""
        return next((record for record in self._store.records() if record.state == "done"), None)

    def undo(self) -> Applied:
        """Take back the newest patch that was applied; refused where one of its files has changed since."""
        with self._store.alone():
            self._recover()
            record = self.last()
            if record is None:
                raise PatchError("no patch was applied here that could be undone")
            try:
                edits = self._store.edits(record)
            except PatchError as error:
                raise PatchError(*error.args, self._store.dropped(record)) from error
            back = [Edit(edit.new, edit.old, edit.after, edit.before) for edit in reversed(edits)]
            modes = [file.mode for file in reversed(record.files)]
            return self._finish(self._make(f"undo of {record.id}", back, modes, record.id))

    def recover(self) -> list[str]:
        """Roll back what a killed process left half done; return a sentence on each such patch."""
        if not any(record.state == "begun" or record.undoes for record in self._store.records()):
            return []
        with self._store.alone():
            return self._recover()

    def _make(self, title: str, edits: Sequence[Edit], modes: Sequence[int] = (), undoes: str = "") -> Applied:
        found = [self._ready(edit) for edit in edits]
        if problems := [problem for problem in found if isinstance(problem, str)]:
            raise PatchError(*problems)
        kept = [content.mode if isinstance(content, Content) else 0 for content in found]
        kept = [mode or given for mode, given in zip(kept, modes or kept, strict=True)]
        folders = self._missing_folders(edits)
        try:
            record = self._store.begin(title, edits, kept, folders, undoes)
        except OSError as error:
            raise PatchError(f"nothing is applied without a record to take it back by: {error}") from error
        try:
            for edit, file in zip(edits, record.files, strict=True):
                self._stage(edit, file.mode, record.id)
            for edit in edits:
                self._put(edit, record.id)
        except (OSError, PatchError) as error:
            left = self._roll_back(record)
            reason = (
                f"{error.filename or edit.path}: {error.strerror or error}"
                if isinstance(error, OSError)
                else str(error)
            )
            raise PatchError(f"nothing was applied: {reason}", *left) from error
        return self._store.marked(record, "done")

    def _ready(self, edit: Edit) -> Content | str | None:
        """Return the file as it is, or what keeps the edit from being made."""
        try:
            content = self._below.read(edit.old) if edit.old else None
            in_the_way = edit.new != edit.old and edit.new and not (edit.old and self._below.same(edit.old, edit.new))
            if in_the_way and self._below.read(edit.new) is not None:
                return f"{edit.new} exists already"
        except PatchError as error:
            return str(error)
        if edit.old and content is None:
            return f"{edit.old} is no longer there"
        if content is not None and content.data != edit.before:
            return f"{edit.old} has changed since: nothing was done"
        if content is not None and not content.mode & _ANYONE:
            return f"{edit.old} is read-only"
        return content

    def _missing_folders(self, edits: Sequence[Edit]) -> list[str]:
        """Return the folders that the new files need, outer ones first."""
        above = {
            "/".join(parts[:count])
            for edit in edits
            for parts in [edit.new.split("/")]
            for count in range(1, len(parts))
        }
        return [folder for folder in sorted(above) if not (self._root / folder).exists()]

    def _stage(self, edit: Edit, mode: int, name: str) -> None:
        """Write the new content beside its place, for the eyes of those only who may read the old; never set-user-id."""
        if edit.after is None:
            return
        with self._below.folder(edit.new, create=True) as (folder, own):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            fresh = 0o777 if edit.executable else 0o666
            handle = os.open(_beside(own, name), flags, 0o600 if mode else fresh, dir_fd=folder)
            with os.fdopen(handle, "wb") as file:
                if mode:
                    if edit.old and (owner := self._below.owner(edit.old)):
                        with suppress(PermissionError):  # only root gives files away
                            os.fchown(handle, *owner)
                    os.fchmod(handle, mode & 0o777)
                file.write(edit.after)
                file.flush()
                os.fsync(handle)

    def _put(self, edit: Edit, name: str) -> None:
        """Put what was staged into its place, if the file is still what it was; take away what goes."""
        current = self._below.read(edit.old) if edit.old else None
        if digest(current.data if current else None) != digest(edit.before):
            raise PatchError(f"{edit.path} was changed meanwhile")
        alike = bool(edit.old and edit.new and edit.old != edit.new) and self._below.same(edit.old, edit.new)
        if edit.new:
            with self._below.folder(edit.new) as (folder, own):
                if alike:
                    with self._below.folder(edit.old) as (old_folder, old):
                        os.rename(old, own, src_dir_fd=old_folder, dst_dir_fd=folder)
                if edit.old != edit.new and not alike and self._below.read(edit.new) is not None:
                    raise PatchError(f"{edit.new} has come into being meanwhile")
                os.replace(_beside(own, name), own, src_dir_fd=folder, dst_dir_fd=folder)
                os.fsync(folder)
        if edit.old and edit.old != edit.new and not alike:
            with self._below.folder(edit.old) as (folder, own):
                os.unlink(own, dir_fd=folder)
                os.fsync(folder)

    def _recover(self) -> list[str]:
        told: list[str] = []
        for record in self._store.records():
            try:
                if record.state == "begun":
                    left = self._roll_back(record)
                    told.append(
                        f"a patch ({record.title}) was being applied when the program ended: it was rolled back"
                    )
                    told += left
                elif record.undoes and record.state == "done":
                    self._finish(record)
            except PatchError as error:
                told.append(f"a patch ({record.title}) is left as it is: {error}; {self._store.dropped(record)}")
        return told

    def _finish(self, undoing: Applied) -> Applied:
        """Mark what was taken back as such, once all of it is; return its record."""
        undone = next((record for record in self._store.records() if record.id == undoing.undoes), None)
        if undone is None:
            raise PatchError("the record of what it took back is gone")
        for folder in reversed(undone.folders):
            self._remove_folder(folder)
        undone = self._store.marked(undone, "undone")
        self._store.forget(undoing)
        return undone

    def _roll_back(self, record: Applied) -> list[str]:
        """Bring every file back to what it was; return a sentence on each that is neither that nor what it was to become."""
        left: list[str] = []
        for edit, file in zip(self._store.edits(record), record.files, strict=True):
            try:
                self._restore(edit, file.mode, record.id)
            except (OSError, PatchError) as error:
                left.append(f"{edit.path} was left as it is: {error}")
        for folder in reversed(record.folders):
            self._remove_folder(folder)
        self._store.marked(record, "dropped")
        return left

    def _restore(self, edit: Edit, mode: int, name: str) -> None:
        if edit.new:
            self._drop_staged(edit.new, name)
        new = self._below.read(edit.new) if edit.new else None
        old = self._below.read(edit.old) if edit.old else None
        if digest(old.data if old else None) != digest(edit.before):
            if old is not None and digest(old.data) != digest(edit.after):
                raise PatchError("somebody else has changed it")
            back = Edit(edit.old if old else edit.new, edit.old, None, edit.before)
            self._drop_staged(edit.old, name)
            self._stage(back, mode, name)
            with self._below.folder(edit.old) as (folder, own):
                os.replace(_beside(own, name), own, src_dir_fd=folder, dst_dir_fd=folder)
                os.fsync(folder)
        if edit.new and edit.new != edit.old and new and digest(new.data) == digest(edit.after):
            if edit.old and self._below.same(edit.old, edit.new):
                with self._below.folder(edit.new) as (folder, own), self._below.folder(edit.old) as (old_folder, first):
                    os.rename(own, first, src_dir_fd=folder, dst_dir_fd=old_folder)
                return
            with self._below.folder(edit.new) as (folder, own):
                os.unlink(own, dir_fd=folder)

    def _drop_staged(self, path: str, name: str) -> None:
        with suppress(FileNotFoundError), self._below.folder(path) as (folder, own):
            os.unlink(_beside(own, name), dir_fd=folder)

    def _remove_folder(self, path: str) -> None:
        with suppress(OSError, PatchError), self._below.folder(path) as (folder, own):
            os.rmdir(own, dir_fd=folder)


def _beside(name: str, record: str) -> str:
    """Return the name under which a file's new content waits; long names are cut, so that it is one."""
    return f".{name[:60]}.{digest(name.encode())[:8]}.{record}"
