"""Watches a repository while one works, and brings the index up to date with what is saved, created, deleted or checked out."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import DefaultFilter, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from rlm_tui.repository.files import ripgrep
from rlm_tui.repository.files.walk import listing, look, path_of
from rlm_tui.repository.index.database import IndexRebuilt
from rlm_tui.repository.index.indexing import MANY, Indexing
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.repository.versions.git import Head

_STEP = 20
"""Milliseconds of quiet after which changes are taken to belong together."""
_DEBOUNCE = 400
"""Milliseconds after which changes are acted upon even if more keep coming."""
_CALM = 0.6
"""Seconds without a change after which many of them, such as a switch of branches, are taken to be all; over `_DEBOUNCE`."""
_STORM, _SWITCH = 3.0, 60.0
"""Seconds to wait for the end of many changes: of unknown cause (a build goes on for minutes), and of git's."""
_RESTS = 5
"""After looking for new files in vain, rest for so many times what it took: a build writes thousands that are ignored."""
_AGAIN = 1.0
"""Seconds until watching is taken up again after it broke."""
_POLL, _POLL_RESTS = 2.0, 20
"""Without a watcher, look at all files after so many seconds, or so many times what looking took: 5% of a processor."""
_IGNORE_FILES = (b".gitignore", b".ignore", b".rgignore")


async def watch(root: Path, store: Store, indexing: Indexing, head: Head) -> None:
    """Keep the index true until cancelled. Where the system cannot watch so many folders, look at all files now and then.

    Raises `RepositoryError` when `root` is gone.
    """
    await asyncio.to_thread(indexing.warm_up)
    while True:
        try:
            await _follow(root, store, indexing, head)
        except (
            WatchfilesRustInternalError,
            ExceptionGroup,
        ) as error:  # a group where it was raised in the watcher's thread
            if isinstance(error, ExceptionGroup) and error.split(WatchfilesRustInternalError)[1] is not None:
                raise
            # A file whose name is no UTF-8 was touched, which watchfiles cannot tell of: look at all files instead.
            await asyncio.sleep(_AGAIN)
            await asyncio.to_thread(indexing.scan)
        except FileNotFoundError as error:
            raise _gone(root) from error
        except (OSError, RuntimeError) as error:  # watchfiles raises RuntimeError for what the system's watcher refuses
            advice = "on Linux, raise fs.inotify.max_user_watches and max_user_instances"
            store.notice(f"changes are noticed some seconds late, because they cannot be watched ({error}): {advice}")
            await _poll(root, store, indexing, head)


def _gone(root: Path) -> RepositoryError:
    return RepositoryError(f"{root} is gone: it is no longer watched")


async def _poll(root: Path, store: Store, indexing: Indexing, head: Head) -> None:
    """Scan whenever a look at all files shows that something has changed."""
    while True:
        began = time.monotonic()
        if not head.is_busy and await asyncio.to_thread(_differs, root, store):
            await asyncio.to_thread(indexing.scan)
        await asyncio.sleep(max(_POLL, _POLL_RESTS * (time.monotonic() - began)))


def _differs(root: Path, store: Store) -> bool:
    """Tell whether any file has another name, size or time of change than in the index."""
    if not root.is_dir():
        raise _gone(root)
    known = {path: (stamp.size, stamp.mtime) for path, stamp in store.stamps().items()}
    return known != {file.path: (file.size, file.mtime) for file in listing(root)}


async def _follow(root: Path, store: Store, indexing: Indexing, head: Head) -> None:
    """Act upon changes as they come; return when other folders are to be watched."""
    single = await asyncio.to_thread(_single, root)
    changed: set[str] = set()
    arrived = asyncio.Event()

    async def collect() -> None:
        # DefaultFilter leaves out version control, environments, caches and editors' temporary files.
        async for changes in awatch(
            *(single or [str(root)]), watch_filter=DefaultFilter(), step=_STEP, debounce=_DEBOUNCE, recursive=not single
        ):
            changed.update(path for _, path in changes)
            arrived.set()

    collecting = asyncio.create_task(collect())
    collecting.add_done_callback(lambda _: arrived.set())
    try:
        await asyncio.sleep(
            0
        )  # the watcher is in place now; what was saved between the last scan and this would be missed
        if await asyncio.to_thread(_differs, root, store):
            await asyncio.to_thread(indexing.scan)
        while True:
            await arrived.wait()
            if collecting.done():
                collecting.result()
            began = time.monotonic()
            if head.is_busy:
                # Half of a branch must not be shown as the whole: who asks for symbols waits meanwhile.
                with indexing.changing():
                    await _all(changed, lambda: head.is_busy, _SWITCH)
                    in_vain = await _act(root, store, indexing, changed, arrived)
            else:
                if len(changed) > MANY:
                    await _all(changed, lambda: True, _STORM)
                in_vain = await _act(root, store, indexing, changed, arrived)
            if single and await asyncio.to_thread(_single, root) != single:
                return
            if in_vain:
                await asyncio.sleep(_RESTS * (time.monotonic() - began))
    finally:
        collecting.cancel()
        await asyncio.wait([collecting])


