"""What the answer pane says before anything was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from rlm_tui.ui.blocks import ACCENT, MUTED, PROMPT_MARK, Block, Flow, Gap, plain
from rlm_tui.ui.session import Session
from rlm_tui.ui.status import index_text, short_model

if TYPE_CHECKING:
    from rlm_tui.repository.index.indexing import Progress

_TELLING = 100
"""So many files must be read before the rest can be guessed."""


def welcome(session: Session, examples: Sequence[str]) -> list[Block]:
    """Say in a few lines what to ask, and what is in force."""
    if session.language_model:
        model = (
            short_model(session.model)
            if session.model == session.sub_model
            else f"{session.model}, {session.sub_model} below"
        )
    else:
        model = f"{session.model}: no language model · /setup for one"
    return [
        Gap(),
        Flow(
            Content.assemble(
                "Ask anything about ", plain(session.repository.name, "bold"), ". Answers cite lines that were checked."
            )
        ),
        Gap(),
        *[Flow(plain(example), Content.styled(f"  {PROMPT_MARK} ", ACCENT), Content("    ")) for example in examples],
        Gap(),
        _fact("model", model),
        _fact("sandbox", f"{session.sandbox_name} · cells see the repository only through tools"),
        _fact("index", index_state(session)),
    ]


def _fact(name: str, text: str) -> Flow:
    return Flow(plain(text), Content.styled(f"  {name:<9}", MUTED), Content(" " * 11))


def index_state(session: Session) -> str:
    """Say how far the index is, and about how long it will take."""
    progress = session.repository.progress
    match progress.phase:
        case "ready":
            return f"ready · {progress.total:,} files, {progress.symbols:,} symbols"
        case "new":
            return "not read yet · asking is possible at once"
        case _:
            left = f" · {seconds} s left" if (seconds := _left(progress)) else ""
            return f"{index_text(progress).removeprefix('index').strip(' :')}{left} · asking is possible at once"


def _left(progress: Progress) -> int:
    """Return about how many seconds the index still takes, 0 where nothing can be said yet."""
    if progress.phase != "parsing" or progress.done < _TELLING or progress.seconds <= 0:
        return 0
    return round(progress.seconds * (progress.total - progress.done) / progress.done)
