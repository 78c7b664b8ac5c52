"""Reads a question: what is asked, of which names, in which words. Patterns of plain English, no language model.

Names that look like code (backticks, `snake_case`, `camelCase`, dots, paths, calls) are lifted out first and stand in the
sentence as marks; then each clause is matched against the phrase book. What fits nothing is free text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rlm_tui.models.navigator.analysis_phrases import NEEDS_A_NAME, analysis_of, subjects_of
from rlm_tui.models.navigator.phrases import (
    BACKWARDS,
    MEMBER_OF,
    NAMED,
    NO_MEMBERS,
    NO_NAMES,
    OF_THE_WHOLE,
    PHRASES,
    STOP,
    WEAK,
    Kind,
)
from rlm_tui.models.navigator.plain import plain
from rlm_tui.repository.search.words import stem, words

MOST_INTENTS = 4
_LONGEST = 4_000
"""Characters of a question that are read as English; what is longer holds logs or code, whose words `terms_of` still gets."""
_CLAUSE = 400
"""Characters of a clause that may be a plain question; a longer one is free text."""
CHILD_PREFIX = "In this module only: "
"""Marks a task that the navigator gave to a sub-agent, which starts no further ones."""

_CODE = re.compile(
    r"`+(?P<ticked>[^`\n]{1,200})`+"
    # a path, or a file name with a short suffix
    r"|(?<![\w/.])(?P<path>(?:[\w.@+-]+/)+[\w.@+-]*\w(?::\d+(?:-\d+)?|::[\w.$]+(?:@\d+)?)?|[\w-]+\.(?:[a-z]{1,4})(?=[\s?!,;:)]|\.?$))"
    r"|(?<![\w.])(?P<dotted>[A-Za-z_$][\w$]*(?:(?:\.|::|\#|->)[A-Za-z_$][\w$]*)+(?:\(\))?)"
    r"|(?<!\w)(?P<called>[A-Za-z_$][\w$]*)\(\)"
    r"|(?<!\w)(?P<word>[A-Za-z_$]*(?:_[A-Za-z0-9]|[a-z0-9][A-Z]|[A-Z]{2,}[a-z]{2,}|__)[\w$]*|_\w+|[A-Za-z]+_)"
)
_NO_CODE = frozenset(
    ["e.g", "i.e", "etc", "vs", "a.k.a", "JavaScript", "TypeScript", "GitHub", "GitLab", "macOS", "PyPI", "iOS"]
)
_MARK = re.compile(r"«(\d+)»")
_CLAUSES = re.compile(
    r"(?<=[?!;])\s+|(?<=\.)\s+(?=(?:who|what|where|which|how|why)\b)|(?<=[a-z»)]\.)\s+(?=[A-Z«])|\n+(?:\s*(?:[-*]|\d+[.)])\s+)?"
    r"|,? (?:and|or)(?: also| then)? (?=(?:who|what|where|which|how|why|show|list|find|explain|is there)\b)",
    re.IGNORECASE,
)
_BEFORE_A_NAME = re.compile(r"^(?:#include|import|def|class|func|fn|function|struct|interface|trait|new)\s+")
_DOUBLED = re.compile(r"(?<=[aeo]l)l(?:ed|ing)$")
_FEW = 2
"""More clauses than these may be a report, not a list of questions."""
_NO_PROSE = re.compile(
    r"^ *(`{3,}|~{3,})[\s\S]*?(?:^ *\1|\Z)|^(?: {4,}|\t|>>>|\.\.\. |#+ ).*$|<!--[\s\S]*?-->", re.MULTILINE
)
"""What asks nothing in a longer text: fences, indented code, sessions, headings, what is hidden."""
_ASKS = re.compile(
    r"\W*(?:(?:in|from|on|by|to|through) (?:which|what|where|whom)|who|whom|whose|what|which|where|how|why|when|"
    r"is|are|was|does|do|did|can|could|would|will|should|has|have|any|"
    r"show|list|find|locate|give|get|display|tell|explain|describe|summari[sz]e|walk|trace|compare|search|look(?:ing)?|need|want|"
    r"name|count|rank|enumerate|go|jump|open|point|help|map|outline|introduce|document|view|see|identify|check|"
    r"(?:i|we)(?:'d| would| want| need| am|'m|m| have|'re| are)\b.*\b(?:know|see|find|look\w*|list|understand|learn|rename|"
    r"change|renaming|changing|touch|remove|delete|wonder\w*)|if (?:i|we|you))\b",
    re.IGNORECASE,
)
"""How a clause that asks begins."""
_WONDERS = re.compile(r"\W*(?:who|what|where|which|how|why|when)\b", re.IGNORECASE)
_WHY = re.compile(r"\W*(?:why|how come)\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"\W*(?:(?:the|all|any|every|each|direct|full|complete|list|of|call|calling|code|execution|shortest|import|function|method|class|"
    r"module|file|struct|type|interface|constant|variable|macro|high|level|quick|brief|short|general|overall|rough)\b\W*)*",
    re.IGNORECASE,
)
"""What may stand before a bare `callers of X`."""
_PRONOUNS = frozenset({"it", "this", "that", "them"})
_WEAK_STEMS = frozenset(map(stem, WEAK))


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that is asked: of which names, in which meaning-carrying words (`terms`, stemmed).

    `plain` marks names that are everyday words and may be no names at all.
    """

    kind: Kind
    text: str
    names: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question asks. `is_child`: a parent gave it with one module."""

    intents: tuple[Intent, ...]
    is_child: bool = False


def understand(question: str) -> Understanding:
    """Return what `question` asks: one intent a clause, at least one."""
    is_child = question.startswith(CHILD_PREFIX)
    text = question.removeprefix(CHILD_PREFIX).replace("«", "<").replace("»", ">").strip()
    names: list[str] = []
    marked = _mark(_NO_PROSE.sub("\n", text)[:_LONGEST], names)
    for phrase in MEMBER_OF:
        marked = phrase.sub(lambda match: _join_owner(match, names), marked)
    marked = NAMED.sub(lambda match: _name_of_kind(match, names), marked)
    clauses = [clause.strip() for clause in _CLAUSES.split(marked) if clause.strip()]
    intents: list[Intent] = []
    before = ""
    for clause in clauses:
        intent = _intent(clause, names, before, alone=len(clauses) == 1)
        before = next((names[int(mark[1])] for mark in _MARK.finditer(clause)), before)
        if intent is not None and all((intent.kind, intent.names) != (other.kind, other.names) for other in intents):
            intents.append(intent)
    structural = [intent for intent in intents if intent.kind != "free"]
    if not structural or _tells(len(structural), len(clauses), text):
        # one free text, however many sentences tell it
        intents = [_free(_mark(text[:_LONGEST], names), names, text)]
    else:  # a sentence of background beside a plain question is no question of its own
        intents = [one for one in intents if one.kind != "free" or "?" in one.text or _WONDERS.match(one.text)]
    return Understanding(tuple(intents[:MOST_INTENTS]), is_child)


def _mark(text: str, names: list[str]) -> str:
    """Put marks in place of the code names, which are added to `names`."""

    def lift(match: re.Match[str]) -> str:
        raw = next(group for group in match.groups() if group is not None)
        name = clean_name(raw)
        if not name or (match["ticked"] is None and raw.rstrip(".") in _NO_CODE):
            return match.group()
        names.append(name)
        return f"«{len(names) - 1}»"

    return _CODE.sub(lift, text)


def clean_name(raw: str) -> str:
    """Return a code word as tools know it: without call parentheses, quotes, a leading `@` or `#include`."""
    name = _BEFORE_A_NAME.sub("", raw.strip().strip("'\"<>,;")).strip("'\"<>")
    name = re.sub(r"\(.*\)?$", "", name).lstrip("@").rstrip(".,:?!").strip()
    return name if "/" in name else re.sub(r"::|#|->", ".", name)


def _join_owner(match: re.Match[str], names: list[str]) -> str:
    member, owner = _name_in(match[1], names), _name_in(match[2], names)
    if match[1].lower() in NO_MEMBERS:
        return match.group()
    is_name = _MARK.fullmatch(match[2]) or match[2][0].isupper() or _MARK.fullmatch(match[1])
    if not member or not owner or not is_name:
        return match.group()
    names.append(member if member.startswith(f"{owner}.") else f"{owner}.{member}")
    return f"«{len(names) - 1}»"


def _name_of_kind(match: re.Match[str], names: list[str]) -> str:
    names.append(match["name"])
    return f"{match['before']}«{len(names) - 1}»"


def _name_in(slot: str, names: list[str], before: str = "") -> str:
    """Return the name that a slot of a phrase holds, "" for a word that is no name; `it` is the name `before`."""
    if slot.lower() in _PRONOUNS:
        return before
    if mark := _MARK.fullmatch(slot):
        return names[int(mark[1])]
    is_everyday = slot.lower() in NO_NAMES and not slot[0].isupper()
    return "" if is_everyday else slot


def _tells(asked: int, clauses: int, text: str) -> bool:
    """Tell whether a text reports more than it asks: a plain question beside it does not make it a list of questions."""
    return clauses > _FEW and (2 * asked < clauses or len(text) > _CLAUSE * asked)


def _is_asked(clause: str, match: re.Match[str], *, alone: bool) -> bool:
    """Tell whether a clause asks what its words say: in the words of a question, or by no more than `callers of X`."""
    if _ASKS.match(clause):
        return True
    before = _BEFORE.match(clause)
    begins = match.start() <= (before.end() if before else 0)
    return clause.rstrip().endswith("?") or (alone and begins)


def _intent(clause: str, names: list[str], before: str, *, alone: bool) -> Intent | None:
    """Return what one clause asks. `before` is the name that the clauses before it were about: what `it` means.

    `alone` tells that there is no other clause.
    """
    text = unmark(clause, names)
    clause = plain(clause)
    marked = [names[int(mark[1])] for mark in _MARK.finditer(clause)]
    if _WHY.match(clause):
        return _free(clause, names, text)
    if len(clause) <= _CLAUSE and (analysis := analysis_of(clause, marked)):
        about = subjects_of(analysis, clause, marked)
        if about or analysis not in NEEDS_A_NAME:
            return Intent(analysis, text, about, terms_of(text), not any(name in marked for name in about))
    for kind, phrases in PHRASES if len(clause) <= _CLAUSE else ():
        for phrase in phrases:
            match = phrase.search(clause)
            if match is None or _is_prose(clause, match) or (kind == "overview" and _means_a_part(clause)):
                continue
            if not _is_asked(clause, match, alone=alone):
                continue
            slots = [slot for slot in match.groups() if slot]
            asked = [_name_in(slot, names, before) for slot in slots]
            if all(asked):
                everyday = not all(map(_MARK.fullmatch, slots))
                ordered = asked[::-1] if phrase in BACKWARDS else asked
                return Intent(kind, text, tuple(ordered), terms_of(text), everyday)
    return _free(clause, names) if terms_of(text) else None


def _is_prose(clause: str, match: re.Match[str]) -> bool:
    """Tell an everyday word in the place of a name: "where is the retry policy decided?" asks for no `policy`.

    Such a word counts as a name only where the phrase takes the clause to its end and no code name stands in the clause.
    """
    if not match.groups():  # a question about the whole; one that holds a code name is about that
        return bool(_MARK.search(clause))
    if all(_MARK.fullmatch(slot) for slot in match.groups() if slot):
        return False
    return bool(clause[match.end() :].strip(" ?.!")) or (len(match.groups()) == 1 and bool(_MARK.search(clause)))


def _means_a_part(clause: str) -> bool:
    """Tell whether a question about a whole names something else too: "where is the route tree built?" means the tree."""
    return bool(_meaningful(OF_THE_WHOLE.sub(" ", clause)))


def _free(clause: str, names: list[str], text: str = "") -> Intent:
    text = text or unmark(clause, names)
    mentioned = dict.fromkeys(names[int(mark[1])] for mark in _MARK.finditer(clause))
    return Intent("free", text, tuple(mentioned), terms_of(text))


def unmark(clause: str, names: list[str]) -> str:
    """Return the clause with its code names put back."""
    return _MARK.sub(lambda mark: f"`{names[int(mark[1])]}`", clause)


def terms_of(text: str) -> tuple[str, ...]:
    """Return the distinct stemmed words that carry meaning; those that say little only where nothing else is left."""
    kept = [word for raw in _meaningful(text) for word in words(raw)]
    strong = [word for word in kept if word not in _WEAK_STEMS]
    return tuple(dict.fromkeys(strong or kept))[:16]


def _meaningful(text: str) -> list[str]:
    """Return the words that carry meaning, as written; of a British `cancelled` also the `cancel` that code says."""
    kept = [raw for raw in re.findall(r"[^\W\d]\w+", text) if raw.lower() not in STOP]
    return [form for raw in kept for form in dict.fromkeys((raw, _DOUBLED.sub("", raw)))]
