"""Hands modules to sub-agents, and joins what they answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.move import Move, Plan, Search
from rlm_tui.models.navigator.reading import TESTS, Unit
from rlm_tui.models.navigator.understand import CHILD_PREFIX, Intent

MOST_CHILDREN = 8
FEW_CHILDREN = 3
"""So many are asked where the evidence is weak, but the question is not about every module."""
_RESULT = 1_300
"""Characters of a sub-agent's answer that the root prints; eight of them fit into one cell's output."""
CUT_LINE = "*The rest of this sub-agent's answer was cut off here.*"
_CUT = f"\n\n{CUT_LINE}"


def delegate(task: str, paths: Sequence[str], total: int, section: Section) -> Plan:
    """Give each module to a sub-agent and join what they answer, one part a module."""
    results = yield from ask_sub_agents(task, paths, section)
    for path, text in results:
        section.add(f"**{code(path)}**\n\n{text}")
    if total > len(paths):
        section.add(f"{count(total - len(paths), 'further module')} had no sub-agent.")


def ask_sub_agents(task: str, paths: Sequence[str], section: Section) -> Search[list[tuple[str, str]]]:
    """Give each module to a sub-agent; return their answers by module. What failed is told in `section`."""
    printed = yield Move(
        f"Give {count(len(paths), 'module')} to sub-agents, one each.",
        f"modules = {list(paths)!r}\n"
        f'results = rlm_query_batched([{{"task": {CHILD_PREFIX + task!r}, "scope": path}} for path in modules])\n'
        "for path, result in zip(modules, results):\n"
        '    print("#", path)\n'
        "    text = str(result)\n"
        f"    whole = len(text) <= {_RESULT}\n"
        f"    text = text if whole else text[:text.rfind('\\n', 0, {_RESULT}) + 1 or {_RESULT}].rstrip()\n"
        f"    print(text if whole else text + {_CUT!r})",
    )
    if printed.failed:
        lines = printed.text.strip().splitlines() or ["no reason was given"]
        section.searched.append(f"sub-agents could not be started: {answer.inline(lines[-1])}")
        return []
    results = _results(printed.text, paths)
    failed = [f"{code(path)} ({answer.inline(text)})" for path, text in results if text.startswith("Error:")]
    if failed:
        section.searched.append(f"sub-agents that failed: {', '.join(failed)}")
    return [(path, text) for path, text in results if text and not text.startswith("Error:")]


def search_modules(intent: Intent, places: Sequence[str], section: Section, *, everywhere: bool) -> Plan:
    """Ask the question in each module that holds some of `places`, the best files first; `everywhere`, then in the largest."""
    printed = yield Move("Which modules are there to ask?", "print(repo.modules[:100])")
    units = [unit for unit in printed.units if unit.symbols and not TESTS.search(unit.path)]
    holding = [
        max((u for u in units if path.startswith(f"{u.path}/")), key=lambda u: len(u.path), default=None)
        for path in places
    ]
    ranked = [*filter(None, holding), *(sorted(units, key=lambda unit: -unit.symbols) if everywhere else [])]
    chosen = list(dict.fromkeys(scope_of(unit) for unit in ranked))[: MOST_CHILDREN if everywhere else FEW_CHILDREN]
    if len(chosen) < 2:
        return
    results = yield from ask_sub_agents(intent.text, chosen, section)
    rows = ((answer.table_code(path), text.partition("\n")[0]) for path, text in results)
    section.add("What sub-agents found, module by module:", answer.table(("module", "finding"), rows))
    if everywhere and len(units) > len(chosen):
        section.searched.append(f"{count(len(units) - len(chosen), 'further module')} without a sub-agent")


def scope_of(unit: Unit) -> str:
    """Return what names a module to a tool: its path, but the name of that which is all that stands in no other."""
    return unit.name if unit.path in ("./", ".") else unit.path


def _results(text: str, paths: Sequence[str]) -> list[tuple[str, str]]:
    results = []
    rest = f"\n{text}"
    for index, path in enumerate(paths):
        _, found, rest = rest.partition(f"\n# {path}\n")
        rest = f"\n{rest}"
        following = f"\n# {paths[index + 1]}\n" if index + 1 < len(paths) else None
        part = rest.partition(following)[0] if following else rest
        lines = [line for line in part.strip().splitlines() if answer.SIGNATURE not in line]
        results.append((path, _close_fence("\n".join(lines).strip()) if found else ""))
    return results


def _close_fence(text: str) -> str:
    """Close a fence that the cut of a long result left open."""
    text, cut, _ = text.partition(_CUT)
    opened = ""
    for line in text.splitlines():
        ticks = re.match(r"`{3,}", line)
        if not ticks:
            continue
        if not opened:
            opened = ticks.group()
        elif line.strip() == opened:
            opened = ""
    return (f"{text}\n{opened}" if opened else text) + cut
