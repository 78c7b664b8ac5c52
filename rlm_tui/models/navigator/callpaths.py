"""The plan for how one definition reaches another: the shortest chain of calls, through an overridden method if need be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count, some
from rlm_tui.models.navigator.found import Found
from rlm_tui.models.navigator.move import Move, Plan, Search
from rlm_tui.models.navigator.names import Located, locate, parts, settle
from rlm_tui.models.navigator.reading import TESTS, Definition, Use, read
from rlm_tui.models.navigator.understand import Intent

_PAIRS, _VAGUE_PAIRS = 4, 6
"""So many pairs of readings are tried, the likeliest first: a search that finds no way is long."""
_LIKELY = 4
"""So many definitions are tried that words find, where no name is given."""
_IN_WORDS = re.compile(r"[a-z ]+")
_CALLED = frozenset({"function", "method", "class", "constructor"})
_NAMESAKES = 25
_CALLERS = 45
_TESTS = 3


@dataclass(frozen=True, slots=True)
class _Call:
    """One call of a chain, and the definition that it leads to."""

    use: Use
    target: str
    place: str


def trace(intent: Intent, section: Section) -> Plan:
    """Find the shortest chain of calls between two names; without one, show what stands at both ends."""
    start, end = yield from locate(intent.names[:2])
    in_words = [at for at in (start, end) if not at.found and intent.plain and _IN_WORDS.fullmatch(at.name)]
    if len(in_words) > 1:  # neither end is a name: a question in words, to be searched for
        section.failed = True
        return
    for located in (start, end):
        if located in in_words:
            likely = [item for item in located.ranked if item.kind in _CALLED and not TESTS.search(item.span.path)]
            located.definitions = likely[:_LIKELY]
            words_find = list(dict.fromkeys(item.qualified for item in located.definitions))
            section.notes += (
                [f"{code(located.name)} is no name; its words find {some(words_find)}."] if words_find else []
            )
        yield from settle(located, section)
        if not located.found:
            return
    ends = [(i + j, a, b) for i, a in enumerate(start.targets) for j, b in enumerate(end.targets)]
    pairs = [(a, b) for _, a, b in sorted(ends, key=lambda pair: pair[0])][: _VAGUE_PAIRS if intent.plain else _PAIRS]
    printed = yield Move(
        f"The shortest calls from {start.name} to {end.name}.",
        f'for a, b in {pairs!r}:\n    print("#", a, "->", b)\n'
        "    for edge in call_path(a, b):\n        print(edge)\n        print(edge.target)",
    )
    headers = [f"{a} -> {b}" for a, b in pairs]
    chains = list(filter(None, map(_chain, parts(printed.text, headers))))
    if not intent.plain:  # of what words find, the likeliest comes first
        chains.sort(key=len)
    if chains:
        _tell(section, chains[0])
        for chain in chains[1:3]:
            section.add("Another reading:", _drawing(chain))
        return
    if in_words and pairs:
        vague = in_words[0]
        names = some(list(dict.fromkeys(item.qualified for item in vague.definitions)))
        told = f"what the words {code(vague.name)} find ({names})"
        way = f"from {code(start.name)} to {told}" if vague is end else f"from {told} to {code(end.name)}"
        section.notes[-1:] = [f"No chain of calls {way} could be resolved."]
        section.failed = True
        return
    section.searched.append(f"shortest call paths for {count(len(pairs), 'pair')} of readings, edges of tiers 1 to 4")
    overridden = yield from _through_a_base(pairs[0][0], end, section)
    if overridden:
        return
    section.lead = f"No chain of calls from {code(start.name)} to {code(end.name)} could be resolved."
    other = yield Move(
        "No path; is there one the other way round, and what stands at both ends?",
        f"print(call_path({pairs[0][1]!r}, {pairs[0][0]!r}))\n"
        f"print(callees({pairs[0][0]!r})[:15])\nprint(callers({pairs[0][1]!r})[:{_CALLERS}])",
    )
    if other.uses:
        product = [use for use in other.uses if not TESTS.search(use.path)]
        tests = [use for use in other.uses if TESTS.search(use.path)]
        shown = [*product[:30], *tests[:_TESTS]]
        section.add("What stands at the two ends, and the other direction:", _ends_table(shown))
        left = len(tests) - _TESTS
        section.add(f"{count(left, 'further call')} in tests left out here." if left > 0 else "")


def _through_a_base(start: str, end: Located, section: Section) -> Search[bool]:
    """Look for a chain to a method that the end overrides: a call through a base's type can land in it."""
    goal = end.definitions[0] if end.definitions else None
    owner = goal.qualified.rpartition(".")[0] if goal else ""
    if goal is None or not owner:
        return False
    kind = owner.rpartition(".")[2]
    printed = yield Move(
        f"None; does {goal.qualified} override a method that is reached?",
        f"for s in repo.symbols.filter({f'*.{goal.name}'!r})[:{_NAMESAKES}]:\n"
        f'    bases = subclasses(f"{{s.path}}::{{s.parent}}") if s.parent and s.name == {goal.name!r} else []\n'
        f"    if any(edge.source and edge.source.name == {kind!r} for edge in bases):\n"
        '        print("#", s.qualified)\n'
        f"        for edge in call_path({start!r}, s):\n"
        "            print(edge)\n            print(edge.target)",
    )
    bases = [line[2:] for line in printed.text.splitlines() if line.startswith("# ")]
    reached = [
        (base, chain) for base, part in zip(bases, parts(printed.text, bases), strict=True) if (chain := _chain(part))
    ]
    if not reached:
        return False
    base, chain = min(reached, key=lambda pair: len(pair[1]))
    _tell(section, chain, landing=goal)
    section.add(f"The last step is no call: {code(goal.qualified)} overrides {code(base)}, whose type the call names.")
    return True


