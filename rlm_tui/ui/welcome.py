"""What the answer pane says before anything was asked."""

from __future__ import annotations

from textual.content import Content

from rlm_tui.ui.blocks import ACCENT, MUTED, PROMPT_MARK, Block, Flow, Gap, plain
from rlm_tui.ui.session import Session
from rlm_tui.ui.status import index_text, short_model

EXAMPLES = (
    "how is this code base put together?",
    "where does a request get its retry policy?",
    "what breaks if I rename Session.send?",
)


def welcome(session: Session) -> list[Block]:
    """Say in a few lines what to ask, and what is in force."""
    if session.language_model:
        model = (
            short_model(session.model)
            if session.model == session.sub_model
            else f"{session.model}, {session.sub_model} below"
        )
    else:
        model = f"{session.model}: no language model · set ANTHROPIC_API_KEY for one"
    return [
        Gap(),
        Flow(
            Content.assemble(
                "Ask anything about ", plain(session.repository.name, "bold"), ". Answers cite lines that were checked."
            )
        ),
        Gap(),
        *[
            Flow(Content.styled(example), Content.styled(f"  {PROMPT_MARK} ", ACCENT), Content("    "))
            for example in EXAMPLES
        ],
        Gap(),
        _fact("model", model),
        _fact("sandbox", f"{session.sandbox_name} · cells see the repository only through tools"),
        _fact("index", _index(session)),
    ]


def _fact(name: str, text: str) -> Flow:
    return Flow(plain(text), Content.styled(f"  {name:<9}", MUTED), Content(" " * 11))


def _index(session: Session) -> str:
    progress = session.repository.progress
    match progress.phase:
        case "ready":
            return f"ready · {progress.total:,} files, {progress.symbols:,} symbols"
        case "new":
            return "not read yet · asking is possible at once"
        case _:
            return f"{index_text(progress).removeprefix('index').strip(' :')} · asking is possible at once"
