"""The plans for analyses: one cell with the tool, its records told as a table, and what they do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count, some
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.names import places_meant
from rlm_tui.models.navigator.paging import PAGE, rest_of, total_of
from rlm_tui.models.navigator.reading import Definition, Printed
from rlm_tui.models.navigator.understand import Intent

_RANKED = 10
_CYCLES = 12
_COUNT = re.compile(r"\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b", re.IGNORECASE)
_ONE = re.compile(r"\b(?:longest|biggest|largest|most \w+) (?:function|method|thing|one|piece)\b", re.IGNORECASE)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ASKED_KINDS = re.compile(r"\bmethods\b(?! and)", re.IGNORECASE)
_FUNCTIONS = re.compile(r"\b(?:functions?|methods?|routines?)\b", re.IGNORECASE)
_METHODS = frozenset({"method", "function"})
_CYCLE = re.compile(
    r"(?P<first>\S.*?:\d+)  (?P<kind>runtime|deferred|type-only) import cycle of (?P<files>\d+) files: -> (?P<rest>.*)"
)
_KINDS = {
    "runtime": "closes as the files are loaded",
    "deferred": "needs an import inside of a function",
    "type-only": "needs imports for types alone",
}
_SETTING = re.compile(r"(?P<kind>env|config|flag|named) (?P<name>\S+)(?: = (?P<default>.*?))?(?:  (?P<text>.*))?$")


def rank(intent: Intent, section: Section) -> Plan:
    """List the longest or most complex functions of a file or folder, or of all."""
    scope = intent.names[0] if intent.names else ""
    asked = _COUNT.search(intent.text.replace(f"`{scope}`", ""))
    most = (_number(asked[1]) if asked else 0) or _RANKED
    by = ', by="complexity"' if intent.kind == "complex" else ""
    printed = yield Move(
        f"The {'most complex' if by else 'longest'} functions{f' in {scope}' if scope else ''}.",
        f"print(longest({most}, {scope!r}{by}))",
    )
    if _failed(printed, section, scope):
        return
    if scope and intent.plain and not printed.definitions:
        section.failed = True
        return
    what = "of the highest cyclomatic complexity" if by else "with the most lines"
    names = [item.qualified for item in printed.definitions]
    section.lead = (
        f"The {count(len(names), 'function')} {what}{_within(scope)}: {some(names)}."
        if names
        else f"No function was found{_within(scope)}."
    )
    if printed.definitions and asked is None and _ONE.search(intent.text):
        first = printed.definitions[0]
        section.lead = f"{code(first.qualified)} ({first.span}) is the function {what}{_within(scope)}: {first.doc}."
    section.found.definitions(printed.definitions)
    section.add(_remarks(printed.definitions, "complexity" if by else "length"))
    section.searched.append("functions and methods outside of tests and generated files, unless there are no others")


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.index(text.lower()) + 2


def unused(intent: Intent, section: Section) -> Plan:
    """List the definitions of a file or folder that nothing uses, those that nothing outside can reach first."""
    scope = intent.names[0] if intent.names else ""
    printed = yield Move(
        f"What is unused{f' in {scope}' if scope else ''}?",
        f"found = unused({scope!r}, limit={PAGE})\nprint(found)\n"
        f'print("kept")\nprint(unused({scope!r}, kept=True, limit=10))',
    )
    if _failed(printed, section, scope):
        return
    kept_from = printed.text.split("\n").index("kept") if "kept" in printed.text.split("\n") else 0
    listed = len([line for line in printed.text.split("\n")[:kept_from] if "  no use" in line])
    found, kept = printed.definitions[:listed], printed.definitions[listed:]
    section.lead = (
        f"{count(len(found), 'definition is', 'definitions are')} used by no code but tests{_within(scope)}: "
        f"{some([item.qualified for item in found])}."
        if found
        else f"No definition was found that nothing uses{_within(scope)}."
    )
    section.found.definitions(item for item in found if not _FUNCTIONS.search(intent.text) or item.kind in _METHODS)
    section.add(_remarks(found, "what is known"))
    if len(found) >= PAGE:
        section.add(f"The first {PAGE}; there may be more.")
    if kept:
        section.add(
            "Left out, because something may use them without their name standing in code:", _remarks(kept, "why")
        )
    section.searched.append("each name as a word in the code of the whole repository, comments and strings apart")


def cycles(intent: Intent, section: Section) -> Plan:
    """Tell the circles of imports, of all files or of those asked about."""
    scope = intent.names[0] if intent.names else ""
    printed = yield Move(
        f"Which imports go in a circle{f' through {scope}' if scope else ''}?",
        f'found = cycles({scope!r})\nprint(len(found), "found")\nfor cycle in found[:{_CYCLES}]:\n'
        '    print(cycle)\n    print("files", *cycle.files[:60], sep="  ")',
    )
    if _failed(printed, section, scope):
        return
    lines = printed.text.split("\n")
    found = [
        (cycle, [part for part in after.split("  ")[1:] if part])
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if (cycle := _CYCLE.fullmatch(line)) and after.startswith("files  ")
    ]
    runtime = [files for cycle, files in found if cycle["kind"] == "runtime"]
    about = f" that involves {code(scope)}" if scope else ""
    if runtime:
        more = count(len(runtime), "import cycle closes", "import cycles close")
        section.lead = (
            f"{more} as the files are loaded{about.replace('involves', 'involve') if len(runtime) > 1 else about}."
        )
    elif found:
        section.lead = (
            f"No import cycle{about} closes as the files are loaded; {len(found)} need deferred or type-only imports."
        )
    else:
        section.lead = f"There is no import cycle{about}."
    section.found.groups += runtime
    section.found.files |= dict.fromkeys(path for files in runtime for path in files)
    for cycle, files in found:
        circle = [cycle["first"], *cycle["rest"].split(" -> ")]
        drawing = [circle[0], *(f"→ {step}" for step in circle[1:])]
        members = ", ".join(code(path) for path in files[:30]) + (
            f" and {len(files) - 30} more" if len(files) > 30 else ""
        )
        section.add(
            f"{cycle['files']} files, {_KINDS[cycle['kind']]}: {members}. The shortest circle:",
            answer.fence("", drawing),
        )
    if total_of(printed.text) > len(found):
        section.add(f"{total_of(printed.text) - len(found)} more are left out here.")


def raised(intent: Intent, section: Section) -> Plan:
    """Tell where an exception or error is raised, and in which functions."""
    name, scope = intent.names[0], intent.names[1] if len(intent.names) > 1 else ""
    printed = yield Move(
        f"Where is {name} raised?",
        f'found = raises({name!r}, {scope!r})\nprint(len(found), "found")\nprint(found[:{PAGE}])',
    )
    if _failed(printed, section, scope):
        return
    hits = list(printed.hits)
    for further in (yield from rest_of(total_of(printed.text))):
        hits += further.hits
    section.found.hits(hits)
    functions = list(dict.fromkeys(hit.symbol or f"{hit.path} (file level)" for hit in hits))
    section.lead = (
        f"{code(name)} is raised in {count(len(functions), 'function')}{_within(scope)}: {some(functions)}."
        if hits
        else f"No line{_within(scope)} was found that raises, throws or returns {code(name)}."
    )
    rows = ((_row(hit.symbol), _row(f"{hit.path}:{hit.line}"), _row(hit.text)) for hit in hits[:PAGE])
    section.add(answer.table(("in", "where", "as written"), rows))
    if (left := total_of(printed.text) - len(hits[:PAGE])) > 0:
        section.add(f"{left:,} more are left out here.")
    section.searched.append("raise, throw, panic and returned errors, in code")


def settings(intent: Intent, section: Section) -> Plan:
    """Tell where an environment variable or configuration key is read, or which ones are."""
    name = intent.names[0] if intent.names else ""
    printed = yield Move(
        f"Where is {name} read?" if name else "Which settings are read?",
        f'found = settings({name!r})\nprint(len(found), "found")\nprint(found[:{PAGE}])',
    )
    hits = list(printed.hits)
    for further in (yield from rest_of(total_of(printed.text))):
        hits += further.hits
    read = [(hit, match) for hit in hits if (match := _SETTING.match(hit.text))]
    sure = [(hit, match) for hit, match in read if match["kind"] in ("env", "config")]
    shown = sure or read
    section.found.hits(hit for hit, _ in shown)
    keys = list(dict.fromkeys(match["name"] for _, match in shown))
    places = count(len(shown), "place")
    if name and sure:
        section.lead = f"{code(name)} is read at {places}: {some([f'{hit.path}:{hit.line}' for hit, _ in shown])}."
    elif name and read:
        section.lead = f"No read of {code(name)} was recognised; its name stands in code at {places}."
    elif shown:
        section.lead = f"{count(len(keys), 'setting is', 'settings are')} read at {places}: {some(keys)}."
    else:
        section.lead = f"No code that reads {code(name) if name else 'a setting'} was found."
    rows = (
        (
            _row(match["name"]),
            _row(f"{hit.path}:{hit.line}"),
            _row(hit.symbol),
            _row(match["default"] or ""),
            _row(match["text"] or ""),
        )
        for hit, match in shown
    )
    section.add(answer.table(("setting", "where", "in", "default", "as written"), rows))
    section.searched.append("the ways in which each language reads the environment and configurations")


def public_interface(intent: Intent, section: Section) -> Plan:
    """List what a file, module or class offers."""
    name = intent.names[0]
    printed = yield Move(
        f"What does {name} offer?",
        f'found = public_api({name!r})\nprint(len(found), "found")\nprint(found[:{PAGE}])',
    )
    if _failed(printed, section, name):
        return
    offered = list(printed.definitions)
    for further in (yield from rest_of(total_of(printed.text))):
        offered += further.definitions
    kinds = _ASKED_KINDS.search(intent.text)
    found = [item for item in offered if not kinds or item.kind in _METHODS]
    names = list(dict.fromkeys(item.qualified for item in found))
    section.found.definitions(found)
    section.found.names |= dict.fromkeys(_offered(item) for item in found if not _is_beside(item))
    section.lead = (
        f"{code(name)} offers {count(len(names), 'name')}: {some(names)}." if names else f"{code(name)} offers nothing."
    )
    section.add(_remarks(found, "how"))
    if (left := total_of(printed.text) - len(offered)) > 0:
        section.add(f"{left:,} more are left out here.")


def _offered(item: Definition) -> str:
    """Return the name under which something is offered: `as other: ...` where it is not its own."""
    return item.doc[3:].partition(":")[0] if item.doc.startswith("as ") else item.name


def _is_beside(item: Definition) -> bool:
    """Tell what is listed, but does not make an interface by itself: fields, in classes and in Python all that holds a value."""
    values = ("constant", "variable") if "." in item.qualified or item.span.path.endswith((".py", ".pyi")) else ()
    return item.kind in ("field", *values)


def _remarks(found: Sequence[Definition], head: str) -> str:
    rows = ((_row(item.qualified), item.kind, _row(str(item.span)), answer.cell_text(item.doc)) for item in found)
    return answer.table(("name", "kind", "where", head), rows)


def _row(text: str) -> str:
    return answer.table_code(text) if text else ""


def _within(scope: str) -> str:
    return f" in {code(scope)}" if scope else ""


def _failed(printed: Printed, section: Section, name: str) -> bool:
    """Say why a tool could not answer; tell whether that was so."""
    if printed.failed:
        section.failed, section.others = True, places_meant(printed.text)
        lines = printed.text.strip().splitlines()
        why = answer.inline(lines[-1]) if lines else "no reason was given"
        section.lead = f"{f'{code(name)}: ' if name else ''}this could not be looked up: {why}"
    return printed.failed
