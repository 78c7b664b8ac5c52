"""A question without a screen: the answer goes to stdout, the progress to stderr, the exit code tells how it ended."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO, TypeAlias

from rlm_tui.engine.run import Engine, Run
from rlm_tui.records.events import CallEnded, CallStarted, Event, Noticed, Retrying, RunEnded, RunStarted, TurnEnded
from rlm_tui.records.export import rendered, spent_in_words
from rlm_tui.records.findings import SEVERITIES, Severity
from rlm_tui.records.markdown_text import count
from rlm_tui.records.tree import Tree
from rlm_tui.repository.files.bounded import read_ends
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.workspace import Workspace

Format: TypeAlias = Literal["text", "markdown", "json", "stream-json", "sarif", "patch"]
INTERRUPTED, TERMINATED = 130, 143
_ANSWERED = (0, 4, 5)
FINDINGS = 6
"""The exit code where findings are as grave as `--fail-on` says."""
_LABEL = 48
MOST_INPUT = 8 * 1024 * 1024
"""Bytes of standard input that are taken as context; of more, the beginning and the end, and what is missing is said."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to come out of a run: its format, a new file for it (None: stdout), and the findings that make it fail."""

    format: Format = "text"
    file: Path | None = None
    fail_on: Severity | None = None


async def answer(workspace: Workspace, begin: Callable[[Engine], Run], wanted: Wanted) -> int:
    """Index, begin a run, print; return the exit code. The first Ctrl+C stops softly, the second at once.

    Raises `FileExistsError` when there is a file already where the output should go, before anything is asked.
    """
    with _opened(wanted.file) as output:
        return await _answer(workspace, begin, wanted, output)


async def _answer(workspace: Workspace, begin: Callable[[Engine], Run], wanted: Wanted, output: TextIO) -> int:
    for notice in workspace.notices:
        print(f"note: {sanitize(notice)}", file=sys.stderr)
    stop = Stop()
    with stop.listening():
        try:
            await scan(workspace.repository, sys.stderr)
        except asyncio.CancelledError:
            if stop.code:
                return stop.code
            raise
        run = stop.run = begin(workspace.engine)
        progress = _Progress()
        async for event in run.events():
            if wanted.format == "stream-json":
                print(event.model_dump_json(), file=output, flush=True)
            progress.tell(event)
        end = await run.wait()
    if run.tree.start is not None and run.tree.start.language_model:
        print(f"spent: {count(len(run.tree.calls), 'call')}, {spent_in_words(run.tree.spent())}", file=sys.stderr)
    if wanted.format != "stream-json":
        print(rendered(run.tree, wanted.format), end="", file=output)
    if not stop.code and end.code in _ANSWERED and fails(run.tree, wanted.fail_on):
        return FINDINGS
    return stop.code or end.code


def fails(tree: Tree, fail_on: Severity | None) -> bool:
    """Tell whether a finding that stands is as grave as `fail_on`, or graver."""
    if fail_on is None:
        return False
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity in grave for finding in tree.findings)


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    """Open the new file that the output goes to; it does not stay where nothing was written."""
    if file is None:
        yield sys.stdout
        return
    with file.open("x", encoding="utf-8") as stream:
        try:
            yield stream
        finally:
            if not stream.tell():
                file.unlink()
    if file.exists():
        print(f"written to {file}", file=sys.stderr)


async def scan(repository: Repository, stream: TextIO) -> None:
    """Bring the index up to date, with a progress line when `stream` is a terminal."""
    work = asyncio.create_task(asyncio.to_thread(repository.scan))
    try:
        while not (await asyncio.wait([work], timeout=0.2))[0]:
            progress = repository.progress
            if stream.isatty() and progress.total:
                print(f"\r\x1b[Kindex {progress.done:,}/{progress.total:,} files", end="", file=stream, flush=True)
    finally:
        if stream.isatty():
            print("\r\x1b[K", end="", file=stream, flush=True)
    work.result()


def bring_up_to_date(repository: Repository) -> None:
    """Scan, and tell on stderr what happened to the index: for commands that ask no question."""
    asyncio.run(scan(repository, sys.stderr))
    for notice in repository.notices:
        print(f"note: {sanitize(notice)}", file=sys.stderr)


def piped_input(stream: TextIO) -> str:
    """Return what was piped into `stream`, "" when nothing was. A pipe that stays silent for a second counts as nothing."""
    try:
        descriptor = stream.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return ""
    if not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)):
        return ""
    if not select.select([descriptor], [], [], 1.0)[0]:
        print("note: nothing came on standard input within a second; going on without it", file=sys.stderr)
        return ""
    if not hasattr(stream, "buffer"):
        return ""
    text, left = read_ends(stream.buffer, MOST_INPUT)
    if left:
        print(
            f"note: standard input is longer than {MOST_INPUT:,} bytes: its middle ({left:,} bytes) is left out",
            file=sys.stderr,
        )
    return text


class Stop:
    """Turns signals into cancels: of the run once there is one, before that of the task that listens."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self.code = 0
        self._task = asyncio.current_task()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle SIGINT and SIGTERM until the block ends."""
        loop = asyncio.get_running_loop()
        codes = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
        for number, code in codes.items():
            loop.add_signal_handler(number, self._stop, code)
        try:
            yield
        finally:
            for number in codes:
                loop.remove_signal_handler(number)

    def _stop(self, code: int) -> None:
        again, self.code = self.code != 0, code
        if self.run is not None:
            self.run.cancel(hard=again or code == TERMINATED)
        elif self._task is not None:
            self._task.cancel()


def _cut(label: str) -> str:
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"


class _Progress:
    """Prints a line to stderr for each event that people wait for, indented by the depth of its call."""

    def __init__(self) -> None:
        self._depths: dict[str, int] = {}
        self._labels: dict[str, str] = {}

    def tell(self, event: Event) -> None:
        """Print what `event` means, if anything."""
        if isinstance(event, CallStarted):
            self._depths[event.call_id] = self._depths.get(event.parent_id, -1) + 1
            self._labels[event.call_id] = f" {_cut(event.label)}" if event.parent_id else ""
        if line := self._line(event):
            print(f"{'  ' * self._depths.get(event.call_id, 0)}{line}", file=sys.stderr, flush=True)

    def _line(self, event: Event) -> str:
        of = self._labels.get(event.call_id, "")  # calls work side by side: each line says whose it is
        match event:
            case RunStarted():
                commit = f"@{event.commit}" if event.commit else ""
                return f"{event.repository}{commit}  {event.route} ({event.why})  {event.model}  {event.sandbox}"
            case CallStarted():
                return f"○ {event.label}"
            case TurnEnded() if event.code:
                return f" {of} step {event.step}: {event.code.strip().splitlines()[0][:100]}"
            case Retrying():
                return f" {of} retry {event.attempt} in {event.seconds:.0f} s: {event.reason}"
            case CallEnded() if event.status == "done":
                return f"≋ memo{of}" if event.memo else f"✓ done{of}"
            case CallEnded():
                return f"✗ {event.status}{of} {event.error}".rstrip()
            case Noticed():
                return f"note: {event.text}"
            case RunEnded() if event.error:
                return event.error
        return ""
