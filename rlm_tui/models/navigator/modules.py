"""Plans for questions about the whole, or about one module: what is there, how it hangs together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.move import Move, Plan, Search
from rlm_tui.models.navigator.reading import TESTS, Excerpt, Printed, Unit
from rlm_tui.models.navigator.understand import CHILD_PREFIX, Intent

MOST_CHILDREN = 8
EXPLAIN_TASK = "Explain this module: what it holds and what it is for."
_UNITS = 20
_DRAWN = 20
_ARROWS = 40
_FEW = 3
_RESULT = 1_300
"""Characters of a sub-agent's answer that the root prints; eight of them fit into one cell's output."""
_ARROW = re.compile(r" *(\d+)  (\S.*?) -> (\S.*)")
_MARKUP = re.compile(
    r'^(?:"""|\'\'\'|/\*+!?|\*+/?|//[/!]?|#+!?|<!--|--|;+|=+)|(?:"""|\'\'\'|\*+/|-->)$'  # what opens or closes a comment
    r"|<[^>]*>|!?\[[^\]]*\]\([^)]*\)"  # tags, links and badges
)
_LICENCE = re.compile(r"copyright|licen[sc]e|\(c\) |all rights reserved|spdx|permission is hereby", re.IGNORECASE)
_NO_SENTENCE = re.compile(
    r"coding[:=]|/bin/|eslint|prettier|generated|@ts-|go:build|\+build|badge|^[^A-Za-z]*$|^@", re.IGNORECASE
)
_CLOSING = {'"""': '"""', "'''": "'''", "/*": "*/", "<!--": "-->"}


def overview(intent: Intent, section: Section, *, delegates: bool) -> Plan:
    """Say how the repository is put together: its modules, what imports what, and what each holds."""
    printed = yield Move(
        "What does this repository consist of?",
        "print(repo.modules[:100])\n"
        "for file in [file for file in repo.files[:200] if file.path.upper().startswith('README')][:1]:\n"
        "    print(peek(file, 1, 30))",
    )
    units = sorted(printed.units, key=lambda unit: (bool(TESTS.search(unit.path)), -unit.symbols, -unit.tokens))
    product = [unit for unit in units if unit.symbols and not TESTS.search(unit.path)] or units
    section.lead = _overview_lead(product)
    if not product:
        return
    if readme := next((piece for piece in printed.excerpts if "readme" in piece.span.path.lower()), None):
        section.add(_own_words(readme))
    section.add(_units_table(units[:_UNITS]))
    if len(units) > _UNITS:
        section.add(f"{count(len(units) - _UNITS, 'smaller module')} left out of this table.")
    if len(product) < _FEW:
        for unit in product:
            yield from explain_place(_scope(unit), section, within=True)
        return
    arrows = yield Move("What imports what?", _arrows_cell([_scope(unit) for unit in product[:_DRAWN]]))
    section.add(_drawing(arrows.text))
    chosen = [_scope(unit) for unit in product[:MOST_CHILDREN]]
    if delegates:
        yield from delegate(EXPLAIN_TASK, chosen, len(product), section)
        return
    for path in chosen[:_FEW]:
        yield from explain_place(path, section, within=True, brief=True)


def _arrows_cell(paths: Sequence[str]) -> str:
    """Return a cell that counts the import lines between modules, or files."""
    return (
        f"from collections import Counter\nplaces = {list(paths)!r}\narrows = Counter()\n"
        "for place in places:\n"
        "    for item in importers(place):\n"
        "        inside = [p for p in places if (item.path + '/').startswith(p + '/')]\n"
        "        arrows[max(inside, key=len, default='others'), place] += 1\n"
        "for (user, place), lines in arrows.most_common(60):\n"
        '    print(f"{lines:5}  {user} -> {place}")'
    )


def _scope(unit: Unit) -> str:
    """Return what names a module to a tool: its path, but the name of that which is all that stands in no other."""
    return unit.name if unit.path in ("./", ".") else unit.path


def _overview_lead(units: Sequence[Unit]) -> str:
    if not units:
        return "No modules were recognised in this repository."
    names = ", ".join(
        f"{code(_scope(unit))} ({count(unit.files, 'file')}, {count(unit.symbols, 'symbol')})" for unit in units[:4]
    )
    more = f" and {len(units) - 4} more" if len(units) > 4 else ""
    return f"The code stands in {count(len(units), 'module')}: {names}{more}."


