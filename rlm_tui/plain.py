"""The conversation without a screen: question after question at a prompt, in lines that are only ever appended.

For screen readers, dumb terminals, and whoever likes it so. What is marked by a glyph on the screen is a word here. Ctrl+C stops
a run, first softly and again at once; at the prompt it clears the line, and twice ends. Ctrl+D ends.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rlm_tui.engine.detection import commanded, in_its_mode
from rlm_tui.engine.mode import modes
from rlm_tui.engine.run import Question, Run
from rlm_tui.headless import INTERRUPTED, TERMINATED, Stop
from rlm_tui.records.events import CallEnded, CallStarted, Citation, Event, Noticed, Retrying, RunStarted, TurnEnded
from rlm_tui.records.export import markdown
from rlm_tui.records.tree import Tree
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import RepositoryError, Span
from rlm_tui.ui.figures import seconds
from rlm_tui.ui.report_file import write_new
from rlm_tui.ui.rows import Folds, rows
from rlm_tui.workspace import Workspace

PROMPT = "ask> "
MOST_RUNS = 20
COMMANDS = {
    "calls": "the calls and steps of the last run",
    "cite N": "the lines of citation N; N alone does the same",
    "export": "write the report of the last run as a markdown file here",
    "again": "ask the last question again",
    "runs": "earlier runs; rlm-tui replay RUN --plain prints one",
    "help": "these commands",
    "quit": "end; so does Ctrl+D",
}
_HANGUP = getattr(signal, "SIGHUP", signal.SIGTERM)


async def converse(workspace: Workspace, scope: Sequence[str] = (), *, ascii_only: bool = False) -> int:
    """Ask and answer until the user ends it; return the exit code."""
    return await _Conversation(workspace, tuple(scope), ascii_only=ascii_only).go_on()


class _Conversation:
    """What was asked and answered so far. `_tree` is the last run."""

    def __init__(self, workspace: Workspace, scope: tuple[str, ...], *, ascii_only: bool) -> None:
        self._workspace, self._scope, self._ascii = workspace, scope, ascii_only
        self._history: list[tuple[str, str]] = []
        self._tree = Tree()
        self._run_id = ""

    async def go_on(self) -> int:
        """Read lines until there are no more, or one ends the conversation."""
        models, repository = self._workspace.models, self._workspace.repository
        kind = "" if models.root.is_language_model else " (no language model)"
        self._say(
            f"rlm-tui: {repository.name}, model {models.root.name}{kind}, sandbox {self._workspace.sandbox.name}."
        )
        self._say("Ask a question, or /help. Ctrl+D ends.")
        for notice in self._workspace.notices:
            self._say(f"note: {notice}")
        was_interrupted = False
        while True:
            try:
                with _ended_by_signals():
                    line = await _line(PROMPT)
            except EOFError:
                self._say("")
                return 0
            except KeyboardInterrupt:
                if was_interrupted:
                    self._say("")
                    return 0
                was_interrupted = True
                self._say("\nCtrl+C again ends.")
                continue
            was_interrupted = False
            if (code := await self._take(line.strip())) is not None:
                return code

    async def _take(self, line: str) -> int | None:
        """Do what a line says; return the exit code where that ends the conversation."""
        word, _, rest = line.removeprefix("/").partition(" ")
        if not line:
            return None
        if line.isdecimal() or (line.startswith("/") and word == "cite"):
            self._cite(rest.strip() or line)
        elif line.startswith("/"):
            match word:
                case "quit":
                    return 0
                case "help":
                    for name, says in {**COMMANDS, **_modes()}.items():
                        self._say(f"  /{name:<9} {says}")
                case "calls":
                    self._calls()
                case "export":
                    self._export()
                case "runs":
                    self._runs()
                case "again" if self._tree.start is not None:
                    return await self._take(self._tree.start.typed)
                case "again":
                    self._say("there is no question to ask again yet")
                case _ if word in _modes():
                    return await self._ask(commanded(word, tuple(rest.split()), self._question("")))
                case _:
                    self._say(f"/{word} is no command; /help lists them")
        else:
            return await self._ask(in_its_mode(self._question(line)))
        return None

    def _question(self, text: str) -> Question:
        settings = self._workspace.settings
        return Question(
            text, scope=self._scope, route=settings.route, history=tuple(self._history), candidates=settings.candidates
        )

    async def _ask(self, asked: Question) -> int | None:
        repository = self._workspace.repository
        stop = Stop()
        with stop.listening():
            if repository.progress.phase == "new":
                self._say("reading the repository ...")
            try:
                await asyncio.to_thread(repository.scan)
            except asyncio.CancelledError:
                return stop.code if stop.code == TERMINATED else None
            run = stop.run = self._workspace.engine.ask(asked)
            self._run_id, self._tree = run.id, run.tree
            await self._follow(run, stop)
        return stop.code if stop.code == TERMINATED else None

    async def _follow(self, run: Run, stop: Stop) -> None:
        begun: dict[str, float] = {}
        async for event in run.events():
            if line := _told(event, begun, run.tree):
                self._say(line)
            if stop.code == INTERRUPTED and isinstance(event, Noticed):
                self._say("Ctrl+C again stops at once.")
        end = await run.wait()
        if (start := run.tree.start) is not None:
            self._history.append((start.title if start.asked else start.question, end.answer))
        self._say("")
        self._say(end.answer or "The run ended without an answer.")
        if end.status != "done":
            self._say(f"\n{end.status}: {end.error}".rstrip(": "))
        if run.tree.citations:
            self._say("\nCited, and read again by the host:")
            for number, cited in enumerate(run.tree.citations, 1):
                self._say(f"  {number}. {_place(cited)} {'checked' if cited.ok else cited.reason or 'not found'}")
        self._say("")

    def _cite(self, number: str) -> None:
        citations = self._tree.citations
        if not number.isdecimal() or not 0 < int(number) <= len(citations):
            self._say(f"there is no citation {number}; there are {len(citations)}")
            return
        cited = citations[int(number) - 1]
        try:
            text = self._workspace.repository.slice(cited.path, cited.start, cited.end).text
        except (LookupError, OSError, RepositoryError, ValueError) as error:
            self._say(f"{cited.path} cannot be shown: {error}")
            return
        self._say(_place(cited))
        for at, line in enumerate(text.split("\n"), cited.start):
            self._say(f"{at:>6}  {line}")

    def _calls(self) -> None:
        if not self._tree.calls:
            self._say("there is no run yet")
        for row in rows(self._tree, Folds(), self._tree.last):
            told = " ".join(part for part in (row.label, row.detail, row.phase, seconds(row.seconds)) if part)
            self._say(f"{'  ' * row.depth}{told}")

    def _export(self) -> None:
        if self._tree.start is None:
            self._say("there is nothing to export yet: ask something first")
            return
        try:
            path = write_new(Path.cwd(), f"rlm-tui-report-{self._run_id}", markdown(self._tree))
        except OSError as error:
            self._say(f"the report cannot be written: {error}")
        else:
            self._say(f"report written to {path}")

    def _runs(self) -> None:
        found = self._workspace.runs.list()[:MOST_RUNS]
        for run in found:
            self._say(f"{run.id}  {run.status}  {' '.join(run.question.split())[:100]}")
        if not found:
            self._say("no runs yet")

    def _say(self, text: str) -> None:
        safe = sanitize(text)
        if self._ascii:
            safe = "".join(each if each.isascii() else "?" for each in safe)
        print(safe, flush=True)


def _modes() -> dict[str, str]:
    """Return what the modes' commands do, by name."""
    return {mode.name: f"{mode.title} · {mode.usage}" for mode in modes().values() if mode.usage}


