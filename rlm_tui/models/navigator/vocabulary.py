"""The words in which questions are asked, and what is left of a sentence without them: its matter, often a name."""

from __future__ import annotations

import re

from rlm_tui.models.navigator.phrases import STOP, set_of
from rlm_tui.repository.search.words import stem

MARK = re.compile(r"«(\d+)»")
"""What stands in a clause for a name that was lifted out of it."""
_WORDS = """
    access actually affect among another anybody api around arrive available back begin behave behaviour below better
    between big biggest blast body branch break call callee caller certain chain change check child children circle circular
    come complex complexity complicated concrete config configuration conform connect constant consult consume contain
    contract control convoluted count cover coverage crate create cycle cyclic cyclomatic dead decision declaration declare
    def define definition delegate delete depend dependencies dependent derive descendant describe determine different
    direct directly directory display downstream each earth edit eight elsewhere embed end entire entry enum enumerate env
    environment error evaluate even eventually everything exception excluded execute exercise explicit explicitly export
    expose extend external externally fail fetch field first five flag flow folder found four fulfil getting going goto
    graph greatest group hard hardest header heck heir hell hello helper here hey hi hierarchy highest hold honor honour hot
    hottest huge identifier identify ignore immediate impact impl implementation implementer implementor implicit import
    import-time importer include incoming indirect indirectly inherit interface intermediate internal introduce invoke
    involve itself jump kept key kind know large largest lead length lengthiest level lie lies line link load loc local
    locate long longest looking lookup loop macro mccabe member mention must mutual mutually name necessary never new nine
    no no-one nobody non not now nowhere number object obsolete occurrence offer open option order orphan os other outgoing
    outside override own package panic parent participate path pick plan point possible print private product program
    property prototype provide public pull put quick quickly radius raise rank reach read refer reference rely remove rename
    replace report require respect result reverse rewrite right route routine rule run runtime safely satisfy seem sequence
    setting seven shortest shows signature simply site six size somebody someone something sort source span spec specialise
    specialize spot stack stand start statement step still struct stuff subclass subtype suite super superclass suppose
    surface symbol take tangled ten test thanks three throw thrown today together too top top-level touch trace trait
    translation tree trigger two type type-only uncalled understand unit unreferenced unused update upstream usage user
    value var variable view visible walk whereabouts whole whom world worst written zero
"""
_ASKING = frozenset(map(stem, (*_WORDS.split(), *STOP)))
"""Stems of the words in which questions of a known kind are asked; what else a clause holds is its matter."""
_WORD = re.compile(r"«\d+»|[^\W\d_][\w$'-]*|\d+")
_ORDERS = set_of(
    "rename remove delete change update replace implement export import make use test cover extend override include require "
    "break raise throw call define declare load check drop depend invoke trigger inherit embed read reference ignore expose "
    "create count edit touch return"
)
"""What a message on a change begins with; a question begins so only with one of `_NOUNS` behind it."""
_NOUNS = set_of("path chain paths site sites hierarchy graph tree cycle cycles loop loops files suite coverage")
_VERB = re.compile(r"\b(?:who|that|which|what|we|i|you|they|(?:how|where|code) to) $", re.IGNORECASE)
_THE = re.compile(r"\b(?:the|of|called|named) $", re.IGNORECASE)
_PARTICIPLE = re.compile(
    r"ed$|^(?:built|sent|made|set|put|kept|held|bound|drawn|done|chosen|hidden|taken|written|given|split)$"
)
_TAKEN = re.compile(
    r"(?<!^)(?<!\w)(?-i:[A-Z]\w+)|\b(?:of|is|are|calls?|does|invokes?|extends?|raises?|throws?|uses?|imports?) "
    r"(?P<noun>function|method|class|interface|struct|type|trait|enum|constant|variable|macro|module|package|file|header|symbol|"
    r"exception|error|object|field)(?= |\W*$)",
    re.IGNORECASE,
)
_OF_A_FILE = re.compile(
    r"\b(?:does|do|is|are|of|to|calls?|invokes?|uses?|where's|rename|for|tests?|cover|find|open)(?: the)? ([A-Za-z_]\w*)\b",
    re.IGNORECASE,
)
_CALLING = re.compile(
    r"\b(?:does|do) (?!(?:it|this|that|we|you|they|anyone|anything|nobody|nothing|the)\b)([a-z]\w*) (?=(?:call|invoke|use)\b)",
    re.IGNORECASE,
)


def is_order(clause: str) -> bool:
    """Tell whether a clause begins as a message on a change does: "rename a to b"."""
    first, _, rest = clause.partition(" ")
    return first.lower() in _ORDERS and rest.partition(" ")[0].lower() not in _NOUNS


def matter_of(clause: str) -> list[str]:
    """Return the words of a clause that are not those of questions, and no marks."""
    return list(filter(_is_matter, _WORD.findall(clause)))


def _is_matter(word: str) -> bool:
    return not (word.startswith("«") or word.isdigit() or is_asking(word))


def is_asking(word: str) -> bool:
    """Tell whether a word is one in which questions are asked."""
    lower = word.lower()
    return any(stem(one) in _ASKING for one in (lower.partition("'")[0], lower.removesuffix("n't")))


def name_of_file(clause: str) -> str:
    """Return the word that names what is asked of a file in a clause, "" without one: "where is parse in «0»?"."""
    found = _OF_A_FILE.search(clause)
    return found[1] if found and not is_asking(found[1]) else ""


def name_within(clause: str) -> str:
    """Return the only word of a clause, besides its marks, that can be a name, "" for none or for what can be a verb only."""
    matter = [found for found in _WORD.finditer(clause) if _is_matter(found.group())]
    capital = [found for found in matter if found.group()[:1].isupper() and found.start()]
    for word in capital if len(capital) == 1 else matter if len(matter) == 1 else ():
        before = clause[: word.start()]
        if word in capital or not (
            _VERB.search(before) or (_PARTICIPLE.search(word.group()) and not _THE.search(before))
        ):
            return word.group().removesuffix("'s")
    return ""


def word_taken(clause: str) -> str:
    """Return the word of questions that stands where a name is looked for, "" without one: "who calls type?"."""
    if calling := _CALLING.search(clause):
        return calling[1]
    taken = None if MARK.search(clause) else _TAKEN.search(clause)
    return (taken["noun"] or taken.group()) if taken else ""
