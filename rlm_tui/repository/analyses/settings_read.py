"""Finds where environment variables and configuration keys are read, in the idioms of each language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbols import File, Hit, Setting

_KEY = r"""[rbuf]?(?P<quote>["'`])(?P<key>[\w$.:/-]+)(?P=quote)|(?P<constant>[A-Za-z_][\w.]*)(?=\s*[\]),])"""
_DEFAULT = r"(?:\s*,\s*(?:default\s*=\s*)?(?P<default>[^,()\n]+(?:\([^()\n]*\))?))?"
_NAMED = r"(?P<key>[A-Za-z_]\w*)"
_ENVIRONMENT = (
    rf"\benviron(?:b|\(\))?(?:\.(?:get|pop|setdefault))?\s*[\[(]\s*(?:{_KEY}){_DEFAULT}\s*[\])]",
    r"""(?P<quote>["'])(?P<key>\w+)(?P=quote)\s+(?:not\s+)?in\s+(?:os\.)?environ\b""",
    rf"\b(?:secure_)?(?:[gG]etenvb?|LookupEnv|GetEnvironmentVariable)\(\s*(?:{_KEY}){_DEFAULT}\s*[,)]",
    rf"\bgetenv\(\)\s*\.get(?:OrDefault)?\(\s*(?:{_KEY}){_DEFAULT}",
    rf"\benv::var(?:_os)?\(\s*&?(?:{_KEY})",
    rf"\b(?:option_)?env!\(\s*(?:{_KEY})",
    rf"\b(?:process|Bun|import\.meta)\.env(?:\.{_NAMED}\b)",
    rf"\bprocess\.env\[\s*(?:{_KEY})\s*\]",
    rf"\bDeno\.env\.get\(\s*(?:{_KEY})",
    rf"\bENV(?:\.fetch\(|\[)\s*(?:{_KEY}){_DEFAULT}",
    rf"\$_(?:ENV|SERVER)\[\s*(?:{_KEY})",
    rf"(?<![\w.:])env\(\s*(?:{_KEY}){_DEFAULT}\s*\)",
    rf'\benv(?::|\s*=\s*)"{_NAMED}',
)
_HOLDER = (
    r"\b(?:\w*[cC]onfig(?:uration)?|\w*[sS]ettings|conf|cfg|\w*[pP]references|props|properties|\w*[eE]nvironment|ini)"
)
_CONFIGURATION = (
    rf"\bSystem\.getProperty\(\s*(?:{_KEY}){_DEFAULT}",
    rf"\b(?:Boolean\.getBoolean|Integer\.getInteger|Long\.getLong)\(\s*(?:{_KEY}){_DEFAULT}",
    r"@Value\(\s*[\"']\$\{(?P<key>[\w.-]+)(?::(?P<default>[^}\n]{0,300}))?\}",
    rf"\bviper\.\w+\(\s*(?:{_KEY}){_DEFAULT}",
    rf"\bflag\.\w+\((?:&[\w.]+,\s*)?(?:{_KEY}){_DEFAULT}",
    rf"{_HOLDER}(?:\(\))?\.(?:[gG]et\w*|read\w*|value\w*|fetch|lookup|require\w*)\(\s*(?:{_KEY}){_DEFAULT}",
    rf"\b(?:\w*[cC]onfig|\w*[sS]ettings|conf|cfg|[cC]onfiguration)\[\s*(?:{_KEY})\s*\]",
    rf"\bget(?:ini|option|Property)\(\s*(?:{_KEY}){_DEFAULT}",
)
_SHELL = re.compile(r"\$(?:\{)?(?P<key>[A-Z_][A-Z0-9_]*)(?::?-(?P<default>[^}]*))?")
_READS = [("env", re.compile(pattern)) for pattern in _ENVIRONMENT] + [
    ("config", re.compile(pattern)) for pattern in _CONFIGURATION
]
_WRITTEN = re.compile(r"\s*(?:=(?!=)|\+=|:=)")
_ELSE = re.compile(r"\s*(?:\|\||\?\?|\bor\b)\s*([\"'][^\"'\n]*[\"']|[\w.]+)")
_CONSTANT = re.compile(r"([A-Za-z_]\w*)\s*(?::\s*[^=\n]+)?(?:=|:=)\s*[\"'](?P<value>[^\"'\n]+)[\"']")
_FLAG = re.compile(r"[A-Z_][A-Z0-9_]{2,}")
_NO_CODE = frozenset(("", "text", "markdown", "html", "css"))
_ORDER = ("env", "config", "flag", "named")
ANY = (
    r"environ|[gG]etenv|LookupEnv|(?:process|Bun|Deno|meta)\.env|env::var|env!\(|\bENV[.\[]|\$_ENV|GetEnvironmentVariable"
    r"|getProperty\(|getBoolean\(|getInteger\(|@Value\(|viper\.|\bflag\.|[cC]onfig(uration)?(\(\))?(\.[gG]et|\[)|[sS]ettings(\.get|\[)"
    r"|getini\(|getoption\(|\benv\("
)
"""Lines that may read some setting, in ripgrep's syntax."""


def candidates(name: str) -> str:
    """Return a regular expression, in ripgrep's syntax, for the lines that may read `name`; without one, any setting."""
    return rf"(?:^|[^\w]){re.escape(name)}(?:$|[^\w])" if name else ANY


def settings(
    name: str, hits: Iterable[Hit], file: Callable[[str], File | None], lines: Callable[[str], list[str]]
) -> list[Setting]:
    """Return where `hits`, the lines that `candidates` found, read `name` (any setting without one): sure reads first.

    A constant that holds the name is told as "named"; a name in capitals that stands bare in the code as "flag".
    """
    found: list[tuple[bool, Setting]] = []
    codes: dict[str, list[str]] = {}
    for hit in hits:
        about = file(hit.path)
        if about is None or about.language in _NO_CODE:
            continue
        if hit.path not in codes:
            try:
                codes[hit.path] = code_of("\n".join(lines(hit.path)), about.language, strings=True).split("\n")
            except PermissionError:
                codes[hit.path] = []
        code = codes[hit.path][hit.line - 1] if hit.line <= len(codes[hit.path]) else ""
        reads = list(_reads(code, about.language))
        if name:
            reads = [read for read in reads if read[1] == name] or list(_mentions(name, code, about.language))
        for kind, key, default in dict.fromkeys(reads):
            found.append((about.is_test, Setting(hit.path, hit.line, hit.text, key, kind, default, hit.symbol)))
    return [setting for _, setting in sorted(found, key=lambda one: (_ORDER.index(one[1].kind), one[0]))]


def constants(found: Iterable[Setting]) -> set[str]:
    """Return the names of the constants that hold the name of a setting, by the lines that only name it."""
    return {
        match.group(1)
        for setting in found
        if setting.kind == "named"
        for match in _CONSTANT.finditer(setting.text)
        if match["value"] == setting.name
    }


def reads_by(constant: str, code: str) -> bool:
    """Tell whether a line of code reads a setting by the constant that holds its name."""
    return any(
        match["constant"].rpartition(".")[2] == constant
        for _, pattern in _READS
        if "constant" in pattern.groupindex
        for match in pattern.finditer(code)
        if match["constant"]
    )


def _reads(code: str, language: str) -> Iterator[tuple[str, str, str]]:
    """Give kind, key and default of the settings that a line of code reads."""
    patterns = [*_READS, ("env", _SHELL)] if language == "bash" else _READS
    for kind, pattern in patterns:
        for match in pattern.finditer(code):
            groups = match.groupdict()
            if not groups.get("key") or _WRITTEN.match(code, match.end()):
                continue
            other = _ELSE.match(code, match.end())
            yield kind, groups["key"], (groups.get("default") or (other[1] if other else "")).strip().rstrip(")")


def _mentions(name: str, code: str, language: str) -> Iterator[tuple[str, str, str]]:
    bare = re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", code_of(code, language))
    if bare and _FLAG.fullmatch(name):
        yield "flag", name, ""
    elif not bare and re.search(rf"""["'`]{re.escape(name)}["'`]""", code):
        yield "named", name, ""
