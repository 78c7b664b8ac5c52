"""Starts worker processes, hands them files, and takes their answers; a worker that dies costs one file and is replaced."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from rlm_tui.repository.files.environment import environment
from rlm_tui.repository.index.packing import Packed
from rlm_tui.repository.index.worker import Job, receive, send, unframe
from rlm_tui.repository.symbols import RepositoryError

# -P: without it, a folder `rlm_tui` or `json` in the current directory would be imported instead of the real one.
COMMAND = (sys.executable, "-P", "-m", "rlm_tui.repository.index.worker")
_QUARANTINED = b'["quarantined"]'
_CHUNK_FILES = 64
_CHUNK_BYTES = 500_000
_WAITING = 16_000_000
"""Bytes of answers that may wait to be written: those of a few headers of nothing but constants, or of 2,000 usual files."""


def cpus() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Answer(NamedTuple):
    """What a worker says of one file, as it wrote it: read, it takes ten times the memory, so that is put off."""

    job: Job
    text: bytes
    blob: bytes

    def read(self) -> tuple[int, str, Packed | None]:
        """Return the file's id, its status, and what is to be stored of it."""
        return self.job.id, *unframe(self.text, self.blob)


class _Waiting(queue.Queue["Answer | RepositoryError | None"]):
    """Answers on their way to be written; full by their bytes, not by their number."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._bytes = 0

    def _qsize(self) -> int:
        return self._bytes

    def _put(self, item: Answer | RepositoryError | None) -> None:
        super()._put(item)
        self._bytes += _weight(item)

    def _get(self) -> Answer | RepositoryError | None:
        item: Answer | RepositoryError | None = super()._get()
        self._bytes -= _weight(item)
        return item


class Worker:
    """One worker process. Not thread-safe, except for `kill`."""

    def __init__(self, root: Path, command: Sequence[str] = COMMAND) -> None:
        self._root = root
        self._command = command
        self._complaints = TemporaryFile()  # noqa: SIM115 - closed in `close`
        self._killed = False
        self._process = self._start()

    def parse(self, jobs: Sequence[Job]) -> Iterator[Answer]:
        """Yield one answer for each job, in order; a job whose worker died is quarantined. Ends early after `kill`."""
        left = list(jobs)
        killed: set[Job] = set()
        while left and not self._killed:
            self._ask(left)
            while left and (answer := self._answer()) is not None:
                yield Answer(left.pop(0), *answer)
            if left and not self._killed:
                self._process.kill()
                ended = self._process.wait()
                self._process = self._start()
                if ended == -signal.SIGKILL and left[0] not in killed:
                    killed.add(left[0])  # by somebody else, or for want of memory: the file itself may be innocent
                else:
                    yield Answer(left.pop(0), _QUARANTINED, b"")

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        """End the process and wait for its end."""
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:  # what was never sent cannot be flushed
                    continue
        self._complaints.close()

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(
                self._command,
                cwd=self._root.anchor or "/",
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
            )
        except OSError as error:
            raise RepositoryError(f"the process that parses files could not start: {error}") from error
        assert process.stdout  # noqa: S101 - it was opened as a pipe
        if receive(process.stdout) is None and not self._killed:
            process.kill()
            self._complaints.seek(0)
            said = self._complaints.read(20_000).decode("utf-8", "replace").strip().splitlines()
            reason = said[-1] if said else f"exit status {process.wait()}"
            raise RepositoryError(f"the process that parses files could not start: {reason}")
        return process

    def _ask(self, jobs: Sequence[Job]) -> None:
        assert self._process.stdin  # noqa: S101 - it was opened as a pipe
        rows = [[job.id, job.path, job.raw.decode("latin-1"), job.language] for job in jobs]
        try:
            send(self._process.stdin, [os.fsencode(self._root).decode("latin-1"), rows])
        except BrokenPipeError:  # it died: seen, and handled, where its answer is missing
            return

    def _answer(self) -> tuple[bytes, bytes] | None:
        assert self._process.stdout  # noqa: S101 - it was opened as a pipe
        return receive(self._process.stdout)


class Pool:
    """Parses many files in several workers at once."""

    def __init__(self, root: Path, command: Sequence[str] = COMMAND) -> None:
        self._root = root
        self._command = command
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._closed = False

    def parse(self, jobs: Sequence[tuple[Job, int]]) -> Generator[Answer, None, None]:
        """Yield the answers for the jobs, given with the sizes of their files in bytes, as they come. Ends early after `close`.

        Raises `RepositoryError` when no worker can be started.
        """
        chunks: queue.SimpleQueue[list[Job]] = queue.SimpleQueue()
        count = 0
        for chunk in _chunks(jobs):
            chunks.put(chunk)
            count += 1
        answers = _Waiting(_WAITING)
        threads = [
            threading.Thread(target=self._work, args=(chunks, answers), name=f"parse-{number}", daemon=True)
            for number in range(min(cpus(), count))
        ]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                answer = answers.get()
                if answer is None:
                    running -= 1
                elif isinstance(answer, RepositoryError):
                    raise answer
                else:
                    yield answer
        finally:
            if running:
                self.close()
                while any(thread.is_alive() for thread in threads):
                    try:
                        answers.get(timeout=0.1)
                    except queue.Empty:
                        continue

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.kill()

    def _work(self, chunks: queue.SimpleQueue[list[Job]], answers: _Waiting) -> None:
        try:
            worker = Worker(self._root, self._command)
        except RepositoryError as error:
            answers.put(error)
            return
        with self._lock:
            self._workers.add(worker)
        try:
            while not self._closed:
                for answer in worker.parse(chunks.get_nowait()):
                    answers.put(answer)
        except queue.Empty:
            pass
        except RepositoryError as error:
            answers.put(error)
        finally:
            with self._lock:
                self._workers.discard(worker)
            worker.close()
            answers.put(None)


def _weight(item: Answer | RepositoryError | None) -> int:
    return len(item.text) + len(item.blob) if isinstance(item, Answer) else 1


def _chunks(jobs: Sequence[tuple[Job, int]]) -> Iterator[list[Job]]:
    chunk: list[Job] = []
    size = 0
    for job, length in jobs:
        if chunk and (len(chunk) == _CHUNK_FILES or size + length > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(job)
        size += length
    if chunk:
        yield chunk
