"""HTML and its templates, read by line: headings as sections, ids, named templates, slots and blocks, scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlm_tui.repository.idioms import Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|(?P<kept><(?P<raw>script|style)\b[^<>]*>).*?(?=</(?P=raw)|\Z)", re.DOTALL | re.IGNORECASE
)
"""Comments, and what stands in scripts and styles."""
_CLOSED = re.compile(r"</script\s*>", re.IGNORECASE)
_MARK = re.compile(
    r"<h(?P<level>[1-6])\b[^<>]{0,500}>(?P<title>.{0,500}?)</h(?P=level)"
    r"|<title\b[^<>]{0,200}>(?P<document>[^<]{0,300})"
    r"|<script\b(?P<script>[^<>]{0,500})>"
    r"|<(?P<tag>[A-Za-z][\w.:-]{0,60})\b(?P<attributes>[^<>]{0,2000})>"
    r"|\{%-?\s*(?:block|define|macro)\s+(?P<block>[\w.\-]{1,100})|\{\{-?\s*(?:define|block)\s+\"(?P<define>[^\"\n]{1,100})\"",
    re.DOTALL | re.IGNORECASE,
)
_ID = re.compile(r"(?:^|\s)(?:id|data-testid)\s*=\s*[\"']?([\w.:\-]{1,100})", re.IGNORECASE)
_NAME = re.compile(r"(?:^|\s)name\s*=\s*[\"']?([\w.:\-]{1,100})", re.IGNORECASE)
_SOURCE = re.compile(r"(?:^|\s)src\s*=\s*[\"']?([^\"'\s>]{1,200})", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")
_BELOW = 7
"""The level of what is no heading: below all of them."""


def _entries(text: str) -> Iterator[Entry]:
    plain = _HIDDEN.sub(lambda m: (m["kept"] or "") + re.sub(r"[^\n]", " ", m.group()[len(m["kept"] or "") :]), text)
    for match in _MARK.finditer(plain):
        start, end = match.start(), match.end()
        if match["level"]:
            yield Entry(int(match["level"]), " ".join(_TAGS.sub("", match["title"]).split()), "section", start)
        elif match["document"] is not None:
            yield Entry(_BELOW, " ".join(match["document"].split()), "section", start, end)
        elif match["script"] is not None:
            source = _SOURCE.search(match["script"])
            closed = _CLOSED.search(plain, end)
            name = f"script {source.group(1)}" if source else "script"
            yield Entry(_BELOW, name, "module", start, closed.end() if closed else end)
        elif match["tag"]:
            yield from _element(match["tag"].lower(), match["attributes"], start, end)
        else:
            yield Entry(_BELOW, match["block"] or match["define"], "function", start, end)


def _element(tag: str, attributes: str, start: int, end: int) -> Iterator[Entry]:
    if identity := _ID.search(attributes):
        yield Entry(_BELOW, f"#{identity.group(1)}", "key", start, end)
    elif tag in {"slot", "form"} and (name := _NAME.search(attributes)):
        yield Entry(_BELOW, f"{tag} {name.group(1)}", "key", start, end)


def _parse(path: str, source: bytes) -> FileFacts:
    return outlined("html", path, source, _entries(source.decode("latin-1")), separator=" > ")


INDEXER = Indexer(
    "html",
    (".html", ".htm", ".xhtml", ".jinja", ".jinja2", ".j2", ".hbs", ".tmpl"),
    "html",
    _parse,
    outline=True,
    idioms=Idioms(unread=r"<!--.*?(?:-->|\Z)"),
)
