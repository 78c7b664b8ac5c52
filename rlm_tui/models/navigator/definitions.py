"""The plan for where something is defined: every reading of the name, its lines, and who uses it."""

from __future__ import annotations

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.names import locate, settle
from rlm_tui.models.navigator.places import explain_place
from rlm_tui.models.navigator.reading import TESTS, Definition, Excerpt, Printed
from rlm_tui.models.navigator.relations import relate
from rlm_tui.models.navigator.searching import search
from rlm_tui.models.navigator.understand import Intent

_CALLERS = 8
_ABSTRACT = ("interface", "trait", "protocol")
"""Kinds that others implement: where one is implemented is not where it is defined."""


def define(intent: Intent, section: Section) -> Plan:
    """Show where a name is defined, each reading, and who uses it; for a file or module, what it holds.

    Where the question is how it works, also what it calls.
    """
    (located,) = yield from locate(intent.names[:1])
    if intent.plain and not located.found and not located.near:
        section.notes.append(f"No definition here is called {code(located.name)}.")
        yield from search(intent, section)
        return
    yield from settle(located, section)
    if located.definitions and located.definitions[0].kind in _ABSTRACT and "implemented" in intent.text.lower():
        yield from relate(Intent("subclasses", intent.text, (located.definitions[0].locator,)), section)
        return
    if located.place and not located.definitions:
        yield from explain_place(located.place, section)
        return
    if not located.definitions:
        return
    targets = located.targets
    works = intent.kind == "explain"
    printed = yield Move(
        f"Read {'it' if len(targets) == 1 else 'each of them'}, and see who uses it{' and what it calls' if works else ''}.",
        f"for name in {targets!r}:\n    s = repo[name]\n    print(s)\n    print(s.source)"
        + ('\n    print("calls")\n    print(callees(s)[:20])' if works else "")
        + f"\nprint(callers({targets[0]!r})[:{_CALLERS}])",
    )
    shown = [item for item in printed.definitions if item.key in {known.key for known in located.definitions}]
    shown = shown or located.definitions
    first = shown[0]
    section.found.definitions([*shown, *(item for item in located.definitions if item not in shown)])
    if len(located.definitions) > 1:
        section.lead = (
            f"{code(located.name)} is defined in {len(located.definitions)} places; the first, "
            f"{code(first.qualified)}, is at {first.span} ({first.kind})."
        )
        seen = {(*item.key, item.span.start) for item in shown}
        others = [item for item in located.definitions if (*item.key, item.span.start) not in seen]
        section.add(answer.definitions_table([*shown, *others][:20]))
    else:
        section.lead = f"{code(first.qualified)} is defined at {first.span} ({first.kind})."
        section.add(answer.quote_doc(first.doc).replace("docstring", "Docstring", 1))
    for item in shown:
        if (piece := _piece(printed, item)) is not None:
            section.add(answer.excerpt(piece))
    calls = [use for use in printed.uses if works and use.source in {item.qualified for item in shown}]
    used = sorted((use for use in printed.uses if use not in calls), key=lambda use: TESTS.search(use.path) is not None)
    if calls:
        section.add("It calls:", answer.uses_table(calls[:15], head="calls", of="target"))
    if used:
        section.add("Used from:", answer.uses_table(used[: 2 * _CALLERS]))


def _piece(printed: Printed, item: Definition) -> Excerpt | None:
    at = (
        piece for piece in printed.excerpts if (piece.span.path, piece.span.start) == (item.span.path, item.span.start)
    )
    return next(at, None)
