"""Reads a question: what is asked, of which names, in which words. Patterns of plain English, no language model.

Names that look like code (backticks, `snake_case`, `camelCase`, dots, paths, calls) are lifted out first and stand in the
sentence as marks; then each clause is matched against the patterns of the intents. What fits none is free text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rlm_tui.repository.words import stem, words

Kind = Literal[
    "definition",
    "callers",
    "references",
    "callees",
    "path",
    "subclasses",
    "importers",
    "explain",
    "overview",
    "free",
]

MOST_INTENTS = 4
CHILD_PREFIX = "In this module only: "
"""Marks a task that the navigator gave to a sub-agent, which starts no further ones."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that is asked. `names` are the code names it is asked of; `terms` the words that carry meaning, stemmed."""

    kind: Kind
    text: str
    names: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question asks, and whether it comes from a parent that gave this call one module."""

    intents: tuple[Intent, ...]
    is_child: bool = False
    spans_modules: bool = False


_CODE = re.compile(
    r"`+(?P<ticked>[^`\n]{1,200})`+"
    r"|(?<![\w/.])(?P<path>(?:[\w.@+-]+/)+[\w.@+-]*\w(?::\d+(?:-\d+)?)?|[\w-]+\.(?:[a-z]{1,4}|[ch]pp)(?=[\s?!,;:)]|\.?$)(?<!\.e))"
    r"|(?<![\w.])(?P<dotted>[A-Za-z_$][\w$]*(?:(?:\.|::|#|->)[A-Za-z_$][\w$]*)+(?:\(\))?)"
    r"|(?<![\w])(?P<called>[A-Za-z_$][\w$]*)\(\)"
    r"|(?<![\w])(?P<word>[A-Za-z_$]*(?:_[A-Za-z0-9]|[a-z0-9][A-Z]|[A-Z]{2,}[a-z]{2,}|__)[\w$]*|_\w+|[A-Za-z]+_)"
)
_ABBREVIATIONS = frozenset(
    {"e.g", "i.e", "etc", "vs", "a.k.a", "JavaScript", "TypeScript", "GitHub", "macOS", "PyPI", "iOS"}
)
_MARK = re.compile(r"«(\d+)»")
_NOUN = (
    r"function|method|class|interface|struct|type|trait|enum|constant|variable|macro|module|package|file|header|crate|"
    r"symbol|field|property|attribute|helper|object|folder|directory|component|hook|fixture|exception|record"
)
_X = rf"(?:(?:the|an?|our|my|its|this) )?(?:(?:public|private|abstract|internal|static) )?(?:(?:{_NOUN})(?:s)? (?:called |named )?)?"
_NAME = r"(«\d+»|[\w$-]+)"
_S = rf"{_X}{_NAME}(?: (?:{_NOUN}))?"
_WHICH = (
    r"(?:who|what|which|(?:which|what|where|all|every|each|any|the|list|of|find|show|me|source|test|internal|product|other|functions?|"
    r"methods?|class(?:es)?|types?|structs?|interfaces?|traits?|modules?|packages?|files?|headers?|places?|code|parts?|things?|"
    r"symbols?|tests?|helpers?|objects?|crates?|callers?|lines?| )+(?: (?:in|of) (?:this|the) (?:repo|repository|project|code ?base))?"
    r"(?: that| which)?)"
)
_ADV = r"(?:(?:directly|actually|ever|currently|eventually|then|also|all|(?:in )?turn|indirectly|still) )*"
_CALL = r"(?:calls?|invokes?|calling|invoking|triggers?)"
_USE = r"(?:uses?|using|references?|refers? to|mentions?|touch(?:es)?|accesses|access|consumes?|relies on|rely on|depends? on|needs?)"


def _any(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


# In the order tried: a question that fits an earlier intent is not offered to a later one.
_PATTERNS: tuple[tuple[Kind, tuple[re.Pattern[str], ...]], ...] = (
    (
        "path",
        _any(
            rf"\b(?:path|chain|route|way|sequence|flow|trace|connection|link)s? (?:of calls |of \w+ calls )?"
            rf"(?:(?:that )?(?:goes|leads|leading|going) )?(?:from|between) {_S}(?: down| all the way)? (?:to|and|into|towards?) {_S}",
            rf"\bhow (?:does|do|can|could|would|did|is|might) (?:an? |the )?(?:call|execution|control|request|it|we|one|you|code|data|program)"
            rf"(?: flow)? (?:get|go|flow|travel|pass|come|move|reach|navigate|end up|arrive)(?: in| at| to)? from {_S}"
            rf"(?: all the way| down)? (?:to|into) {_S}",
            rf"\bhow (?:does|do|can|could|would|is|might) (?:a call (?:to|of|from|in|into) )?{_S} {_ADV}(?:\(?transitively\)? )?"
            rf"(?:reach|reaches|get to|gets to|end up (?:in|at|calling|invoking|inside)|lead to|arrive at|flow (?:in)?to|call into|make its way to|"
            rf"make it to|call|invoke|trigger|connected to|lead into|cause) {_S}",
            rf"\b(?:from|starting (?:at|from|in)) {_S}(?:,)? (?:to|how (?:do|does|can) (?:we|one|it|you|a call|execution) (?:get to|reach)|"
            rf"(?:which|what) (?:chain|path|sequence) of calls (?:leads to|reaches)) {_S}",
            rf"\b(?:which|what|show|trace|through) .*?\b(?:calls?|functions?|chain|path|steps?)\b.*?\b(?:from|between|links?|connects?) {_S} "
            rf"(?:to|and|with|into) {_S}",
            rf"\b(?:does|can|could|is) {_S} (?:ever )?(?:reach|call|lead to|end up in|able to reach|get to) {_S}",
        ),
    ),
    (
        "importers",
        _any(
            rf"\b(?:direct )?importers? of {_S}",
            rf"\b{_WHICH} {_ADV}(?:have an? import(?: statement)? (?:of|for) |with an? import(?: statement)? (?:of|for) |"
            rf"(?:import|imports|importing|#?includes?|#?including|requires?|requiring) ){_ADV}{_S}",
            rf"\bimport statements? (?:of|for) {_S}",
            rf"\bwhere (?:is|are|do we|does anything|does anyone) (?:import |include |require )?{_S}(?: being)? ?(?:imported|included|required)\b",
            rf"\b(?:who|what|which \w+) {_ADV}depends? on (?:the (?:module|package|file|header|crate) {_NAME}|{_S}) directly",
            rf"\b(?:dependents|reverse dependencies) of {_S}",
            rf"\b(?:who|what|which (?:modules?|packages?|files?|crates?)) {_ADV}depends? on {_S}",
        ),
    ),
    (
        "subclasses",
        _any(
            rf"\b(?:sub-?class(?:es)?|sub-?types?|children|child classes|derived (?:classes|types)|descendants|implement[eo]rs|implementations|"
            rf"specialisations|specializations|inheritors) (?:of|for|does) {_S}(?: have)?",
            rf"\b{_WHICH}(?: are| is)? {_ADV}(?:extends?|extending|inherits?|inheriting|sub-?class(?:es|ing)?|implements?|implementing|derives?|"
            rf"deriving|derived|conforms?|satisf(?:y|ies)|overrides?) {_ADV}(?:from |to |on )?{_S}",
            rf"\bwhere is {_S} (?:sub-?classed|extended|inherited)\b",
            rf"\b{_NAME}(?:'s)? (?:sub-?class(?:es)?|implementations|implement[eo]rs|descendants)\b",
        ),
    ),
    (
        "callees",
        _any(
            rf"\b(?:what|which)\b[^?]*? (?:does|do|are|is|did) {_S} {_ADV}(?:call|invoke|use|using|calling|depend on|delegate to|rely on|"
            rf"make use of)\b(?! (?:for|as)\b)",
            rf"\b(?:callees|outgoing calls) (?:of|from) {_S}",
            rf"\b{_NAME}(?:'s)? callees\b",
            rf"\b(?:called|invoked|used|calls made|call)s? (?:by|inside(?: of)?|from within|within|from inside|in the body of) {_S}",
            rf"\bdependencies of {_S}",
        ),
    ),
    (
        "callers",
        _any(
            rf"\b(?:callers?|call[- ]?sites?|calls|invocations?|incoming calls) (?:of|to|for) {_S}",
            rf"\b{_WHICH} {_ADV}{_CALL} {_ADV}{_S}",
            rf"\bwhere (?:is|are|does|do|was|gets) (?:we |anyone |anything )?(?:call |invoke )?{_S}(?: being| getting)? ?(?:called|invoked|triggered)\b",
            rf"\bwhere (?:do|does) (?:we|anyone|anything|the code|it) (?:call|invoke) {_S}",
            rf"\b{_NAME}(?:'s)? (?:callers|call[- ]?sites)\b",
            rf"\b(?:is|are) {_S} (?:called|invoked)\b",
        ),
    ),
    (
        "references",
        _any(
            rf"\b(?:usages?|uses|references?|users?|mentions|occurrences|consumers?) (?:of|to|for) {_S}",
            rf"\b{_WHICH} {_ADV}{_USE} {_ADV}{_S}",
            rf"\bwhere (?:is|are|does|do) (?:we |anyone |anything )?(?:use |reference )?{_S}(?: being| getting)? ?(?:used|referenced|mentioned|consumed)\b",
            rf"\bwhere (?:do|does) (?:we|anyone|anything|the code|it) (?:use|reference) {_S}",
            rf"\b{_NAME}(?:'s)? (?:usages?|references|users)\b",
            rf"\b(?:is|are) {_S} (?:used|referenced)\b",
            rf"\b(?:what|which).*\b(?:breaks?|affected|change|touch)\b.*\brenam(?:e|ed|ing) {_S}|\brenam(?:e|ing) {_S}",
        ),
    ),
    (
        "overview",
        _any(
            r"\b(?:architecture|overview|big picture|high[- ]level|layout|structure|organi[sz]ation|main (?:parts|components|modules|pieces))"
            r"(?: (?:of|for|in) (?:this|the|our) (?:\w+ )?(?:repo(?:sitory)?|code ?base|project|code|program|library|app(?:lication)?|system)"
            r"| of it)?\s*[?.!]*$",
            r"\b(?:architecture|overview|structure|layout|modules|components|parts|organi[sz]ation|organi[sz]ed|structured|laid out|put together|built(?: up)?|"
            r"build up|designed|fit together|composed)\b.*\b(?:this|the|our|whole|entire) (?:\w+ )?(?:repo(?:sitory)?|code ?base|project|code|"
            r"program|library|app(?:lication)?|system)\b",
            r"\b(?:this|the|our|whole|entire) (?:\w+ )?(?:repo(?:sitory)?|code ?base|project|code|program|library|app(?:lication)?|system)\b.*"
            r"\b(?:architecture|structure|structured|organi[sz]ed|laid out|put together|built(?: up)?|build up|designed|fit together|composed|"
            r"hangs? together|consist of|do|about|work)\b\s*[?.!]*$",
            r"\b(?:explain|describe|summari[sz]e|introduce|understand|map|tour|walk me through|tell me about|what is|what does|overview of)"
            r"(?: me| to me)? (?:this|the|our|the whole|the entire) (?:\w+ )?(?:repo(?:sitory)?|code ?base|project|code|program|library|app(?:lication)?|"
            r"system)(?: (?:do|to me|about|for))?\s*[?.!]*$",
            r"\bwhere (?:do|should|can) (?:i|we|one) (?:start|begin)\b",
            r"^(?:architecture|overview|structure|layout|map|modules)\s*[?.!]*$",
            r"\bwhat (?:modules|packages|crates|components) (?:are there|does (?:this|it|the \w+) have|exist)\b",
        ),
    ),
    (
        "explain",
        _any(
            rf"\b(?:explain|describe|summari[sz]e|tell me about|walk me through|document|introduce)(?: to me| me)?(?: how| what)? "
            rf"{_X}(«\d+»|[\w./$-]+)(?: (?:{_NOUN}))?(?: (?:works?|does|is(?: for)?|do))?\s*[?.!]*$",
            rf"\bwhat (?:does|do) {_S} do\b",
            r"\bhow (?:does|do|is) (?:the )?(?:\w+ )?(«\d+»)(?: \w+)? (?:work|behave|function|implemented|operate)",
            r"\bwhat(?:'s| is) (?:the )?(?:purpose|role|job|responsibility|point) of (?:the )?(?:\w+ )?(«\d+»)",
            r"\bwhat(?:'s| is) (?:in|inside) (?:the )?(?:\w+ )?(«\d+»)",
        ),
    ),
    (
        "definition",
        _any(
            rf"\bwhere(?:'s| is| are| can i find| do i find| do we define| does it define)? (?:the )?(?:definition|declaration|implementation|source|code|body) (?:of|for) {_S}",
            rf"\bwhere (?:is|are|was|do we|does) (?:it )?(?:define |declare |implement )?{_S}(?: being)? ?(?:defined|declared|implemented|located|written|created|coming from|come from)\b",
            rf"\bwhere (?:do|does) (?:we|it|the code|one|this \w+) (?:define|declare|implement) {_S}",
            rf"\bwhere(?:'s| is| are) {_S}(?: located| found| in (?:this|the) (?:\w+))?\s*[?.!]*$",
            rf"\b(?:which|what) (?:file|module|line|class|package)s? (?:contains?|defines?|declares?|implements?|holds?|has) (?:the (?:definition|declaration|implementation|code) of )?{_S}",
            rf"\b(?:which|what) (?:file|module|package) is {_S} (?:in|defined in|declared in)",
            rf"\b(?:definition|declaration|implementation|source(?: code)?|signature|body) (?:of|for) {_S}",
            rf"\b(?:show|find|locate|open|display|print|view|see|get|give|go to|jump to|looking for|look up|search for|read)(?: me| us)?(?: where| how)? {_S}"
            rf"(?: (?:is|are) (?:defined|declared|implemented)|'s (?:source|code|definition)| in (?:the|this) \w+(?: \w+)?)?\s*(?:[?.!:]|: .*|$)",
            rf"\b(?:what|who)(?:'s| is| are) (?:the )?(?:\w+ )?{_X}(«\d+»)",
            rf"^{_X}(«\d+»)(?: (?:{_NOUN}))?\s*[?.!]*$",
        ),
    ),
)
_METHOD_OF = re.compile(
    rf"(?:the )?(«\d+»|[\w$]+) (?:method|function|field|property|member|attribute|constructor) (?:of|in|on|from) "
    rf"(?:the )?(?:(?:{_NOUN}) )?(«\d+»|[A-Z][\w$]*)|(?:the )?(?:method|function|member) («\d+»|[\w$]+) (?:of|on) (?:the )?(?:(?:{_NOUN}) )?"
    rf"(«\d+»|[A-Z][\w$]*)",
    re.IGNORECASE,
)
_CLAUSES = re.compile(
    r"(?<=[?!;])\s+|(?<=[a-z»)]\.)\s+(?=[A-Z«])|\n+(?:\s*(?:[-*]|\d+[.)])\s+)?|,? (?:and|or)(?: also| then)? (?=(?:who|what|where|which|how|why|show|list|find|explain|is there)\b)",
    re.IGNORECASE,
)
_STOP = frozenset(
    """a an and any anyone anything anywhere are as at be because been being but by can code could did do does doing done
    else etc ever every exactly file find for from function get gets give go goes had happen happens happening has have how i if
    implement implemented in inside into is it its just let like list look made make makes many me mean method might module more most
    my need of off on one only or our out over part place please project repo repository same see should show so some
    somewhere such tell than that the their them then there these they thing this those through to under until up us use used uses
    using very want was way we were what when where whether which while who whose why will with within without work works would
    you your codebase base class explain describe across modules all about responsible logic currently lives live located""".split()
)
_WEAK = frozenset(
    stem(word)
    for word in """decide decided determine determined handle handled control controlled manage managed process processed perform
    performed compute computed define defined declare declared set setup configure choose chosen come take taken start begin end
    first last new different actually really exactly kind value name type call called create created check checked support
    data object thing internally default""".split()
)
# Words that a request for a name never means, so that "who calls whom" is not a hunt for `whom`.
_NO_NAMES = _STOP | frozenset("whom each other another nothing everything not no yes all it".split())
_SPANS = re.compile(
    r"\b(?:across|in|over|through) (?:all|every|each|the whole|the entire)(?: of)?(?: the)? (?:modules?|packages?|code ?base|repo(?:sitory)?|project)\b"
    r"|\beach module\b|\bevery module\b",
    re.IGNORECASE,
)


def understand(question: str) -> Understanding:
    """Return what `question` asks: one intent a clause, at least one."""
    is_child = question.startswith(CHILD_PREFIX)
    text = question.removeprefix(CHILD_PREFIX).replace("«", "<").replace("»", ">").strip()
    names: list[str] = []
    marked = _METHOD_OF.sub(lambda match: _join_owner(match, names), _mark(text[:4000], names))
    intents: list[Intent] = []
    for clause in _CLAUSES.split(marked):
        if clause.strip() and (intent := _intent(clause.strip(), names)) and intent not in intents:
            intents.append(intent)
    structural = [intent for intent in intents if intent.kind != "free"]
    if not structural:  # one free text, however many sentences tell it
        intents = [_free(marked, names)]
    else:  # a sentence of background beside a plain question is no question of its own
        intents = [intent for intent in intents if intent.kind != "free" or "?" in intent.text] or structural
    spans = bool(_SPANS.search(text)) or any(intent.kind == "overview" for intent in intents)
    return Understanding(tuple(intents[:MOST_INTENTS]), is_child, spans)


def _mark(text: str, names: list[str]) -> str:
    def lift(match: re.Match[str]) -> str:
        raw = next(group for group in match.groups() if group is not None)
        if match["ticked"] is None and (raw in _ABBREVIATIONS or raw.rstrip(".") in _ABBREVIATIONS):
            return match.group()
        name = clean_name(raw)
        if not name:
            return match.group()
        names.append(name)
        return f"«{len(names) - 1}»"

    return _CODE.sub(lift, text)


def clean_name(raw: str) -> str:
    """Return a code word as tools know it: without call parentheses, quotes, a leading `@` or `#include`."""
    name = raw.strip().strip("'\"<>,;")
    name = re.sub(r"^(?:#include|import|def|class|func|fn|function|struct|interface|trait|new)\s+", "", name).strip(
        "'\"<>"
    )
    name = re.sub(r"\(.*\)?$", "", name).lstrip("@").rstrip(".,:?!")
    if "/" not in name:
        name = re.sub(r"::|#|->", ".", name)
    return name.strip()


def _join_owner(match: re.Match[str], names: list[str]) -> str:
    member, owner = (match[1], match[2]) if match[1] else (match[3], match[4])
    member, owner = _plain(member, names), _plain(owner, names)
    if not member or not owner or owner.lower() in _NO_NAMES or member.lower() in _NO_NAMES:
        return match.group()
    names.append(member if member.startswith(f"{owner}.") else f"{owner}.{member}")
    return f"«{len(names) - 1}»"


def _plain(slot: str | None, names: list[str]) -> str:
    """Return the name that a slot of a pattern holds, "" for a word that is no name."""
    if not slot:
        return ""
    if mark := _MARK.fullmatch(slot):
        return names[int(mark[1])]
    return "" if slot.lower() in _NO_NAMES else slot


def _intent(clause: str, names: list[str]) -> Intent | None:
    for kind, patterns in _PATTERNS:
        for pattern in patterns:
            match = pattern.search(clause)
            if match is None:
                continue
            slots = [_plain(slot, names) for slot in match.groups() if slot]
            if not all(slots) or (kind == "path" and len(slots) != 2):
                continue
            if _is_plain_prose(kind, clause, match):
                continue
            return Intent(kind, unmark(clause, names), tuple(slots), terms_of(unmark(clause, names)))
    return _free(clause, names) if terms_of(unmark(clause, names)) else None


def _is_plain_prose(kind: Kind, clause: str, match: re.Match[str]) -> bool:
    """Tell a slot filled by an everyday word from one filled by a name: "where is the retry policy decided" asks for no `retry`."""
    if kind == "overview":
        return False
    weak = [slot for slot in match.groups() if slot and not _MARK.fullmatch(slot)]
    if not weak:
        return False
    rest = clause[match.end() :].strip(" ?.!")
    # An everyday word counts as a name only where the pattern took the whole rest of the clause, and no code name is near.
    return bool(rest) or bool(_MARK.search(clause)) and kind != "path"


def _free(clause: str, names: list[str]) -> Intent:
    text = unmark(clause, names)
    mentioned = tuple(dict.fromkeys(names[int(mark[1])] for mark in _MARK.finditer(clause)))
    return Intent("free", text, mentioned, terms_of(text))


def unmark(clause: str, names: list[str]) -> str:
    """Return the clause with its code names put back."""
    return _MARK.sub(lambda mark: f"`{names[int(mark[1])]}`", clause)


def terms_of(text: str) -> tuple[str, ...]:
    """Return the distinct stemmed words that carry meaning; weak verbs only where nothing else is left."""
    kept = [
        word
        for raw in re.findall(r"[^\W\d_]\w*", text)
        if raw.lower() not in _STOP
        for word in words(raw)
        if len(word) > 1
    ]
    strong = [word for word in kept if word not in _WEAK]
    return tuple(dict.fromkeys(strong or kept))[:16]


def search_words(intent: Intent) -> str:
    """Return what to type into `find`: the meaning-carrying words as written."""
    kept = [raw for raw in re.findall(r"[^\W\d]\w*", intent.text) if raw.lower() not in _STOP]
    strong = [raw for raw in kept if not all(word in _WEAK for word in words(raw))]
    return " ".join(dict.fromkeys(strong or kept))[:300] or intent.text[:200]
