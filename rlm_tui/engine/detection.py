"""Tells when a plain question is one for another mode: a pasted traceback, "review my changes", "rename X to Y"."""

from __future__ import annotations

import re
from dataclasses import replace

from rlm_tui.engine.mode import mode_named, modes
from rlm_tui.engine.work import Question
from rlm_tui.repository.errors.tracebacks import read_tracebacks
from rlm_tui.repository.symbols import RepositoryError

_LONGEST = 300
"""Characters of a plain request; what is longer is a question, or holds a text that was pasted."""
_REVIEW = re.compile(
    r"(?:please |can you |could you )*(?:code[- ])?review (?:all |all of )?(?:my|the|this|these|our)?\s*"
    r"(?:uncommitted |staged |local |latest |last |current |working )*"
    r"(?:changes?|diff|branch|commits?|patch|pull request|pr|work)(?: (?:for me|please))?"
    r"(?:,? (?:against|since|from|to|with|on top of) (?P<base>[\w./~^-]+))?[.!?]*$",
    re.IGNORECASE,
)
_REFACTOR = re.compile(
    r"(?:please |can you |could you )*(?:rename\s+\S+\s+(?:to|into|as)\s+\S+?"
    r"|move\s+[^\n?]{1,120}?\s+(?:to|into)\s+(?:the\s+|a\s+)?(?:new\s+)?(?:file\s+)?[`'\"]?[\w./-]+\.[A-Za-z]{1,5}[`'\"]?"
    r"(?:\s+and keep the old names?)?)[.!?]*$",
    re.IGNORECASE,
)
_MAP = re.compile(
    r"(?:how|in what way) (?:is|are) (?:this|the) (?:whole )?(?:code ?base|repository|repo|project)(?: here)? "
    r"(?:put together|structured|organi[sz]ed|laid out|built up|architected)[?.!]*$"
    r"|(?:please |can you |could you )*(?:give|show|draw|make)(?: me)? (?:a|an|the) (?:map|architecture|overview|tour)"
    r"(?: diagram)? of (?:this|the) (?:whole )?(?:code ?base|repository|repo|project)[?.!]*$"
    r"|what(?:'s| is) the architecture of (?:this|the) (?:code ?base|repository|repo|project)[?.!]*$",
    re.IGNORECASE,
)
_ASKS_WHY = re.compile(
    r"\b(?:why|cause[ds]?|wrong|debug|fix|fails?|failing|failure|crash\w*|broken?|happen\w*|explain|bug|error|problem|investigate)\b",
    re.IGNORECASE,
)
_TAKE_WORDS = ("debug", "refactor")
"""Modes whose words are a text of one's own; those of others are names."""
_INSIST = "`--mode ask`, or /ask, asks it as it is"


def in_its_mode(question: Question) -> Question:
    """Return the question in the mode that it plainly is one for, with the reason in `picked`; itself where it is not plain."""
    found = _mode_of(question)
    if question.mode != "ask" or found is None or found[0] not in modes():
        return question
    mode, words, context, why = found
    return replace(question, mode=mode, arguments=words, context=context, picked=f"taken as {mode}: {why} ({_INSIST})")


def commanded(mode: str, words: tuple[str, ...], question: Question) -> Question:
    """Return the question that is asked by a mode's name with words after it; `question` tells all but the text.

    Raises `LookupError` for an unknown mode.
    """
    if mode_named(mode).prepare is None:
        return replace(question, text=" ".join(words), mode=mode)
    return replace(question, text=f"/{' '.join((mode, *words))}", mode=mode, arguments=words)


def asked_in(mode: str, question: Question) -> Question:
    """Return the question in the mode that the user chose. Raises `RepositoryError` for one that there is none of."""
    try:
        chosen = mode_named(mode)
    except LookupError as error:
        raise RepositoryError(str(error)) from None
    if mode in _TAKE_WORDS:
        return replace(question, mode=mode, arguments=(question.text,))
    if chosen.prepare is None or mode == "map":
        return replace(question, mode=mode)
    context = "\n\n".join(filter(None, (question.text, question.context)))
    return replace(question, mode=mode, arguments=(), context=context)


def _mode_of(question: Question) -> tuple[str, tuple[str, ...], str, str] | None:
    """Return the mode, the words after its name, what is handed in, and why; None for a plain question."""
    text = question.text.strip()
    if _tells_of_failures(text):
        return "debug", (), "\n\n".join(filter(None, (text, question.context))), "a traceback was pasted"
    if question.context and _ASKS_WHY.search(text) and _tells_of_failures(question.context):
        return "debug", (text,), question.context, "a traceback was handed in"
    if len(text) > _LONGEST or question.context:
        return None
    if match := _REVIEW.match(text):
        base = (match["base"] or "").rstrip(".")
        return "review", (base,) if base else (), "", "it asks for a review of changes"
    if _REFACTOR.match(text):
        return "refactor", (text,), "", "it asks for a change of the code"
    if _MAP.match(text):
        return "map", (), "", "it asks about the whole"
    return None


def _tells_of_failures(text: str) -> bool:
    """Tell whether a text holds a traceback: an error with frames, not just a place that is named."""
    if text.count("\n") < 1:
        return False
    found = [one for one in read_tracebacks(text) if one.relation != "mention" and one.frames]
    return any(one.kind or len(one.frames) > 1 for one in found)