def _chain(text: str) -> list[_Call]:
    printed = read(text)
    if len(printed.uses) != len(printed.definitions):
        return [_Call(use, use.target, "") for use in printed.uses]
    return [
        _Call(use, target.qualified, str(target.span))
        for use, target in zip(printed.uses, printed.definitions, strict=True)
    ]


def _tell(section: Section, chain: Sequence[_Call], landing: Definition | None = None) -> None:
    names = [chain[0].use.source or "(file level)", *(call.target for call in chain)]
    _report(section.found, chain, landing)
    arrows = " → ".join(map(code, names))
    end = landing.qualified if landing else chain[-1].target
    override = f" ⇢ {code(end)}, an override" if landing else ""
    section.lead = f"{code(names[0])} reaches {code(end)} in {count(len(chain), 'call')}: {arrows}{override}."
    section.add(_drawing(chain, landing))
    rows = (
        (
            answer.table_code(f"{call.use.source or '(file level)'} → {call.target}"),
            answer.table_code(f"{call.use.path}:{call.use.line}"),
            answer.table_code(call.use.text),
            answer.table_code(call.place) if call.place else "",
            answer.resolved_by(call.use),
        )
        for call in chain
    )
    section.add(answer.table(("call", "where", "as written", "leads to", "resolved by"), rows))
    if any(call.use.tier == 5 for call in chain):
        section.add("A step of it is a guess, by the name alone.")


def _report(found: Found, chain: Sequence[_Call], landing: Definition | None) -> None:
    found.symbol(chain[0].use.path, chain[0].use.source)
    found.path.append(f"{chain[0].use.path}::{chain[0].use.source}")
    for call in chain:
        path = call.place.rpartition(":")[0]
        found.symbol(path or call.use.path, call.target if path else "")
        found.line(call.use.path, call.use.line)
        found.path.append(f"{path}::{call.target}")
    if landing:
        found.definitions([landing])
        found.path.append(f"{landing.span.path}::{landing.qualified}")


def _drawing(chain: Sequence[_Call], landing: Definition | None = None) -> str:
    rows = [chain[0].use.source or "(file level)"]
    rows += [f"{'  ' * depth}→ {call.target}  {call.use.path}:{call.use.line}" for depth, call in enumerate(chain, 1)]
    if landing:
        rows.append(f"{'  ' * (len(chain) + 1)}⇢ {landing.qualified}  {landing.span}")
    return answer.fence("", rows)


def _ends_table(uses: Sequence[Use]) -> str:
    rows = (
        (
            answer.table_code(f"{use.source or '(file level)'} → {use.target}"),
            answer.table_code(f"{use.path}:{use.line}"),
            answer.resolved_by(use),
        )
        for use in uses
    )
    return answer.table(("call", "where", "resolved by"), rows)
