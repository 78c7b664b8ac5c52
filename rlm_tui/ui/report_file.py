"""Where a report goes: a file of its own, never over another."""

from __future__ import annotations

from pathlib import Path


def write_new(folder: Path, name: str, text: str, ending: str = "md") -> Path:
    """Write a file under a name that is not taken: `name.md`, `name-2.md`, ... Return its path."""
    number = 1
    while True:
        path = folder / (f"{name}.{ending}" if number == 1 else f"{name}-{number}.{ending}")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            number += 1
        else:
            return path
