"""Makes foreign text safe to show: a raw ESC in a file or a file name would reach the terminal through every widget."""

from __future__ import annotations

import re

# C0 but \n and \t, DEL, C1, lone surrogates, line separators that nobody counts as such (but `str.splitlines`), and the
# bidirectional controls (Unicode UAX #9) that reorder what is read.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_NAME = re.compile(_UNSAFE.pattern[:-1] + "\t\n\\\\]")

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|\x1b\][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b\n]{0,4096}\x1b\\|\x1b[ -/]{0,8}[0-~]"
)
"""A command to a terminal: a colour, a move of the cursor, a title (ECMA-48)."""


def without_escapes(text: str) -> str:
    """Return `text` without whole commands to a terminal: taking out their ESC alone would leave `[31m` behind."""
    return _ESCAPE.sub("", text) if "\x1b" in text or "\x9b" in text else text


def plain_text(text: str) -> str:
    """Return what was piped in, pasted or written by others as it can be shown and read: without commands to a terminal."""
    return sanitize(without_escapes(text))


def sanitize(text: str) -> str:
    r"""Return `text` without control and bidirectional characters; line ends become `\n`."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def escape_name(name: str) -> str:
    r"""Return a file name on one line, its unsafe characters as `\x1b` or `\u202e`; distinct names stay distinct."""
    if name.isascii() and name.isprintable() and "\\" not in name:
        return name
    return _UNSAFE_IN_NAME.sub(lambda match: _escape(match.group()), name)


def _escape(character: str) -> str:
    if character == "\\":
        return "\\\\"
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
