"""The mode that reviews changes: a branch, a range of commits, what is staged, or what is not committed yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from rlm_tui.engine.mode import Mode, Prepared
from rlm_tui.repl.guest_versions import written_hunk
from rlm_tui.repository.files.generated import is_generated
from rlm_tui.repository.indexer import indexer_of
from rlm_tui.repository.parsing.tests_by_path import is_test_path
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File, Hunk, RepositoryError, UnknownName
from rlm_tui.repository.versions.former import STAGED

_MOST = 400_000
"""Characters of the change that are handed in; the rest is told of, and asked for by `changes`."""
_SPREAD = 30_000
"""A change over several modules that is longer than this is given to sub-agents."""
_NAMED, _LISTED = 20, 500


def prepare(repository: Repository, words: Sequence[str], handed: str) -> Prepared:
    """Find what is to be reviewed: `[BASE] [--staged] [PATH...]`; without a base, what is not committed, else the branch."""
    base, paths = _asked(repository, words)
    narrowed = repository.narrow(paths) if paths else repository
    hunks = narrowed.versions.changes(base or "")
    since = _told(base or "")
    if base is None and not hunks:
        base = repository.versions.default_branch()
        if not base:
            raise RepositoryError(
                "there is nothing to review: nothing is uncommitted, and this is no branch of its own; give a base, as in "
                "`review HEAD~1` or `review v1.0..v1.1`"
            )
        hunks, since = narrowed.versions.changes(base), _told(base)
    if not hunks:
        raise RepositoryError(f"there is nothing to review: {since}, nothing has changed{' there' if paths else ''}")
    size = _size(hunks)
    context, left = _context(hunks, f"# {since[0].upper()}{since[1:]}: {size}")
    call = f"changes({json.dumps(base or '')})"
    modules = {found.module for path in {hunk.path for hunk in hunks} if (found := _file(repository, path))}
    text = f"Review what has changed {since}: {size}.\n\nThe hunks are `{call}`; their text, with numbered lines, is `context`"
    text += (
        f", but for {len(left):,} file{' that was' if len(left) == 1 else 's that were'} too long for it."
        if left
        else "."
    )
    if handed.strip():
        context = f"# Said with it\n{handed.strip()}\n\n{context}"
    spread = len(modules) > 1 and len(context) > _SPREAD
    return Prepared(
        text=text,
        context=context,
        scope=tuple(paths),
        route="rlm" if spread else "repl",
        why=f"{size} in {len(modules)} modules: sub-agents may take modules"
        if spread
        else f"{size}: one agent reviews it",
        notices=(*_warnings(repository, base or "", hunks), *([_too_long(left)] if left else [])),
    )


def _asked(repository: Repository, words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the base (None where none was named) and the paths that the words name."""
    base: str | None = None
    paths: list[str] = []
    for word in words:
        if word == f"--{STAGED}":
            if base is not None:
                raise ValueError(f"--{STAGED} compares with the last commit: leave {base} out")
            base = word
        elif word.startswith("-"):
            raise ValueError(f"review has no option {word}: it takes [BASE] [--{STAGED}] [PATH...]")
        elif base is None and not paths and _is_base(repository, word):
            base = word
        else:
            paths.append(_path(repository, word))
    return base, paths


def _is_base(repository: Repository, word: str) -> bool:
    try:
        repository.versions.sides(word)
    except UnknownName:
        if ".." in word or word.endswith("^!"):
            raise
        return False
    return True


def _path(repository: Repository, word: str) -> str:
    try:
        repository.narrow([word])
    except LookupError as error:
        raise ValueError(f"{word} is no branch, tag, commit or path here: {error}") from error
    return word


def _file(repository: Repository, path: str) -> File | None:
    try:
        found = repository.resolve(path)
    except LookupError:
        return None
    return found if isinstance(found, File) else None


def _told(base: str) -> str:
    if not base:
        return "since the last commit"
    if base == f"--{STAGED}":
        return "in what is staged"
    if base.endswith("^!"):
        return f"in {base.removesuffix('^!')}"
    return f"from {base.replace('...', ' to ').replace('..', ' to ')}" if ".." in base else f"since {base}"


