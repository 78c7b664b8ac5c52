"""Dockerfiles: build stages, by name or image, and what they set."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.idioms import HASHES, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

_LINE = re.compile(
    r"^[ \t]*(?:FROM[ \t]+(?:--\S+[ \t]+)*(?P<image>\S+)(?:[ \t]+AS[ \t]+(?P<stage>\S+))?"
    r"|(?:ARG|ENV)[ \t]+(?P<name>\w+))",
    re.MULTILINE | re.IGNORECASE,
)


def _entries(text: str) -> Iterator[Entry]:
    level = 1
    for match in _LINE.finditer(text):
        if match["image"]:
            level = 2
            yield Entry(1, match["stage"] or match["image"], "target", match.start())
        else:
            yield Entry(level, match["name"], "variable", match.start())


def _parse(path: str, source: bytes) -> FileFacts:
    return outlined("dockerfile", path, source, _entries(source.decode("latin-1")))


INDEXER = Indexer(
    "dockerfile",
    (".dockerfile",),
    "dockerfile",
    _parse,
    filenames=("Dockerfile", "Containerfile"),
    outline=True,
    idioms=Idioms(unread=HASHES),
)
