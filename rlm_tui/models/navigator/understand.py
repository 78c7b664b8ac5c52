"""Reads a question: what is asked, of which names, in which words. Patterns of plain English, no language model.

Names that look like code (backticks, `snake_case`, `camelCase`, dots, paths, calls) are lifted out first and stand in the
sentence as marks; then each clause is matched against the phrase book. What fits nothing is free text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TypeAlias

from rlm_tui.models.navigator.mentions import is_file, lift, mark, name_in, unmark
from rlm_tui.models.navigator.phrases import BACKWARDS, OF_THE_WHOLE, PHRASES, STOP, WEAK, Kind
from rlm_tui.models.navigator.plain import plain
from rlm_tui.models.navigator.vocabulary import (
    MARK,
    is_asking,
    is_order,
    matter_of,
    name_of_file,
    name_within,
    word_taken,
)
from rlm_tui.models.navigator.wording import LISTED, READS, bare, kind_of, leads_somewhere, start_of_way, vague_way
from rlm_tui.repository.search.words import stem, words

MOST_INTENTS = 4
_LONGEST = 4_000
"""Characters of a question that are read as English; what is longer holds logs or code, whose words `terms_of` still gets."""
_CLAUSE = 400
"""Characters of a clause that may be a plain question; a longer one is free text."""
CHILD_PREFIX = "In this module only: "
"""Marks a task that the navigator gave to a sub-agent, which starts no further ones."""

_CLAUSES = re.compile(
    r"(?<=[?!;])\s+|(?<=\.)\s+(?=(?:who|what|where|which|how|why)\b)|(?<=[a-z»)]\.)\s+(?=[A-Z«])|\n+(?:\s*(?:[-*]|\d+[.)])\s+)?"
    r"|,? (?:and|or)(?: also| then)? (?=(?:who|what|where|which|how|why|show|list|find|explain|is there|"
    r"(?:is|are|does|do) (?:it|they))\b)",
    re.IGNORECASE,
)
_DOUBLED = re.compile(r"(?<=[aeo]l)l(?:ed|ing)$")
_FEW_WORDS = 6
_OF_WHICH = re.compile(r"\b(?:of|by|from|in) (?:which|what|whom)\b", re.IGNORECASE)
_FEW = 2
"""More clauses than these may be a report, not a list of questions."""
_NO_PROSE = re.compile(
    r"^ *(`{3,}|~{3,})[\s\S]*?(?:^ *\1|\Z)|^(?: {4,}|\t|>>>|\.\.\. |#+ ).*$|<!--[\s\S]*?-->", re.MULTILINE
)
"""What asks nothing in a longer text: fences, indented code, sessions, headings, what is hidden."""
_ASKS = re.compile(
    r"\W*(?:(?:in|from|on|by|to|through|via) (?:which|what|where|whom)|who|whom|whose|what|which|where|how|why|"
    r"is|are|was|does|do|did|can|could|would|will|should|has|have|any|"
    r"show|list|find|locate|determine|report|give|get|display|tell|explain|describe|summari[sz]e|walk|trace|compare|search|look(?:ing)?|need|want|"
    r"name|count|rank|enumerate|go|jump|open|point|help|map|outline|introduce|document|view|see|identify|check|"
    r"(?:i|we)(?:'d| would| want| need| am|'m|m| have|'re| are)\b.*\b(?:know|see|find|look\w*|list|understand|learn|rename|"
    r"change|renaming|changing|touch|remove|delete|wonder\w*)|if (?:i|we|you)|suppose|imagine|say)\b",
    re.IGNORECASE,
)
"""How a clause that asks begins."""
_ASKS_LATER = re.compile(r"[:,;-] +(?:who|what|which|where|how)\b", re.IGNORECASE)
_WONDERS = re.compile(r"\W*(?:who|what|where|which|how|why|when)\b", re.IGNORECASE)
_WHY = re.compile(r"\W*(?:why|how come(?!.*«.*«))\b", re.IGNORECASE)
_IT = re.compile(r"\bit\b(?!'s)|\b(?:this|that|them)\b(?= *(?:$|[?.!,;]))", re.IGNORECASE)
_PRONOUNS = frozenset({"it", "this", "that", "them"})
_SAME = re.compile(
    r"(?:and|what about|how about|the same (?:of|for)|now)(?: for| of| with)? (?P<name>«\d+»)\W*", re.IGNORECASE
)
_IF_SO = re.compile(
    r"\W*(?:and )?(?:if (?:so|yes|there are)\b|(?:show|list|give|name)(?: me)? (?:it|them|those|all)\W*$)",
    re.IGNORECASE,
)
_FROM_THE_END = re.compile(
    r"«\d+»[^«]*\b(?:reached|called|invoked|triggered|run)\b[^«]*\b(?:from|by|when|if|via|starting|through)\b[^«]*«",
    re.IGNORECASE,
)
_OF_PLACES = frozenset({"longest", "complex", "unused", "cycles"})
_OF_ONE = frozenset(
    {
        "definition",
        "callers",
        "references",
        "callees",
        "subclasses",
        "importers",
        "tests",
        "impact",
        "rename",
        "public_api",
    }
)
_OF_SYMBOLS = _OF_ONE - {"importers", "public_api"}
_Asked: TypeAlias = tuple[Kind, tuple[str, ...], bool]
"""What is asked, of which names, and whether they are everyday words."""
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


def understand(question: str, earlier: str = "") -> Understanding:
    """Return what `question` asks: one intent a clause, at least one. `earlier` is the question before: what `it` may mean."""
    is_child = question.startswith(CHILD_PREFIX)
    text = question.removeprefix(CHILD_PREFIX).strip()
    marked, names = lift(_NO_PROSE.sub("\n", text)[:_LONGEST])
    clauses = [clause.strip() for clause in _CLAUSES.split(marked) if clause.strip()]
    intents: list[Intent] = []
    last = understand(earlier).intents[0] if earlier else None
    before = last.names[0] if last is not None and last.names else ""
    if last is not None and (same := _SAME.fullmatch(marked)):  # "and parse_url?"
        name = name_in(same["name"], names)
        return Understanding((replace(last, text=f"{last.kind} of `{name}`", names=(name, *last.names[1:])),), is_child)
    for clause in clauses:
        asked = any(intent.kind != "free" for intent in intents)
        if (
            asked
            and not MARK.search(clause)
            and not matter_of(clause)
            and (_IF_SO.match(clause) or not _IT.search(clause))
        ):
            continue  # "is it called? where?"
        for intent in _intents(clause, names, before, alone=len(clauses) == 1):
            if all((intent.kind, intent.names) != (other.kind, other.names) for other in intents):
                intents.append(intent)
        before = next((names[int(found[1])] for found in MARK.finditer(clause)), "") or name_within(clause) or before
    renamed = {intent.names for intent in intents if intent.kind == "rename"}
    intents = [one for one in intents if one.kind not in ("references", "importers") or one.names not in renamed]
    structural = [intent for intent in intents if intent.kind != "free"]
    if not structural or _tells(len(structural), len(clauses), text):
        # one free text, however many sentences tell it
        intents = [_free(mark(text[:_LONGEST], names), names, text)]
    else:  # a sentence of background beside a plain question is no question of its own
        intents = [one for one in intents if one.kind != "free" or _asks_more(one.text)]
    return Understanding(tuple(intents[:MOST_INTENTS]), is_child)


def _tells(asked: int, clauses: int, text: str) -> bool:
    """Tell whether a text reports more than it asks: a plain question beside it does not make it a list of questions."""
    return clauses > _FEW and (2 * asked < clauses or len(text) > _CLAUSE * asked)


def _is_asked(clause: str, *, alone: bool, begins: bool) -> bool:
    """Tell whether a clause asks: in the words of a question, or by no more than `callers of X`, with which it `begins`."""
    asks = _ASKS.match(clause) or _ASKS_LATER.search(clause) or clause.rstrip().endswith("?")
    return bool(asks) or (alone and begins and not is_order(clause))


def _intents(clause: str, names: list[str], before: str, *, alone: bool) -> list[Intent]:
    """Return what one clause asks. `before` is the name that the clauses before it were about: what `it` means.

    `alone` tells that there is no other clause.
    """
    text = unmark(clause, names)
    clause = plain(clause)
    if len(clause) <= _CLAUSE and not _WHY.match(clause):
        found = _by_phrase(clause, names, before, alone=alone) or _by_words(clause, names, before, alone=alone)
        if found is not None:
            kind, asked, everyday = found
            each = [(name,) for name in asked] if kind in _OF_ONE and len(asked) > 1 else [asked]
            return [Intent(kind, text, about, terms_of(text), everyday) for about in each]
    return [_free(clause, names, text if _WHY.match(clause) else "")] if terms_of(text) else []


def _asks_more(text: str) -> bool:
    """Tell whether a free clause beside a plain question asks something of its own: more than "what can it return?"."""
    return bool("?" in text or _WONDERS.match(text)) and not (_IT.search(text) and len(matter_of(text)) < _FEW)


def _by_phrase(clause: str, names: list[str], before: str, *, alone: bool) -> _Asked | None:
    """Return what the phrase book makes of a clause: where an everyday word may stand for a name."""
    for kind, phrases in PHRASES:
        for phrase in phrases:
            match = phrase.search(clause)
            if match is None or _is_prose(clause, match) or (kind == "overview" and _means_a_part(clause)):
                continue
            begins = kind == "overview" or not matter_of(clause[: match.start()])
            if not _is_asked(clause, alone=alone, begins=begins):
                continue
            slots = [slot for slot in match.groups() if slot]
            asked = [name_in(slot, names, before) for slot in slots]
            if all(asked) and not any(slot.islower() and is_asking(slot) for slot in slots if slot not in _PRONOUNS):
                ordered = asked[::-1] if phrase in BACKWARDS else asked
                return kind, tuple(ordered), not all(map(MARK.fullmatch, slots))
    return None


def _by_words(clause: str, names: list[str], before: str, *, alone: bool) -> _Asked | None:
    """Return what the words of a clause make of it, and the names in it that it is asked of."""
    read = bare(clause)
    if not MARK.search(read) and (start := start_of_way(read)):
        names = [*names, start]
        read = re.sub(rf"(?<!\w){re.escape(start)}(?!\w)", f"«{len(names) - 1}»", read, count=1)
    meant = next((found.group() for found in MARK.finditer(read)), "")
    others = {names[int(found)] for found in MARK.findall(read)}
    of_file = next(iter(others), "") if len(others) == 1 and all(map(is_file, others)) else ""
    leads = len(others) == 1 and leads_somewhere(read)
    ends = vague_way(read) if leads else ("", "")
    if any(len(_meaningful(end)) > 1 for end in ends):  # "how does X reach the retry logic?"
        name = next(iter(others))
        return "path", (ends[0] or name, ends[1] or name), True
    word = name_of_file(read) if of_file else name_within(read) if not others or leads else ""
    if not (word or before or matter_of(read)) and (of_file or not meant) and kind_of(read, about=0) is None:
        word = word_taken(read)
    if word:
        names = [*names, word]
        read = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", f"«{len(names) - 1}»", read, count=1)
    elif not meant and before and (_IT.search(read) or not (matter_of(read) or kind_of(read, about=0))):
        names = [*names, before]
        meant = f"«{len(names) - 1}»"
        read = read if _IT.search(read) else f"{read.rstrip(' ?.!')} {meant}"
    read = bare(_IT.sub(meant, read) if meant else read)
    asked = tuple(dict.fromkeys(names[int(found[1])] for found in MARK.finditer(read)))
    kind = kind_of(read, about=1 if of_file else len(asked))
    if kind in (None, "definition", "references", "importers") and any(map(str.isupper, asked)) and READS.search(read):
        kind = "settings"  # "who reads HOME?"
    is_told = not _is_asked(clause, alone=alone, begins=_begins(read))
    if kind is None or (is_told and not (kind == "rename" and alone and _begins(read) and len(asked) == 1)):
        return None
    if of_file and word:  # "what does scan call in src/walk.rs?"
        return kind, ((f"{of_file}::{word}",) if kind in _OF_SYMBOLS else (of_file,)), kind in _OF_SYMBOLS
    return kind, _asked_of(kind, read, asked, everyday=bool(word)), bool(word)


def _begins(read: str) -> bool:
    """Tell whether a clause begins with what it asks: `callers of X in the server`; what begins with a name tells of it."""
    before, _, after = read.partition("«")
    if not before.strip():
        return not matter_of(after) and (len(after.split()) <= _FEW_WORDS or _OF_WHICH.search(after) is not None)
    return not matter_of(before) and len(matter_of(after)) <= 1


def _asked_of(kind: Kind, read: str, asked: tuple[str, ...], *, everyday: bool) -> tuple[str, ...]:
    """Return those of the names in a clause that a question of this kind is asked of."""
    places = tuple(name for name in asked if "/" in name and "::" not in name)
    things = tuple(name for name in asked if name not in places)
    if kind == "path":
        both = (things + places)[:2] if len(things) > 1 else asked[:2]
        return both[::-1] if _FROM_THE_END.search(read) else both
    if kind in _OF_PLACES:
        return (places or things)[:1]
    if kind == "raises" and "panic" in read.lower() and "panic" not in things:
        return ("panic", *(places or things)[:1])
    if kind == "raises":
        return (things[:1] + places[:1]) if things else places[:1]
    if kind == "settings":
        return tuple(name for name in things if name.isupper())[:1] or (() if everyday else things[:1])
    if kind in ("importers", "public_api"):
        return asked[-1:] if kind == "importers" else asked[:1]
    listed = things or places
    if len(listed) < 2 or LISTED.search(read):
        return listed[:MOST_INTENTS]
    return listed[:1] if kind in ("callees", "definition", "rename", "impact") else listed[-1:]


def _is_prose(clause: str, match: re.Match[str]) -> bool:
    """Tell an everyday word in the place of a name: "where is the retry policy decided?" asks for no `policy`.

    Such a word counts as a name only where the phrase takes the clause to its end and no code name stands in the clause.
    """
    if not match.groups():  # a question about the whole; one that holds a code name is about that
        return bool(MARK.search(clause))
    if all(MARK.fullmatch(slot) for slot in match.groups() if slot):
        return False
    return bool(clause[match.end() :].strip(" ?.!")) or (len(match.groups()) == 1 and bool(MARK.search(clause)))


def _means_a_part(clause: str) -> bool:
    """Tell whether a question about a whole names something else too: "where is the route tree built?" means the tree."""
    return bool(_meaningful(OF_THE_WHOLE.sub(" ", clause)))


def _free(clause: str, names: list[str], text: str = "") -> Intent:
    text = text or unmark(clause, names)
    mentioned = dict.fromkeys(names[int(mark[1])] for mark in MARK.finditer(clause))
    return Intent("free", text, tuple(mentioned), terms_of(text))


def terms_of(text: str) -> tuple[str, ...]:
    """Return the distinct stemmed words that carry meaning; those that say little only where nothing else is left."""
    kept = [word for raw in _meaningful(text) for word in words(raw)]
    strong = [word for word in kept if word not in _WEAK_STEMS]
    return tuple(dict.fromkeys(strong or kept))[:16]


def _meaningful(text: str) -> list[str]:
    """Return the words that carry meaning, as written; of a British `cancelled` also the `cancel` that code says."""
    kept = [raw for raw in re.findall(r"[^\W\d]\w+", text) if raw.lower() not in STOP]
    return [form for raw in kept for form in dict.fromkeys((raw, _DOUBLED.sub("", raw)))]
