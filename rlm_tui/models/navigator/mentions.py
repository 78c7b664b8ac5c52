"""Lifts the names out of a question: what looks like code, is quoted, or is said to be a function, a class, a file.

In their places stand marks («0»), so that the rest of the sentence can be read as English.
"""

from __future__ import annotations

import re

from rlm_tui.models.navigator.phrases import CONFIG_KEY, MEMBER_OF, NAMED, NO_MEMBERS, NO_NAMES, set_of
from rlm_tui.models.navigator.vocabulary import MARK, is_asking

_NAME = r"[A-Za-z_$][\w$]*"
_CODE = re.compile(
    r"`+(?P<ticked>[^`\n]{1,200})`+"
    # quoted, without a space within
    rf"|(?<![\w'\"])(?:'(?P<single>{_NAME}[^\s'\"]{{0,80}})'|[\"“„](?P<double>{_NAME}[^\s'\"“”]{{0,80}})[\"“”]|"
    rf"\u2018(?P<curly>{_NAME}[^\s\u2018\u2019]{{0,80}})\u2019)(?!\w)"
    # a path, or a file name with a short suffix
    r"|(?<![\w/.])(?P<path>(?:[\w.@+-]+/)+(?:[\w.@+-]*\w(?::\d+(?:-\d+)?|::?[A-Za-z_][\w.$]*(?:@\d+)?)?)?"
    r"|[\w-]+\.(?:[a-z]{1,4})(?:::?[A-Za-z_][\w.$]*|(?=[\s?!,;:)]|\.?$)))"
    rf"|(?<!\w)(?P<received>\((?:\w+ )?\*?{_NAME}\)\.{_NAME}(?:\(\))?)"
    rf"|(?<![\w.])(?P<dotted>{_NAME}(?:(?:\.|::|\#|->|\\){_NAME})+(?::{_NAME}(?:\.{_NAME})*)?(?:\(\)|!(?= [a-z]))?)"
    rf"|(?<!\w)(?P<generic>{_NAME}<[\w<>,\s'&]{{1,60}}>)(?![\w>])"
    rf"|(?<!\w)(?P<called>{_NAME})\((?!e?s\))[^()\s]{{0,60}}\)"
    r"|(?<!\w)(?P<word>[A-Za-z_$]*(?:_[A-Za-z0-9]|[a-z0-9][A-Z]|[A-Z]{2,}[a-z]{2,}|__)[\w$]*|_\w+|[A-Za-z]+_)"
)
_NO_CODE = set_of("e.g i.e etc vs a.k.a JavaScript TypeScript GitHub GitLab macOS PyPI iOS and/or McCabe")
_GUILLEMETS = re.compile(rf"[«»] ?({_NAME}[^\s«»]*) ?[«»]")
_BEFORE_A_NAME = re.compile(r"^(?:#include|import|def|class|func|fn|function|struct|interface|trait|new)\s+")
_RECEIVER = re.compile(rf"^\((?:\w+ )?[*&]?({_NAME})\)\.")
_TYPE_ARGUMENTS = re.compile(r"(?<=\w)(?:<[\w\s,.&'*?<>]*>|\[[\w\s,.*]*\])(?=$|\.|::)")
_SOURCE = r"[^:]*\.(?:py|pyi|[cm]?[jt]sx?|vue|go|rs|java|kts?|scala|swift|lua|sh|rb|php|cs|[chyl]|cc|cpp|cxx|hh|hpp)"
_IN_A_FILE = re.compile(rf"(?P<path>{_SOURCE}):(?P<name>[A-Za-z_][\w.$]*)")
_VARIABLE = re.compile(r"^(?:[a-z]|self|this|cls|super)\.(?=[A-Za-z_]\w)")
"""What a member is reached through: `c` in `c.execute` names nothing that is defined."""
_ENTRY = re.compile(rf"{_NAME}(?:\.{_NAME})+:{_NAME}(?:\.{_NAME})*")
"""`package.module:Class.method`, as entry points are written."""
_WITHIN = re.compile(
    r"«(?P<name>\d+)»(?: function| method| class)?(?:,? (?:(?:that is |which is )?(?:defined|declared|located|implemented) )?"
    r"(?:in|from|of|at|inside|within)| \()(?: the file)? «(?P<file>\d+)»\)?"
)


