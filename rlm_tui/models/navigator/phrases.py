"""The phrase book: how people ask for definitions, callers, paths and the rest in plain English.

A phrase is a regular expression in a shorthand that stays readable: `(a|b)` groups without capturing, and the words in
capitals stand for the parts below. `X` and `Y` are the names that are asked about, where an everyday word may stand for a
name; `CODE` is a name that looks like code. Code names stand in the sentence as marks, `«0»`.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "definition", "callers", "references", "callees", "path", "subclasses", "importers", "explain", "overview", "free",
    "compare", "unused", "rename", "cycles", "longest", "complex", "raises", "settings", "public_api", "tests", "impact",
]  # fmt: skip

_PARTS = {
    "NOUN": (
        "(function|method|class|interface|struct|type|trait|enum|constant|variable|macro|module|package|file|header|crate|"
        "symbol|field|property|attribute|helper|object|folder|directory|component|hook|fixture|exception|record)"
    ),
    "LEAD": "((the|an?|our|my|its|this) )?((public|private|abstract|internal|static) )?((NOUN)s? (called |named )?)?",
    "WHOLE": (
        r"((this|the|our|my|whole|entire|all( of)? (this|the)) ((\w+ )?(repo|repository|code ?base|project)|"
        "((whole|entire|source) )?(code|program|library|app|application|system|tool|framework|source tree))|"
        r"(this|our|my) \w+ (program|library|app|application|tool|framework))"
    ),
    "HERE": "( (in|of) (this|the) (repo|repository|project|code ?base))",
    "ADV": "((directly|actually|ever|currently|eventually|then|also|all|(in )?turn|indirectly|transitively|still) )*",
    "THINGS": (
        "(functions?|methods?|class(es)?|types?|structs?|interfaces?|traits?|modules?|packages?|files?|headers?|places?|code|"
        "parts?|things?|symbols?|tests?|helpers?|objects?|crates?|callers?|lines?)"
    ),
    "WHICH": (
        "(who|what|which|((which|what|where|all|every|each|any|the|list|of|find|show|me|source|test|internal|product|other|"
        r"direct|immediate|THINGS) )*(THINGS|what|who|else|everything|anything)( \(.*?\))?HERE?( that| which)?)"
    ),
    "ROUTE": r"((path|chain|route|way|sequence|flow|trace|connection|link|call)s?( of (\w+ )?calls)?)",
    "TRAVELLER": "((an? |the )?(call|execution|control|request|it|we|one|you|code|data|program)( flow)?)",
    "GET": "((get|go|flow|travel|pass|come|move|reach|navigate|end up|arrive)( in| at| to)?)",
    "REACH": (
        "(reach|reaches|get to|gets to|end up (in|at|calling|invoking|inside)|lead to|arrive at|flow (in)?to|call into|"
        "make its way to|make it to|call|invoke|trigger|connect(ed)? (to|with)|lead into|cause)"
    ),
    "SUBCLASSES": (
        "(sub-?class(es)?|sub-?types?|children|child classes|derived (classes|types)|descendants|implement[eo]rs|"
        "implementations|speciali[sz]ations|inheritors)"
    ),
    "EXTENDS": (
        "(extends?|extending|inherits?|inheriting|sub-?class(es|ing)?|implements?|implementing|derives?|deriving|derived|"
        "conforms?|satisf(y|ies)|overrides?|embeds?)"
    ),
    "IMPORTS": (
        "((have|with) an? import( statement)? (of|for)|imports?|importing|#?includes?|#?including|requires?|requiring)"
    ),
    "USES": (
        "(uses?|using|references?|refers? to|mentions?|touch(es)?|access(es)?|consumes?|rel(ies|y) on|depends? on|needs?)"
    ),
    "BUILT": (
        "(architecture|structure|structured|organi[sz]ed|organi[sz]ation|layout|laid out|put together|built( up)?|build up|"
        "designed|fit together|composed|hangs? together|overview|(main|different|major) (parts|components|modules|pieces))"
    ),
    "EXPLAIN": "(explain|describe|summari[sz]e|tell me about|walk me through|document|introduce)( to me| me)?",
    "SHOW": (
        "(show|find|locate|open|display|print|view|get me|give me|go to|jump to|looking for|look up|search for|read)( me| us)?"
    ),
    "DEFINED": "(defined|declared|implemented|located|written|created|coming from|come from)",
    "SOURCE": "(definition|declaration|implementation|source( code)?|signature|body|code)",
    "CODE": r"(?P<@>«\d+»)",
    "ANY": r"(?P<@>«\d+»|[\w$-]+)",
    "X": "LEADANY( NOUN)?",
    "Y": "LEADANY( NOUN)?",
    "END": r"\s*[?.!]*$",
}
_PART = re.compile(r"(?<!\\)(" + "|".join(sorted(_PARTS, key=len, reverse=True)) + ")")


def phrase(shorthand: str) -> re.Pattern[str]:
    """Return the regular expression of a phrase; its groups are the names asked about, in order."""
    text = shorthand
    while _PART.search(text):
        text = _PART.sub(lambda part: _PARTS[part[1]], text)
    text = re.sub(r"(?<!\\)\((?!\?)", "(?:", text)
    return re.compile(r"(?<!\w)" + text.replace("(?P<@>", "("), re.IGNORECASE)


_SHORTHANDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        "path",
        (
            "ROUTE( (that )?(goes|leads|leading|going))?( from| between) X( down| all the way)? (to|and|into|towards?) Y",
            "how (does|do|can|could|would|did|is|might) TRAVELLER GET from X( all the way| down)? (to|into) Y",
            "how (does|do|can|could|would|is|might) (a call (to|of|from|in|into) )?X ADVREACH Y",
            "(from|starting (at|from|in)) X,? (to|how (do|does|can) (we|one|it|you|a call|execution) (get to|reach)) Y",
            r"(which|what|show|trace|through)\b.*?\bTHINGS\b.*? (from|between|links?|connects?) X (to|and|with|into) Y",
            "(does|can|could|is|will) X (ever )?(able to )?REACH Y",
            "how X (gets|goes|comes|leads|travels|arrives)( in| at)?( to)? Y",
            "trace( the)?( calls| flow| path)?( from)? X (to|into|down to) Y",
        ),
    ),
    (
        "compare",
        (
            "(compare|contrast|diff|comparison (of|between)) X( with| to| and| against|,| vs\\.?| versus) Y",
            "differences? (between|of) X and Y",
            r"X (vs\.?|versus|compared (to|with)) YEND",
            "how (does|do|is|are) X (differ|different) from Y",
            "how (do|are) X and Y (differ|different|compare|related)",
            "(should|do|would|can) (i|we|one) use X or YEND",
            "(what|which)('s| is| are)? (better|faster|simpler)[,:]? X or Y",
            "when (should|do|would) (i|we|one) (use|prefer|choose) X (or|over|instead of|rather than) Y",
        ),
    ),
    (
        "overview",
        (
            "(BUILT|big picture)( (of|for|in) WHOLE| of it)?END",
            r"BUILT\b.*\bWHOLE\b",
            r"WHOLE\b.*\b(BUILT|consist of|do|about|work)END",
            "(EXPLAIN|understand|map|tour|what is|what does) WHOLE( (do|to me|about|for))?END",
            r"where (do|should|can) (i|we|one) (start|begin)\b",
            "^(map|modules|what is this)END",
            "(what|which) (modules|packages|crates|components) (are there|does (this|it|the \\w+) have|exist)",
        ),
    ),
    (
        "explain",
        (
            r"EXPLAIN (this|the) (module|package|folder|directory|crate|file|part)(?! (of|in)\b)( *:|END)",
            "(EXPLAIN|understand)( how| what)? X( (works?|does|is( for)?|do))?END",
            "(what|how)('s| is) X (for|work(ing)?|implemented)END",
            "what (does|do) X doEND",
            r"how (does|do|is) (the )?(\w+ )?CODE( \w+)? (work|behave|function|implemented|operate)",
            r"what('s| is) (the )?(purpose|role|job|responsibility|point) of (the )?(\w+ )?CODE",
            r"what('s| is) (in|inside) (the )?(\w+ )?CODE",
            "what (happens|goes on) (in|inside|during) CODE",
        ),
    ),
)
_BACKWARDS = "how (is|are|does|do|can) X ((get |be )?(reached|called|invoked)) (from|by|starting from) Y"
BACKWARDS = frozenset({phrase(_BACKWARDS)})
"""Phrases that name the end before the start."""
PHRASES: tuple[tuple[Kind, tuple[re.Pattern[str], ...]], ...] = tuple(
    (kind, (*(BACKWARDS if kind == "path" else ()), *map(phrase, shorthands))) for kind, shorthands in _SHORTHANDS
)
"""The phrases of each intent, in the order tried: a question that fits an earlier intent is not offered to a later one."""

OF_THE_WHOLE = phrase(
    "(WHOLE|BUILT|EXPLAIN|big picture|(main|major|different|important|overall|high[- ]level|general|quick|short|brief|full|"
    "first|new|consists?|map|tour|understand|learn|know|start|begin|read(ing)?|contribut(e|ing)|developers?|newcomers?|"
    "beginners?|components?|parts?|pieces?|crates?|packages?|folders?|director(y|ies)|exists?|internally|briefly|roughly|"
    r"provide|write|draw|summary|today|basically|really))(?!\w)"
)
"""What a question about the whole is made of, besides `STOP`; where other words remain, it asks about a part."""

_MEMBERS = "(method|function|field|property|member|attribute|constructor)"
_OWNER = r"(of|in|on|from) (the )?(NOUN )?(?P<@>«\d+»|(?-i:[A-Z])[\w$]*)"
MEMBER_OF = (
    phrase(rf"(the )?ANY {_MEMBERS} {_OWNER}"),
    phrase(rf"(the )?CODE {_MEMBERS} (of|in|on|from) (the )?(NOUN )?(?P<@>[a-z_$][\w$]*)"),
    phrase(rf"(the )?{_MEMBERS} (called |named )?(?!prototypes|definitions|calls|names|bod)ANY {_OWNER}"),
)
"""`the items method of SupportsItems`, `the method items of SupportsItems`: a member, then its owner."""

NAMED = re.compile(
    r"(?P<before>\b(?:(?:the|a|an|this|our) (?:(?P<sharp>function|method|struct|trait|enum|macro|constant)|class|interface|type|"
    r"variable|module)|(?<![\w»] )(?:function|method|class)) (?:called |named )?)(?P<name>"
    r"(?!(?:hierarchy|graph|tree|level|body|signature|definition|declaration|that|which|is|for|to|of|in|and|does|do|with|where|who|when|or|from|by|on|at)\b)[A-Za-z_]\w*)"
    r"(?![\w-]| (?:of|in|on|from) [A-Z«])"
    r"(?P<sure>(?= (?:is |are |gets? |being |get )?(?:defined|declared|implemented|located|called|invoked|used|referenced|tested|"
    r"imported|raised|works?|do|does|calls?|reach|reaches|live|lives)\b|\W*$))?"
)
"""`the function get`: what stands there is a name, whatever word it is, where the sentence goes on as after a name (`sure`)."""

CONFIG_KEY = re.compile(
    r"(?P<before>\b(?:config(?:uration)? (?:(?:key|value|option|setting|variable)s? )?|env(?:ironment)? ?var(?:iable)?s? ))"
    r"(?P<sure>)(?!(?:files?|used|read|checked|set|in|is|are|do|does|from|for)\b)(?P<name>[\w.:-]*\w)"
    r"(?= (?:is |being |gets? )?(?:read|used|looked|checked|set|needed)\b|\W*$)",
    re.IGNORECASE,
)
"""`the config key tool:web`."""

SPANNING = phrase(
    r"(across|in|over|through) (all|every|each|the whole|the entire)( of)?( the)? (modules?|packages?|code ?base|repo(sitory)?|"
    r"project)\b|(each|every) (module|package|crate)\b"
)
"""Words that ask for an answer from each module."""


def set_of(text: str) -> frozenset[str]:
    """Return the words of `text`."""
    return frozenset(text.split())


STOP = set_of(
    "a an and any anyone anything anywhere are as at be because been being but by can code could did do does doing "
    "done else etc ever every exactly file find for from function get gets give go goes had happen happens happening "
    "has have how i if implement implemented in inside into is it its just let like list look made make makes many me "
    "mean method might module more most my need of off on one only or our out over part place please project repo "
    "repository same see should show so some somewhere such tell than that the their them then there these they thing "
    "this those through to under until up us use used uses using very want was way we were what when where whether "
    "which while who whose why will with within without work works would you your codebase base class explain "
    "describe across modules all about responsible logic currently lives live located"
)
"""Words that carry no meaning in a question about code, lower case."""

WEAK = set_of(
    "decide decided decides determine determined determines come comes take takes taken actually really kind internally "
    "handle handled handles"
)
"""Words that say little: searched for only where nothing better is left."""

ABSTRACT = set_of(
    "policy policies strategy strategies mechanism mechanisms behaviour behaviors behavior algorithm algorithms rule rules "
    "feature features functionality process processing support handling management step steps part parts way"
)
"""Nouns for the kind of a thing: code rarely says them of the thing meant, so they count half."""

NO_MEMBERS = set_of(
    "longest shortest biggest largest smallest complex complicated public private protected exported static abstract unused used "
    "main first last next other same new old single own direct internal external top worst best simplest lengthiest called named"
)
"""Words that tell which method is meant, and are no name of one: `the longest method of Session`."""

NO_NAMES = STOP | set_of("whom each other another nothing everything not no yes")
"""Words that are never the name asked about, so that "who calls whom" is no hunt for `whom`."""
