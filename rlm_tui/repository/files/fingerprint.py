"""Tells whether files are as they were: one digest of their names and contents."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from rlm_tui.repository.files.secrets import CLOSED, Secrets
from rlm_tui.repository.files.walk import LARGEST, is_binary_name, read


class Fingerprints:
    """Digests of files under `root`. For any thread; a file is read again only when its size or time of change is another."""

    def __init__(self, root: Path, secrets: Secrets = CLOSED) -> None:
        self._root = root
        self._secrets = secrets
        self._known: dict[bytes, tuple[tuple[int, int], bytes]] = {}

    def of(self, names: Iterable[tuple[str, bytes]]) -> str:
        """Return a digest of files, each given by its path and its name in bytes.

        What is not read elsewhere (secrets, binaries, what is too large) counts by size and time of change; what is gone counts
        too.
        """
        whole = sha256()
        for path, raw in names:
            whole.update(sha256(raw).digest() + self._state(path, raw))
        return whole.hexdigest()

    def _state(self, path: str, raw: bytes) -> bytes:
        try:
            status = os.lstat(os.fsencode(self._root) + b"/" + raw)
            stamp = (status.st_size, status.st_mtime_ns)
            known = self._known.get(raw)
            if known is None or known[0] != stamp:
                opaque = status.st_size > LARGEST or is_binary_name(path) or self._secrets.closed(path)
                content = repr(stamp).encode() if opaque else b"text" + read(self._root, raw)
                self._known[raw] = known = (stamp, sha256(content).digest())
        except (OSError, ValueError):
            return b"not there"
        return known[1]
