"""Where a report goes: a file of its own, never over another."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rlm_tui.records.tree import Tree

ENDINGS = {"markdown": "md", "json": "json", "sarif": "sarif", "patch": "patch"}
"""What the files of reports end with, by the report's form."""


async def write_report(
    folder: Path, tree: Tree, run_id: str, call_id: str = "0", form: str = "markdown"
) -> Path | None:
    """Write the report of a run, or of one of its calls and what is below it. Return its path, None for an empty report.

    It tells the tree as it is at this moment; only the writing is done beside the event loop. Raises `OSError`.
    """
    from rlm_tui.records.export import call_markdown, rendered

    name = f"rlm-tui-report-{run_id}" + (f"-call-{call_id}" if call_id != "0" else "")
    text = rendered(tree, form) if call_id == "0" else call_markdown(tree, call_id)
    if not text:
        return None
    return await asyncio.to_thread(write_new, folder, name, text, ENDINGS[form])


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