def _size(hunks: Sequence[Hunk]) -> str:
    files = len({hunk.path for hunk in hunks})
    added, removed = sum(hunk.added for hunk in hunks), sum(hunk.removed for hunk in hunks)
    return f"{files:,} file{'' if files == 1 else 's'}, +{added:,} -{removed:,} lines"


def _context(hunks: Sequence[Hunk], head: str) -> tuple[str, list[str]]:
    """Return the change as text, file by file, code before tests before the rest, and the files that were left out of it."""
    how = "Each hunk says how its old and its new lines are cited; the first number of a line is its old one, the second its new."
    files = [(path, list(group)) for path, group in groupby(hunks, key=lambda hunk: hunk.path)]
    files.sort(key=lambda file: _rank(file[0]))
    listed = [
        f"{path} +{sum(one.added for one in own)} -{sum(one.removed for one in own)}" for path, own in files[:_LISTED]
    ]
    parts, room = [head, "\n".join(listed), how], _MOST
    left: list[str] = []
    for path, own in files:
        part = _file_text(path, own)
        if len(part) > room:
            left.append(path)
            continue
        parts.append(part)
        room -= len(part)
    return "\n\n".join([*parts, *([f"# Left out\n{_too_long(left)}; `changes` has them"] if left else [])]), left


def _rank(path: str) -> int:
    """Return how late a changed file stands: code first, then tests, then prose and settings, then what a program wrote."""
    indexer = indexer_of(path)
    if is_generated(path):
        return 3
    return 2 if indexer is None or indexer.outline else int(is_test_path(path))


def _too_long(left: Sequence[str]) -> str:
    more = f" and {len(left) - _NAMED:,} more" if len(left) > _NAMED else ""
    return f"too long to be handed in: {', '.join(left[:_NAMED])}{more}"


def _file_text(path: str, hunks: Sequence[Hunk]) -> str:
    first = hunks[0]
    was = f" from {first.old_path}" if first.old_path else ""
    return "\n".join([f"## {path} ({first.status}{was})", *map(written_hunk, hunks)])


def _warnings(repository: Repository, base: str, hunks: Sequence[Hunk]) -> list[str]:
    found: list[str] = []
    _, new = repository.versions.sides(base)
    if new and any("@" in hunk.new for hunk in hunks if hunk.new):
        found.append(
            "what is reviewed is not what is checked out: callers, tests and definitions are those of the working tree"
        )
    left_out = sorted({hunk.path for hunk in hunks if repository.is_excluded(hunk.path)})
    if left_out:
        more = f" and {len(left_out) - _NAMED:,} more" if len(left_out) > _NAMED else ""
        found.append(
            f"changed, and reviewed by their text alone, as .rlm-tui.toml of the repository leaves them out: "
            f"{', '.join(left_out[:_NAMED])}{more}"
        )
    unshown = sorted({hunk.path for hunk in hunks if hunk.text.startswith(("[closed", "[too long"))})
    if unshown:
        more = f" and {len(unshown) - _NAMED:,} more" if len(unshown) > _NAMED else ""
        found.append(f"changed, but not shown: {', '.join(unshown[:_NAMED])}{more}")
    return found


REVIEW = Mode(
    name="review",
    title="Review changes: findings with evidence, the gravest first",
    prompt=(
        "Review the change in `context`: what breaks, for whom, and what proves it. Look at callers, tests and history of "
        "what changed. `hunk.old` cites its old lines, `hunk.new` the new; `peek` reads both. Verify what `suspicions` finds. "
        "With several modules, give each to a sub-agent, its hunks as context. `propose` each problem worth a developer's "
        "time, and nothing else: no praise, no style."
    ),
    answer=(
        "Markdown, short: what the change does, whether it is ready, what you did not review. The findings are shown beside it."
    ),
    below="`propose` each problem of your part; answer with what you looked at and what not.",
    proposes=True,
    second_look=True,
    tools=("changed_symbols", "suspicions", "edit_patch"),
    prepare=prepare,
    usage="[BASE] [--staged] [PATH...]",
)
