"""The plan for callers, references, callees and subclasses: the edges of each reading of a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count, some
from rlm_tui.models.navigator.move import Move, Plan, Search
from rlm_tui.models.navigator.names import Located, locate, settle
from rlm_tui.models.navigator.outside import told_by_text
from rlm_tui.models.navigator.paging import PAGE, rest_of, total_of
from rlm_tui.models.navigator.reading import TESTS, Definition, Printed, Use, read
from rlm_tui.models.navigator.understand import Intent

_EVERYDAY = re.compile(r"[a-z]+|[A-Z][a-z]+")
"""Names that stand in prose, too: only where code calls or reaches for such a one it may be meant."""
_GUESS = 5
"""The tier of what is guessed by the name alone."""
_GUESSES = 15
_MENTIONS = 12


@dataclass(slots=True)
class _Edges:
    """The edges of one reading: its own definition, those that count, calls of what it overrides (`via`), guesses.

    `total` tells how many there are to print, `uses` how many before only the first of each place was kept.
    """

    subject: Definition | None
    sure: list[Use]
    guesses: list[Use] = field(default_factory=list)
    targets: list[Definition] = field(default_factory=list)
    total: int = 0
    uses: int = 0
    failure: str = ""
    via: list[Use] = field(default_factory=list)


def relate(intent: Intent, section: Section) -> Plan:
    """List the edges of each reading of the name asked about."""
    tool = "references" if intent.kind == "rename" else intent.kind
    (located,) = yield from locate(intent.names[:1])
    if not located.found and tool != "callees" and (yield from told_by_text(tool, located, section)):
        return
    yield from settle(located, section)
    if not located.found:
        return
    _say_readings(section, located)
    answered = sure = 0
    for targets in located.readings:
        target = targets[0]
        printed = yield Move(f"The {tool} of {target}.", _cell(tool, targets))
        found = _read(printed, tool)
        for further in (yield from rest_of(found.total, partial(_print_edges, tool))):
            found.sure += further.uses
            found.targets += further.definitions
        found.via = [use for use in found.sure if use.via]
        if len(found.via) < len(found.sure):  # what calls it by its own name answers; the rest may run it
            found.sure = [use for use in found.sure if not use.via]
            found.total -= len(found.via)
        else:
            found.via = []
        if found.sure or found.guesses or not answered:
            _tell(section, tool, target, found, first=not answered)
            answered += 1
            sure += len(found.sure)
    if tool == "callers" and not sure and located.definitions:
        sure = yield from _other_uses(located, section)
    if tool == "references" or (not sure and tool != "callees" and located.definitions):
        yield from _mentions(located, section)


def _other_uses(located: Located, section: Section) -> Search[int]:
    """Add how something is used that nothing calls: it may be handed over, and called by another name."""
    target = located.targets[0]
    printed = yield Move(
        f"Is {target} used without a call?", f"edges = references(repo[{target!r}])\nprint(edges[:{PAGE}])"
    )
    uses = [use for use in printed.uses if use.tier < _GUESS]
    section.found.uses(uses)
    if uses:
        section.add("It is used, but not called by this name:", _places_table(uses, "from"))
    return len(uses)


def _cell(tool: str, targets: Sequence[str]) -> str:
    """Return a cell that prints the edges of a definition and its overloads; of many, only the first in each place."""
    more = f"for name in {targets[1:]!r}:\n    edges += [edge for edge in {tool}(name) if edge not in edges]\n"
    key = "edge.target.locator" if tool == "callees" else "(edge.path, edge.source and edge.source.qualified)"
    return (
        f"s = repo[{targets[0]!r}]\nprint(s)\nedges = {tool}(s)\n{more if len(targets) > 1 else ''}"
        "sure = [edge for edge in edges if edge.tier < 5]\n"
        f'print(len(sure), "uses")\nif len(sure) > {PAGE}:\n'
        f"    sure = list({{{key}: edge for edge in sure[::-1]}}.values())[::-1]\n"
        f'print(len(sure), "found,", len(edges), "with guesses")\n{_print_edges(tool, 0, PAGE)}\n'
        f'print("guesses")\nprint([edge for edge in edges if edge.tier == 5][:{_GUESSES}])'
    )


def _print_edges(tool: str, start: int, end: int) -> str:
    if tool == "callees":
        return f"for edge in sure[{start}:{end}]:\n    print(edge)\n    print(edge.target)"
    return f"print(sure[{start}:{end}])"


def _read(printed: Printed, tool: str) -> _Edges:
    if printed.failed:
        lines = printed.text.strip().splitlines()
        return _Edges(None, [], failure=answer.inline(lines[-1]) if lines else "no reason was given")
    counted, _, guessed = printed.text.partition("\nguesses\n")
    sure = read(counted)
    subject = sure.definitions[0] if sure.definitions else None
    targets = sure.definitions[1:] if tool == "callees" else []
    total = total_of(counted) or len(sure.uses)
    uses = re.search(r"^(\d+) uses$", counted, re.MULTILINE)
    return _Edges(subject, sure.uses, read(guessed).uses, targets, total, max(total, int(uses[1]) if uses else 0))


def _say_readings(section: Section, located: Located) -> None:
    distinct = {item.key: item for item in located.definitions}
    if len(distinct) > 1:
        section.notes.append(f"{code(located.name)} means {len(distinct)} definitions here.")
    if left := list(distinct.values())[len(located.readings) :]:
        section.searched.append(f"not followed: {', '.join(answer.name_and_place(item) for item in left[:6])}")


def _tell(section: Section, tool: str, target: str, found: _Edges, *, first: bool) -> None:
    lead = _lead(tool, target, found)
    if first:
        section.lead = lead
    else:
        section.add(f"Another reading: {lead}")
    if tool == "callees":
        section.found.definitions(found.targets)
        section.add(_callees_table(found))
    else:
        if tool == "references" and found.subject:  # to rename is to touch the definition too
            section.found.line(found.subject.span.path, found.subject.span.start)
        section.found.uses(found.sure)
        section.add(_places_table(found.sure, "subclass" if tool == "subclasses" else "from"))
    if found.via:
        section.add("Through what it overrides, which may run it (not counted above):", answer.uses_table(found.via))
    if found.guesses:
        section.add("Guesses, by the name alone (not counted above):", answer.uses_table(found.guesses))
    if (left := found.total - len(found.sure)) > 0:
        section.add(f"{left:,} more are left out here.")


def _places_table(uses: Sequence[Use], head: str) -> str:
    """Return a table with one row a place: its lines, the first of them as written."""
    places: dict[tuple[str, str], list[Use]] = {}
    for use in uses:
        places.setdefault((use.path, use.source), []).append(use)
    rows = sorted(places.items(), key=lambda place: TESTS.search(place[0][0]) is not None)
    return answer.table(
        (head, "where", "as written", "resolved by"),
        (
            (
                answer.table_code(source or "(file level)"),
                answer.table_code(
                    f"{path}:{', '.join(str(line) for line in dict.fromkeys(use.line for use in found))}"
                ),
                answer.table_code(found[0].text),
                answer.resolved_by(found[0]),
            )
            for (path, source), found in rows
        ),
    )


def _lead(tool: str, target: str, found: _Edges) -> str:
    name = f"{code(found.subject.qualified)} ({found.subject.span})" if found.subject else code(target)
    if found.failure:
        return f"{name}: its {tool} could not be looked up: {found.failure}"
    if not found.sure:
        return f"{name} " + {
            "callers": "is not called from anywhere that could be resolved.",
            "references": "is not used anywhere that could be resolved.",
            "callees": "calls nothing of this repository that could be resolved.",
            "subclasses": "has no subclass or implementer that could be resolved.",
        }.get(tool, "has none.")
    if tool == "callees":
        names = list(dict.fromkeys(use.target for use in found.sure))
        return f"{name} calls {count(len(names), 'symbol')} of this repository: {some(names)}."
    sources = list(dict.fromkeys((use.path, use.source) for use in found.sure))
    names = [source or f"{path} (file level)" for path, source in sources if not TESTS.search(path)]
    tests = len(sources) - len(names)
    uses = max(found.uses, len(found.sure))
    noun = "function" if uses > len(sources) and all(source for _, source in sources) else "place"
    least = "at least " if found.total > len(found.sure) else ""
    more = f"; {uses:,} uses in all" if uses > len(sources) else ""
    and_tests = f"{' and ' if names else ''}{count(tests, noun)} in tests" if tests else ""
    if tool == "subclasses":
        if not names:
            return f"{name} has no direct subclass or implementer but {tests:,} in tests."
        direct = count(len(names), "direct subclass or implementer", "direct subclasses or implementers")
        return f"{name} has {direct}{f' and {tests:,} in tests' if tests else ''}: {some(names)}."
    verb = "is called from" if tool == "callers" else "is used in"
    places = f"{count(len(names), noun)} ({some(names)})" if names else ""
    return f"{name} {verb} {least}{places}{and_tests}{more}."


def _callees_table(found: _Edges) -> str:
    paired = len(found.targets) == len(found.sure)
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    for index, use in enumerate(found.sure):
        target = found.targets[index] if paired else None
        name, place = (target.qualified, str(target.span)) if target else (use.target, "")
        at, written = answer.table_code(f"{use.path}:{use.line}"), answer.table_code(use.text)
        row = (answer.table_code(name), answer.table_code(place), at, written, answer.tier_word(use.tier))
        rows.setdefault((name, place), row)
    return answer.table(("calls", "defined at", "called at", "as written", "resolved by"), rows.values())


def _mentions(located: Located, section: Section) -> Plan:
    """Add the files that hold the name as a word where no use was resolved: text, comments, other languages."""
    name = located.name.rpartition(".")[2]
    told = "\n".join(section.parts)
    whole = f"{_edge(name[:1])}{re.escape(name)}{_edge(name[-1:])}"
    pattern = rf"(?:\.|::|->)\s*{name}\b|\b{name}\s*\(" if _EVERYDAY.fullmatch(name) else whole
    printed = yield Move(
        "Which files hold the name as a word?",
        f"hits = grep({pattern!r}, limit=2000)\nseen = {{edge.path for edge in edges}} | {{s.path}}\n"
        "rest = {}\nfor hit in hits:\n"
        "    if hit.path not in seen or not edges and not s.start <= hit.line <= s.end:\n"
        "        rest.setdefault(hit.path, hit)\n"
        f"print(len(rest), 'files')\nprint(list(rest.values())[:{_MENTIONS}])",
    )
    hits = [hit for hit in printed.hits if f"`{hit.path}:" not in told]
    if not hits:
        section.searched.append(f"{code(name)} as a word: nowhere else")
        return
    rows = ((answer.table_code(f"{hit.path}:{hit.line}"), answer.table_code(hit.text)) for hit in hits)
    section.add(
        f"Files that hold the word {code(name)}, without a use that was resolved (it may be the name of another):",
        answer.table(("first at", "line"), rows),
    )


def _edge(character: str) -> str:
    return r"\b" if character.isalnum() or character == "_" else ""
