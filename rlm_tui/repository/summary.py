"""What an index holds, in a few lines for people: files by status and language, and what was set aside, and why."""

from __future__ import annotations

from collections import defaultdict

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File

_STATUSES = {
    "parsed": "parsed into symbols",
    "pending": "not parsed yet",
    "text": "text: found by words and grep",
    "large": "large or minified: listed and searched by grep, not parsed",
    "binary": "binary: listed only",
    "unreadable": "unreadable: listed only",
    "quarantined": "quarantined: their parse did not end well; tried again when they change",
}
_NAMED = 3


def summary(repository: Repository) -> list[str]:
    """Return the lines about an index that is up to date."""
    progress = repository.progress
    head = f"{repository.name}{'@' if repository.commit else ''}{repository.commit}"
    size = f"{progress.total:,} files, {progress.symbols:,} symbols, ~{repository.tokens():,} tokens"
    lines = [f"{head}: {size}, {progress.seconds:.1f} s"]
    lines += [f"  {line}" for line in counts(repository)]
    lines += [f"  {language:<12} {count:>7,} files" for language, count in repository.languages().items()]
    return [*lines, f"index in {place(repository)}"]


def counts(repository: Repository) -> list[str]:
    """Return how many files there are of each status, and of each kind that stands behind the others; [] before a scan."""
    by_status: defaultdict[str, list[File]] = defaultdict(list)
    for file in repository.files():
        by_status[file.status].append(file)
    lines = [_line(by_status[status], said) for status, said in _STATUSES.items() if by_status[status]]
    generated = [file for file in repository.files() if file.is_generated]
    closed = [file for file in repository.files() if repository.is_closed(file.path)]
    if generated:
        lines.append(_line(generated, "of them generated, vendored or built: ranked behind the rest"))
    if closed:
        lines.append(_line(closed, "of them closed: their names say that they may hold secrets"))
    return lines


def place(repository: Repository) -> str:
    """Say where the index is kept."""
    return str(repository.folder) if repository.folder else "memory, for this session"


def _line(files: list[File], said: str) -> str:
    odd = said not in (_STATUSES["parsed"], _STATUSES["text"])
    few = [file.path for file in files] if odd and len(files) <= _NAMED else []
    named = f" ({', '.join(few)})" if few else ""
    return f"{len(files):>7,} {said}{named}"
