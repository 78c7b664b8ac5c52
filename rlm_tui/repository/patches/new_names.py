"""Whether something may be called by a new name: what each language takes for a name, and the words that it keeps."""

from __future__ import annotations

import keyword
import re

_WORD = re.compile(r"[^\W\d]\w*")
_SCRIPT = re.compile(r"[^\W\d]\w*|[\w$]*\$[\w$]*")
_C = """auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while"""
_CPP = """alignas alignof and asm bool catch class concept const_cast constexpr co_await co_return co_yield decltype delete
dynamic_cast explicit export false friend mutable namespace new noexcept not nullptr operator or private protected public
reinterpret_cast requires static_assert static_cast template this thread_local throw true try typeid typename using virtual"""
_JAVA = """abstract assert boolean break byte case catch char class const continue default do double else enum extends false final
finally float for goto if implements import instanceof int interface long native new null package private protected public
return short static strictfp super switch synchronized this throw throws transient true try void volatile while _"""
_JAVASCRIPT = """await break case catch class const continue debugger default delete do else enum export extends false finally for
function if implements import in instanceof interface let new null package private protected public return static super switch
this throw true try typeof var void while with yield"""
_GO = """break case chan const continue default defer else fallthrough for func go goto if import interface map package range
return select struct switch type var"""
_RUST = """as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub
ref return self Self static struct super trait true type unsafe use where while abstract become box do final macro override priv
try typeof unsized virtual yield"""
_OTHERS = """if else while for return class def end do then function local nil true false null new this self import package module
case switch try catch throw in is not and or"""
_KEPT = {
    "python": frozenset(keyword.kwlist),
    "c": frozenset(_C.split()),
    "cpp": frozenset((_C + " " + _CPP).split()),
    "java": frozenset(_JAVA.split()),
    "javascript": frozenset(_JAVASCRIPT.split()),
    "typescript": frozenset(_JAVASCRIPT.split()),
    "go": frozenset(_GO.split()),
    "rust": frozenset(_RUST.split()),
}


def problem_of_name(name: str, language: str) -> str:
    """Say why nothing can be called `name` in a language; "" where it can."""
    form = _SCRIPT if language in ("javascript", "typescript") else _WORD
    if not form.fullmatch(name) or len(name) > 200:
        return f"`{name[:60]}` is no name in {language}: letters, digits and underscores, a digit not first"
    if name in _KEPT.get(language, frozenset(_OTHERS.split())):
        return f"`{name}` is a word that {language} keeps for itself"
    return ""
