"""Watching a repository that means harm: no link leads the watcher away, and no name ends it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rlm_tui.repository.repository import Repository


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - there is no event to wait for: that is what is tested
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("links", [False, True])
async def test_links_outside_and_odd_names_do_not_end_the_watch(tmp_path: Path, links: bool) -> None:
    root = tmp_path / "repository"
    (root / "src").mkdir(parents=True)
    (root / "src/app.py").write_text("def first(): pass\n")
    if links:
        (tmp_path / "outside").mkdir()
        (root / "up").symlink_to("../outside")
        (root / "all").symlink_to("/")
    repository = Repository.open(root, tmp_path / "cache")
    await asyncio.to_thread(repository.scan)
    watching = asyncio.create_task(repository.watch())
    for attempt in range(100):  # a first change that is seen tells that the watcher is in place
        (root / "ready.py").write_text(f"def ready{attempt}(): pass\n")
        await asyncio.sleep(0.1)
        if repository.symbols("ready"):
            break
    assert repository.symbols("ready")
    with open(os.fsencode(root) + b"/src/odd\xff.py", "w") as file:  # noqa: ASYNC230, PTH123 - the name is bytes
        file.write("def odd_name(): pass\n")
    await until(lambda: repository.symbols("odd_name"))
    (root / "new/deeper").mkdir(parents=True)
    await asyncio.sleep(1.0)
    for attempt in range(50):
        (root / "new/deeper/app.py").write_text(f"def deep{attempt}(): pass\n")
        await asyncio.sleep(0.1)
        if repository.symbols("deep"):
            break
    assert repository.symbols("deep")
    assert not watching.done()
    watching.cancel()
    await asyncio.wait([watching])
    await asyncio.to_thread(repository.close)
