"""The mode that looks for the cause of an error: a traceback, a failing test's output, a log, or a description."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rlm_tui.engine.mode import Mode, Prepared
from rlm_tui.repository.files.bounded import read_ends
from rlm_tui.repository.files.secrets import REFUSAL
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.sanitize import escape_name
from rlm_tui.repository.symbols import RepositoryError

MOST = 4 * 1024 * 1024
"""Bytes of a file that are handed in; of a longer one its beginning and its end."""
_PATH = re.compile(r"[~\w.-]*/[\w./~-]+|[\w-]+\.(?:log|txt|out|err|trace)")
"""A single word that means a file, whether it is there or not."""
_UNREADABLE = 0.1
"""With so many bytes that are no text, it is none."""
_WORDS = 300
"""Characters of a description that stand in the question itself."""


def prepare(repository: Repository, words: Sequence[str], handed: str) -> Prepared:
    """Take what went wrong: a file, `-` for what was piped in, or words of one's own; words and a pipe go together."""
    said: list[str] = []
    parts: list[str] = []
    for word in words:
        if word == "-":
            continue
        if len(words) == 1 and (path := _file(word)) is not None:
            parts.append(_content(repository, path))
        elif len(words) == 1 and _PATH.fullmatch(word):
            raise ValueError(
                f"there is no file {escape_name(word)}: give one that is there, or say in words what goes wrong"
            )
        else:
            said.append(word)
    description = " ".join(said).strip()
    context = "\n\n".join(part for part in (description, *parts, handed.strip("\n")) if part.strip())
    if not context.strip():
        raise ValueError("there is nothing to debug: give a file, pipe a traceback or a log in, or say what goes wrong")
    if context.count("\ufffd") > len(context) * _UNREADABLE:
        raise ValueError(
            "what was handed in is no text: give the traceback or the log itself, not an archive or a dump"
        )
    about = f": {description[:_WORDS]}" if description and "\n" not in description else ""
    return Prepared(f"What is the cause of the failure in `context`{about}?", context)


def _file(word: str) -> Path | None:
    try:
        path = Path(word)
        return path if path.is_file() else None
    except (OSError, ValueError):  # too long for a name, or a NUL in it: then it is a description
        return None


def _content(repository: Repository, path: Path) -> str:
    whole = path.resolve()
    if whole.is_relative_to(repository.root) and repository.is_closed(whole.relative_to(repository.root).as_posix()):
        raise RepositoryError(REFUSAL.format(path=path))
    try:
        with path.open("rb") as stream:
            return read_ends(stream, MOST)[0]
    except OSError as error:
        raise RepositoryError(f"{path} cannot be read: {error.strerror or error}") from error


DEBUG = Mode(
    name="debug",
    title="Find the cause of an error: a traceback, a failing test, a log, or a description",
    prompt=(
        "Find the cause of the failure in `context`; begin with `failures(context)`. The line that raises is often only the "
        "messenger: follow the bad value back to where it was made. Name two or three hypotheses and test each by what would "
        "prove it wrong, a large one by a sub-agent. `propose` the cause once lines show it."
    ),
    answer=(
        "Markdown: the cause first, in one or two sentences; the suspects in order, each with evidence for and against; what to "
        "try next."
    ),
    below="You test one hypothesis: report the evidence for and against it, in lines.",
    proposes=True,
    tools=("failures", "origins", "similar_commits", "edit_patch"),
    prepare=prepare,
    usage="[FILE|-|WORDS...]",
)
