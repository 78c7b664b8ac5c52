"""`rlm-tui apply RUN` and `rlm-tui undo`: the patches that a run proposed, written into the files after a yes, and taken back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rlm_tui.config import Settings
    from rlm_tui.records.tree import Tree
    from rlm_tui.repository.patches.patch_checks import CheckedPatch

Guard = Callable[[Callable[[], int]], int]
_NAMED = 8
DECLINED = 1


def commands(settings: Callable[[], Settings], guard: Guard) -> dict[str, click.Command]:
    """Return both commands by name. `guard` turns what can go wrong into a sentence and an exit code."""

    @click.command(short_help="Write the patches of RUN into its files, after a yes.")
    @click.argument("run")
    @click.option(
        "--finding", "findings", metavar="ID", multiple=True, help="Only the patch of this finding; may be repeated."
    )
    @click.option("-y", "--yes", is_flag=True, help="Do not ask; not enough where files have uncommitted changes.")
    @click.option("--over-uncommitted", is_flag=True, help="With --yes: also over changes that are not committed.")
    def apply(run: str, findings: tuple[str, ...], yes: bool, over_uncommitted: bool) -> None:
        """Write the patches of RUN (its id, or the beginning of it) into its repository's files, after a yes.

        All of them or nothing. They are checked against the files as they are now; `rlm-tui undo` takes them back.
        """
        sys.exit(guard(lambda: _apply(settings(), run, findings, yes=yes, over_uncommitted=over_uncommitted)))

    @click.command(short_help="Take back the patch that was applied last.")
    @click.argument("path", default=".", type=click.Path(path_type=Path))
    @click.option("-y", "--yes", is_flag=True, help="Do not ask.")
    def undo(path: Path, yes: bool) -> None:
        """Take back the patch that was applied last to the repository at PATH; refused where a file has changed since."""
        sys.exit(guard(lambda: _undo(settings(), path, yes=yes)))

    return {"apply": apply, "undo": undo}


def _apply(settings: Settings, run: str, findings: Sequence[str], *, yes: bool, over_uncommitted: bool) -> int:
    from rlm_tui.headless import bring_up_to_date
    from rlm_tui.records.store import RunStore
    from rlm_tui.records.tree import Tree
    from rlm_tui.repository.patches.applying import Applying
    from rlm_tui.repository.repository import Repository
    from rlm_tui.repository.sanitize import escape_name

    store = RunStore(settings.runs_dir)
    tree = Tree.of(store.read(store.find(run)))
    texts = _patches(tree, findings)
    if tree.start is None or not texts:
        return _told(f"run {run} proposed no patch" + (" with these ids" if findings else ""))
    repository = Repository.open(Path(tree.start.root), settings.cache_dir, settings.secrets)
    try:
        bring_up_to_date(repository)
        checked, problems = repository.patches.join(texts)
        applying, where = Applying(repository.root, settings.applied_dir), escape_name(str(repository.root))
        for told in applying.recover():
            click.echo(f"note: {told}", err=True)
        _summary(checked, problems)
        uncommitted = applying.uncommitted([path for path in checked.patch.paths if path])
        if uncommitted:
            click.echo(f"not committed, so that only undo brings it back: {_listed(uncommitted)}", err=True)
        sure = yes and (over_uncommitted or not uncommitted)
        if not sure and not _confirmed(f"Write this into the files of {where}?", yes=yes):
            return DECLINED
        applied = applying.apply(tree.start.title[:200], checked.edits)
    finally:
        repository.close()
    click.echo(f"applied to {_listed(applied.paths)} in {where}; `rlm-tui undo` takes it back")
    return 0


def _undo(settings: Settings, path: Path, *, yes: bool) -> int:
    from rlm_tui.repository.patches.applying import Applying
    from rlm_tui.repository.symbols import RepositoryError

    if not path.is_dir():
        raise RepositoryError(f"{path} is no folder")
    applying = Applying(path.resolve(), settings.applied_dir)
    for told in applying.recover():
        click.echo(f"note: {told}", err=True)
    last = applying.last()
    if last is None:
        return _told("no patch was applied here that could be undone")
    click.echo(f"{last.title}: {_listed(last.paths)}", err=True)
    if not yes and not _confirmed("Take this back?", yes=False):
        return DECLINED
    undone = applying.undo()
    click.echo(f"undone in {_listed(undone.paths)}")
    return 0


def _patches(tree: Tree, findings: Sequence[str]) -> list[str]:
    return [
        one.patch
        for one in tree.findings
        if one.patch and (not findings or any(one.id.startswith(each) for each in findings))
    ]


def _summary(checked: CheckedPatch, problems: Sequence[str]) -> None:
    for file in checked.patch.files:
        added, removed = sum(hunk.added for hunk in file.hunks), sum(hunk.removed for hunk in file.hunks)
        name = f"{file.old} -> {file.new}" if file.status == "renamed" else file.path
        click.echo(f"{file.status:<9} {name}  +{added} -{removed}", err=True)
    for problem in problems:
        click.echo(f"note: {problem}", err=True)


def _confirmed(question: str, *, yes: bool) -> bool:
    if yes:
        raise click.UsageError("files have changes that are not committed: commit them, or add --over-uncommitted")
    if not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask: add --yes")
    return click.confirm(question, err=True)


def _told(text: str) -> int:
    click.echo(f"rlm-tui: {text}", err=True)
    return 1


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(paths[:_NAMED]) + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")
