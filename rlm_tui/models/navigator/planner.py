"""Decides the next turn: replays the plans over the steps made so far, and comes out with a cell or the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from rlm_tui.models.navigator import (
    analysing,
    answer,
    callpaths,
    comparing,
    debugging,
    definitions,
    importing,
    mapping,
    overview,
    places,
    reaching,
    refactoring,
    relations,
    reviewing,
    searching,
)
from rlm_tui.models.navigator.answer import Section, code
from rlm_tui.models.navigator.conversation import Conversation
from rlm_tui.models.navigator.found import telling
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import read
from rlm_tui.models.navigator.understand import Intent, Understanding, understand
from rlm_tui.repository.search.words import words

MOST_CELLS = 16
_MODES: dict[str, Callable[[Conversation, Section], Plan]] = {
    "debug": debugging.debug,
    "map": mapping.map_out,
    "refactor": refactoring.refactor,
    "review": reviewing.review,
}
"""The plans of the modes that have one of their own; the others, and `ask`, go by what the question is understood to want."""
_MOST_LINES = 12
_OF_ALL = ("longest", "complex", "unused", "cycles")
"""What can be asked of the whole repository, too."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the navigator says next: a cell with a word on why, or (`code` "") the answer."""

    text: str
    code: str = ""


def next_turn(conversation: Conversation, *, cells: bool) -> Turn:
    """Return the next turn of `conversation`. Without `cells` it is always text."""
    if not cells and not conversation.steps:
        return Turn(best_lines(conversation.first))
    understanding = understand(conversation.task, conversation.earlier)
    if (plan_of_mode := _MODES.get(conversation.mode)) is not None:
        sections = [Section(conversation.task.partition("\n")[0])]
        plan = plan_of_mode(conversation, sections[0])
    else:
        sections = [Section(intent.text) for intent in understanding.intents]
        plan = _plan(understanding, sections, delegates=conversation.delegates)
    move, told = _replay(plan, conversation)
    out_of_turns = len(conversation.steps) >= MOST_CELLS or (
        conversation.turns_left is not None and conversation.turns_left <= 1
    )
    if cells and not out_of_turns:
        if move is None and not (told or understanding.is_child):
            move = telling(section.found for section in sections)
        if move is not None:
            return Turn(move.why, move.code)
    plan.close()
    answered = [section for section in sections if section.lead] or sections
    lost = any(read(step.output).cut for step in conversation.steps)
    return Turn(answer.render(answered, signed=not understanding.is_child, cut_short=move is not None, lost=lost))


def _replay(plan: Plan, conversation: Conversation) -> tuple[Move | None, bool]:
    """Send the plan every output so far; return the move it wants next (None when it is done), and whether more followed it."""
    steps = iter(conversation.steps)
    try:
        move = next(plan)
        for step in steps:
            move = plan.send(read(step.output, failed=step.failed))
    except StopIteration:
        return None, next(steps, None) is not None
    return move, False


def _plan(understanding: Understanding, sections: list[Section], *, delegates: bool) -> Plan:
    alone = understanding.is_child or not delegates
    for intent, section in zip(understanding.intents, sections, strict=True):
        yield from _plan_one(intent, section, understanding, alone=alone)


def _plan_one(intent: Intent, section: Section, understanding: Understanding, *, alone: bool) -> Plan:
    yield from _plan_of_kind(intent, section, understanding, alone=alone)
    if section.failed and section.others:
        place, *others = section.others
        section.notes.append(
            f"This is of {code(place)}; {code(intent.names[0])} means {', '.join(map(code, others))}, too."
        )
        section.failed, section.lead, section.others = False, "", []
        yield from _plan_of_kind(replace(intent, names=(place, *intent.names[1:])), section, understanding, alone=alone)
    if not section.failed or not intent.plain:
        return
    section.failed, section.lead = False, ""
    if intent.kind in _OF_ALL:  # people call a repository by many names
        section.notes.append(
            f"No file or folder here is called {code(intent.names[0])}; this is of the whole repository."
        )
        yield from _plan_of_kind(replace(intent, names=()), section, understanding, alone=alone)
    else:  # an everyday word was taken for a name
        named = tuple(name for name in intent.names if not re.fullmatch(r"[a-z ]+", name))
        in_words = replace(intent, names=named if intent.kind == "path" else intent.names)
        yield from searching.search(in_words, section, brief=understanding.is_child, delegates=not alone)


def _plan_of_kind(intent: Intent, section: Section, understanding: Understanding, *, alone: bool) -> Plan:
    match intent.kind:
        case "explain" if not intent.names:
            yield from places.explain_place("", section, brief=understanding.is_child)
        case "definition" | "explain":
            yield from definitions.define(intent, section)
        case "callers" | "references" | "callees" | "subclasses" | "rename":
            yield from relations.relate(intent, section)
        case "path":
            yield from callpaths.trace(intent, section)
        case "compare":
            yield from comparing.compare(intent, section)
        case "importers":
            yield from importing.find_importers(intent, section)
        case "longest" | "complex":
            yield from analysing.rank(intent, section)
        case "unused":
            yield from analysing.unused(intent, section)
        case "cycles":
            yield from analysing.cycles(intent, section)
        case "raises":
            yield from analysing.raised(intent, section)
        case "settings":
            yield from analysing.settings(intent, section)
        case "public_api":
            yield from analysing.public_interface(intent, section)
        case "tests" | "impact":
            yield from reaching.reach(intent, section)
        case "overview":
            yield from overview.overview(section, delegates=not alone)
        case "free":
            yield from searching.search(intent, section, brief=understanding.is_child, delegates=not alone)


def best_lines(text: str) -> str:
    """Answer a plain query: quote the lines of the prompt that hold most of the words of its question."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    asking = [line for line in lines if line.endswith("?")] or lines[:1]
    wanted = set(words(" ".join(asking[:3])))
    scored = [(len(wanted & set(words(line))), index, line) for index, line in enumerate(lines) if line not in asking]
    best = sorted(sorted(scored, key=lambda row: (-row[0], row[1]))[:_MOST_LINES], key=lambda row: row[1])
    quoted = [f"- {code(line)}" for score, _, line in best if score]
    head = (
        "The lines that hold most of the question's words:"
        if quoted
        else "No line of the prompt holds the question's words."
    )
    return "\n".join([head, "", *quoted, "", f"*{answer.SIGNATURE}*"])


def pieces(text: str, size: int = 48) -> list[str]:
    """Cut `text` for streaming, at spaces or line ends where there are any."""
    return re.findall(rf"[\s\S]{{1,{size}}}(?:(?<=\s)|$)|[\s\S]{{1,{size}}}", text)
