"""Markdown and reStructuredText: headings, nested as sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import Entry, outlined

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HASHES = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_ADORNED = re.compile(r"([=\-~^\"'`#*+.:_<>])\1{2,}[ \t]*$")
_MARKS = re.compile(r"\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)|!\[[^\]]*\]\([^)]*\)|<[^<>]+>|[`*]|\[([^\]]*)\]\([^)]*\)")
_FRONT = "---"


def _headings(lines: Sequence[str]) -> Iterator[Entry]:
    """Yield the headings of Markdown: `# Title` and underlined ones, not those in fenced code or front matter."""
    start, fence, front = 0, "", bool(lines) and lines[0].strip() == _FRONT
    for place, line in enumerate(lines):
        begins = start
        start += len(line) + 1
        if front:
            front = not (place and line.strip() == _FRONT)
            continue
        if opened := _FENCE.match(line):
            mark = opened.group(1)
            if not fence:
                fence = mark
            elif mark.startswith(fence) and not line.strip().strip(mark[0]):
                fence = ""
            continue
        if fence:
            continue
        if match := _HASHES.match(line):
            yield Entry(len(match.group(1)), _plain(match.group(2)), "section", begins, doc=_said(lines, place + 1))
        elif (
            line.strip() and line[:1] not in "-*+>|=" and place + 1 < len(lines) and not line.startswith(("    ", "\t"))
        ):
            under = _UNDERLINE.match(lines[place + 1])
            if under and (place == 0 or not lines[place - 1].strip()):
                level = 1 if under.group(1)[0] == "=" else 2
                yield Entry(level, _plain(line), "section", begins, doc=_said(lines, place + 2))


def _titles(lines: Sequence[str]) -> Iterator[Entry]:
    """Yield the titles of reStructuredText; the levels are those in which their marks first come."""
    start, levels = 0, dict[tuple[str, bool], int]()
    for place, line in enumerate(lines):
        begins = start
        start += len(line) + 1
        under = _ADORNED.match(lines[place + 1]) if place + 1 < len(lines) and line.strip() else None
        if under and not _ADORNED.match(line) and len(under.group().rstrip()) >= len(line.rstrip()):
            over = place > 0 and lines[place - 1].rstrip() == under.group().rstrip()
            if over or place == 0 or not lines[place - 1].strip():
                level = levels.setdefault((under.group(1), over), len(levels) + 1)
                yield Entry(level, line.strip().replace("`", ""), "section", begins, doc=_said(lines, place + 2))


def _plain(title: str) -> str:
    return " ".join(_MARKS.sub(lambda match: match.group(1) or "", title).split())


def _said(lines: Sequence[str], place: int) -> str:
    """Return the first paragraph after a heading, if it comes at once."""
    first = next((i for i in range(place, min(len(lines), place + 3)) if lines[i].strip()), len(lines))
    paragraph: list[str] = []
    for line, after in zip(lines[first : first + 4], [*lines[first + 1 : first + 5], ""], strict=False):
        if not line.strip() or line.lstrip().startswith(("#", "```", "~~~", "..")) or _ADORNED.match(after):
            break
        paragraph.append(line.strip())
    return " ".join(paragraph)


def _parse(path: str, source: bytes) -> FileFacts:
    lines = source.decode("latin-1").split("\n")
    entries = _titles(lines) if path.endswith(".rst") else _headings(lines)
    return outlined("markdown", path, source, entries, " > ")


INDEXER = Indexer("markdown", (".md", ".markdown", ".mdx", ".rst"), "markdown", _parse, outline=True)
