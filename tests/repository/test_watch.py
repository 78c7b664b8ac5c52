"""What is saved while one works is in the index."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.index.indexing import Progress
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


def run_git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


async def test_git_switches_branches_and_nobody_sees_half_of_one(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = shop.root
    run_git(root, "add", ".")
    run_git(root, "commit", "-m", "before")
    first = shop.commit
    run_git(root, "checkout", "-b", "wide")
    for number in range(1_000):
        folder = root / f"part{number % 20}"
        folder.mkdir(exist_ok=True)
        (folder / f"wide{number}.py").write_text(f"def wide{number}(): pass\n")
    run_git(root, "add", ".")
    run_git(root, "commit", "-m", "wide")
    await until(lambda: len(shop.symbols("wide*")) == 1_000)
    wide = shop.commit
    scans = 0
    scan = shop._indexing.scan

    def counted() -> Progress:
        nonlocal scans
        scans += 1
        return scan()

    monkeypatch.setattr(shop._indexing, "scan", counted)
    switching = await asyncio.create_subprocess_exec("git", "checkout", "-q", "-", "--", cwd=root)
    seen: set[int] = set()
    while switching.returncode is None or not seen or min(seen):
        seen.add(await asyncio.to_thread(lambda: len(shop.symbols("wide*"))))
        await asyncio.sleep(0.002)
    assert await switching.wait() == 0
    assert seen <= {0, 1_000} and scans <= 2
    assert first and wide and first != wide and shop.commit == first


async def test_what_is_saved_before_the_watcher_is_in_place_is_not_missed(tmp_path: Path) -> None:
    repository = Repository.open(make_small_repository(tmp_path / "shop"), tmp_path / "cache")
    await asyncio.to_thread(repository.scan)
    (repository.root / "server/main.go").unlink()
    (repository.root / "early.py").write_text("def early(): pass\n")
    watching = asyncio.create_task(repository.watch())
    await until(lambda: repository.symbols("early") and not repository.symbols("Serve"))
    watching.cancel()
    await asyncio.wait([watching])
    await asyncio.to_thread(repository.close)


async def test_names_that_differ_in_case_only(shop: Repository) -> None:
    (shop.root / "src/shop/payment.py").rename(shop.root / "src/shop/Payment.py")
    await until(lambda: [symbol.path for symbol in shop.symbols("Gateway", "class")] == ["src/shop/Payment.py"])
    assert "src/shop/payment.py" not in {file.path for file in shop.files()}


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is that of a user namespace")
async def test_where_nothing_can_be_watched_files_are_looked_at_now_and_then(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")
    limit = "echo 3 > /proc/sys/user/max_inotify_watches"
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", f'{limit} && exec "$@"', "sh"]
    trial = await asyncio.create_subprocess_exec(*command, "true", stderr=asyncio.subprocess.DEVNULL)
    if await trial.wait():
        pytest.skip("there are no user namespaces here")
    watcher = await asyncio.create_subprocess_exec(
        *command,
        sys.executable,
        "-P",
        "-c",
        WATCHED,
        str(root),
        str(tmp_path / "cache"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert watcher.stdout
    async with asyncio.timeout(60):
        assert b"ready" in await watcher.stdout.readline()
        (root / "src/shop/payment.py").write_text("def polled(): pass\n")
        assert b"polled True" in await watcher.stdout.readline()
        said = (await watcher.stdout.readline()).decode()
    watcher.kill()
    await watcher.wait()
    assert said.count("noticed some seconds late") == 1 and "max_user_watches" in said


WATCHED = """
import asyncio, sys
from pathlib import Path
from rlm_tui.repository.repository import Repository

async def main():
    repository = Repository.open(Path(sys.argv[1]), Path(sys.argv[2]))
    await asyncio.to_thread(repository.scan)
    watching = asyncio.create_task(repository.watch())
    while not repository.notices:
        await asyncio.sleep(0.05)
    await asyncio.sleep(3)
    print("ready", flush=True)
    while not await asyncio.to_thread(lambda: len(repository.symbols("polled"))):
        await asyncio.sleep(0.05)
    print("polled", not watching.done(), flush=True)
    print(" ".join(repository.notices), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
