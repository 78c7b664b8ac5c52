"""Components of Vue and Svelte: their scripts by TypeScript's rules, with what their templates say in code.

Everything else in the file is blanked out, so that lines and bytes stay where they are. What a template says becomes
statements behind each other (`@click="save(item)"` is `;[save(item)]`), which is no program, but has its uses in it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.grammar import Grammar
from rlm_tui.repository.parsing.parse import parse

from . import javascript, typescript

_SCRIPT = re.compile(rb"<script\b[^<>]{0,500}>(?P<code>.*?)(?=</script|\Z)", re.DOTALL | re.IGNORECASE)
_APART = re.compile(rb"<!--.*?(?:-->|\Z)|<style\b.*?(?:</style|\Z)", re.DOTALL | re.IGNORECASE)
_SAID = {
    "vue": re.compile(
        rb"\{\{(?P<shown>.{0,2000}?)\}\}|\s(?:v-[\w:.\-]+|[@:#][\w:.\-]*)=(?:\"(?P<double>[^\"]{0,2000})\"|'(?P<single>[^']{0,2000})')",
        re.DOTALL,
    ),
    "svelte": re.compile(
        rb"\{(?:[#:@/](?:else if|if|each|await|then|key|html|const|render|debug|else)?)?"
        rb"(?P<shown>[^{}]{0,2000}(?:\{[^{}]{0,2000}\}[^{}]{0,2000})?)\}"
    ),
}
"""Where a template holds code."""
_NOT_LINES = re.compile(rb"[^\r\n]")


def _plain(name: str, source: bytes) -> bytes:
    """Return the code of a component, and blanks for the rest of it: as long as `source`, with its lines."""
    kept = bytearray(_blank(source))
    scripts = [(match.start(), match.end(), match.start("code")) for match in _SCRIPT.finditer(source)]
    template = bytearray(source)
    for start, end, code in scripts:
        kept[code:end] = source[code:end]
        template[start:end] = _blank(source[start:end])
    markup = _APART.sub(lambda match: _blank(match.group()), bytes(template))
    for match in _SAID[name].finditer(markup):
        group = match.lastgroup or ""
        start, end = match.span(group)
        said = markup[start:end]
        first, last = (b";", b";") if b";" in said else (b"[", b"]")
        kept[start - 1 : end + 1] = first + said + last
        if kept[start - 2] == ord(" "):
            kept[start - 2] = ord(";")
    return bytes(kept)


def _blank(text: bytes) -> bytes:
    return _NOT_LINES.sub(b" ", text)


def _syntax(grammar: Grammar, _path: str, source: bytes) -> tuple[Grammar, bytes]:
    return grammar, _plain(grammar.name, source)


def _parse(grammar: Grammar, path: str, source: bytes) -> FileFacts:
    return parse(grammar, path, _plain(grammar.name, source))


def _indexer(name: str) -> Indexer:
    grammar = replace(typescript.GRAMMAR, name=name)
    return Indexer(
        name,
        (f".{name}",),
        "javascript",
        partial(_parse, grammar),
        javascript.resolve,
        scoping=typescript.INDEXER.scoping,
        idioms=typescript.INDEXER.idioms,
        syntax=partial(_syntax, grammar),
    )


INDEXERS = tuple(map(_indexer, _SAID))
