"""The plans of the mode refactor: what can be changed for sure without a language model. Renaming, and removing dead code."""

from __future__ import annotations

import re

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.conversation import Conversation
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import Definition, Printed, read
from rlm_tui.models.navigator.relations import some
from rlm_tui.repository.symbols import Hit

_SHOWN = 60
_EVIDENCE = 12
_NAME = r"[`'\"]?(?P<{}>[^\s`'\",]+)[`'\"]?"
_KIND = r"(?:the\s+)?(?:(?:function|method|class|struct|interface|constant|variable|type|symbol|trait|enum)\s+)?"
_RENAME = re.compile(
    rf"\brename\s+{_KIND}{_NAME.format('old')}\s+(?:(?:in)?to|as|->|=>|→)\s+{_NAME.format('new')}(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_REMOVE = re.compile(
    r"\b(?:remove|delete|drop|clean\s+up|get\s+rid\s+of|strip)\s+(?:all\s+|any\s+|the\s+)*(?:dead|unused|unreachable)\b"
    r"(?:\s+(?:code|functions?|methods?|classes|definitions?|symbols?|helpers?|things?))*"
    rf"(?:\s+(?:in|under|from|of|within)\s+{_NAME.format('scope')})?",
    re.IGNORECASE,
)
_MOVE = re.compile(r"\b(?:move|extract|inline|split|introduce|convert|change|add)\b", re.IGNORECASE)
_GUESSES = re.compile(r"\b(?:with|including|and)\s+(?:the\s+)?guesses\b", re.IGNORECASE)
_ID = re.compile(r"^finding ([0-9a-f]{6,64})$", re.MULTILINE)
_TOTAL = re.compile(r"^(\w+) (\d+)$", re.MULTILINE)
_CAN = (
    "Without a language model these can be made: `rename NAME to NEW` (with `with guesses` for the places that are not sure) "
    "and `remove dead code [in FOLDER]`."
)


def refactor(conversation: Conversation, section: Section) -> Plan:
    """Make the patch that the task asks for, or say what can be made."""
    task = conversation.task
    if match := _RENAME.search(task):
        yield from _rename(
            match["old"], match["new"].rstrip(".?!;"), section, guesses=bool(_GUESSES.search(match["rest"]))
        )
    elif match := _REMOVE.search(task):
        yield from _remove((match["scope"] or "").rstrip(".?!;"), section)
    else:
        yield from _nothing(task, section)


def _rename(old: str, new: str, section: Section, *, guesses: bool) -> Plan:
    wanted = f"{old!r}, {new!r}" + (", guesses=True" if guesses else "")
    printed = yield Move(
        f"What changes if {old} becomes {new}?",
        f"found = rename_patch({wanted})\n"
        'for part in ("targets", "sites", "guesses", "mentions", "notes"):\n'
        "    print(part, len(found[part]))\n"
        f"    for item in found[part][:{_SHOWN}]:\n"
        '        print(f"- {item}" if part == "notes" else item)',
    )
    if printed.failed:
        section.lead = f"{code(old)} cannot be renamed to {code(new)}: {_reason(printed)}"
        return
    parts = _parts(printed)
    totals = {name: int(number) for name, number in _TOTAL.findall(printed.text)}
    targets, sites = parts["targets"].definitions, parts["sites"].hits
    if not targets or not sites:
        section.lead = f"Nothing was found that {code(old)} names."
        return
    reach = yield Move(
        f"Which tests reach {targets[0].qualified}, and what else would notice?",
        f"reached = tests({targets[0].locator!r})\nprint(len(reached), 'found')\nprint(reached[:20])",
    )
    files = list(dict.fromkeys(hit.path for hit in sites))
    title = f"Rename {targets[0].qualified} to {new}"
    proposed = yield Move(
        "The patch, checked against the files as they are.",
        'evidence = [f"{item.path}:{item.line}" for item in found["sites"]]\n'
        f"one = propose({title!r}, {_explained(totals, files)!r}, evidence[:{_EVIDENCE}], severity='info', confidence='high', "
        "patch=found['patch'], rule='rename')\n"
        'print("finding", one)',
    )
    made = _ID.search(proposed.text)
    places = f"{count(totals.get('sites', len(sites)), 'place')} in {count(len(files), 'file')}"
    section.lead = (
        f"Renaming {code(targets[0].qualified)} ({targets[0].span}) to {code(new)} changes {places}. Nothing is written yet."
        if made
        else f"Renaming {code(targets[0].qualified)} to {code(new)} would change {places}, but its patch was refused: "
        f"{_reason(proposed)}"
    )
    if len(targets) > 1:
        section.add("These definitions change their names together:", answer.definitions_table(targets))
    section.add("What changes:", _places(sites))
    _more(section, totals, "sites", len(sites))
    if hits := parts["guesses"].hits:
        section.add("**Not in the patch**, because it is not sure that they mean it (guesses):", _places(hits))
        _more(section, totals, "guesses", len(hits))
    if hits := parts["mentions"].hits:
        section.add("**Not in the patch**: comments, strings and texts that hold the word:", _places(hits))
        _more(section, totals, "mentions", len(hits))
    notes = [line[2:] for line in parts["notes"].text.splitlines() if line.startswith("- ")]
    section.add("\n".join(f"- {answer.inline(note)}" for note in notes))
    _tests(reach, section)
    section.searched.append("the index's edges of tiers 1 to 4, through imports, re-exports, aliases and overrides")


