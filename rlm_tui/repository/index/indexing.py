"""Keeps the index true to the files: lists them, compares, parses what changed in worker processes, and writes in batches."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version as distribution_version
from pathlib import Path

from rlm_tui.repository import modules
from rlm_tui.repository.files import walk
from rlm_tui.repository.files.generated import is_generated
from rlm_tui.repository.files.walk import Found
from rlm_tui.repository.index.database import IndexRebuilt
from rlm_tui.repository.index.index_folder import alone
from rlm_tui.repository.index.packing import Packed
from rlm_tui.repository.index.schema import Listed
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.index.worker import Job
from rlm_tui.repository.index.workers import COMMAND, Answer, Pool, Worker
from rlm_tui.repository.indexer import indexer_of

_BATCH_FILES = 200
_BATCH_SECONDS = 0.3
_STUCK = 60.0
"""Seconds after which another instance that scans and stores nothing is no longer waited for."""
_DECIDES = (
    "parsing/*",
    "index/packing",
    "index/worker",
    "files/generated",
    "files/secrets",
    "files/walk",
    "search/words",
)
"""Modules of the rooms beside this one that decide what is stored of a file."""
MANY = 200
"""From so many changed files on, listing everything and using all processors is the quicker way."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index is. `phase` is new, listing, parsing or ready; `total` files, of which `done` need no more work."""

    phase: str
    done: int
    total: int
    symbols: int
    seconds: float


