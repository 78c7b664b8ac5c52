"""The plan for what two definitions have in common and what not: their members, what they call, who calls them, side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.names import Located, locate, parts, settle
from rlm_tui.models.navigator.places import explain_place
from rlm_tui.models.navigator.reading import Definition, Excerpt, Use, read
from rlm_tui.models.navigator.understand import Intent

_LINES = 40
_NAMED = 12


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two: its definition, its own words, its members, what it calls, and how many places call or use it."""

    own: Definition
    text: Excerpt | None
    members: list[Definition]
    calls: list[Use]
    used: int


def compare(intent: Intent, section: Section) -> Plan:
    """Set two names side by side; of files or modules, what each holds."""
    both = yield from locate(intent.names[:2])
    for located in both:
        yield from settle(located, section)
        if not located.found:
            return
    if not all(located.definitions for located in both):
        for located in both:
            yield from explain_place(located.place or located.targets[0], section, within=True, brief=True)
        section.lead = section.lead or f"{_named(both[0])} and {_named(both[1])}, one after the other."
        return
    targets = [located.targets[0] for located in both]
    printed = yield Move(
        f"Read {both[0].name} and {both[1].name}: members, calls, users.",
        f"for name in {targets!r}:\n"
        '    s = repo[name]\n    print("#", name)\n    print(s)\n    print(peek(s, s.start, min(s.end, s.start + '
        f"{_LINES - 1})))\n"
        "    print([part for part in outline(s.path) if part.parent == s.qualified][:80])\n"
        '    print("calls")\n    print(callees(s)[:40])\n    print(len(references(s)), "found")',
    )
    told = [
        _side(text, located.definitions[0]) for text, located in zip(parts(printed.text, targets), both, strict=True)
    ]
    section.found.definitions(side.own for side in told)
    _tell(section, *told)


def _named(located: Located) -> str:
    return code(located.place or located.name)


def _side(text: str, known: Definition) -> _Side:
    before, _, after = text.partition("\ncalls\n")
    printed, used = read(before), re.search(r"^(\d+) found$", after, re.MULTILINE)
    own = next(iter(printed.definitions), known)
    members = [item for item in printed.definitions if item.qualified.startswith(f"{own.qualified}.")]
    return _Side(own, next(iter(printed.excerpts), None), members, read(after).uses, int(used[1]) if used else 0)


def _tell(section: Section, one: _Side, other: _Side) -> None:
    names = code(one.own.qualified), code(other.own.qualified)
    section.lead = (
        f"{names[0]} is a {one.own.kind} ({one.own.span}), {names[1]} {'too' if one.own.kind == other.own.kind else ''}"
        f"{'' if one.own.kind == other.own.kind else f'a {other.own.kind}'} ({other.own.span})."
    )
    members = [{item.name for item in side.members} for side in (one, other)]
    calls = [{use.target for use in side.calls} for side in (one, other)]
    rows = [
        ("lines", *(str(side.own.span.end - side.own.span.start + 1) for side in (one, other))),
        ("docstring", *(answer.cell_text(side.own.doc) for side in (one, other))),
        ("members", *(str(len(names)) for names in members)),
        ("calls", *(str(len(names)) for names in calls)),
        ("used at", *(count(side.used, "place") for side in (one, other))),
    ]
    section.add(answer.table(("", *names), [row for row in rows if any(cell not in ("", "0") for cell in row[1:])]))
    for word, (mine, theirs) in (("members", members), ("calls", calls)):
        if mine or theirs:
            shared, left, right = mine & theirs, mine - theirs, theirs - mine
            section.add(
                answer.table(
                    (word, "which"),
                    [
                        (label, _list(found))
                        for label, found in (
                            ("of both", shared),
                            (f"only {names[0]}", left),
                            (f"only {names[1]}", right),
                        )
                        if found
                    ],
                )
            )
    for side in (one, other):
        section.add(answer.excerpt(side.text, most=_LINES) if side.text else "")


def _list(names: set[str]) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return ", ".join(map(answer.table_code, ordered[:_NAMED])) + more
