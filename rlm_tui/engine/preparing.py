"""Has a mode make its question of the words that were typed after its name, and settles how it is taken on."""

from __future__ import annotations

from dataclasses import replace

from rlm_tui.engine.mode import Mode, Prepared, mode_named
from rlm_tui.engine.router import Choice
from rlm_tui.engine.work import Question
from rlm_tui.repository.files.narrowing import read_narrowing
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.sanitize import plain_text


def prepare(question: Question, repository: Repository) -> tuple[Question, Prepared]:
    """Return the question as its mode prepares it for the indexed `repository`; itself where there is nothing to prepare. Blocks.

    Raises as the mode's `prepare` does.
    """
    mode = mode_named(question.mode)
    if question.arguments is None or mode.prepare is None:
        return question, Prepared(question.text, question.context, question.scope)
    words = question.arguments or read_narrowing(repository.root).words.get(mode.name, ())
    made = mode.prepare(repository, words, question.context)
    scope = made.scope or question.scope
    return replace(question, text=plain_text(made.text), context=plain_text(made.context), scope=scope), made


def settled(choice: Choice, asked: Prepared, mode: Mode, depth: int) -> Choice:
    """Return the route as the mode has it, where the user did not choose one; what proposes findings needs cells."""
    if asked.route is not None and choice.why != "asked for":
        choice = Choice(asked.route, asked.why)
        if choice.route == "rlm" and depth < 1:
            choice = Choice("repl", f"{asked.why}; no sub-agents are allowed (depth 0)")
    if choice.route == "direct" and mode.proposes:
        return Choice("repl", "findings are proposed from cells")
    return choice
