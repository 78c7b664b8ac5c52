"""A worker process: parses the files it is told to, one answer a file, and does nothing else.

It is started as `python -m rlm_tui.repository.index.worker` and speaks frames over its standard input and output (JSON and one
blob; no pickle, because what it parses is a stranger's). A parse that does not end is ended by the kernel through an interval
timer, whatever the code is doing: the process dies, and its owner knows by the answers which file it was.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO

from rlm_tui.repository.files import walk
from rlm_tui.repository.index.packing import Packed, pack, pack_text
from rlm_tui.repository.indexer import Indexer, indexers

_HEAD = struct.Struct("<II")
_LONGEST = 1 << 30
_MEMORY = 4 << 30
"""Bytes of address space: a grammar that grows without end fails, instead of the machine."""
SECONDS = 30.0
"""One file may take so much of a processor: the largest that are parsed take a second or two, on a busy machine far more time."""
_PATIENCE = 10
"""So many times as long it may take by the clock: a processor that others use, or a disk that does not answer."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file to parse: its id in the index, its path, its name in bytes, its language ("" for text)."""

    id: int
    path: str
    raw: bytes
    language: str


def send(stream: IO[bytes], message: object, blob: bytes = b"") -> None:
    """Write one frame."""
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    stream.write(_HEAD.pack(len(text), len(blob)) + text + blob)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Read one frame, the message in JSON; None at the end of the stream, or when it is cut off or no frame."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    size, extra = _HEAD.unpack(head)
    if size > _LONGEST or extra > _LONGEST:
        return None
    text, blob = stream.read(size), stream.read(extra)
    return (text, blob) if len(text) == size and len(blob) == extra else None


def look_at(root: Path, job: Job, by_language: dict[str, Indexer], inside: set[bytes]) -> tuple[str, Packed | None]:
    """Return the status of one file and what is to be stored of it; `inside` as for `walk.read`."""
    try:
        source = walk.read(root, job.raw, walk.LARGEST + 1, inside)
    except OSError:
        return "unreadable", None
    if walk.is_binary(source):
        return "binary", None
    indexer = by_language.get(job.language)
    if len(source) > walk.LARGEST or (indexer and not indexer.outline and walk.is_machine_made(job.path, source)):
        return "large", None
    if indexer is None:
        return "text", pack_text(job.path, source.decode("utf-8", "replace"), job.language)
    try:
        return "parsed", pack(job.path, indexer.parse(job.path, source), source)
    except Exception:  # noqa: BLE001 - a plug-in's fault must cost one file, not the index
        return "quarantined", None


def serve(requests: IO[bytes], answers: IO[bytes], seconds: float = SECONDS) -> None:
    """Answer requests until they end. A request is [root as Latin-1, [[id, path, raw as Latin-1, language], ...]]."""
    by_language = {indexer.name: indexer for indexer in indexers().values()}
    # What a parse makes is tuples without cycles: looking for some after every few hundred of them would cost a tenth.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    send(answers, ["ready"])
    while (request := receive(requests)) is not None:
        root, rows = json.loads(request[0])
        folder = Path(os.fsdecode(str(root).encode("latin-1")))
        inside: set[bytes] = set()  # for this request only: a folder may become a link at any time
        for identity, path, raw, language in rows:
            job = Job(identity, path, raw.encode("latin-1"), language)
            _arm(seconds)
            status, packed = look_at(folder, job, by_language, inside)
            _arm(0)
            if packed is None:
                send(answers, [status])
            else:
                send(answers, [status, *frame(packed)], packed.blob)


def main(seconds: float = SECONDS) -> None:
    """Be a worker: keep the pipes for the frames alone, leave Ctrl+C to the owner, and end with it."""
    answers = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with suppress(ImportError, OSError, ValueError):
        import resource

        os.nice(5)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, answers, seconds)


def frame(packed: Packed) -> list[object]:
    """Return all of `packed` but its blob, as JSON takes it."""
    return [getattr(packed, field.name) for field in fields(Packed)[:-1]]


def unframe(text: bytes, blob: bytes) -> tuple[str, Packed | None]:
    """Return the status of a file and what is to be stored of it, as a worker wrote them; what is no answer is quarantined."""
    try:
        status, *values = json.loads(text)
        return str(status), Packed(*[*values, blob]) if values else None
    except (ValueError, TypeError):  # whoever wrote this was broken by what it parsed
        return "quarantined", None


def _arm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE * seconds)


if __name__ == "__main__":
    main()
