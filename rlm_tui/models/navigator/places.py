"""Explains one file or module: what it says of itself, what it defines, how its parts hang together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import Excerpt, Printed

_ARROWS = 40
_ROOTS = ("(root)", "./", ".")
"""The names of the module that holds what stands in no other."""
_ARROW = re.compile(r" *(\d+)  (\S.*?) -> (\S.*)")
_MARKUP = re.compile(
    r'^(?:"""|\'\'\'|/\*+!?|\*+/?|//[/!]?|#+!?|<!--|--|;+|=+)|(?:"""|\'\'\'|\*+/|-->)$'  # what opens or closes a comment
    r"|<[^>]*>|!\[[^\]]*\]\([^)]*\)"  # tags and pictures
)
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_UNCLOSED = re.compile(r"\*\*|^[^`]*`[^`]*(?:`[^`]*`[^`]*)*$|<\w|\]\(|\|.*\|")
"""Markup of which a line holds only one end, and cells of a table."""
_OPENS = re.compile(r"<(?:table|thead|tbody|tr|td|th|div|p|picture|details|center|ul|h\d|a)\b[^>]*(?<!/)(?:>|$)|<!--")
_CLOSES = re.compile(r"</(?:table|thead|tbody|tr|td|th|div|p|picture|details|center|ul|h\d|a)>|-->")
_SENTENCE = 180
"""Characters of a sentence that are quoted."""
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_LICENCE = re.compile(r"copyright|licen[sc]e|\(c\) |all rights reserved|spdx|permission is hereby", re.IGNORECASE)
_NO_SENTENCE = re.compile(
    r"coding[:=]|/bin/|eslint|prettier|generated|@ts-|go:build|\+build|badge|^[^A-Za-z]*$|^@|^:\w[\w -]*:(?:\s|$)",
    re.IGNORECASE,
)
_CLOSING = {'"""': '"""', "'''": "'''", "/*": "*/", "<!--": "-->"}


def explain_place(path: str, section: Section, *, brief: bool = False, within: bool = False) -> Plan:
    """Explain a file or module: what it says of itself, what it defines, who imports it and what it imports.

    `path` "" means the whole scope of this call; `within` makes it a part of an answer about more.
    """
    most = 4 if brief else 8
    printed = yield Move(
        f"What is in {path or 'this module'}?",
        _contents_cell(path, most),
    )
    tops = sorted(printed.definitions, key=lambda item: item.span.start - item.span.end)
    target = path or (printed.files[0].path.rpartition("/")[0] if printed.files else "")
    counted = re.search(r"^([\d,]+) files, ([\d,]+) lines$", printed.text, re.MULTILINE)
    size = f"{counted[1]} file{'' if counted[1] == '1' else 's'}, {counted[2]} lines" if counted else ""
    names = ", ".join(f"{code(item.qualified)} ({item.span})" for item in tops[:4])
    lead = f"{code(path) if path else 'This module'} has {size or count(len(printed.files), 'file')} of code"
    lead += f"; its largest definitions are {names}." if names else "."
    if not printed.files:
        lead = f"{code(path)} holds no code that could be read." if path else "This scope holds no code."
    for item in [] if within else printed.files:
        section.found.symbol(item.path, "")
    if within:
        section.add(lead)
    else:
        section.found.definitions(tops)
        section.lead = lead
    if not printed.files:
        return
    said = next(filter(None, map(own_words, printed.excerpts)), "")
    if brief:
        documented = [item for item in tops if item.doc[:1] not in ("", "@")][:3]
        section.add(said, answer.definitions_table(documented))
        return
    if len(printed.files) == 1:
        section.add(said, answer.definitions_table(sorted(tops, key=lambda item: item.span.start)))
    else:
        section.add(said, _contents(printed))
        documented = [item for item in tops if item.doc[:1] not in ("", "@")][:10]
        section.add("In the words of their docstrings:" if documented else "", answer.definitions_table(documented))
    files = [item.path for item in printed.files]
    drawn = yield Move(
        "Who imports it, and what imports what within it?",
        f"print(importers({target!r})[:20])\n{arrows_cell(files) if len(files) > 1 else f'print(imports({target!r})[:40])'}",
    )
    section.add(drawing(drawn.text))
    own = [item for item in drawn.imports if item.path == target]
    users = [item for item in drawn.imports if item not in own]
    for title, imported in (("Imported by:", users[:12]), ("It imports:", own[:30])):
        rows = ((answer.table_code(f"{item.path}:{item.line}"), answer.table_code(item.text)) for item in imported)
        section.add(title if imported else "", answer.table(("where", "import"), rows))


def _contents_cell(path: str, most: int) -> str:
    chosen = f"[file for file in repo.files if (file.path + '/').startswith({path.rstrip('/') + '/'!r})]"
    if path in _ROOTS:
        chosen = "[file for file in repo.files if file.module == '(root)']"
    return (
        f"files = {chosen if path else 'list(repo.files)'}\n"
        "code = [file for file in files if file.status == 'parsed' and not file.is_test] or files[:20]\n"
        "code.sort(key=lambda file: -file.lines)\n"
        'print(f"{len(code):,} files, {sum(file.lines for file in code):,} lines")\n'
        "readmes = [file for file in files if file.path.rpartition('/')[2].startswith('README')]\n"
        "for file in sorted(readmes, key=lambda file: len(file.path))[:1]:\n"
        "    print(peek(file, 1, 12))\n"
        f"for file in code[:{most}]:\n"
        "    print(file)\n    print(peek(file, 1, 8))\n"
        "    tops = [s for s in outline(file) if not s.parent and s.kind not in ('variable', 'constant')]\n"
        "    print(sorted(tops, key=lambda s: s.start - s.end)[: 5 if len(code) > 1 else 20])"
    )


