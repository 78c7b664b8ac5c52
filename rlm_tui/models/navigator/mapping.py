"""The plan for a map of the code base: units and layers, what is entered where, what is hot, what goes round in circles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.conversation import Conversation
from rlm_tui.models.navigator.delegation import MOST_CHILDREN, ask_sub_agents
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.overview import EXPLAIN_TASK
from rlm_tui.models.navigator.places import explain_place, own_words
from rlm_tui.models.navigator.reading import TESTS, Definition, Printed
from rlm_tui.models.navigator.understand import CHILD_PREFIX
from rlm_tui.repository.symbols import Hit

_UNITS, _LAYERS, _ENTRIES, _HOT, _CYCLES, _AGAINST = 40, 30, 60, 12, 8, 10
_UNIT = re.compile(r"unit  (?P<path>\S.*?)  (?P<language>\S*)  (?P<files>\d+) files  (?P<lines>\d+) lines$")
_LAYER = re.compile(r"layer (?P<level>\d+)  (?P<names>.*)$")
_AGAINST_LINE = re.compile(r"against  (?P<user>.*?) -> (?P<used>.*)$")
_TOTAL = re.compile(r"^(?P<units>\d+) units, (?P<arrows>\d+) arrows, (?P<circles>\d+) circles$", re.MULTILINE)
_CYCLE = re.compile(
    r"(?P<first>\S.*?:\d+)  (?P<kind>runtime|deferred|type-only) import cycle of (?P<files>\d+) files: -> (?P<rest>.*)"
)
_KIND = re.compile(r"(?P<kind>main|script|bin|container|make|process|route|module)  (?P<text>.*)")
_KINDS = {
    "main": "Main functions",
    "bin": "Commands that packages declare",
    "script": "Scripts",
    "module": "Modules that packages declare",
    "container": "Containers",
    "process": "Processes",
    "make": "Make targets",
    "route": "HTTP routes",
}
_OF_A_KIND = 12


def map_out(conversation: Conversation, section: Section) -> Plan:
    """Say how the code base is put together, and where to start reading it."""
    if conversation.task.startswith(CHILD_PREFIX):
        yield from explain_place("", section, brief=True)
        return
    drawn = yield Move("Which units are there, what imports what, and which layers follow?", _architecture_cell())
    units, layers = _units(drawn.text), _layers(drawn.text)
    if drawn.failed or not units:
        section.lead = "No code was found here that could be mapped."
        return
    entered = yield Move("Where is it entered, and what is hot?", _points_cell())
    entries = [hit for hit in entered.hits if _KIND.match(hit.text)]
    readme = next((piece for piece in entered.excerpts if "readme" in piece.span.path.lower()), None)
    section.lead = _lead(drawn.text, units, layers)
    section.add(own_words(readme) if readme else "")
    section.add("## Layers", _layers_table(layers), _fenced(drawn.text), _against(drawn.text))
    section.add("## Modules", _units_table(units))
    if conversation.delegates and len(units) > 1:
        results = yield from ask_sub_agents(EXPLAIN_TASK, [path for path, *_ in _largest(units)], section)
        for path, text in results:
            section.add(f"**{code(path)}**\n\n{text}")
    section.add("## Entry points", *(_entries(entries) or ["None was recognised."]))
    hot = [one for one in entered.definitions if one.doc.startswith("heat ")]
    section.add("## Hot spots", _hot(hot) or "No file stands out.")
    section.add("## Cycles", *_cycles(entered))
    section.add("## Where to start reading", _reading(readme.span.path if readme else "", entries, layers, hot))
    section.searched.append(
        "imports outside of tests, main functions, manifests, build files, plain routes, the latest commits"
    )


def _architecture_cell() -> str:
    return (
        "found = architecture()\n"
        "print(f\"{len(found['units'])} units, {len(found['arrows'])} arrows, {len(found['circles'])} circles\")\n"
        f"for unit in sorted(found['units'], key=lambda unit: -unit['size'])[:{_UNITS}]:\n"
        "    print(f\"unit  {unit['path']}  {unit['language']}  {unit['files']} files  {unit['lines']} lines\")\n"
        f"for level, names in list(enumerate(found['layers']))[:{_LAYERS}]:\n"
        "    print(f\"layer {level}  {', '.join(names[:12])}{f' and {len(names) - 12} more' if len(names) > 12 else ''}\")\n"
        f"for user, used in found['against'][:{_AGAINST}]:\n"
        '    print(f"against  {user} -> {used}")\n'
        "print('diagram')\nprint(found['mermaid'])"
    )


def _points_cell() -> str:
    return (
        f"print(entry_points({_ENTRIES}))\nprint(hotspots({_HOT}))\nprint(cycles()[:{_CYCLES}])\n"
        "readmes = [file for file in repo.files[:500] if file.path.upper().startswith('README')]\n"
        "for file in sorted(readmes, key=lambda file: len(file.path))[:1]:\n"
        "    print(peek(file, 1, 30))"
    )


def _units(text: str) -> list[tuple[str, str, int, int]]:
    found = (_UNIT.match(line) for line in text.split("\n"))
    return [(one["path"], one["language"], int(one["files"]), int(one["lines"])) for one in found if one]


def _layers(text: str) -> list[str]:
    found = (_LAYER.match(line) for line in text.split("\n"))
    return [one["names"] for one in found if one]


def _largest(units: Sequence[tuple[str, str, int, int]]) -> list[tuple[str, str, int, int]]:
    product = [unit for unit in units if not TESTS.search(unit[0])] or list(units)
    return [unit for unit in product if unit[0] != "./"][:MOST_CHILDREN]


def _lead(text: str, units: Sequence[tuple[str, str, int, int]], layers: Sequence[str]) -> str:
    total = _TOTAL.search(text)
    number = int(total["units"]) if total else len(units)
    what = "unit" if all(unit[2] == 1 for unit in units) else "module"
    circles = int(total["circles"]) if total else 0
    names = ", ".join(code(path) for path, *_ in units[:4])
    lead = f"The code stands in {count(number, what)} in {count(len(layers), 'layer')}; the largest are {names}."
    return f"{lead} Some of them import each other in {count(circles, 'circle')}." if circles else lead


def _layers_table(layers: Sequence[str]) -> str:
    rows = ((str(level), _listed(names)) for level, names in reversed(list(enumerate(layers))))
    return "A layer imports only those below it.\n\n" + answer.table(("layer", "holds"), rows)


def _listed(names: str) -> str:
    shown, more, rest = names.partition(" and ")
    return ", ".join(answer.table_code(name) for name in shown.split(", ")) + more + rest


def _fenced(text: str) -> str:
    """Return the diagram that was printed, in a fence; "" where its output was cut."""
    diagram = text.partition("\ndiagram\n")[2].strip("\n")
    if not diagram.startswith("flowchart") or "characters left out" in diagram or "```" in diagram:
        return ""
    return f"```mermaid\n{diagram}\n```"


def _against(text: str) -> str:
    found = [one for line in text.split("\n") if (one := _AGAINST_LINE.match(line))]
    if not found:
        return ""
    shown = ", ".join(f"{code(one['user'])} → {code(one['used'])}" for one in found)
    return f"Imports against the layers, dotted in the diagram: {shown}."


def _units_table(units: Sequence[tuple[str, str, int, int]]) -> str:
    rows = ((answer.table_code(path), language, f"{files:,}", f"{lines:,}") for path, language, files, lines in units)
    return answer.table(("module", "language", "files", "lines"), rows)


def _entries(entries: Sequence[Hit]) -> list[str]:
    parts = []
    for kind, title in _KINDS.items():
        found = [(hit, one["text"]) for hit in entries if (one := _KIND.match(hit.text)) and one["kind"] == kind]
        rows = (
            (answer.table_code(f"{hit.path}:{hit.line}"), answer.table_code(text)) for hit, text in found[:_OF_A_KIND]
        )
        if found:
            more = f" (the first {_OF_A_KIND} of {len(found)})" if len(found) > _OF_A_KIND else ""
            parts.append(f"{title}{more}:\n\n" + answer.table(("where", "as written"), rows))
    return parts


def _hot(found: Sequence[Definition]) -> str:
    rows = (
        (
            answer.table_code(one.span.path),
            answer.table_code(one.qualified),
            answer.table_code(str(one.span)),
            answer.cell_text(one.doc),
        )
        for one in found
    )
    return answer.table(("file", "its longest function", "where", "why"), rows)


def _cycles(printed: Printed) -> list[str]:
    found = [one for line in printed.text.split("\n") if (one := _CYCLE.fullmatch(line))]
    if not found:
        return ["No file imports itself in a circle."]
    rows = ((one["files"], one["kind"], answer.table_code(f"{one['first']} -> {one['rest']}")) for one in found)
    return [answer.table(("files", "kind", "the shortest circle"), rows)]


def _reading(readme: str, entries: Sequence[Hit], layers: Sequence[str], hot: Sequence[Definition]) -> str:
    """Return what to read first, and why: what it says of itself, where it begins, what much depends on."""
    steps = [(readme, "what it says of itself")] if readme else []
    mains = [hit for hit in entries if hit.text.startswith("main  ") and not TESTS.search(hit.path)]
    steps += [(f"{hit.path}:{hit.line}", "where it begins") for hit in mains[:2]]
    product = [one for one in hot if not TESTS.search(one.span.path)]
    steps += [(str(one.span), f"the heart of it: {answer.inline(one.doc.partition(': ')[2])}") for one in product[:3]]
    if layers:
        steps.append((layers[-1].partition(",")[0].strip(), "the top layer: it puts the others to use"))
        steps.append((layers[0].partition(",")[0].strip(), "a foundation: it needs nothing else"))
    return "\n".join(f"{number}. {code(place)}: {why}" for number, (place, why) in enumerate(dict(steps).items(), 1))
