"""Colours for code, from Pygments' tokens, in the few styles of our themes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content, Span

from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.blocks import text_lines

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MOST_COLOURED = 400_000
"""Characters above which code is shown plain: a lexer needs about four seconds for a megabyte."""

_JOINERS = ("\u200d", "\ufe0f")
"""They make one sign of what stands before them, and the first of what comes after it: 👩 and 💻."""

_STYLES = {
    "Comment": "$text-muted italic",
    "Keyword": "$text-accent",
    "Name.Function": "$text-primary",
    "Name.Class": "$text-primary",
    "Name.Decorator": "$text-warning",
    "Name.Tag": "$text-primary",
    "Literal.String": "$text-success",
    "Literal.String.Doc": "$text-muted italic",
    "Literal.Number": "$text-warning",
    "Operator.Word": "$text-accent",
    "Generic.Deleted": "$text-error",
    "Generic.Inserted": "$text-success",
    "Generic.Heading": "bold",
    "Generic.Subheading": "bold",
}


def highlight(code: str, *, language: str = "", path: str = "", most: int = MOST_COLOURED) -> list[Content]:
    """Return the lines of `code`, coloured by its language, or by what the path says it is.

    They are plain when neither is known, or when there are more than `most` characters.
    """
    code = sanitize(code).expandtabs(4)
    lexer = _lexer(language, path) if len(code) <= most else None
    if lexer is None:
        return text_lines(code)
    lines: list[Content] = []
    text = ""
    spans: list[Span] = []
    for kind, value in lexer.get_tokens(code):
        style = _style(tuple(kind))
        for index, piece in enumerate(value.split("\n")):
            if index:
                lines.append(Content(text, spans))
                text, spans = "", []
            if piece:
                if piece[0] in _JOINERS or text.endswith(_JOINERS):  # a colour never ends inside what is one sign
                    if spans and spans[-1].end == len(text):
                        spans[-1] = spans[-1]._replace(end=len(text) + len(piece))
                elif style:
                    spans.append(Span(len(text), len(text) + len(piece), style))
                text += piece
    if text:
        lines.append(Content(text, spans))
    wanted = code.count("\n") + 1
    return [*lines[:wanted], *([Content()] * (wanted - len(lines)))]


def _lexer(language: str, path: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        if language:
            return get_lexer_by_name(language, stripnl=False, ensurenl=False)
        return get_lexer_for_filename(path.rpartition("/")[2], stripnl=False, ensurenl=False) if path else None
    except ClassNotFound:
        return None


def _style(kind: Sequence[str]) -> str:
    for length in range(len(kind), 0, -1):
        if style := _STYLES.get(".".join(kind[:length])):
            return style
    return ""