async def _act(root: Path, store: Store, indexing: Indexing, changed: set[str], arrived: asyncio.Event) -> bool:
    """Act upon what has changed up to now; tell whether new files were looked for in vain."""
    paths = list(changed)
    changed.clear()
    arrived.clear()
    try:
        return await asyncio.to_thread(apply, root, store, indexing, paths)
    except IndexRebuilt:  # found corrupt just now: it is empty, and one scan fills it
        await asyncio.to_thread(indexing.scan)
        return False


async def _all(changed: set[str], goes_on: Callable[[], bool], seconds: float) -> None:
    """Wait until all has come: it does not go on, nothing more came for a while, or so many seconds have passed."""
    began = last = time.monotonic()
    count = len(changed)
    while goes_on() and time.monotonic() - last < _CALM and time.monotonic() - began < seconds:
        await asyncio.sleep(_STEP / 1_000)
        if len(changed) != count:
            count, last = len(changed), time.monotonic()


def _single(root: Path) -> list[str]:
    """Return the folders to watch one by one; none where `root` can be watched whole.

    watchfiles follows links: one to / or to a home directory would make it watch the whole machine.
    """
    inside = os.path.join(root, "")  # noqa: PTH118 - pathlib drops the last slash
    ignored = frozenset(DefaultFilter.ignore_dirs)
    folders: list[str] = []
    leads_out = False
    for folder, names, _ in os.walk(root):
        if ignored.isdisjoint(Path(folder).parts):
            folders.append(folder)
        paths = (os.path.join(folder, name) for name in names)  # noqa: PTH118 - pathlib would take ten times as long
        links = (path for path in paths if os.path.islink(path))  # noqa: PTH114 - as above
        leads_out = leads_out or not all(os.path.join(os.path.realpath(path), "").startswith(inside) for path in links)  # noqa: PTH118
    return sorted(folders) if leads_out else []


def apply(root: Path, store: Store, indexing: Indexing, paths: Iterable[str]) -> bool:
    """Bring the index up to date with changes at `paths` (absolute); tell whether new files were looked for in vain."""
    top = os.fsencode(root).rstrip(b"/") + b"/"
    names = {raw.removeprefix(top) for path in paths if (raw := os.fsencode(path)).startswith(top)}
    stamps = {name: stamp for name in names if (stamp := store.stamp(path_of(name)))}
    there = {file.raw: (file.size, file.mtime) for file in look(root, stamps)}
    # What a scan has met already, such as the rest of a switch of branches, needs no second look.
    known = {name for name, stamp in stamps.items() if (stamp.size, stamp.mtime) != there.get(name)}
    unknown = names.difference(stamps)
    renamed = len({name.lower() for name in names}) < len(names)  # only a listing tells names apart that differ in case
    if (
        renamed
        or any(name.endswith(_IGNORE_FILES) for name in known | unknown)
        or any(_is_folder(top, name, store) for name in unknown)
    ):
        indexing.scan()
        return False
    created: set[bytes] = set()
    if any(os.path.lexists(top + name) for name in unknown):
        created = unknown.intersection(ripgrep.files(root))
        if not created and not known:
            return True
    if known or created:
        indexing.refresh(sorted(known | created))
    return False


def _is_folder(top: bytes, name: bytes, store: Store) -> bool:
    """Tell whether this is a folder, or was one: moved as a whole, it comes as one change."""
    if os.path.isdir(top + name):  # noqa: PTH112 - the name is bytes, which pathlib does not take
        return not os.path.islink(top + name)  # noqa: PTH114 - as above
    return not os.path.lexists(top + name) and store.has_below(path_of(name))
