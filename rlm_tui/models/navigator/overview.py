"""The plan for questions about the whole: which modules there are, what imports what, what each holds."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.delegation import MOST_CHILDREN, delegate, scope_of
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.places import arrows_cell, drawing, explain_place, own_words
from rlm_tui.models.navigator.reading import TESTS, Unit
from rlm_tui.repository.files.generated import is_generated

EXPLAIN_TASK = "Explain this module: what it holds and what it is for."
_UNITS = 20
_DRAWN = 20
_FEW = 3


def overview(section: Section, *, delegates: bool) -> Plan:
    """Say how the repository is put together: its modules, what imports what, and what each holds."""
    printed = yield Move(
        "What does this repository consist of?",
        "print(repo.modules[:100])\n"
        "readmes = [file for file in repo.files[:200] if file.path.upper().startswith('README')]\n"
        "for file in sorted(readmes, key=lambda file: len(file.path))[:1]:\n"
        "    print(peek(file, 1, 30))",
    )
    units = sorted(printed.units, key=_rank)
    product = [unit for unit in units if unit.symbols and not TESTS.search(unit.path)] or units
    section.lead = _overview_lead(product, beside_tests=len(product) < len([unit for unit in units if unit.symbols]))
    if not product:
        return
    if readme := next((piece for piece in printed.excerpts if "readme" in piece.span.path.lower()), None):
        section.add(own_words(readme))
    section.add(_units_table(units[:_UNITS]))
    if len(units) > _UNITS:
        section.add(f"{count(len(units) - _UNITS, 'smaller module')} left out of this table.")
    if len(product) < _FEW:
        for unit in product:
            yield from explain_place(scope_of(unit), section, within=True)
        return
    drawn = [scope_of(unit) for unit in product[:_DRAWN]]
    aside = [unit.path for unit in units if scope_of(unit) not in drawn]
    arrows = yield Move("What imports what?", arrows_cell(drawn, aside))
    section.add(drawing(arrows.text))
    chosen = [scope_of(unit) for unit in product[:MOST_CHILDREN]]
    if delegates:
        yield from delegate(EXPLAIN_TASK, chosen, len(product), section)
        return
    for path in chosen[:_FEW]:
        yield from explain_place(path, section, within=True, brief=True)


def _rank(unit: Unit) -> tuple[bool, bool, int, int]:
    """Return what to sort modules by: tests behind the code, built and vendored copies last, then the largest first."""
    return (is_generated(f"{unit.path}/"), TESTS.search(unit.path) is not None, -unit.symbols, -unit.tokens)


def _overview_lead(units: Sequence[Unit], *, beside_tests: bool) -> str:
    if not units:
        return "No modules were recognised in this repository."
    names = ", ".join(
        f"{code(scope_of(unit))} ({count(unit.files, 'file')}, {count(unit.symbols, 'symbol')})" for unit in units[:4]
    )
    more = f" and {len(units) - 4} more" if len(units) > 4 else ""
    besides = ", besides tests" if beside_tests else ""
    return f"The code stands in {count(len(units), 'module')}{besides}: {names}{more}."


def _units_table(units: Sequence[Unit]) -> str:
    return answer.table(
        ("module", "language", "files", "symbols", "~tokens"),
        (
            (
                answer.table_code(scope_of(unit)),
                unit.language,
                f"{unit.files:,}",
                f"{unit.symbols:,}",
                f"{unit.tokens:,}",
            )
            for unit in units
        ),
    )
