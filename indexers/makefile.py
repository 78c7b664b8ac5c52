"""Makefiles: targets, variables and multi-line defines, with the comments before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.idioms import HASHES, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

_LINE = re.compile(
    r"(?P<doc>(?:^#[^\n]*\n)*)^(?:"
    r"(?:override[ ]+)?define[ ]+(?P<define>[^\s=:]+)"
    r"|[ ]*(?:(?:export|override|private)[ ]+)*(?P<variable>[\w.\-]+)[ \t]*(?:[:+?!]|::|:::)?=[^\n]*"
    r"|(?P<targets>[^\s#:=\t][^#:=\n]{0,300}?)[ \t]*&?::?(?![=:])(?P<rest>[^\n]*))",
    re.MULTILINE,
)
_SPECIAL = re.compile(r"\.[A-Z_]+$")
_SAID = re.compile(r"##\s*(.*)")


def _entries(text: str) -> Iterator[Entry]:
    closed = 0
    for match in _LINE.finditer(text):
        if match.start() < closed:
            continue
        begins = match.end("doc")
        doc = " ".join(line.lstrip("# ") for line in match["doc"].splitlines())
        if match["define"]:
            closed = text.find("\nendef", begins) % (len(text) + 1)
            yield Entry(1, match["define"], "macro", begins, min(closed + 6, len(text)), doc)
        elif match["variable"]:
            yield Entry(1, match["variable"], "variable", begins, match.end(), doc)
        elif not re.match(r"(?:ifn?(?:eq|def)|else|endif|-?include|\$\()", match["targets"]):
            said = _SAID.search(match["rest"])
            end = _body(text, match.end())
            for name in match["targets"].split():
                if not _SPECIAL.match(name):
                    yield Entry(1, name, "target", begins, end, said.group(1) if said else doc)


def _body(text: str, end: int) -> int:
    """Return where the recipe ends: before the first line that is neither indented by a tab, nor empty, nor goes on."""
    position = end
    while position < len(text):
        line = text.find("\n", position + 1)
        line = len(text) if line < 0 else line
        written = text[position + 1 : line]
        if written.strip() and not written.startswith("\t") and text[position - 1 : position] != "\\":
            return position
        position = line
    return position


def _parse(path: str, source: bytes) -> FileFacts:
    return outlined("makefile", path, source, _entries(source.decode("latin-1")))


INDEXER = Indexer(
    "makefile",
    (".mk", ".mak"),
    "makefile",
    _parse,
    filenames=("Makefile", "makefile", "GNUmakefile"),
    outline=True,
    idioms=Idioms(unread=HASHES),
)
