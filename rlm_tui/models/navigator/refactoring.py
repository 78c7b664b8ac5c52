"""The plans of the mode refactor: what can be changed for sure without a language model. Renaming, moving, removing dead code."""

from __future__ import annotations

import re

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count, some
from rlm_tui.models.navigator.conversation import Conversation
from rlm_tui.models.navigator.made_patches import made, more, proposed, reason, tell, tested
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import Definition

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
_MOVE = re.compile(
    r"\bmove\s+(?P<what>[^\n]{1,400}?)\s+"
    rf"(?:(?:from|out\s+of)\s+(?:the\s+)?(?:file\s+|module\s+)?{_NAME.format('source')}\s+)?"
    rf"(?:(?:in)?to|->|=>|→)\s+(?:the\s+|a\s+)?(?:new\s+)?(?:file\s+|module\s+)?{_NAME.format('path')}(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_WORDS = re.compile(
    r"^(?:(?:the|both|all|functions?|methods?|class(?:es)?|structs?|interfaces?|constants?|variables?|types?|symbols?|traits?|"
    r"enums?|helpers?)\s+)*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+")
_KEEP = re.compile(
    r"\bkeep|\bimportable\b|\bre-?export|\bold (?:name|import|path)s?\b|\bbackwards?[- ]compatib", re.IGNORECASE
)
_OTHER = re.compile(r"\b(?:move|extract|inline|split|introduce|convert|change|add)\b", re.IGNORECASE)
_GUESSES = re.compile(r"\b(?:with|including|and)\s+(?:the\s+)?guesses\b", re.IGNORECASE)
_SITES = '[f"{item.path}:{item.line}" for item in found["sites"]] or [item.span for item in found["targets"]]'
"""Code that lists where something is named, as evidence."""
_CAN = (
    "Without a language model these can be made: `rename NAME to NEW` (with `with guesses` for the places that are not sure), "
    "`move NAME to FILE` (with `and keep the old name` for code outside of this repository) and `remove dead code [in FOLDER]`."
)


def refactor(conversation: Conversation, section: Section) -> Plan:
    """Make the patch that the task asks for, or say what can be made."""
    task = conversation.task
    if match := _RENAME.search(task):
        yield from _rename(
            match["old"], match["new"].rstrip(".?!;"), section, guesses=bool(_GUESSES.search(match["rest"]))
        )
    elif match := _MOVE.search(task):
        names = _names(match["what"], (match["source"] or "").rstrip(":"))
        yield from _move(names, match["path"].rstrip(".?!;:"), section, keep=bool(_KEEP.search(match["rest"])))
    elif match := _REMOVE.search(task):
        yield from _remove((match["scope"] or "").rstrip(".?!;"), section)
    else:
        yield from _nothing(task, section)


def _names(what: str, source: str) -> list[str]:
    """Return what is to be moved, each name with the file that it is said to be in; of `X's helper Y` the last."""
    bare = _WORDS.sub("", what.strip())
    if re.search(r"'s\s", bare):
        bare = bare.rpartition(" ")[2]
    found = [name.strip("`'\"") for name in _BETWEEN.split(bare)]
    return [f"{source}::{name}" if source and "::" not in name else name for name in found if name]


def _rename(old: str, new: str, section: Section, *, guesses: bool) -> Plan:
    call = f"rename_patch({old!r}, {new!r}" + (", guesses=True)" if guesses else ")")
    found = yield from made(f"What changes if {old} becomes {new}?", call)
    if found.printed.failed:
        section.lead = f"{code(old)} cannot be renamed to {code(new)}: {reason(found.printed)}"
        return
    targets = found.definitions("targets")
    if not targets or not found.hits("sites"):
        section.lead = f"Nothing was found that {code(old)} names."
        return
    first = targets[0]
    refused = yield from proposed(f"Rename {first.qualified} to {new}", found.explained(), _SITES, "rename")
    places = f"{count(found.total('sites'), 'place')} in {count(len(found.changed), 'file')}"
    section.lead = (
        f"Renaming {code(first.qualified)} ({first.span}) to {code(new)} changes {places}. Nothing is written yet."
        if not refused
        else f"Renaming {code(first.qualified)} to {code(new)} would change {places}, but its patch was refused: {refused}"
    )
    if len(targets) > 1:
        section.add("These definitions change their names together:", answer.definitions_table(targets))
    tell(
        found,
        "What changes:",
        "**Not in the patch**, because it is not sure that they mean it (guesses):",
        section,
    )
    yield from tested(first, section)


