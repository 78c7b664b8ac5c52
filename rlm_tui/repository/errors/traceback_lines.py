r"""What a line of a traceback, a test's output, a sanitizer's report or a log says by itself, in each language.

Every pattern is bounded, begins a file's name only where one can begin, and is asked only of lines that hold its needle: logs
are long, and hostile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rlm_tui.repository.indexer import indexers

_SHORT = {
    "%L": r"(?P<line>\d{1,7})",
    "%C": r":\d{1,7}",
    "%N": r"#(?P<numbered>\d{1,4}):? +",
    "%J": r"\.(?:[cm]?[jt]sx?|vue|svelte)",
    "%K": r"\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inl|inc|ipp|m|mm|y|l|cu|S|s)",
}
"""What the forms below write short: a line, a column, a frame's number, the files of JavaScript and of C."""
_PREFIX = re.compile(
    r"(?:[\w.-]{1,60} +\| ?)?"  # docker compose
    r"(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]? ?)?"
)
"""What a log puts before a line."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of source that a line of text names. `kind` and `message` are of the error, where the same line tells it.

    `numbered` is the frame's own number, -1 without one. `outer` marks frames that are written outermost first.
    """

    language: str
    file: str
    line: int
    function: str = ""
    kind: str = ""
    message: str = ""
    numbered: int = -1
    outer: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A line that names an error. `relation` is what it is to the error before it: "", cause, suppressed, allocated, ..."""

    kind: str
    message: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class _Form:
    language: str
    needle: str
    pattern: re.Pattern[str]


def _form(language: str, needle: str, pattern: str) -> _Form:
    for short, written in _SHORT.items():
        pattern = pattern.replace(short, written)
    return _Form(language, needle, re.compile(pattern))


_FORMS = (
    _form("python", '", line ', r'File "(?P<file>[^"]{1,500})", line %L(?:,? in (?P<function>\S.{0,200}))?'),
    _form(
        "java",
        "at ",
        r"^[\s|>*]*at (?:[\w.@-]{0,80}/){0,2}(?P<function>[\w.$<>-]{1,300})"
        r"\((?P<file>[\w$-]{1,200}\.(?:java|kt|kts|scala|groovy|clj)):%L\)",
    ),
    _form(
        "csharp", ":line ", r"\bat (?P<function>(?:(?!\bat )[^()]){1,300})\(.{0,300}?\) in (?P<file>.{1,300}?):line %L"
    ),
    _form("php", ".php(", r"#(?P<numbered>\d{1,4}) (?P<file>\S.{0,300}?\.php)\(%L\)"),
    _form(
        "php",
        ".php",
        r"(?:error|Warning|Notice|Deprecated):\s+(?:Uncaught )?(?:(?P<kind>[\w\\]{1,200}): )?(?P<message>.{1,500}?)"
        r" in (?P<file>\S{1,300}\.php)(?: on line |:)%L",
    ),
    _form(
        "ruby",
        ":in ",
        r"(?<![^\s:])(?P<before>\d{1,4}: from )?(?P<file>[^\s:]{1,300}):%L:in ['`](?P<function>[^']{1,200})'"
        r"(?:: (?P<message>.{0,500}?) \((?P<kind>[\w:]{1,100})\))?",
    ),
    _form("rust", " at ", r"^\s*at (?P<file>\S{1,300}\.rs):%L(?:%C)?$"),
    _form("rust", "panicked at", r"panicked at (?P<file>[^\s',]{1,300}\.rs):%L%C:?$"),
    _form("rust", "panicked at", r"panicked at '(?P<message>.{0,500}?)', (?P<file>[^\s']{1,300}\.rs):%L"),
    _form("rust", "--> ", r"^\s*--> (?P<file>\S{1,300}):%L%C$"),
    _form(
        "javascript",
        "at ",
        r"^[\s|>*]*at (?:async )?(?:new )?(?P<function>[^()]{1,200}?) \((?P<file>[^()\s][^()]{0,400}?):%L%C\)",
    ),
    _form("javascript", "at ", r"^[\s|>*]*at (?:async )?(?P<file>\S{1,400}?%J(?:\?\S{0,80})?):%L%C$"),
    _form("javascript", "\u276f ", "\u276f " + r"(?:(?P<function>\S{1,200}) )?(?P<file>\S{1,300}%J):%L%C"),
    _form("javascript", "@", r"^(?P<function>[\w$./<>*]{0,200})@(?P<file>\S{1,400}?):%L%C$"),
    _form("c", "==", r"==\d+== +(?:at|by) 0x[0-9A-Fa-f]+: (?P<function>.{1,300}?) \((?P<file>[^():]{1,200}):%L\)"),
    _form(
        "c",
        "#",
        r"%N(?:0x[0-9a-f]+ in )?(?P<function>\S.{0,300}?) (?P<file>[^\s()]{1,300}?):%L(?:%C)?(?: \(\S{0,300}\))?$",
    ),
    _form("c", "#", r"%N0x[0-9a-f]+ in (?P<function>\S.{0,300}?) \((?P<file>)(?P<line>)\S{1,300}\+0x[0-9a-f]+\)"),
    _form("c", "#", r"%N(?:0x[0-9a-f]+ in )?(?P<function>[\w:~]{1,200}) \((?P<file>)(?P<line>).{0,300}\) from "),
    _form(
        "c",
        " at ",
        r"(?:^|`|0x[0-9a-f]+: )\s*(?:\(inlined by\) )?(?P<function>[\w:~<>*&, ()]{1,300}?) at (?P<file>\S{1,300}%K):%L\b",
    ),
    _form(
        "c",
        "ssertion",
        r"(?<![^\s:])(?P<file>[^\s:]{1,300}):%L: (?P<function>.{1,300}?): (?P<kind>Assertion) (?P<message>.{1,300}?) failed",
    ),
    _form(
        "c",
        "ssertion",
        r"(?P<kind>Assertion) failed: (?P<message>.{1,300}?), function (?P<function>[^,]{1,200}), "
        r"file (?P<file>[^,]{1,300}), line %L",
    ),
    _form(
        "c",
        "runtime error",
        r"(?<![^\s:])(?P<file>[^\s:]{1,300}%K):%L%C: (?P<kind>runtime error): (?P<message>.{1,300})",
    ),
    _form("c", ": Failure", r"^(?P<file>[^\s:]{1,300}):%L: (?P<kind>Failure)$"),
    _form("go", ".go:", r"^\s+(?P<file>[\w-]{1,200}_test\.go):%L: (?P<message>.{0,500})"),
    _form("go", ".go:", r"^\s+(?:Error Trace:\s+)?(?P<file>\S.{0,300}?\.go):%L(?: \+0x[0-9a-f]+)?$"),
    _form(
        "python",
        ".py:",
        r"^(?P<file>[^\s:]{1,300}\.py):%L: (?:in (?P<function>\S{1,200})|(?P<kind>[A-Z][\w.]{0,100})|)$",
    ),
    _form(
        "",
        "error",
        r"(?<![^\s:()'\"])(?P<file>[^\s:()'\"]{1,300}\.\w{1,8})[:(]%L(?:[:,]\d{1,6})?\)?:?(?: -)? "
        r"(?P<kind>(?:fatal )?error)\b:?(?P<message>.{0,300})",
    ),
)
_MENTION = re.compile(r"(?<![\w.@~+/\\-])(?P<file>[\w.@~+/\\-]{1,500}\.\w{1,8})(?::|, line |#L)(?P<line>\d{1,7})\b")

_KIND = (
    r"(?:[A-Za-z_$][\w$]{0,80}(?:\.|::|\\)){0,12}(?:[A-Za-z_]\w{0,80})?"
    r"(?:Error|Exception|Failure|Fault|Throwable|Warning|Interrupt|Exit|Abort|Panic|Iteration|Timeout|Group|NotFound)"
)
_HEADS = (
    (re.compile(r"Caused by: (?P<kind>[\w.$]{1,200})(?:: (?P<message>.{0,500}))?$"), "cause"),
    (re.compile(r"Suppressed: (?P<kind>[\w.$]{1,200})(?:: (?P<message>.{0,500}))?$"), "suppressed"),
    (re.compile(rf"\[?\bcause\]?: (?P<kind>{_KIND})(?: \[\w+\])?(?:: (?P<message>.{{0,500}}))?"), "cause"),
    (re.compile(rf"---> (?P<kind>{_KIND})(?: \(\w+\))?: (?P<message>.{{0,500}})"), "cause"),
    (re.compile(r"^(?:\s*)(?P<kind>panic|fatal error): (?P<message>.{0,500})"), ""),
    (re.compile(r"WARNING: (?P<kind>DATA RACE)(?P<message>)$"), ""),
    (re.compile(r"^(?P<kind>Previous (?:read|write)) (?P<message>at .{0,200})"), "previous"),
    (re.compile(r"^(?P<kind>Goroutine \d+) \(\w+\) (?P<message>created at):$"), "created"),
    (re.compile(r"(?:ERROR|WARNING): (?P<kind>\w{1,20}Sanitizer:? [\w-]{1,60})(?P<message>.{0,300})"), ""),
    (re.compile(r"^(?P<kind>(?:previously )?(?:allocated|freed)) (?P<message>by thread .{0,80}):$"), "allocated"),
    (re.compile(r"==\d+==  (?P<kind>Address) (?P<message>0x\w+ is .{0,200})"), "allocated"),
    (re.compile(r"==\d+== (?P<kind>(?:Invalid|Mismatched) (?:read|write|free)|Conditional jump)(?P<message>.{0,200})"), ""),
    (re.compile(r"==\d+== (?P<kind>Use of uninitialised value)(?P<message>.{0,200})"), ""),
    (re.compile(r"(?:received|terminating with|died with) (?:signal|exception) (?P<kind>SIG[A-Z]+)(?P<message>.{0,200})"), ""),
    (re.compile(r"^(?P<kind>terminate called after throwing an instance of) (?P<message>.{0,200})"), ""),
    (re.compile(r"^error\[?(?P<kind>E\d+)\]?: (?P<message>.{0,300})"), ""),
    (re.compile(rf"(?:^|[\s\"'`(>|:\]])(?P<kind>{_KIND})(?: \[\w+\])?: (?P<message>\S.{{0,500}})"), ""),
    (re.compile(rf"^[\s|>*]*(?:Uncaught |Exception in thread .{{1,80}} )?(?P<kind>{_KIND})(?P<message>)$"), ""),
)  # fmt: skip
_HEAD_NEEDLES = (
    *(
        "rror",
        "xcept",
        "anic",
        "ause",
        "uppress",
        "RACE",
        "Previous",
        "Gorout",
        "anitizer",
        "llocated",
        "freed",
        "==",
        "SIG",
    ),
    *(
        "terminate",
        "Warning",
        "Fail",
        "Fault",
        "Throw",
        "Interrupt",
        "Exit",
        "Iterat",
        "Timeout",
        "Group",
        "NotFound",
        "Abort",
    ),
)


def without_prefix(line: str) -> str:
    """Return a line without what a log put before it."""
    match = _PREFIX.match(line)
    return line[match.end() :] if match else line


def place(line: str) -> Place | None:
    """Return the place in source that a line names as a frame, None for any other line."""
    for form in _FORMS:
        if form.needle in line and (match := form.pattern.search(line)):
            found = match.groupdict()
            file, function = found["file"] or "", (found.get("function") or "").strip()
            language = "rust" if file.endswith(".rs") else form.language or language_of(file)
            if not language:
                return None
            return Place(
                language,
                file,
                int(found["line"] or 0),
                function,
                found.get("kind") or "",
                (found.get("message") or "").strip(),
                int(found.get("numbered") or -1),
                bool(found.get("before")),
            )
    return None


def mentions(line: str) -> list[Place]:
    """Return the places in source that a line names in passing, such as `src/app.py:12`."""
    if not any(character.isdigit() for character in line):
        return []
    return [
        Place(language, match["file"], int(match["line"]))
        for match in _MENTION.finditer(line)
        if (language := language_of(match["file"]))
    ]


def head(line: str) -> Head | None:
    """Return the error that a line names, None for any other line."""
    if not any(needle in line for needle in _HEAD_NEEDLES):
        return None
    for pattern, relation in _HEADS:
        if match := pattern.search(line):
            return Head(match["kind"].strip(), (match["message"] or "").strip(), relation)
    return None


def language_of(file: str) -> str:
    """Return the language of a file of code by the ending of its name, "" for any other."""
    indexer = indexers().get(f".{file.rpartition('.')[2]}")
    return "" if indexer is None or indexer.outline else indexer.name
