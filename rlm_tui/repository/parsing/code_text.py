"""Source text with its comments and strings blanked out, so that what is counted or searched in it is code.

Every character that goes becomes a blank, and line ends stay: offsets and lines are those of the source.

The patterns meet hostile files: whatever opens and is not closed runs to the end, or is looked at once. So their time grows as
the text does, not as its square.
"""

from __future__ import annotations

import re

_QUOTED = r'"(?:\\.|[^"\\\n])*"'
_SINGLE = r"'(?:\\.|[^'\\\n])*'"
_CHARACTER = r"'(?:\\[^'\n]{1,9}|[^'\\\n])'"
_SLASHES = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_INNER = r"\$\{(?>[^{}`]|`(?:\\.|[^`\\])*`|\{[^{}]*\})*\}"
_TICKED = rf"`(?>\\.|{_INNER}|[^`\\])*+`"
_REGEX = r"(?<=[=(,:\[!&|?{};])\s*+/(?![/*])(?:\\.|\[(?:\\.|[^\]\n\\]){0,99}+\]|[^/\n\\\[])++/[a-z]*"
_TRIPLE = r'"""(?:\\.|[^\\])*?"""|' + r"'''(?:\\.|[^\\])*?'''"
_C = f"{_SLASHES}|{_QUOTED}|{_CHARACTER}"
_SCRIPT = f"{_SLASHES}|{_REGEX}|{_QUOTED}|{_SINGLE}|{_TICKED}"
_HASH = rf"(?<![\w$&\\])#[^\n]*|{_QUOTED}|{_SINGLE}"
_PATTERNS = {
    "python": rf"#[^\n]*|{_TRIPLE}|{_QUOTED}|{_SINGLE}",
    "go": rf"{_SLASHES}|{_QUOTED}|{_CHARACTER}|`[^`]*`",
    "rust": rf'{_SLASHES}|r(#+)".*?(?:"\1|\Z)|r"[^"]*"|"(?:\\.|[^"\\])*"|{_CHARACTER}',
    "java": rf"{_SLASHES}|{_TRIPLE}|{_QUOTED}|{_CHARACTER}",
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "php": rf"(?<!\w)#(?!\[)[^\n]*|{_SLASHES}|{_QUOTED}|{_SINGLE}",
    "kotlin": rf"{_SLASHES}|{_TRIPLE}|{_QUOTED}|{_CHARACTER}",
    "scala": rf"{_SLASHES}|{_TRIPLE}|{_QUOTED}|{_CHARACTER}",
    "swift": rf"{_SLASHES}|{_TRIPLE}|{_QUOTED}",
    "lua": rf"--\[\[.*?(?:\]\]|\Z)|--[^\n]*|{_QUOTED}|{_SINGLE}",
    "sql": rf"--[^\n]*|/\*.*?(?:\*/|\Z)|{_SINGLE}",
    "html": r"<!--.*?(?:-->|\Z)",
    "css": rf"/\*.*?(?:\*/|\Z)|{_QUOTED}|{_SINGLE}",
} | dict.fromkeys(("ruby", "bash", "make", "makefile", "toml", "yaml", "dockerfile"), _HASH)
_ESCAPE = r"|\\."
"""Outside of a string: what it escapes begins none."""
_COMPILED = {language: re.compile(pattern + _ESCAPE, re.DOTALL) for language, pattern in _PATTERNS.items()}
_OTHER = re.compile(_C + _ESCAPE, re.DOTALL)
_SHOWN = re.compile(r"[^\n]")
_COMMENT = ("#", "//", "/*", "--", "<!--")


def code_of(text: str, language: str, *, strings: bool = False) -> str:
    """Return `text` with its comments blanked out, and its strings unless `strings` are kept; equally long."""

    def blank(match: re.Match[str]) -> str:
        piece = match.group()
        kept = piece.startswith("\\") or (strings and not piece.startswith(_COMMENT))
        return piece if kept else _SHOWN.sub(" ", piece)

    return _COMPILED.get(language, _OTHER).sub(blank, text)