def _move(names: list[str], path: str, section: Section, *, keep: bool) -> Plan:
    told = ", ".join(code(name.rpartition("::")[2]) for name in names)
    call = f"move_patch({names if len(names) > 1 else names[0]!r}, {path!r}{', keep=True)' if keep else ')'}"
    found = yield from made(f"What changes if {' and '.join(names)} goes to {path}?", call)
    if found.printed.failed:
        section.lead = f"{told} cannot be moved to {code(path)}: {reason(found.printed)}"
        return
    targets = found.definitions("targets")
    if not targets:
        section.lead = f"Nothing was found that {told} names."
        return
    named = list(dict.fromkeys(item.qualified for item in targets))
    refused = yield from proposed(f"Move {', '.join(named)} to {path}", found.explained(), _SITES, "move")
    section.lead = (
        f"Moving {', '.join(map(code, named))} ({targets[0].span}) to {code(path)} changes "
        f"{count(len(found.changed), 'file')}: {some(found.changed)}. Nothing is written yet."
        if not refused
        else f"{told} could be moved to {code(path)}, but the patch was refused: {refused}"
    )
    tell(
        found,
        "What leads to it by an edge; where it is imported, the import changes:",
        "**Not adapted**, because it is not sure that they mean it (guesses):",
        section,
    )
    yield from tested(targets[0], section)


def _remove(scope: str, section: Section) -> Plan:
    why = f"What can go{f' in {scope}' if scope else ''}, because nothing uses it and nothing outside can?"
    found = yield from made(why, f"removal_patch({scope!r})", ("removed", "left"))
    if found.printed.failed:
        section.lead = (
            f"Dead code{f' in {code(scope)}' if scope else ''} could not be looked for: {reason(found.printed)}"
        )
        return
    gone, left = found.definitions("removed"), found.definitions("left")
    within = f" in {code(scope)}" if scope else ""
    if gone:
        what = count(found.total("removed"), "unused definition")
        files = list(dict.fromkeys(item.span.path for item in gone))
        explained = f"Nothing uses them, and nothing outside can. {count(len(files), 'file')}: {', '.join(files[:8])}"
        refused = yield from proposed(
            f"Remove {what}", explained, '[item.span for item in found["removed"]]', "dead-code"
        )
        section.lead = (
            f"{what[0].upper() + what[1:]}{within} can be removed. Nothing is written yet."
            if not refused
            else f"{what}{within} could be removed, but the patch was refused: {refused}"
        )
        section.add(answer.table(("name", "kind", "where", "what is known"), map(_row, gone)))
        more(section, found.total("removed"), len(gone))
    else:
        section.lead = f"Nothing{within} is unused, out of reach from outside, and free to be cut out."
    if left:
        section.add("Unused, but left alone:", answer.table(("name", "kind", "where", "why"), map(_row, left)))
        more(section, found.total("left"), len(left))
    section.add("What only the removed code used shows when you ask again after applying it.")
    section.searched.append("each name as a word in the code of the whole repository, comments and strings apart")


def _nothing(task: str, section: Section) -> Plan:
    """Say what can be made, after a look at what the task may be about: an answer needs one."""
    words = " ".join(re.findall(r"[\w.]+", task)[:12])
    printed = yield Move("What could this be about?", f"print(find({words!r}, k=5))")
    section.lead = ("This needs a language model. " if _OTHER.search(task) else "") + _CAN
    if printed.definitions:
        section.add("It may be about:", answer.definitions_table(printed.definitions))


def _row(item: Definition) -> tuple[str, str, str, str]:
    return answer.table_code(item.qualified), item.kind, answer.table_code(str(item.span)), answer.cell_text(item.doc)
