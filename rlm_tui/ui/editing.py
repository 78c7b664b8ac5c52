"""The user's editor: opened on a text of ours, or on a file at a line, while the screen is put aside.

Everything that hands the terminal to another program goes through `terminal_for`: the run, the index and the record go on
meanwhile, nothing is drawn, and the screen comes back as it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from textual.app import App, SuspendNotSupported

from rlm_tui.repository.sanitize import sanitize

_COMMON = ("nano", "vim", "vi", "emacs")
_LARGEST = 1_000_000
"""Characters of a text that is taken back."""


class EditorError(Exception):
    """The editor could not be used: what happened, and what to do."""


def editor(environment: Mapping[str, str]) -> Sequence[str]:
    """Return the command of the user's editor: VISUAL, EDITOR, else a common one. Raises `EditorError` without any."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""))
        except ValueError as error:
            raise EditorError(f"{variable} cannot be read ({error}): set it to a command such as vim") from None
        if words:
            return words
    found = next((name for name in _COMMON if shutil.which(name)), None)
    if found is None:
        raise EditorError("no editor is known: set EDITOR to the command of yours")
    return [found]


def at_line(command: Sequence[str], path: Path, line: int) -> list[str]:
    """Return the whole command that opens `path` at `line`, as this editor is told."""
    name = Path(command[0]).name
    if name.startswith("code") or name in ("codium", "cursor", "windsurf"):
        return [*command, "--goto", f"{path}:{line}"]
    if name in ("subl", "hx", "helix", "zed", "mate"):
        return [*command, f"{path}:{line}"]
    return [*command, f"+{line}", str(path)]


async def edit_text(app: App[int], text: str) -> str:
    """Return `text` as the user leaves it in the editor, safe to show. Raises `EditorError`; then the text is as it was."""
    command = editor(os.environ)
    try:
        path = await asyncio.to_thread(_write, text)
        try:
            await terminal_for(app, [*command, str(path)])
            return await asyncio.to_thread(_read, path)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
    except OSError as error:
        raise EditorError(f"the text cannot be handed to the editor: {error.strerror or error}") from error


async def edit_file(app: App[int], path: Path, line: int) -> None:
    """Open a file of the repository at a line. Raises `EditorError`."""
    await terminal_for(app, at_line(editor(os.environ), path, line))


async def terminal_for(app: App[int], command: Sequence[str]) -> None:
    """Run `command` in the terminal, with the screen put aside, until it ends. Raises `EditorError` when it fails."""
    try:
        with app.batch_update(), app.suspend(), _uninterrupted():
            code = await asyncio.to_thread(lambda: subprocess.run(command, check=False).returncode)
    except SuspendNotSupported:
        raise EditorError("there is no terminal here that an editor could be opened in") from None
    except OSError as error:
        raise EditorError(f"{command[0]} cannot be started: {error.strerror or error}; set EDITOR") from None
    if code:
        raise EditorError(f"{command[0]} ended with code {code}: nothing is changed")


def _write(text: str) -> Path:
    descriptor, name = tempfile.mkstemp(".md", "rlm-tui-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return sanitize(file.read(_LARGEST)).rstrip("\n")


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Leave Ctrl+C to the program that has the terminal."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