def _remove(scope: str, section: Section) -> Plan:
    printed = yield Move(
        f"What can go{f' in {scope}' if scope else ''}, because nothing uses it and nothing outside can?",
        f"found = removal_patch({scope!r})\n"
        'for part in ("removed", "left"):\n'
        "    print(part, len(found[part]))\n"
        f"    for item in found[part][:{_SHOWN}]:\n"
        "        print(item)",
    )
    if printed.failed:
        section.lead = f"Dead code{f' in {code(scope)}' if scope else ''} could not be looked for: {_reason(printed)}"
        return
    parts = _parts(printed)
    totals = {name: int(number) for name, number in _TOTAL.findall(printed.text)}
    gone, left = parts["removed"].definitions, parts["left"].definitions
    within = f" in {code(scope)}" if scope else ""
    if gone:
        what = count(totals.get("removed", len(gone)), "unused definition")
        files = list(dict.fromkeys(item.span.path for item in gone))
        explained = f"Nothing uses them, and nothing outside can. {count(len(files), 'file')}: {', '.join(files[:8])}"
        proposed = yield Move(
            "The patch, checked against the files as they are.",
            'evidence = [item.span for item in found["removed"]]\n'
            f"one = propose({f'Remove {what}'!r}, {explained!r}, evidence[:{_EVIDENCE}], severity='info', confidence='high', "
            "patch=found['patch'], rule='dead-code')\n"
            'print("finding", one)',
        )
        section.lead = (
            f"{what[0].upper() + what[1:]}{within} can be removed. Nothing is written yet."
            if _ID.search(proposed.text)
            else f"{what}{within} could be removed, but the patch was refused: {_reason(proposed)}"
        )
        section.add(answer.table(("name", "kind", "where", "what is known"), map(_row, gone)))
        _more(section, totals, "removed", len(gone))
    else:
        section.lead = f"Nothing{within} is unused, out of reach from outside, and free to be cut out."
    if left:
        section.add("Unused, but left alone:", answer.table(("name", "kind", "where", "why"), map(_row, left)))
        _more(section, totals, "left", len(left))
    section.add("What only the removed code used shows when you ask again after applying it.")
    section.searched.append("each name as a word in the code of the whole repository, comments and strings apart")


def _nothing(task: str, section: Section) -> Plan:
    """Say what can be made, after a look at what the task may be about: an answer needs one."""
    words = " ".join(re.findall(r"[\w.]+", task)[:12])
    printed = yield Move("What could this be about?", f"print(find({words!r}, k=5))")
    section.lead = ("This needs a language model. " if _MOVE.search(task) else "") + _CAN
    if printed.definitions:
        section.add("It may be about:", answer.definitions_table(printed.definitions))


def _parts(printed: Printed) -> dict[str, Printed]:
    """Split what was printed at the lines `part NUMBER`."""
    pieces = re.split(r"^(targets|sites|guesses|mentions|notes|removed|left) \d+$", printed.text, flags=re.MULTILINE)
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    names = ("targets", "sites", "guesses", "mentions", "notes", "removed", "left")
    return {name: read(found.get(name, "")) for name in names}


def _explained(totals: dict[str, int], files: list[str]) -> str:
    named = ", ".join(files[:8]) + (f" and {len(files) - 8} more" if len(files) > 8 else "")
    apart = [f"{totals[name]} {name}" for name in ("guesses", "mentions") if totals.get(name)]
    told = f" Not in it: {', '.join(apart)}, listed in the answer." if apart else ""
    return f"{totals.get('sites', 0)} places in {len(files)} files, by the index's edges: {named}.{told}"


def _tests(reach: Printed, section: Section) -> None:
    if reach.uses:
        files = list(dict.fromkeys(use.path for use in reach.uses))
        section.add(f"Tests that reach it: {some(files)}.")
    elif not reach.failed:
        section.add("No test was found that reaches it.")


def _places(hits: list[Hit]) -> str:
    return answer.table(
        ("where", "in", "as written"),
        (
            (
                answer.table_code(f"{hit.path}:{hit.line}"),
                answer.table_code(hit.symbol) if hit.symbol else "",
                answer.table_code(hit.text) if hit.text else "",
            )
            for hit in hits
        ),
    )


def _row(item: Definition) -> tuple[str, str, str, str]:
    return answer.table_code(item.qualified), item.kind, answer.table_code(str(item.span)), answer.cell_text(item.doc)


def _more(section: Section, totals: dict[str, int], name: str, shown: int) -> None:
    if (left := totals.get(name, 0) - shown) > 0:
        section.add(f"{left:,} more are left out here.")


def _reason(printed: Printed) -> str:
    lines = [line for line in printed.text.strip().splitlines() if line.strip()]
    return answer.inline(lines[-1].partition(": ")[2] or lines[-1]) if lines else "no reason was given"
