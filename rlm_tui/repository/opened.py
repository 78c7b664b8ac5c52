"""What all parts of an opened repository share: its index, and what reads it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_dir

from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.files import ripgrep
from rlm_tui.repository.files.fingerprint import Fingerprints
from rlm_tui.repository.files.narrowing import read_narrowing
from rlm_tui.repository.files.saved_files import SavedFiles
from rlm_tui.repository.files.secrets import Secrets
from rlm_tui.repository.files.sources import Sources
from rlm_tui.repository.index.catalogue import Catalogue
from rlm_tui.repository.index.index_folder import claim
from rlm_tui.repository.index.indexing import Indexing, version
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.sanitize import escape_name
from rlm_tui.repository.search.history import GitLog
from rlm_tui.repository.search.ranking import Ranking, reading
from rlm_tui.repository.symbols import RepositoryError
from rlm_tui.repository.versions.git import Head


@dataclass(frozen=True)
class Opened:
    """The repository at `root`, whole: every `Repository` that sees a part of it has the same one."""

    root: Path
    store: Store
    indexing: Indexing
    head: Head
    graph: Graph
    fingerprints: Fingerprints
    sources: Sources
    saved: SavedFiles
    catalogue: Catalogue
    ranking: Ranking

    def whole(self) -> None:
        """Wait for the whole index. Raises `RepositoryError` when it is closed before that: half of it would tell lies."""
        if not self.indexing.wait():
            raise RepositoryError("the repository is closed")


def open_root(root: Path, cache: Path | None, secrets: Secrets) -> Opened:
    """Open the repository at `root`: see `Repository.open`. Raises `RepositoryError`."""
    if not root.is_dir():
        what = "is not a directory" if root.exists() else "does not exist"
        raise RepositoryError(f"{escape_name(str(root))} {what}: give the folder of a repository")
    root = root.resolve()
    if not os.access(root, os.R_OK | os.X_OK):
        raise RepositoryError(f"{escape_name(str(root))} cannot be read: check its permissions")
    ripgrep.program()
    opened = "".join(f"\0{glob}" for glob in secrets.allowed)
    key = sha256(os.fsencode(root) + opened.encode()).hexdigest()[:16]
    folder = (cache or Path(user_cache_dir("rlm-tui"))) / "index" / key
    narrowing = read_narrowing(root)
    store = Store(folder, version(), secrets, narrowing.excluded)
    for notice in (secrets.notice, *narrowing.notices):
        if notice:
            store.notice(notice)
    claim(folder, root)
    indexing, head = Indexing(root, store), Head(root)
    return Opened(
        root,
        store,
        indexing,
        head,
        Graph(store),
        Fingerprints(root, store.secrets),
        Sources(root, store),
        SavedFiles(root, store, indexing),
        Catalogue(store, indexing),
        Ranking(store, reading(root, store), GitLog(root, head, store.folder).history),
    )