def _units_table(units: Sequence[Unit]) -> str:
    return answer.table(
        ("module", "path", "language", "files", "symbols", "~tokens"),
        (
            (
                answer.table_code(unit.name),
                answer.table_code(unit.path),
                unit.language,
                f"{unit.files:,}",
                f"{unit.symbols:,}",
                f"{unit.tokens:,}",
            )
            for unit in units
        ),
    )


def _drawing(text: str) -> str:
    found = [match for line in text.splitlines() if (match := _ARROW.fullmatch(line)) and match[2] != match[3]]
    arrows = [(match[2], match[3], int(match[1])) for match in found if match[2] != "others"]
    if not arrows:
        return ""
    users: dict[str, list[str]] = {}
    for user, place, lines in arrows[:_ARROWS]:
        users.setdefault(user, []).append(f"{place} ({lines})")
    rows = [f"{user} → {', '.join(places)}" for user, places in users.items()]
    return "What imports what, with the number of import lines:\n\n" + answer.fence("", rows)


def _own_words(piece: Excerpt) -> str:
    """Return the first sentence that a file says of itself, quoted with its line, "" where it says nothing."""
    number, said = _first_sentence(piece)
    return f'In its own words ({piece.span.path}:{number}): "{answer.inline(said)}"' if said else ""


def _first_sentence(piece: Excerpt) -> tuple[int, str]:
    """Return the first line of prose in the comment, docstring or text that a file begins with, and its number."""
    is_prose = piece.span.path.lower().endswith((".md", ".rst", ".txt"))
    inside = ""
    for number, line in piece.lines:
        stripped = line.strip()
        opened = next((mark for mark in ('"""', "'''", "/*", "<!--") if stripped.startswith(mark)), "")
        if not (is_prose or inside or opened or stripped.startswith(("#", "//", "--", ";"))):
            if stripped and not stripped.startswith(("package ", "@", "'use", '"use')):
                return 0, ""  # code begins
            continue
        inside = inside or opened
        if _LICENCE.search(stripped) and not is_prose:
            return 0, ""
        said = _MARKUP.sub("", stripped).strip()
        if len(said.split()) > 2 and not _NO_SENTENCE.search(said):
            return number, said
        if inside and (stripped.endswith(_CLOSING[inside]) and stripped != inside):
            inside = ""
    return 0, ""


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


def delegate(task: str, paths: Sequence[str], total: int, section: Section) -> Plan:
    """Give each module to a sub-agent and join what they answer, one part a module."""
    results = yield from ask_sub_agents(task, paths, section)
    for path, text in results:
        section.add(f"**{code(path)}**\n\n{text}")
    if total > len(paths):
        section.add(f"{count(total - len(paths), 'further module')} had no sub-agent.")


def ask_sub_agents(task: str, paths: Sequence[str], section: Section) -> Search[list[tuple[str, str]]]:
    """Give each module to a sub-agent; return their answers by module. What failed is told in `section`."""
    printed = yield Move(
        f"Give {count(len(paths), 'module')} to sub-agents, one each.",
        f"modules = {list(paths)!r}\n"
        f'results = rlm_query_batched([{{"task": {CHILD_PREFIX + task!r}, "scope": path}} for path in modules])\n'
        "for path, result in zip(modules, results):\n"
        '    print("#", path)\n'
        f"    print(str(result)[:{_RESULT}])",
    )
    if printed.failed:
        lines = printed.text.strip().splitlines() or ["no reason was given"]
        section.searched.append(f"sub-agents could not be started: {answer.inline(lines[-1])}")
        return []
    results = _results(printed.text, paths)
    failed = [f"{code(path)} ({answer.inline(text)})" for path, text in results if text.startswith("Error:")]
    if failed:
        section.searched.append(f"sub-agents that failed: {', '.join(failed)}")
    return [(path, text) for path, text in results if text and not text.startswith("Error:")]


