"""Makes a clause plain before it is matched with the phrase book: without greetings and fillers, slips of the pen mended."""

from __future__ import annotations

import re

_ASKING = "(?:where|which|what|who|how|if|whether)"
_TO = f"(?:know|see|find|understand|learn|list|get|figure out|{_ASKING})"
_GREETING = re.compile(
    r"^\W*(?:(?:please|pls|plz|so|and|then|also|ok(?:ay)?|hey|hi|hello|now|but|well|just|btw|um+|quick(?: question)?|question|"
    r"first|next|second(?:ly)?|finally|thanks|"
    r"(?:can|could|would|will) (?:you|anyone|someone|somebody)(?: please| kindly)?(?= [a-z])|"
    rf"i(?:'d| would) like (?:you )?to|"
    rf"i(?:'m| am)? (?:want(?:ing)?|need(?:ing)?|try(?:ing)?|curious|wondering)(?: to)?(?= {_TO})|"
    rf"(?:i|we) (?:just )?(?:have|need|want) to (?={_TO})|i(?:'d)? (?:need|want)(?= (?:the|all|every|a list)\b)|"
    rf"(?:know|figure out|find out|tell me|learn|wonder)(?= {_ASKING}\b)|do you know(?= {_ASKING}\b)|"
    r"help me(?: to)?(?= (?:understand|find|see)))\b[ ,:;.!-]*)+",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:[ ,]*\b(?:please|pls|plz|thanks|thank you|thx|exactly|anyway|right now|at all|for me|in detail)\b)+(?=[\s?.!]*$)",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r" (?:exactly|precisely|even|really|basically|in (?:this|the|our) "
    r"(?:code ?base|source code|code|sources?|repo|repository|project))(?=[ ,?.!])",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\b(what|where|who|how)s\b", re.IGNORECASE)
_MARKS = re.compile(r"[?!. ]{2,}$")
_WORD = re.compile(r"(?<![\w«])[a-z]{3,}(?![\w»])", re.IGNORECASE)
_KNOWN = """
    defined declared definition declaration implemented implementation implementations implementers callers called calling calls
    callees invokes invoked imports imported importers importing include includes included subclasses subclass inherits inheriting
    extends derived implements references referenced usages explain describe summarize function functions methods method classes
    longest biggest largest complex complexity unused circular cycle
    cycles cyclic raised raises thrown throws environment variable
    variables exported exports public interface tested tests rename renamed renaming architecture overview structure organized
    difference compare between reach reaches modules files where which what does located depends
    define defines declare implement inherit extend import export raise throw
"""
"""Words by which questions are known, for which others are taken that differ by a slip of the pen."""
_REAL = """
    there these here were caller call module file class test variably functional methodical interfaces depend extent extents
    reached when whether those done goes must moles models model modes mode rested nested texts text tasks task falls
    cells tells tiles rules roles filed field fires fined
"""
"""Words that are no slips."""
_SLIPS = {
    "wich": "which",
    "whcih": "which",
    "wher": "where",
    "whre": "where",
    "hwo": "how",
    "wht": "what",
    "defind": "defined",
    "whos": "who is",
}
_MENDED, _LEFT = frozenset(_KNOWN.split()), frozenset(_REAL.split()) | frozenset(_KNOWN.split())


def plain(clause: str) -> str:
    """Return the clause as its question could have been put plainly; names and marks stay as they are."""
    text = _GREETING.sub("", clause, count=1)
    text = _ENDING.sub("", _MARKS.sub("?", text))
    text = _FILLER.sub("", _SHORT.sub(r"\1's", text))
    return _WORD.sub(lambda word: _mended(word.group()), text).strip() or clause


def _mended(word: str) -> str:
    """Return the word of a question that `word` is a slip of the pen for, or `word` itself."""
    lower = word.lower()
    if lower in _SLIPS:
        return _SLIPS[lower]
    if lower in _LEFT or word != lower:
        return word
    return next((known for known in sorted(_MENDED) if _is_slip(lower, known)), word)


def _is_slip(word: str, known: str) -> bool:
    """Tell whether a word is another with two letters swapped, or with one left out, doubled or wrong within it."""
    if len(known) < 5 or abs(len(word) - len(known)) > 1 or word[0] != known[0]:
        return False
    start = next(
        (at for at, pair in enumerate(zip(word, known, strict=False)) if pair[0] != pair[1]), min(len(word), len(known))
    )
    rest, other = word[start:], known[start:]
    if start >= min(len(word), len(known)) - 1:
        return False  # another ending, another word
    if len(word) == len(known):
        swapped = rest[:2] == other[:2][::-1] and rest[2:] == other[2:]
        return swapped or (len(word) > 6 and rest[1:] == other[1:])
    longer, shorter = (rest, other) if len(word) > len(known) else (other, rest)
    return longer[1:] == shorter and len(known) > 5
