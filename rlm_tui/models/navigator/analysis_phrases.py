"""How people ask for an analysis: what is unused, longest, raised where; and of which name, file or folder they ask it.

Such a question is known by a few words of its own, wherever they stand; what it is about are the code names in the clause, or
the word where a place or a name of this kind stands. Code names stand in the clause as marks, as in `phrases`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator.phrases import NO_NAMES, Kind

_ASKING = re.compile(
    r"(?:^|, )\W*(?:please |so |and |then |also |(?:can|could) you |i(?:'d| would) like to |i want to )*"
    r"(?:(?:which|what|where|who|whether|list|show|find|rank|give|name|tell|is|are|does|do|did|how many|top|any|get|locate|"
    r"in (?:which|what)|from where|if (?:i|we)|i'm looking|look(?:ing)?|see|search|tests? (?:of|for|that)|how|has|have|can|"
    r"dead code|unused|unreferenced|circular|cyclic|dependency|imports?|public|exported|exports?|api|impact of|blast|places?|"
    r"environment variables?|env vars?|thrown|raised)\b"
    r"|(?:the )?(?:\d+ )?(?:longest|biggest|largest|most)\b)",
    re.IGNORECASE,
)
_PARTS = {
    "THINGS": (
        "(?:functions?|methods?|class(?:es)?|definitions?|symbols?|code|helpers?|types?|constants?|things?|anything|routines?)"
    ),
    "USED": r"\b(?:used?|uses|call(?:ed|s)?|referenced?|mention(?:ed|s)?|refers?|need(?:ed|s)?|else(?:where)?)\b",
    "IMPORT": "(?:import|dependency|include|module|package)",
    "CHECKS": "(?:mentions?|covers?|references?|uses?|exercises?|checks?|calls?|touch(?:es)?|for|of|covering|using)",
}
_FORMS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        "cycles",
        (
            r"\bcircular\b.*\b(?:imports?|dependenc\w+|includes?)",
            r"\bIMPORT\w* (?:cycles?|loops?)\b",
            r"\bcycl\w+ (?:imports?|dependenc\w+|among|between)",
            r"\b(?:import|include|depend on)s? each other\b",
        ),
    ),
    (
        "complex",
        (
            r"\bcyclomatic\b",
            r"\bmost (?:complex|complicated|convoluted)\b.*\bTHINGS\b",
            r"\bTHINGS\b.*\b(?:most|highest|by) complex",
        ),
    ),
    (
        "longest",
        (
            r"\b(?:longest|biggest|largest|lengthiest)\b.*\bTHINGS\b",
            r"\bTHINGS\b.*\b(?:longest|biggest|largest|most lines|by (?:their )?(?:length|size|lines?|number))\b",
        ),
    ),
    (
        "unused",
        (
            r"\bdead code\b",
            r"\bwhat(?: is|'s| are)? (?:still |actually )?(?:unused|not used|never (?:used|called))\b",
            r"\b(?:unused|unreferenced|uncalled|orphaned)\b.*\bTHINGS\b",
            r"\bTHINGS\b.*\b(?:unused|unreferenced|uncalled)\b",
            r"\bTHINGS\b.*\b(?:no|without(?: any)?) (?:callers?|users?|references?|usages?|uses)\b",
            r"\bTHINGS\b.*\b(?:never|not|nowhere|nobody|no ?one|nothing)\b.*USED",
        ),
    ),
    (
        "settings",
        (
            r"\benv(?:ironment)? ?var(?:iable)?s?\b",
            r"\bconfig(?:uration)? (?:keys?|values?|options?|settings?|variables?)\b",
            r"\bconfig(?:uration)? «\d+»|\b(?:looks? at|reads?|checks?) (?:the )?config(?:uration)?\b(?! files?\b)",
            r"\b(?:(?:compile-time|build|feature) flags?|from the environment|ini options?)\b",
        ),
    ),
    (
        "raises",
        (
            r"\b(?:rais(?:es?|ed|ing)|throw(?:s|n|ing)?)\b",
            r"^(?!.*\b(?:recover|handl|catch|caught|after|when|if)).*(?<!from )(?<!on )(?<!of )\bpanics?\b",
        ),
    ),
    (
        "public_api",
        (
            r"\b(?:public|exported) (?:api|interface|names?|members?|surface|THINGS)\b",
            r"\b(?:api|interface) (?:of|declared|defined|in)\b",
            r"\b(?:does|do) «\d+» (?:exports?|offers?|exposes?|make public)\b",
            r"\b(?:is|are|names) exported\b|\bexported by\b|\b(?:exports|api) (?:of|from)\b",
            r"\bTHINGS does (?:the )?header\b|\bprototypes? (?:in|of|from)\b",
        ),
    ),
    (
        "impact",
        (
            r"\bimpact of\b|\bblast radius\b",
            r"\b(?:breaks?|affected|affects?)\b.*\b(?:if|by|when|chang\w+|remov\w+|delet\w+)\b",
            r"\b(?:if|when) (?:i|we) (?:change|remove|delete|touch)\b",
            r"\btransitive(?:ly)?\b.*\b(?:uses?|callers?|depends?|dependents|users?)\b",
        ),
    ),
    (
        "tests",
        (
            r"\btests? (?:files? |cases? |functions? )?(?:that |which |do |does )*CHECKS\b",
            r"\btested\b",
            r"\bunit tests?\b.*«\d+»",
        ),
    ),
)


def _compiled(forms: tuple[str, ...]) -> re.Pattern[str]:
    whole = "|".join(forms)
    for part, pattern in _PARTS.items():
        whole = whole.replace(part, pattern)
    return re.compile(whole, re.IGNORECASE)


_PATTERNS = tuple((kind, _compiled(forms)) for kind, forms in _FORMS)
_RENAMED = re.compile(r"\brenam", re.IGNORECASE)
_MARK = re.compile(r"«\d+»")
_PLACE = re.compile(
    r"\b(?:in|of|under|within|inside|for|from|across) (?:the |our |this )?"
    r"(?:(?:directory|folder|module|package|class|file|crate) )?"
    r"(?!(?:lines?|length|size|code|functions?|methods?|number|complexity)\b)(?P<name>[\w.$/-]+)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?P<a>[A-Z]\w*|panic)\b(?= (?:is |are |be |gets? )?(?:raised|thrown))"
    r"|\b(?:raises?|throws?|raising|throwing|calls?) (?:an? |the )?(?:(?:exception|error) )?(?P<b>[A-Z]\w*|panics?)\b"
    r"|\b(?P<c>[A-Z]\w*(?:Error|Exception|Warning|Fault))\b|\b(?P<d>panic)s?\b"
)
_DEPENDS = re.compile(r"\b(?:depends? on|controlled by|guarded by|governed by)\b", re.IGNORECASE)
_CONFIG = re.compile(
    r"\bconfig(?:uration)? (?:(?:key|value|option|setting|variable)s? )?(?!files?\b)(?P<name>[\w.:-]+)"
    r"(?= (?:is |being |gets? )?(?:read|used|looked|checked|set|needed)\b|\W*$)",
    re.IGNORECASE,
)
_KEY = re.compile(r"\b(?P<name>_*[A-Z][A-Z0-9_]{2,})\b")
_SUBJECT = re.compile(
    r"\b(?:test(?:s|ed|ing)?|cover|mention|reference|use|exercise|check|for|of|is|are|change|remove|delete|changing|removing|class|function|"
    r"method) (?:the )?(?:class |function |method )?(?P<name>[A-Za-z_$][\w$]*)\b(?= (?:tested|covered)|\W*$)",
    re.IGNORECASE,
)
NEEDS_A_NAME = frozenset({"raises", "impact", "tests", "public_api"})


def analysis_of(clause: str, names: Sequence[str]) -> Kind | None:
    """Return the analysis that a clause asks for, None without one. `names` are what its marks stand for."""
    if not _ASKING.search(clause) or _RENAMED.search(clause):
        return None
    if _DEPENDS.search(clause) and any(_KEY.fullmatch(name) for name in names):
        return "settings"
    return next((kind for kind, pattern in _PATTERNS if pattern.search(clause)), None)


def subjects_of(kind: Kind, clause: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return what an analysis is asked of: the code names of the clause, else the plain word in their place; () without one.

    Of what is raised the error comes first, then the file or folder where.
    """
    if kind == "raises":
        places = [name for name in names if "/" in name]
        errors = [name for name in names if name not in places] or [_error(clause)]
        return (
            tuple(name for name in (errors[0], *(places or [_word(_PLACE, clause)])[:1]) if name) if errors[0] else ()
        )
    if names:
        return tuple(names)
    if kind == "settings":
        key = _KEY.search(clause) or _CONFIG.search(clause)
        return (key["name"].rstrip(".:-"),) if key else ()
    word = _word(_SUBJECT if kind in ("tests", "impact") else _PLACE, clause)
    return (word,) if word else ()


def _word(pattern: re.Pattern[str], clause: str) -> str:
    found = pattern.search(clause)
    word = found["name"].rstrip(".") if found else ""
    return "" if word.lower() in NO_NAMES or _MARK.fullmatch(word) else word


def _error(clause: str) -> str:
    found = _ERROR.search(clause)
    name = next((name for name in found.groups() if name), "") if found else ""
    return "panic" if name == "panics" else name
