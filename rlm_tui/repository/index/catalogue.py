"""The files and modules of a repository or of a part of it, read once for each generation of the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rlm_tui.repository.files.secrets import Secrets
from rlm_tui.repository.index.indexing import Indexing
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.symbols import File, Module

_UNSENT = frozenset(("binary", "unreadable", "large"))


@dataclass(frozen=True, slots=True)
class Overview:
    """The files of a scope, by path, its modules, by name and by path, and about how many tokens may be sent of it."""

    files: Sequence[File]
    modules: dict[str, Module]
    tokens: int


@dataclass(frozen=True, slots=True)
class _Generation:
    """All files as of one generation; definitions and tokens by path."""

    stamp: object
    files: Sequence[File]
    symbols: dict[str, int]
    tokens: dict[str, int]


class Catalogue:
    """Reads the files of the index, and how much is in each; shared by all parts of one repository. Thread-safe."""

    def __init__(self, store: Store, indexing: Indexing) -> None:
        self._store = store
        self._indexing = indexing
        self._read: _Generation | None = None

    @property
    def generation(self) -> object:
        """A value that is another one when anything has changed."""
        return self._store.generation

    def overview(self, within: Callable[[str], bool] | None) -> Overview:
        """Return the files that `within` admits (None: all), and the modules they fall into."""
        current = self._current()
        files = current.files
        if within is not None:
            files = [file for file in files if within(file.path)]
        members: dict[str, list[File]] = {}
        for file in files:
            members.setdefault(file.module, []).append(file)
        found: dict[str, Module] = {}
        for path, name in self._indexing.layout().items():
            if name in members:
                found[name] = found[path] = _module(name, path, members[name], current)
        return Overview(files, found, _tokens(files, current))

    def folder(self, path: str, files: Sequence[File]) -> Module | None:
        """Return the folder at `path` as a module of those of `files` below it, None without any."""
        below = [file for file in files if file.path.startswith(path + "/")] if path else []
        return _module(path, path, below, self._current()) if below else None

    def _current(self) -> _Generation:
        stamp, read = self.generation, self._read
        if read is None or read.stamp != stamp:
            files = self._store.files()
            weights = {file.path: file.size // 4 for file in files if _is_sent(file, self._store.secrets)}
            read = self._read = _Generation(stamp, files, self._store.counts(), weights)
        return read


def _is_sent(file: File, secrets: Secrets) -> bool:
    """Tell whether a file may be sent whole: no secrets, no binaries, nothing too large or too machine-made to be parsed."""
    return file.status not in _UNSENT and not secrets.closed(file.path)


def _tokens(files: Sequence[File], current: _Generation) -> int:
    return sum(current.tokens.get(file.path, 0) for file in files)


def _module(name: str, path: str, files: Sequence[File], current: _Generation) -> Module:
    code = [file for file in files if file.language in code_languages()]
    languages = Counter(file.language for file in code or files if file.language not in ("", "text"))
    language = languages.most_common(1)[0][0] if languages else "text"
    symbols = sum(current.symbols.get(file.path, 0) for file in code or files)
    return Module(name, path, language, len(files), symbols, _tokens(files, current))
