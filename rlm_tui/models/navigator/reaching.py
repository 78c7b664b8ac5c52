"""The plan for what a change of a definition, file or module reaches, and for the tests of it."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count, some
from rlm_tui.models.navigator.importing import find_importers
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.names import locate, settle
from rlm_tui.models.navigator.paging import MOST_PAGES, PAGE, rest_of, total_of
from rlm_tui.models.navigator.reading import Printed, Use
from rlm_tui.models.navigator.understand import Intent

_FURTHER, _FAR = 5, 15
"""So many uses further away are shown: beside direct ones, and alone."""


def reach(intent: Intent, section: Section) -> Plan:
    """Tell what a change of a symbol reaches, or which tests reach it; of each reading of its name."""
    (located,) = yield from locate(intent.names[:1])
    yield from settle(located, section)
    if located.place:
        of_place = Intent("importers", intent.text, (located.place,))
        yield from find_importers(of_place, section, tests=intent.kind == "tests")
    tool = "tests" if intent.kind == "tests" else "impact"
    for targets in located.readings if located.definitions else ():
        printed = yield Move(
            f"What {'tests reach' if tool == 'tests' else 'is affected by'} {targets[0]}?",
            f'print(repo[{targets[0]!r}])\nfound = {tool}({targets[0]!r}, limit={MOST_PAGES * PAGE})\nprint(len(found), "found")'
            f"\nprint(found[:{PAGE}])",
        )
        uses = list(printed.uses)
        for further in (yield from rest_of(total_of(printed.text))):
            uses += further.uses
        _tell_reach(tool, targets[0], printed, uses, section)


def _tell_reach(tool: str, target: str, printed: Printed, uses: Sequence[Use], section: Section) -> None:
    name = code(printed.definitions[0].qualified) if printed.definitions else code(target)
    place = f" ({printed.definitions[0].span})" if printed.definitions else ""
    near = [use for use in uses if not use.text.startswith("[")]
    far = [use for use in uses if use.text.startswith("[")]
    files = list(dict.fromkeys(use.path for use in near))
    section.found.uses(near)
    if tool == "impact" or not near:
        section.found.uses(far)
    verb = "are tests that use" if tool == "tests" else "are uses of"
    lead = f"In {count(len(files), 'file')} {verb} {name}{place}: {some(files)}." if near else ""
    if not near:
        lead = f"No {'test' if tool == 'tests' else 'code'} that uses {name}{place} directly was found."
    if section.lead:
        section.add(f"Another reading: {lead}")
    else:
        section.lead = lead
    section.add(answer.uses_table(near[:PAGE]))
    if far:
        section.add(
            f"Further away, through other definitions ({count(len(far), 'use')} of what uses it):",
            _far_table(far[: _FURTHER if near else _FAR]),
        )
    if (left := total_of(printed.text) - min(len(near), PAGE) - min(len(far), _FURTHER if near else _FAR)) > 0:
        section.add(f"{left:,} more are left out here.")


def _far_table(uses: Sequence[Use]) -> str:
    rows = []
    for use in uses:
        away, _, text = use.text.partition("]")
        rows.append(
            (
                answer.table_code(use.source or "(file level)"),
                answer.table_code(use.target),
                answer.table_code(f"{use.path}:{use.line}"),
                away.lstrip("["),
                answer.table_code(text),
            )
        )
    return answer.table(("from", "uses", "where", "distance", "as written"), rows)
