"""Moves definitions in small repositories that a test gives as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

from rlm_tui.repository.patches.moving.moves import Moving
from rlm_tui.repository.patches.patches import read_patch
from rlm_tui.repository.patches.patching import edited
from rlm_tui.repository.repository import Repository

Move = Callable[..., tuple[Moving, dict[str, str]]]


def moved(
    folder: Path, files: dict[str, str], targets: str, path: str, *, keep: bool = False
) -> tuple[Moving, dict[str, str]]:
    """Move in `files`; return what was found, and the new texts by path, which are written; the product checks the patch."""
    root = folder / "code"
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(dedent(text).lstrip("\n").encode())
    repository = Repository.open(root, folder / "cache")
    try:
        repository.scan()
        found = repository.refactorings.move(targets.split(), path, keep=keep)
    finally:
        repository.close()
    changed: dict[str, str] = {}
    for part in read_patch(found.patch).files:
        edit = edited(part, (root / part.old).read_bytes() if part.old else None)
        changed[part.new] = (edit.after or b"").decode()
        (root / part.new).parent.mkdir(parents=True, exist_ok=True)
        (root / part.new).write_bytes(edit.after or b"")
    return found, changed
