"""Watches a repository while one works, and brings the index up to date with what is saved, created, deleted or checked out."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path

from watchfiles import DefaultFilter, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from rlm_tui.repository import ripgrep
from rlm_tui.repository.database import IndexRebuilt
from rlm_tui.repository.indexing import Indexing
from rlm_tui.repository.store import Store
from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.repository.walk import path_of

_STEP = 20
"""Milliseconds of quiet after which changes are taken to belong together."""
_DEBOUNCE = 400
"""Milliseconds after which changes are acted upon even if more keep coming."""
_RESTS = 5
"""After looking for new files in vain, rest for so many times what it took: a build writes thousands that are ignored."""
_AGAIN = 1.0
"""Seconds until watching is taken up again after it broke."""
_IGNORE_FILES = (b".gitignore", b".ignore", b".rgignore")


async def watch(root: Path, store: Store, indexing: Indexing) -> None:
    """Keep the index true until cancelled. Raises `RepositoryError` when the system cannot watch so many folders."""
    await asyncio.to_thread(indexing.warm_up)
    while True:
        try:
            await _follow(root, store, indexing)
        except (
            WatchfilesRustInternalError,
            ExceptionGroup,
        ) as error:  # a group where it was raised in the watcher's thread
            if isinstance(error, ExceptionGroup) and error.split(WatchfilesRustInternalError)[1] is not None:
                raise
            # A file whose name is no UTF-8 was touched, which watchfiles cannot tell of: look at all files instead.
            await asyncio.sleep(_AGAIN)
            await asyncio.to_thread(indexing.scan)
        except (OSError, RuntimeError) as error:  # watchfiles raises RuntimeError for what the system's watcher refuses
            if isinstance(error, FileNotFoundError):
                raise RepositoryError(f"{root} is gone: it is no longer watched") from error
            advice = "on Linux, raise fs.inotify.max_user_watches; until then the index is as of the last scan"
            raise RepositoryError(f"changes in {root} cannot be watched ({error}): {advice}") from error


async def _follow(root: Path, store: Store, indexing: Indexing) -> None:
    """Act upon changes as they come; return when other folders are to be watched."""
    single = await asyncio.to_thread(_single, root)
    # DefaultFilter leaves out version control, environments, caches and editors' temporary files.
    changing = awatch(
        *(single or [str(root)]), watch_filter=DefaultFilter(), step=_STEP, debounce=_DEBOUNCE, recursive=not single
    )
    async for changes in changing:
        began = time.monotonic()
        try:
            in_vain = await asyncio.to_thread(apply, root, store, indexing, [path for _, path in changes])
        except IndexRebuilt:  # found corrupt just now: it is empty, and one scan fills it
            await asyncio.to_thread(indexing.scan)
            continue
        if single and await asyncio.to_thread(_single, root) != single:
            return
        if in_vain:
            await asyncio.sleep(_RESTS * (time.monotonic() - began))


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
    known = {name for name in names if store.stamp(path_of(name))}
    unknown = names - known
    if any(name.endswith(_IGNORE_FILES) for name in names) or any(_is_folder(top, name, store) for name in unknown):
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