def _told(event: Event, begun: dict[str, float], tree: Tree) -> str:
    """Say in words what people wait for; "" for what they need not know."""
    depth = max(0, tree.calls[event.call_id].depth) if event.call_id in tree.calls else 0
    indent = "  " * depth
    match event:
        case RunStarted():
            return f"route {event.route}: {event.why}"
        case CallStarted():
            begun[event.call_id] = event.ts
            return f"{indent}started {event.label or event.call_id}"
        case TurnEnded() if event.code:
            return f"{indent}step {event.step}: {event.code.strip().splitlines()[0][:100]}"
        case Retrying():
            return f"{indent}retry {event.attempt} in {event.seconds:.0f} s: {event.reason}"
        case CallEnded():
            label = tree.calls[event.call_id].label if event.call_id in tree.calls else event.call_id
            how = "kept from an earlier run" if event.memo else event.status
            taken = seconds(event.ts - begun.get(event.call_id, event.ts))
            return f"{indent}{how} {label or event.call_id} after {taken} {event.error}".rstrip()
        case Noticed():
            return f"note: {event.text}"
    return ""


def _place(cited: Citation) -> str:
    return str(Span(cited.path, cited.start, cited.end))


async def _line(prompt: str) -> str:
    """Read a line with the editing and the history that the terminal has. Raises `EOFError`, `KeyboardInterrupt`.

    It is read where signals arrive, on the main thread: nothing runs between two questions.
    """
    await asyncio.sleep(0)
    if sys.stdin.isatty():
        with suppress(ImportError):  # not every Python has it; then lines are edited by the terminal alone
            import readline  # noqa: F401 - importing it is what gives `input` its editing
    return input(prompt)  # noqa: ASYNC250 - see above


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let Ctrl+C interrupt reading, and the signals that end a program end it, with the terminal set back."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    handlers: dict[int, Callable[[int, FrameType | None], object]] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: end,
        _HANGUP: end,
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