def _contents(printed: Printed) -> str:
    """Return a table of files: their size, what they say of themselves, their largest definitions."""
    rows = []
    for item in printed.files:
        defined = [s for s in printed.definitions if s.span.path == item.path]
        names = ", ".join(f"{answer.table_code(s.qualified)} {s.span.start}-{s.span.end}" for s in defined[:5])
        head = next((piece for piece in printed.excerpts if piece.span.path == item.path), None)
        said = _first_sentence(head)[1] if head else ""
        rows.append((answer.table_code(item.path), f"{item.lines:,}", answer.cell_text(said), names))
    return answer.table(("file", "lines", "says of itself", "largest definitions, with their lines"), rows)


def arrows_cell(paths: Sequence[str], aside: Sequence[str] = ()) -> str:
    """Return a cell that counts the import lines between modules, or files.

    What stands in no other module, nor in those `aside`, is the root's, if the root is among them.
    A line that brings in a package is one line, however many files the package has.
    """
    root = next((path for path in paths if path in _ROOTS), "others")
    return (
        f"from collections import defaultdict\nplaces = {list(paths)!r}\naside = {list(aside)!r}\n"
        "arrows = defaultdict(set)\n"
        "for place in places:\n"
        "    for item in importers(place):\n"
        "        inside = [p for p in places + aside if (item.path + '/').startswith(p.rstrip('/') + '/')]\n"
        f"        user = max(inside, key=len, default={root!r})\n"
        "        arrows['others' if user in aside else user, place].add((item.path, item.line))\n"
        "for (user, place), lines in sorted(arrows.items(), key=lambda arrow: -len(arrow[1]))[:60]:\n"
        '    print(f"{len(lines):5}  {user} -> {place}")'
    )


def drawing(text: str) -> str:
    """Return what an `arrows_cell` printed as arrows in a fence, one line a user, "" for none."""
    found = [match for line in text.splitlines() if (match := _ARROW.fullmatch(line)) and match[2] != match[3]]
    arrows = [(match[2], match[3], int(match[1])) for match in found if match[2] != "others"]
    if not arrows:
        return ""
    users: dict[str, list[str]] = {}
    for user, place, lines in arrows[:_ARROWS]:
        users.setdefault(user, []).append(f"{place} ({lines})")
    rows = [f"{user} → {', '.join(places)}" for user, places in users.items()]
    return "What imports what, with the number of import lines:\n\n" + answer.fence("", rows)


def own_words(piece: Excerpt) -> str:
    """Return the first sentence that a file says of itself, quoted with its line, "" where it says nothing."""
    number, said = _first_sentence(piece)
    return f'In its own words ({piece.span.path}:{number}): "{answer.inline(said)}"' if said else ""


def _first_sentence(piece: Excerpt) -> tuple[int, str]:
    """Return the first line of prose in the comment, docstring or text that a file begins with, and its number.

    What cannot be quoted cleanly (directives, attributes, tables of tags, markup that is not closed) is passed over.
    """
    is_prose = piece.span.path.lower().endswith((".md", ".rst", ".txt"))
    lines = _plain_lines(piece.lines) if is_prose else piece.lines
    inside = ""
    for index, (number, line) in enumerate(lines):
        stripped = line.strip()
        if stripped.startswith(("#[", "#![")):
            continue
        opened = next((mark for mark in _CLOSING if stripped.startswith(mark)), "")
        if not (is_prose or inside or opened or stripped.startswith(("#", "//", "--", ";"))):
            if stripped and not stripped.startswith(("package ", "@", "'use", '"use')):
                return 0, ""  # code begins
            continue
        inside = inside or opened
        if _LICENCE.search(stripped) and not is_prose:
            return 0, ""
        unmarked = _EMPHASIS.sub(r"\2", stripped)
        said = _LINK.sub(r"\1", _MARKUP.sub("", unmarked)).strip()
        if (
            len(said.split()) > 2
            and re.search(r"\w", _LINK.sub("", unmarked))  # no list of links
            and not _NO_SENTENCE.search(said)
            and not (_UNCLOSED.search(said) or (is_prose and "**" in unmarked))
        ):
            following = lines[index + 1][1].strip() if index + 1 < len(lines) else ""
            mark = r"(?:\*+ *)?" if is_prose or inside else r"(?://[/!]?|#|;+|--) *"
            goes_on = said[-1] not in ".!?:" and bool(re.match(mark + r"[a-z]", following))
            return number, _cut_at_word(said, goes_on=goes_on and not stripped.startswith("# "))
        if inside and (stripped.endswith(_CLOSING[inside]) and stripped != inside):
            inside = ""
    return 0, ""


def _plain_lines(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the lines of a text that stand in no directive, no fence and between no tags."""
    kept: list[tuple[int, str]] = []
    depth = 0
    in_directive = in_fence = False
    for number, line in lines:
        opens, closes = len(_OPENS.findall(line)), len(_CLOSES.findall(line))
        is_tagged = depth > 0 or opens > 0
        depth = max(0, depth + opens - closes)
        if line.lstrip().startswith(".. "):
            in_directive = True
        elif line.strip() and not line[0].isspace():
            in_directive = False
        is_fence = line.lstrip().startswith(("```", "~~~"))
        if not (is_tagged or in_directive or in_fence or is_fence or line.lstrip().startswith((":", "|"))):
            kept.append((number, line))
        in_fence ^= is_fence
    return kept


def _cut_at_word(said: str, *, goes_on: bool) -> str:
    """Return at most one line of a sentence: cut at a word, and marked where it is cut."""
    whole = said.rstrip("…")
    if whole == said and len(said) <= _SENTENCE:
        return f"{said} …" if goes_on else said
    return f"{whole[:_SENTENCE].rpartition(' ')[0]} …"