class Indexing:
    """Brings the index of `root` up to date; `scan` and `refresh` may be called from any thread, `close` ends both."""

    def __init__(self, root: Path, store: Store, command: Sequence[str] = COMMAND) -> None:
        self._root = root
        self._store = store
        self._command = command
        self._scanning = threading.Lock()
        self._refreshing = threading.Lock()
        self._closed = threading.Event()
        self._settled = threading.Event()
        self._settled.set()
        self._pool: Pool | None = None
        self._warm: Worker | None = None
        self._modules: dict[str, str] = {}
        self._rebuilds = 0
        self.progress = Progress("new", 0, 0, 0, 0.0)

    def scan(self, on_progress: Callable[[Progress], None] | None = None) -> Progress:
        """Bring everything up to date and return the last progress; ends early, and quietly, after `close`.

        Raises `RepositoryError` when the files cannot be listed or no worker starts.
        """
        with self._scanning:
            self._settled.clear()
            if self._closed.is_set():  # closed while this scan began: nobody is to wait for it
                self._settled.set()
            tell = on_progress or _silent
            try:
                with alone(self._store.folder, self._waits(tell)):
                    try:
                        return self._scan(tell)
                    except (
                        IndexRebuilt
                    ):  # found corrupt half-way, or no room: it is empty now, so one more round fills it
                        return self._scan(tell)
            finally:
                self._settled.set()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let those who need a whole index wait while many files change at once, and are brought up to date."""
        before, self.progress = self.progress, replace(self.progress, phase="listing")
        waiting = self.progress
        self._settled.clear()
        try:
            yield
        finally:
            if self.progress is waiting:
                self.progress = before
            self._settled.set()

    def wait(self) -> bool:
        """Wait for the end of a scan that is under way, or for `close`; tell whether there is an index to read.

        From half an index, "there is no such symbol" would be false.
        """
        self._settled.wait()
        if self._rebuilds != self._store.rebuilds and not self._closed.is_set():
            self.scan()  # it was emptied while it was read
        return not self._closed.is_set()

    def refresh(self, names: Iterable[bytes]) -> None:
        """Bring the files with these names (bytes, relative to the root) up to date: changed, created or deleted.

        Whether ignore files hide them is the caller's question. Many of them become one `scan`.
        """
        raws = list(dict.fromkeys(names))
        if len(raws) > MANY:
            self.scan()
            return
        try:
            self._refresh(raws)
        except IndexRebuilt:
            self.scan()

    def _refresh(self, raws: Sequence[bytes]) -> None:
        with self._refreshing:
            if self._closed.is_set():
                return
            excluded = self._store.excluded
            found = {file.raw: file for file in walk.look(self._root, raws) if not excluded(file.path)}
            known = {raw: self._store.stamp(walk.path_of(raw)) for raw in raws}
            gone = [walk.path_of(raw) for raw in raws if raw not in found and known[raw]]
            listed = [
                self._listed(file)
                for raw, file in found.items()
                if (stamp := known[raw]) is None
                or (stamp.size, stamp.mtime) != (file.size, file.mtime)
                or stamp.status == "pending"
            ]
            jobs = [_job(0, file) for file in listed if file.status == "pending"]
            if not gone and not listed:
                return
            answers = {answer.job.path: answer for answer in self._worker().parse(jobs)} if jobs else {}
            if self._closed.is_set():
                return
            with self._store.transaction():
                self._store.delete(gone)
                for file, identity in zip(listed, self._store.list_files(listed), strict=True):
                    if file.path in answers:
                        _, status, packed = answers[file.path].read()
                        self._store.write([(identity, status, packed)])
        if self.progress.phase == "ready":
            count = self._store.count_files()
            self.progress = Progress("ready", count, count, self._store.count_symbols(), self.progress.seconds)

    def layout(self) -> dict[str, str]:
        """Return the modules: name by path of the folder."""
        if not self._modules:
            sources = ((file.path, file.size) for file in self._store.files() if _is_code(file.path))
            self._modules = modules.layout(sources)
        return self._modules

    def warm_up(self) -> None:
        """Start the worker that `refresh` uses, so that the first saved file need not wait for it."""
        with self._refreshing:
            if not self._closed.is_set():
                self._worker()

    def close(self) -> None:
        """End all work and wait until it has ended; what was written stays."""
        self._closed.set()
        self._settled.set()
        if self._pool:
            self._pool.close()
        if self._warm:
            self._warm.kill()
        with self._scanning, self._refreshing:
            if self._warm:
                self._warm.close()
                self._warm = None

    def _waits(self, on_progress: Callable[[Progress], None]) -> Callable[[], bool]:
        """Return what is asked while another instance scans: it tells of its progress, until that stands still for long."""
        began = moved = told = time.monotonic()
        generation: object = None

        def goes_on() -> bool:
            nonlocal moved, told, generation
            now = time.monotonic()
            if now - told > _BATCH_SECONDS:
                told, total, symbols = now, self._store.count_files(), self._store.count_symbols()
                self.progress = Progress("parsing", total - self._store.count_pending(), total, symbols, now - began)
                on_progress(self.progress)
                if generation != self._store.generation:
                    generation, moved = self._store.generation, now
            return not self._closed.is_set() and now - moved < _STUCK

        return goes_on

    def _scan(self, on_progress: Callable[[Progress], None]) -> Progress:
        began = time.monotonic()
        pool = self._pool = Pool(self._root, self._command)

        def report(phase: str, done: int, total: int, symbols: int) -> None:
            self.progress = Progress(phase, done, total, symbols, time.monotonic() - began)
            on_progress(self.progress)

        symbols = self._store.count_symbols()
        report("listing", 0, 0, symbols)
        excluded = self._store.excluded
        jobs, total = self._compare([file for file in walk.listing(self._root) if not excluded(file.path)])
        symbols = self._store.count_symbols()
        done = total - len(jobs)
        if jobs:
            report("parsing", done, total, symbols)
        batch: list[Answer] = []
        written = time.monotonic()
        if not self._closed.is_set():
            with closing(pool.parse(jobs)) as answers:
                for answer in answers:
                    batch.append(answer)
                    if len(batch) >= _BATCH_FILES or time.monotonic() - written > _BATCH_SECONDS:
                        done, symbols = self._write(batch, done, symbols)
                        report("parsing", done, total, symbols)
                        written = time.monotonic()
        done, symbols = self._write(batch, done, symbols)
        report("parsing" if self._closed.is_set() else "ready", done, total, self._store.count_symbols())
        return self.progress

    def _write(self, batch: list[Answer], done: int, symbols: int) -> tuple[int, int]:
        def read() -> Iterator[tuple[int, str, Packed | None]]:
            nonlocal symbols
            for answer in batch:
                identity, status, packed = answer.read()
                symbols += len(packed.symbols) if packed else 0
                yield identity, status, packed

        if batch:
            self._store.write(read())
        done += len(batch)
        batch.clear()
        return done, symbols

    def _compare(self, found: list[Found]) -> tuple[list[tuple[Job, int]], int]:
        """Store what has changed in the listing, and return what must be parsed, with sizes, and the number of all files."""
        if self._store.overgrown():
            self._store.clear()
        self._rebuilds = self._store.rebuilds
        self._modules = modules.layout((file.path, file.size) for file in found if _is_code(file.path))
        known = self._store.stamps()
        changed: list[Listed] = []
        moved: dict[str, str] = {}
        jobs: list[tuple[Job, int]] = []
        module_names: dict[str, str] = {}
        for file in found:
            stamp = known.pop(file.path, None)
            if stamp is None or stamp.size != file.size or stamp.mtime != file.mtime:
                changed.append(self._listed(file))
                continue
            folder = file.path.rpartition("/")[0]
            if folder not in module_names:
                module_names[folder] = modules.module_of(file.path, self._modules)
            if stamp.module != module_names[folder]:
                moved[file.path] = module_names[folder]
            if stamp.status == "pending":
                jobs.append((_job(stamp.id, self._listed(file)), file.size))
        if known or changed or moved:
            with self._store.transaction():
                self._store.delete(known)
                self._store.set_modules(moved)
                identities = self._store.list_files(changed)
            jobs += [
                (_job(identity, file), file.size)
                for file, identity in zip(changed, identities, strict=True)
                if file.status == "pending"
            ]
        return jobs, len(found)

    def _listed(self, file: Found) -> Listed:
        indexer = indexer_of(file.path)
        status, language = "pending", indexer.name if indexer else "text"
        if self._store.secrets.closed(file.path):
            status, language = "text", "text"
        elif walk.is_binary_name(file.path):
            status, language = "binary", ""
        elif file.size > walk.LARGEST:
            status = "large"
        module = modules.module_of(file.path, self.layout())
        return Listed(
            file.path, file.raw, language, file.size, file.mtime, module, status, False, is_generated(file.path)
        )

    def _worker(self) -> Worker:
        if self._warm is None:
            self._warm = Worker(self._root, self._command)
        return self._warm


def version() -> str:
    """Return what the stored facts depend on: our version, and the code of the indexers and of what packs their facts."""
    parts = [distribution_version("rlm-tui")]
    paths = [path for entry in import_module("rlm_tui.indexers").__path__ for path in Path(entry).glob("*.py")]
    paths += [path for decides in _DECIDES for path in Path(__file__).parents[1].glob(f"{decides}.py")]
    for path in sorted(paths):
        status = path.stat()
        parts.append(f"{path.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _silent(_progress: Progress) -> None:
    """Tell nobody."""


def _job(identity: int, file: Listed) -> Job:
    return Job(identity, file.path, file.raw, file.language)


def _is_code(path: str) -> bool:
    indexer = indexer_of(path)
    return indexer is not None and not indexer.outline