def search_modules(intent: Intent, places: Sequence[str], section: Section) -> Plan:
    """Ask the question in each module that holds something of `places`, files with the best first, or in the largest."""
    printed = yield Move("Which modules are there to ask?", "print(repo.modules[:100])")
    units = [unit for unit in printed.units if unit.symbols and not TESTS.search(unit.path)]
    holding = [
        max((u for u in units if path.startswith(f"{u.path}/")), key=lambda u: len(u.path), default=None)
        for path in places
    ]
    ranked = [*filter(None, holding), *sorted(units, key=lambda unit: -unit.symbols)]
    chosen = list(dict.fromkeys(_scope(unit) for unit in ranked))[:MOST_CHILDREN]
    if len(chosen) < 2:
        return
    results = yield from ask_sub_agents(intent.text, chosen, section)
    rows = ((answer.table_code(path), text.partition("\n")[0]) for path, text in results)
    section.add("What sub-agents found, module by module:", answer.table(("module", "finding"), rows))
    if len(units) > len(chosen):
        section.searched.append(f"{count(len(units) - len(chosen), 'further module')} without a sub-agent")


def _results(text: str, paths: Sequence[str]) -> list[tuple[str, str]]:
    results = []
    rest = f"\n{text}"
    for index, path in enumerate(paths):
        _, found, rest = rest.partition(f"\n# {path}\n")
        rest = f"\n{rest}"
        following = f"\n# {paths[index + 1]}\n" if index + 1 < len(paths) else None
        part = rest.partition(following)[0] if following else rest
        lines = [line for line in part.strip().splitlines() if answer.SIGNATURE not in line]
        results.append((path, _close_fence("\n".join(lines).strip()) if found else ""))
    return results


def _close_fence(text: str) -> str:
    """Close a fence that the cut of a long result left open."""
    opened = ""
    for line in text.splitlines():
        ticks = re.match(r"`{3,}", line)
        if not ticks:
            continue
        if not opened:
            opened = ticks.group()
        elif line.strip() == opened:
            opened = ""
    return f"{text}\n{opened}" if opened else text


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
    size = next((line for line in printed.text.splitlines() if re.fullmatch(r"[\d,]+ files?, [\d,]+ lines", line)), "")
    names = ", ".join(f"{code(item.qualified)} ({item.span})" for item in tops[:4])
    lead = f"{code(path) if path else 'This module'} has {size or count(len(printed.files), 'file')} of code"
    lead += f"; its largest definitions are {names}." if names else "."
    if not printed.files:
        lead = f"{code(path)} holds no code that could be read." if path else "This scope holds no code."
    if within:
        section.add(lead)
    else:
        section.lead = lead
    if not printed.files:
        return
    said = next(filter(None, map(_own_words, printed.excerpts)), "")
    if brief:
        documented = [item for item in tops if item.doc[:1] not in ("", "@")][:3]
        section.add(said, answer.definitions_table(documented))
        return
    section.add(said, _contents(printed))
    documented = [item for item in tops if item.doc[:1] not in ("", "@")][:10]
    section.add("In the words of their docstrings:" if documented else "", answer.definitions_table(documented))
    files = [item.path for item in printed.files]
    drawn = yield Move(
        "Who imports it, and what imports what within it?", f"print(importers({target!r})[:20])\n{_arrows_cell(files)}"
    )
    section.add(_drawing(drawn.text))
    rows = (
        (answer.table_code(f"{item.path}:{item.line}"), answer.table_code(item.text)) for item in drawn.imports[:12]
    )
    section.add("Imported by:" if drawn.imports else "", answer.table(("where", "import"), rows))


def _contents_cell(path: str, most: int) -> str:
    chosen = (
        f"[file for file in repo.files.filter({path!r}) if (file.path + '/').startswith({path.rstrip('/') + '/'!r})]"
    )
    return (
        f"files = {chosen if path and path != '(root)' else 'list(repo.files)'}\n"
        "code = [file for file in files if file.status == 'parsed' and not file.is_test] or files[:20]\n"
        "code.sort(key=lambda file: -file.lines)\n"
        'print(f"{len(code):,} files, {sum(file.lines for file in code):,} lines")\n'
        "for file in [file for file in files if file.path.rpartition('/')[2].startswith('README')][:1]:\n"
        "    print(peek(file, 1, 12))\n"
        f"for file in code[:{most}]:\n"
        "    print(file)\n    print(peek(file, 1, 8))\n"
        "    tops = [s for s in outline(file) if not s.parent and s.kind not in ('variable', 'constant')]\n"
        "    print(sorted(tops, key=lambda s: s.start - s.end)[:5])"
    )
