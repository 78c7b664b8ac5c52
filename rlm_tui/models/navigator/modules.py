"""Plans for questions about the whole, or about one module: what is there, how it hangs together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import TESTS, Printed, Unit
from rlm_tui.models.navigator.understand import CHILD_PREFIX, Intent

MOST_CHILDREN = 8
EXPLAIN_TASK = "Explain this module: what it holds and what it is for."
_UNITS = 20
_DRAWN = 12
_RESULT = 1_300
"""Characters of a sub-agent's answer that the root prints; eight of them fit into one cell's output."""
_ARROW = re.compile(r" *(\d+)  (\S.*?) -> (\S.*)")
_IMPORT_LINE = r"^\s*(import|from|use|#\s*include)\b"


def overview(intent: Intent, section: Section, *, delegates: bool) -> Plan:
    """Say how the repository is put together: its modules, what imports what, and what each holds."""
    printed = yield Move(
        "What does this repository consist of?",
        'print(repo)\nprint(repo.modules[:60])\nfor file in repo.files.filter("README*")[:1]:\n    print(peek(file, 1, 24))',
    )
    units = sorted(printed.units, key=lambda unit: (bool(TESTS.search(unit.path)), -unit.tokens))
    product = [unit for unit in units if not TESTS.search(unit.path) and unit.symbols] or units
    section.lead = _overview_lead(product)
    if readme := next((piece for piece in printed.excerpts if "readme" in piece.span.path.lower()), None):
        section.add("Its README begins:", answer.excerpt(readme, most=14))
    section.add(_units_table(units[:_UNITS]))
    if len(units) > _UNITS:
        section.add(f"{len(units) - _UNITS} smaller modules are left out of this table.")
    if not product:
        return
    arrows = yield Move(
        "What imports what?",
        f"from collections import Counter\nmodules = {[_scope(unit) for unit in product[:_DRAWN]]!r}\n"
        "for path in modules:\n"
        "    users = Counter()\n"
        "    for item in importers(path):\n"
        '        users[max((m for m in modules if item.path.startswith(m + "/")), key=len, default="elsewhere")] += 1\n'
        "    for user, lines in users.most_common(6):\n"
        '        print(f"{lines:5}  {user} -> {path}")',
    )
    section.add(_drawing(arrows.text))
    chosen = [_scope(unit) for unit in product[:MOST_CHILDREN]]
    if len(product) < 2 or not delegates:
        yield from _largest(chosen[:3], section)
        return
    yield from delegate(EXPLAIN_TASK, chosen, len(product), section)


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
    if not found:
        return ""
    rows = [f"{match[2]} → {match[3]}  ({count(int(match[1]), 'import line')})" for match in found[:40]]
    return "What imports what:\n\n" + answer.fence("", rows)


def _largest(paths: Sequence[str], section: Section) -> Plan:
    printed = yield Move(
        "Look into the largest of them.",
        f"for path in {list(paths)!r}:\n"
        "    print(path)\n"
        "    files = [file for file in repo.files.filter(path) if not file.is_test]\n"
        "    for file in sorted(files, key=lambda file: -file.lines)[:8]:\n"
        "        print(file)\n"
        "        tops = [s for s in file.children if not s.parent]\n"
        "        print(sorted(tops, key=lambda s: s.start - s.end)[:5])",
    )
    section.add("The largest files and what they define:", _contents(printed))


def _contents(printed: Printed) -> str:
    """Return a table of files and the definitions printed in them."""
    rows = []
    for item in printed.files:
        defined = [s for s in printed.definitions if s.span.path == item.path]
        names = ", ".join(f"{answer.table_code(s.qualified)} {s.kind} {s.span.start}-{s.span.end}" for s in defined[:5])
        rows.append((answer.table_code(item.path), f"{item.lines:,}", names))
    return answer.table(("file", "lines", "largest definitions"), rows)


def delegate(task: str, paths: Sequence[str], total: int, section: Section) -> Plan:
    """Give each module to a sub-agent and join what they answer."""
    printed = yield Move(
        f"Give {count(len(paths), 'module')} to sub-agents, one each.",
        f"modules = {list(paths)!r}\n"
        f'results = rlm_query_batched([{{"task": {CHILD_PREFIX + task!r}, "scope": path}} for path in modules])\n'
        "for path, result in zip(modules, results):\n"
        '    print("#", path)\n'
        f"    print(str(result)[:{_RESULT}])",
    )
    if printed.failed:
        section.searched.append("sub-agents could not be started: " + answer.inline(printed.text.splitlines()[-1]))
        return
    for path, text in _results(printed.text, paths):
        if text.startswith("Error:"):
            section.add(f"**{code(path)}**: the sub-agent failed: {answer.inline(text)}")
        elif text:
            section.add(f"**{code(path)}**\n\n{text}")
    if total > len(paths):
        section.add(f"{count(total - len(paths), 'further module')} had no sub-agent.")


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


def explain_place(path: str, section: Section, *, brief: bool = False) -> Plan:
    """Explain a file or module: what it says of itself, what it defines, who imports it and what it imports.

    `path` "" means the whole scope of this call.
    """
    files = f"repo.files.filter({path!r})" if path else "repo.files"
    printed = yield Move(
        f"What is in {path or 'this module'}?",
        f"files = [file for file in {files}[:400] if not file.is_test] or list({files}[:20])\n"
        "files.sort(key=lambda file: -file.lines)\n"
        'print(len(files), "files,", sum(file.lines for file in files), "lines")\n'
        "for file in files[:8]:\n"
        "    print(file)\n"
        "    tops = [s for s in file.children if not s.parent]\n"
        "    print(sorted(tops, key=lambda s: s.start - s.end)[:6])\n"
        "if files:\n"
        "    print(peek(files[0], 1, 6))",
    )
    tops = printed.definitions
    target = path or (printed.files[0].path.rpartition("/")[0] if printed.files else "")
    size = next((line for line in printed.text.splitlines() if re.fullmatch(r"\d+ files, \d+ lines", line)), "")
    main = sorted(tops, key=lambda item: item.span.start - item.span.end)[:4]
    names = ", ".join(f"{code(item.qualified)} ({item.span})" for item in main)
    section.lead = f"{code(path) if path else 'This module'} has {size or count(len(printed.files), 'file')}" + (
        f"; its largest definitions are {names}." if main else "."
    )
    if not printed.files:
        section.lead = f"{code(path)} holds no files that could be read." if path else "This scope holds no files."
        return
    if not brief and (head := next(iter(printed.excerpts), None)):
        section.add(answer.excerpt(head))
    section.add(answer.definitions_table([item for item in main if item.doc]) if brief else _contents(printed))
    if brief:
        return
    documented = [item for item in tops if item.doc][:12]
    if documented:
        section.add("In the words of their docstrings:", answer.definitions_table(documented))
    brought = yield Move(
        "Who imports it, and what does it import?",
        f"print(importers({target!r})[:30])\n"
        "for file in files[:3]:\n"
        f"    print(grep({_IMPORT_LINE!r}, scope=file.path, limit=15))",
    )
    rows = (
        (answer.table_code(f"{item.path}:{item.line}"), answer.table_code(item.text)) for item in brought.imports[:15]
    )
    section.add("Imported by:" if brought.imports else "", answer.table(("where", "import"), rows))
    hits = ((answer.table_code(f"{hit.path}:{hit.line}"), answer.table_code(hit.text)) for hit in brought.hits[:20])
    section.add("Imports:" if brought.hits else "", answer.table(("where", "import"), hits))
