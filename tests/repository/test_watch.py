"""What is saved while one works is in the index."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.repository import Repository


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Repository]:
    root = make_small_repository(tmp_path / "shop")
    (root / ".gitignore").write_text("build/\n")
    repository = Repository.open(root, tmp_path / "cache")
    await asyncio.to_thread(repository.scan)
    watching = asyncio.create_task(repository.watch())
    # A first change that is seen tells that the watcher is in place.
    for attempt in range(100):
        (root / "ready.py").write_text(f"def ready{attempt}(): pass\n")
        await asyncio.sleep(0.1)
        if repository.symbols("ready"):
            break
    yield repository
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching
    await asyncio.to_thread(repository.close)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - there is no event to wait for: that is what is tested
            await asyncio.sleep(0.01)


async def test_saved_created_and_deleted_files(shop: Repository) -> None:
    (shop.root / "src/shop/payment.py").write_text("def fresh(): pass\n")
    await until(lambda: shop.symbols("fresh") and not shop.symbols("Gateway"))
    (shop.root / "src/shop/added.py").write_text("def created(): pass\n")
    await until(lambda: shop.symbols("created"))
    (shop.root / "src/shop/added.py").unlink()
    await until(lambda: not shop.symbols("created"))


async def test_an_editor_that_saves_by_renaming(shop: Repository) -> None:
    temporary = shop.root / "src/shop/payment.py.tmp"
    temporary.write_text("def renamed_over(): pass\n")
    temporary.replace(shop.root / "src/shop/payment.py")
    await until(lambda: shop.symbols("renamed_over"))


async def test_what_is_ignored_stays_out_until_it_is_not(shop: Repository) -> None:
    (shop.root / "build").mkdir()
    (shop.root / "build" / "made.py").write_text("def generated(): pass\n")
    (shop.root / "seen.py").write_text("def seen(): pass\n")
    await until(lambda: shop.symbols("seen"))
    assert not shop.symbols("generated")
    (shop.root / ".gitignore").write_text("\n")
    await until(lambda: shop.symbols("generated"))


async def test_folders_that_move_as_a_whole(shop: Repository, tmp_path: Path) -> None:
    (shop.root / "server").rename(tmp_path / "elsewhere")
    await until(lambda: not shop.symbols("Serve"))
    (tmp_path / "elsewhere").rename(shop.root / "back")
    await until(lambda: [symbol.path for symbol in shop.symbols("Serve")] == ["back/main.go"])


async def test_a_branch_switch(shop: Repository) -> None:
    for number in range(300):
        (shop.root / f"many{number}.py").write_text(f"def many{number}(): pass\n")
    await until(lambda: len(shop.symbols("many*")) == 300)
    for number in range(300):
        os.unlink(shop.root / f"many{number}.py")  # noqa: PTH108 - quicker
    await until(lambda: not len(shop.symbols("many*")))