def lift(text: str) -> tuple[str, list[str]]:
    """Return `text` with marks in place of the names in it, and the names that they stand for."""
    names: list[str] = []
    marked = mark(text, names)
    for phrase in MEMBER_OF:
        marked = phrase.sub(lambda match: _join_owner(match, names), marked)
    for phrase in (NAMED, CONFIG_KEY):
        marked = phrase.sub(lambda match: _name_of_kind(match, names), marked)
    return _WITHIN.sub(lambda match: _join_file(match, names), marked), names


def mark(text: str, names: list[str]) -> str:
    """Put marks in place of the code names, which are added to `names`."""

    def replace(match: re.Match[str]) -> str:
        raw = next(group for group in match.groups() if group is not None)
        name = clean_name(raw)
        if not name or (match["ticked"] is None and raw.rstrip(".") in _NO_CODE):
            return match.group()
        names.append(name)
        return f"«{len(names) - 1}»"

    quoted = _GUILLEMETS.sub(r"`\1`", text).replace("«", "<").replace("»", ">")
    return _CODE.sub(replace, quoted)


def unmark(clause: str, names: list[str]) -> str:
    """Return the clause with its code names put back."""
    return MARK.sub(lambda found: f"`{names[int(found[1])]}`", clause)


def is_file(name: str) -> bool:
    """Tell whether a name looks like that of a source file."""
    return re.fullmatch(_SOURCE, name) is not None


def clean_name(raw: str) -> str:
    """Return a code word as tools know it: without call parentheses, quotes, type arguments, a leading `@` or `#include`."""
    name = _BEFORE_A_NAME.sub("", _TYPE_ARGUMENTS.sub("", raw.strip()).strip("'\"<>,;")).strip("'\"<>")
    name = _RECEIVER.sub(r"\1.", name)
    name = re.sub(r"\(.*\)?$", "", name).lstrip("@*&").rstrip(".,:").strip()
    if not re.fullmatch(r"\w+[?!]|.*[.#:]\w+[?!]", raw.strip()):  # Ruby's `valid?` and `save!` are whole names
        name = name.rstrip("?!")
    if found := _IN_A_FILE.fullmatch(name):
        return f"{found['path'].removeprefix('./')}::{found['name']}"
    if "/" in name:
        return name.removeprefix("./").rstrip("/") or name
    name = name.removeprefix("$") if name.isupper() else name
    name = name.replace(":", ".") if _ENTRY.fullmatch(name) else name
    return _VARIABLE.sub("", re.sub(r"::|#|->|\\", ".", name).strip("."))


def name_in(slot: str, names: list[str], before: str = "") -> str:
    """Return the name that a slot of a phrase holds, "" for a word that is no name; `it` is the name `before`."""
    if slot.lower() in ("it", "this", "that", "them"):
        return before
    if found := MARK.fullmatch(slot):
        return names[int(found[1])]
    is_everyday = slot.lower() in NO_NAMES and not slot[0].isupper()
    return "" if is_everyday else slot


def _join_owner(match: re.Match[str], names: list[str]) -> str:
    member, owner = name_in(match[1], names), name_in(match[2], names)
    if match[1].lower() in NO_MEMBERS:
        return match.group()
    is_name = MARK.fullmatch(match[2]) or match[2][0].isupper() or MARK.fullmatch(match[1])
    if not member or not owner or not is_name or "/" in owner:
        return match.group()
    names.append(member if member.startswith(f"{owner}.") else f"{owner}.{member}")
    return f"«{len(names) - 1}»"


def _name_of_kind(match: re.Match[str], names: list[str]) -> str:
    if match["sure"] is None and (not match["sharp"] or _is_english(match["name"])):
        return match.group()
    names.append(match["name"].rstrip(".:-"))
    return f"{match['before']}«{len(names) - 1}»"


def _join_file(match: re.Match[str], names: list[str]) -> str:
    name, file = names[int(match["name"])], names[int(match["file"])]
    if "/" in name or is_file(name) or not is_file(file):
        return match.group()
    names.append(f"{file}::{name}")
    return f"«{len(names) - 1}»"


def _is_english(word: str) -> bool:
    return is_asking(word) or word.endswith(("s", "ing", "ed"))
