"""Tells what kind of question a clause is: by the words it is known by and where the names stand, not by whole sentences.

A clause holds marks («0») in place of names. `FORMS` is a decision list: the first kind whose words occur in the clause is what
is asked, if few words stand beside those of questions and the names: many of them make it free text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rlm_tui.models.navigator.phrases import Kind
from rlm_tui.models.navigator.vocabulary import is_asking, matter_of

_PARTS = {
    "THINGS": (
        r"(?:functions?|methods?|class(?:es)?|types?|structs?|definitions?|symbols?|code|helpers?|constants?|things?|anything|"
        r"routines?|stuff|names?|members?|identifiers?|declarations?|prototypes?|top-level)"
    ),
    "UNITS": r"(?:modules?|packages?|files?|headers?|crates?|sources?|folders?|director(?:y|ies)|translation units?)",
    "USED": r"(?:used?|uses|using|call(?:ed|s|ers?)|referenced?|references|mention(?:ed|s)?|usages?|users?|needed|"
    "invoked|refers?)",
    "CALLS": r"(?:call(?:s|ed|ing)?|invok(?:es?|ed|ing)|trigger(?:s|ed|ing)?|delegat(?:es?|ed|ing))",
    "USES": (
        r"(?:us(?:es?|ed|ing)|utili[sz]e[sd]?|depend(?:s|ed|ing)? (?:up)?on|rel(?:y|ies|ied|ying) on|"
        r"makes? use of|needs|run|execut(?:es?|ed)|"
        r"consum(?:es?|ed|ing)|access(?:es|ed|ing)?|touch(?:es|ed|ing)?|refer(?:s|red|ring)? to|referenc(?:es?|ed|ing)|"
        r"mention(?:s|ed|ing)?|reach(?:es|ed)?)"
    ),
    "READ": (
        r"(?:depends? on|(?:controlled|guarded|governed) by|read|reads|reading|look(?:s|ed)? (?:at|up)|check(?:s|ed)?|"
        r"consult(?:s|ed)?|honou?r(?:s|ed)?|respect(?:s|ed)?|"
        r"obeys?|"
        r"evaluate[sd]?|fetch(?:es|ed)?|picks? up|picked up|quer(?:y|ies|ied)|come in|takes? effect)"
    ),
    "CHANGED": r"(?:chang\w+|remov\w+|delet\w+|edit\w*|modif\w+|touch\w*)",
    "NAME": r"«\d+»",
}


@dataclass(frozen=True, slots=True)
class Form:
    """A kind, the words that it is known by, how many names it takes, and how many other words may stand beside them."""

    kind: Kind
    pattern: re.Pattern[str]
    least: int
    beside: int


def _compiled(*shorthands: str) -> re.Pattern[str]:
    whole = "|".join(shorthands)
    for part, expression in _PARTS.items():
        whole = whole.replace(part, expression)
    return re.compile(whole, re.IGNORECASE)


_SUPERLATIVE = r"(?:most|highest|greatest|largest|hottest|top|worst|rank\w*|sort\w*|hot ?spots?|by|too|very)"
FORMS = (
    Form(
        "rename",
        _compiled(
            r"\brenam",
            r"\b(?:new|other|another|different|better) name\b",
            r"\bname\b.*\breplac",
            r"\b(?:chang|replac)\w* the name\b",
        ),
        1,
        4,
    ),
    Form(
        "cycles",
        _compiled(
            r"\b(?:circular|cyclic\w*|cycles?|circles?|loops?|mutual\w*)\b.*"
            r"(?:\b(?:imports?|includes?|dependenc\w+|depend|UNITS)\b|NAME)",
            r"\b(?:imports?|includes?|dependency|dependenc\w+)\b.*\b(?:cycles?|circles?|loops?|each other|back|itself)\b",
            r"NAME.*\bcycles?\b",
        ),
        0,
        3,
    ),
    Form(
        "complex",
        _compiled(
            r"\b(?:cyclomatic|mccabe)\b",
            rf"\b{_SUPERLATIVE}\b.*\b(?:complex\w*|complicated|convoluted|tangled|branch\w*|decision points)\b",
            rf"\b(?:complex\w*|branch\w*)\b.*\b{_SUPERLATIVE}\b",
            r"\bhardest\b.*\bTHINGS\b",
        ),
        0,
        3,
    ),
    Form(
        "longest",
        _compiled(
            r"\b(?:longest|biggest|largest|lengthiest|huge(?:st)?|most lines|"
            r"too (?:long|large|big)|line count|number of lines|by length)\b.*\bTHINGS\b",
            r"\bTHINGS\b.*\b(?:longest|biggest|largest|(?:most|greatest|highest|largest) (?:number of )?lines|"
            r"too (?:long|large|big)|size|line count|"
            r"by (?:their )?(?:length|lines?|number))\b",
        ),
        0,
        3,
    ),
    Form(
        "unused",
        _compiled(
            r"\b(?:dead|obsolete) THINGS\b|\b(?:look|seem)\w* (?:to be )?(?:dead|unused)\b",
            r"\b(?:unused|unreferenced|uncalled|orphan\w*)\b",
            r"\b(?:never|not|\w+n't|nowhere|nobody|no ?one|nothing|no|zero|without(?: any)?)\b.*\bUSED\b",
            r"\bUSED\b.*\b(?:nowhere|never|by (?:nobody|nothing|no ?one))\b",
            r"\b(?:nobody|no ?one|nothing)\b.*\b(?:call|use)\b",
            r"\b(?:can|could|may|safely?)\b.*\b(?:delete|remove|drop)d?\b",
        ),
        0,
        2,
    ),
    Form(
        "raises",
        _compiled(
            r"^(?!.*\b(?:when|if|after) NAME).*\b(?:rais(?:e|es|ed|ing)|throw(?:s|n|ing)?)\b",
            r"\bfails? with\b",
        ),
        1,
        3,
    ),
    Form(
        "raises",
        _compiled(r"^(?!.*\b(?:recover|handl|catch|caught|after|when|if)).*(?<!from )(?<!on )(?<!of )\bpanics?\b"),
        0,
        1,
    ),
    Form(
        "path",
        _compiled(
            r"\b(?:path|chain|route|way|sequence|trace|flow|connection|link)s?\b",
            r"\b(?:from\b.*\bto|between|reach(?:es|ed)?|gets?|lead(?:s|ing)?|"
            r"arrives?|connect(?:s|ed)?|end(?:s|ing)? up|through)\b",
            r"\bCALLS\b",
            r"NAME *(?:-+>|=+>|→|to) *NAME",
        ),
        2,
        3,
    ),
    Form(
        "settings",
        _compiled(
            r"\benv(?:ironment)?\b(?! (?:tests?|class))",
            r"\bconfig(?:uration)? (?:keys?|values?|options?|settings?|variables?)\b|\bconfig(?:uration)? NAME",
            r"\b(?:(?:compile-time|build|feature) flags?|ini options?)\b",
        ),
        0,
        2,
    ),
    Form("tests", _compiled(r"\btest(?:s|ed|ing)?\b|\bspecs?\b|\bcover(?:s|ed|age|ing)?\b"), 1, 2),
    Form(
        "importers",
        _compiled(
            r"\b(?:imports?|imported|importing|importers?|#?includ(?:es?|ed|ing)|requires?|"
            r"requiring|required|pull(?:s|ed)? in|loads?|loaded|"
            r"reverse dependenc\w+|dependents)\b|\bpulls? NAME in\b",
            r"\bUNITS\b.*\b(?:depend\w*|rel(?:y|ies)|us(?:es?|ing)|dependency)(?: \w+ly)? (?:on |of )?(?:the )?(?:UNITS )?NAME",
            r"\b(?:who|what|anything)(?: else| directly)? (?:depend\w*|rel(?:y|ies))(?: \w+ly)? on (?:the )?(?:UNITS )?NAME",
        ),
        1,
        3,
    ),
    Form(
        "subclasses",
        _compiled(
            r"\bsub-?(?:class|type)\w*",
            r"(?<!does )\b(?:inherit|extend|deriv|specialis|specializ|satisf|conform|fulfil|embed|overrid)\w*"
            r"(?!.*\b(?:does|do) NAME)",
            r"\b(?:implements|implement|implementing|implementers?|implementors?|implementations|impls?|"
            r"implemented by)\b|\ban implementation of\b|"
            r"\b(?:which|what) (?:types?|class\w*|structs?)\b.*\bimplemented\b",
            r"\b(?:children|child|heirs?|descendants|inheritors)\b|\bhierarchy (?:below|under)\b|"
            r"\b(?:is|as) (?:the |an? )?(?:base|parent|super)\w*",
            r"\b(?:based|builds?|building) on\b|\bbases\b|\b(?:superclass|base|parent) NAME|\bkinds? of NAME|"
            r"NAME as (?:an? |its |the )?(?:base|parent|super)\w*",
            r"\b(?:types?|class(?:es)?|structs?|objects?)\b.*\b(?:behind|provide|used as)\b.*NAME",
        ),
        1,
        2,
    ),
    Form(
        "public_api",
        _compiled(
            r"\b(?:public|exported|non-private|visible|available|exposed|exports|export|exposes?|prototypes)\b|\bmake public\b",
            r"\b(?:api|interface) (?:of|declared|defined|in|does)\b|\bapi\b",
            r"NAME (?:offers?|provides?)\b|THINGS\b.*\b(?:does|do) NAME (?:declare|define|contain)\b",
            r"\b(?:can|could)\b.*\b(?:use|import\w*|call) from NAME|\boutside world\b|\bfrom outside\b",
        ),
        1,
        2,
    ),
    Form(
        "impact",
        _compiled(
            r"\bimpact\b|\bblast radius\b",
            r"\b(?:breaks?|affected|affects?)\b.*\b(?:if|by|when|CHANGED)\b",
            r"\b(?:if|when) (?:i|we) (?:CHANGED)\b",
            r"\btransitive(?:ly)?\b",
        ),
        1,
        3,
    ),
    Form("callees", _compiled(r"\b(?:callees|outgoing|downstream|dependencies)\b|\bhelpers? .*\bUSES\b"), 1, 3),
    Form(
        "callers",
        _compiled(r"\b(?:CALLS|callers?|call-? ?sites?|incoming|invocations?)\b"),
        1,
        3,
    ),
    Form(
        "references",
        _compiled(r"\b(?:USES|usages?|users?|references|mentions|occurrences|consumers)\b"),
        1,
        2,
    ),
    Form(
        "definition",
        _compiled(
            r"\b(?:where|whereabouts|locat\w+|defin\w+|declar\w+|implementation|source|"
            r"body|signature|code|symbol|class|struct)\b",
            r"\b(?:what|which)\b.*\b(?:files?|lines?|modules?|packages?)\b|\b(?:path|line) (?:and|number)\b|\bthe file\b",
            r"^\W*(?:(?:what|who)(?:'s| is| are) )?NAME\W*$|\bdef\b|\blooking for\b",
            r"^\W*(?:show|find|open|go ?to|goto|jump|point|look|display|print|view|read|see|lead|bring|take|get)\b",
        ),
        1,
        0,
    ),
)
"""What a question can be, the words of each kind; the sharper ones first."""

_ASIDE = re.compile(
    r"[(,]? ?\b(?:(?:no|not|non|and|or|also|only|even|with|without|excluding|ignoring|including|outside(?: of)?|besides|but not|"
    r"product(?:ion)? and)[ -](?:the |in |any )?)tests?(?: (?:code|files?|too))?\b\)?|[(,]? ?\btests? (?:too|included|excluded|"
    r"aside|apart|as well)\b\)?|\b(?:product|production) code\b| in the call ?graph\b",
    re.IGNORECASE,
)
"""Which code is meant, said in passing: it does not make a question one of tests."""
_LEAD = re.compile(
    r"\b(?:(?:the )?bod(?:y|ies) of )?(?:(?:the|an?|our|my|its|this) )?(?:(?:public|private|abstract|internal|static) )?"
    r"(?:(?:function|method|class|interface|struct|type|trait|enum|constant|variable|macro|symbol|field|property|attribute|"
    r"helper|object|component|hook|fixture|exception|error|record) |(?<=the )(?:header|file) )?(?:called |named )?(?=«)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?<=») (?:function|method|class|interface|struct|type|trait|enum|constant|variable|macro|object)\b"
    r"|(?<=the )(?P<mark>«\d+») [a-z]+(?= (?:is|are|was|gets?|lives?|comes?|defined|declared|located|implemented)\b|\W*$)",
    re.IGNORECASE,
)
_SUBJECT = _compiled(
    r"\b(?:does|do|did|can|could|will|would) NAME (?:\w+ ){0,3}?(?:CALLS|USES|make)\b",
    r"NAME(?: \w+ly)? (?:calls|invokes|uses|delegates|depends|relies|needs|triggers|runs|accesses|touches|makes)\b"
    r"(?! (?:by|from)\b)",
    r"\b(?:CALLS|USES|runs?)\b.*\b(?:by|inside|within|from|in) NAME",
    r"^\W*(?:from )?(?:inside|within|in) NAME,",
)
"""What is named does the calling: it is asked what it calls, not who calls it."""
_OWN = r"\b(?:does|do) NAME (?:import|include|require|load|pull in|extend|inherit|implement|derive)\b"
_NOT_SO: dict[Kind, re.Pattern[str]] = {
    "importers": _compiled(_OWN, r"\b(?:can|could)\b.*\bfrom NAME", r"\bby calling\b"),
    "subclasses": _compiled(_OWN, r"\b(?:file|module|line) implements\b"),
}
"""What makes a clause ask for something else than its words say at first."""
READS = _compiled(r"\bREAD\b|\$NAME")
"""What one does with a name in capitals that is a setting."""
LISTED = re.compile(r"»(?:,| and| or|, (?:and|or)) «")
_WAY = _compiled(
    r"\b(?:path|chain|route|between|from)\b|-+>|=+>|→|\bhow\b.*\b(?:CALLS|reach\w*|gets? to|arrives?|connect\w*)\b|\blead\w* to\b"
)
_ROUTE = (
    r"(?:reach(?:es)?|gets? to|ends? up (?:in|at|calling)|leads? to|arrives? at|makes? its way to|flows? (?:in)?to)"
)
_STARTS = re.compile(rf"\bhow (?:does|do|can) ([A-Za-z_]\w*) (?:\w+ )?{_ROUTE} ", re.IGNORECASE)
_TOWARDS = _compiled(
    rf"NAME (?:\w+ )?{_ROUTE} (?P<end>[^«?.!]+)[?.!]*$",
    r"\bfrom NAME(?: down| all the way)? to (?P<way_end>[^«?.!]+)[?.!]*$",
    rf"\bhow (?:does|do|is|can) (?P<start>[^«]+?) {_ROUTE} NAME",
)
_BETWEEN = re.compile(r"\b(?:between|from)\b", re.IGNORECASE)


def bare(clause: str) -> str:
    """Return a clause without what kinds its names are said to be, and what it says in passing."""
    return _LEAD.sub("", _TAIL.sub(lambda tail: tail["mark"] or "", _ASIDE.sub("", clause.replace("»'s", "»"))))


def kind_of(clause: str, *, about: int) -> Kind | None:
    """Return what kind of question a `bare` clause is, that names `about` different things; None for none."""
    beside = len(matter_of(clause))
    for form in FORMS:
        if about < form.least or beside > form.beside or not form.pattern.search(clause):
            continue
        if form.kind == "path" and LISTED.search(clause) and not _BETWEEN.search(clause):
            continue
        if (no := _NOT_SO.get(form.kind)) is not None and no.search(clause):
            continue
        if form.kind in ("callers", "references") and _SUBJECT.search(clause):
            return "callees"
        return form.kind
    return None


def start_of_way(clause: str) -> str:
    """Return the word from which a way is asked for, "" without one: "how does main reach the printing of entries?"."""
    found = _STARTS.search(clause)
    return found[1] if found and not is_asking(found[1]) else ""


def vague_way(clause: str) -> tuple[str, str]:
    """Return where a way from or to a name leads from and to, the ends that are told in words; "" for the name itself."""
    found = _TOWARDS.search(clause)
    return (found["start"] or "", found["end"] or found["way_end"] or "") if found else ("", "")


def leads_somewhere(clause: str) -> bool:
    """Tell whether a clause asks for a way from one thing to another."""
    return bool(_WAY.search(clause))
