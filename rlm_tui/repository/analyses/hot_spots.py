"""Ranks the files that a change is likeliest to meet, and to hurt: much imported, often changed, full of decisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log1p

from rlm_tui.repository.analyses.complexity import CALLABLE, decisions
from rlm_tui.repository.files.generated import is_generated, says_generated
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.search.commit_log import read_commits
from rlm_tui.repository.symbols import Remark, Symbol

_HEAD = 2_000
_LOOKED_INTO = 200
"""So many files are read for their decisions: those that are imported and changed most."""


def hot_spots(repository: Repository, most: int) -> list[Remark]:
    """Return the hottest files in scope, each as its longest function, with what makes it hot.

    The value is centrality x churn x complexity in thousandths of the hottest: files that import it, commits that touched it
    (of the latest 3,000), decisions in it, each by its logarithm. Without git, churn counts for nothing.
    """
    files = {
        file.path: file
        for file in repository.files()
        if file.language in code_languages()
        and not file.is_test
        and file.status == "parsed"
        and not is_generated(file.path)
    }
    importers: defaultdict[str, set[str]] = defaultdict(set)
    for item in repository.analyses.imports():
        importers[item.target].add(item.path)
    changed = Counter(path for one in read_commits(repository) for path in one.paths if path in files)
    warmth = {path: log1p(1 + len(importers[path])) * log1p(changed[path] or (0 if changed else 1)) for path in files}
    likely = sorted(files, key=lambda path: (-warmth[path], -files[path].lines, path))[:_LOOKED_INTO]
    found: list[tuple[float, str, int]] = []
    for path in likely:
        try:
            text = repository.slice(path).text
        except (LookupError, PermissionError):  # gone since it was indexed
            continue
        if says_generated(text[:_HEAD].encode()):
            continue
        count = decisions(text, files[path].language)
        found.append((warmth[path] * log1p(count), path, count))
    found.sort(key=lambda row: (-row[0], row[1]))
    top = found[0][0] if found else 0.0
    remarks: list[Remark] = []
    for score, path, count in found:
        symbol = _longest(repository, path)
        if symbol is None or score <= 0:
            continue
        commits = f", {changed[path]:,} commits" if changed else ""
        told = f"heat {score / top:.2f}: imported by {len(importers[path]):,} files{commits}, {count:,} decisions"
        remarks.append(Remark(symbol, round(1_000 * score / top), told))
        if len(remarks) >= most:
            break
    return remarks


def _longest(repository: Repository, path: str) -> Symbol | None:
    symbols = repository.outline(path)
    functions = [symbol for symbol in symbols if symbol.kind in CALLABLE]
    return max(functions or symbols, key=lambda symbol: (symbol.end - symbol.start, -symbol.start), default=None)
