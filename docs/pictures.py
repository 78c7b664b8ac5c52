"""Makes the README's pictures anew from the bundled replay: `python docs/pictures.py`. The same run gives the same pictures.

Writes docs/pictures/*.svg; the replay beside them is a record as the program keeps it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from screen_stage import Stage, opened
from small_repository import FILES

from rlm_tui.records.store import RunStore
from rlm_tui.repository.repository import Repository

PICTURES = Path(__file__).parent / "pictures"
REPLAY = PICTURES / "20260921-101500-ab12.jsonl"
SIZE = (120, 34)


async def main() -> None:
    """Open the replay in a dark and a light theme; keep the screens."""
    for look, theme in (("dark", "ink"), ("light", "paper")):
        with tempfile.TemporaryDirectory() as name:
            await keep(Path(name), look, theme)


async def keep(folder: Path, look: str, theme: str) -> None:
    """Write the pictures of one theme."""
    for path, text in FILES.items():
        (folder / "shop" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "shop" / path).write_text(text, encoding="utf-8")
    repository = Repository.open(folder / "shop", folder / "cache")
    repository.scan()
    async with opened(Stage(repository, RunStore(PICTURES), theme=theme, replay=REPLAY.stem), SIZE) as on:
        await on.settle()
        await on.press("tab", "down", "down", "down")
        write(f"ask-{look}", on.app.export_screenshot(title="rlm-tui"))
        await on.press("up", "enter")
        write(f"trace-{look}", on.app.export_screenshot(title="rlm-tui"))
    repository.close()


def write(name: str, picture: str) -> None:
    """Write a picture; its spaces are kept, and the names in it do not change from one time to the next."""
    number = picture.partition('class="')[2].partition('"')[0]
    prefix = picture.partition(".terminal-")[2].partition("-")[0] or number
    told = picture.replace(f"terminal-{prefix}", "terminal-1").replace("<text ", '<text xml:space="preserve" ')
    (PICTURES / f"{name}.svg").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
