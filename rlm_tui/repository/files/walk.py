"""Lists the files of a repository and reads them: nothing outside of its root, nothing that blocks, nothing too large."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.repository.files import ripgrep
from rlm_tui.repository.sanitize import escape_name

LARGEST = 5_000_000
"""Larger files are not parsed: TypeScript's checker.ts, hand-written, has 3 MB; what is larger is generated or data."""
_GENERATED = 1_000_000
"""From this size on a file that says it is generated is not parsed."""
_HEAD = 8_000
_BINARY = frozenset(
    [
        "7z",
        "ai",
        "eps",
        "psd",
        "a",
        "avif",
        "bin",
        "bmp",
        "bz2",
        "class",
        "db",
        "dll",
        "dylib",
        "eot",
        "exe",
        "gif",
        "gz",
        "ico",
        "icns",
        "jar",
        "jpeg",
        "jpg",
        "mo",
        "mov",
        "mp3",
        "mp4",
        "node",
        "o",
        "ogg",
        "otf",
        "pdf",
        "png",
        "pyc",
        "pyd",
        "rar",
        "so",
        "sqlite",
        "tar",
        "tgz",
        "tif",
        "tiff",
        "ttf",
        "war",
        "wasm",
        "wav",
        "webm",
        "webp",
        "woff",
        "woff2",
        "xz",
        "zip",
        "zst",
    ]
)


_REPORT = b"rlm-tui-report-"
"""With this, the names of reports begin that the program writes where it was started."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: its escaped path, its name in bytes, size in bytes, and time of change in nanoseconds."""

    path: str
    raw: bytes
    size: int
    mtime: int


def listing(root: Path) -> list[Found]:
    """Return the files under `root` in the order of their names. Raises `RepositoryError` when ripgrep cannot list it."""
    return list(look(root, ripgrep.files(root)))


def look(root: Path, names: Iterable[bytes]) -> Iterator[Found]:
    """Yield what can be seen of the files with these names; links, sockets, pipes, and what is gone are left out.

    So are the reports of earlier runs: they would answer the next question with the last one's words.
    """
    base = os.fsencode(root) + b"/"
    for raw in names:
        if raw.rpartition(b"/")[2].startswith(_REPORT):
            continue
        try:
            status = os.lstat(base + raw)
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(status.st_mode):
            yield Found(path_of(raw), raw, status.st_size, status.st_mtime_ns)


def path_of(raw: bytes) -> str:
    """Return the path, safe to show, of a file with this name in bytes."""
    return escape_name(os.fsdecode(raw).replace(os.sep, "/"))


def leads_away(root: Path, raw: bytes) -> bool:
    """Tell whether a name under `root` (resolved) is a link or goes through one: told to look there, ripgrep follows it."""
    path = os.path.join(os.fsencode(root), raw)  # noqa: PTH118 - the name is bytes, which pathlib does not take
    return os.path.realpath(path) != os.path.normpath(path)


def read(root: Path, raw: bytes, limit: int = LARGEST, inside: set[bytes] | None = None) -> bytes:
    """Return the first `limit` bytes of a file under `root`, as `plain` gives them; what it grows by meanwhile is left for later.

    `inside` keeps the folders that were found to lie inside, for whoever reads many files at once: to look costs more than to
    read. Raises `OSError`: also for links, pipes, and what lies outside.
    """
    path = os.fsencode(root) + b"/" + raw
    folder = os.path.dirname(path)  # noqa: PTH120 - the name is bytes, which pathlib does not take
    if inside is None or folder not in inside:
        parent, top = os.path.realpath(folder), os.path.realpath(os.fsencode(root))
        if parent != top and not parent.startswith(top.rstrip(b"/") + b"/"):
            raise PermissionError(f"{escape_name(os.fsdecode(raw))} lies outside of the repository")
        if inside is not None:
            inside.add(folder)
    handle = os.open(
        path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise PermissionError(f"{escape_name(os.fsdecode(raw))} is not a regular file")
        return plain(file.read(min(limit, status.st_size)))


def plain(source: bytes) -> bytes:
    """Return the text of a file in UTF-8, without a byte order mark; what has no such mark stays as it is. As ripgrep sees it."""
    if source.startswith(codecs.BOM_UTF8):
        return source[len(codecs.BOM_UTF8) :]
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not source.startswith(codecs.BOM_UTF32_LE):
        return source.decode("utf-16", "replace").encode("utf-8", "replace")
    return source


def is_binary_name(path: str) -> bool:
    """Tell whether the suffix says that there is no text in it, so that it need not be read."""
    return path.rpartition("/")[2].rpartition(".")[2].lower() in _BINARY


def is_binary(source: bytes) -> bool:
    """Tell whether there is a NUL near the beginning, as git and ripgrep do."""
    return b"\0" in source[:_HEAD]


def is_machine_made(path: str, source: bytes) -> bool:
    """Tell whether parsing would cost much and tell little: minified code, and large files that say they are generated."""
    if len(source) < 50_000:
        return ".min." in path.rpartition("/")[2] and len(source) > 5_000
    head = source[:_HEAD]
    lines = source.count(b"\n") + 1
    said = b"do not edit" in head.lower() or b"@generated" in head
    return len(source) / lines > 400 or (said and len(source) > _GENERATED)
