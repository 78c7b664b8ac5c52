"""The plan for a review: what changed, which checks find something, and what of it deserves a finding.

The checks are tools, and what is weighed here is weighed in cells. A navigator knows no intentions: what a change means, and
whether it is right, it does not say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.conversation import Conversation
from rlm_tui.models.navigator.delegation import ask_sub_agents
from rlm_tui.models.navigator.move import Move, Plan, Search
from rlm_tui.models.navigator.understand import CHILD_PREFIX

_BASE = re.compile(r'changes\(("(?:[^"\\]|\\.)*")\)')
_FILES, _SYMBOLS = 60, 80
_MODULES = 8
_TABLE = 20
_CHECKED = (
    "calls that no longer fit, uses of what is gone, code that stood twice, complexity, tests, leftovers, swallowed errors, "
    "secrets, conflict markers"
)
_COMPLEX, _JUMP = 15, 5
_UNTESTED = 30


@dataclass(frozen=True, slots=True)
class _File:
    """A changed file as it was printed; `note` says why nothing of it could be looked at, "" where it could."""

    path: str
    module: str
    status: str
    added: int
    removed: int
    note: str


@dataclass(frozen=True, slots=True)
class _Definition:
    """A changed definition as it was printed."""

    change: str
    kind: str
    name: str
    place: str
    before: int
    after: int


def review(conversation: Conversation, section: Section) -> Plan:
    """Check a change, propose what the checks find, and say what was looked at."""
    match = _BASE.search(conversation.task)
    base = match[1] if match else '""'
    files = yield from _changed(base, section)
    if not files:
        section.lead = section.lead or "Nothing has changed here."
        return
    modules = list(dict.fromkeys(file.module for file in files if file.module))
    if conversation.delegates and len(modules) > 1 and not conversation.task.startswith(CHILD_PREFIX):
        yield from _by_module(conversation.task, modules, section)
        _left_out(files, section)
        return
    definitions = yield from _definitions(base)
    proposed = [*(yield from _checks(base)), *(yield from _grown()), *(yield from _untested())]
    _tell(files, definitions, proposed, section)


def _changed(base: str, section: Section) -> Search[list[_File]]:
    printed = yield Move(
        "What has changed?",
        f"import json\nhunks = changes({base})\n"
        "paths = list(dict.fromkeys(hunk.path for hunk in hunks))\n"
        "tested = False\n"
        f"for path in paths[:{_FILES}]:\n"
        "    own = [hunk for hunk in hunks if hunk.path == path]\n"
        "    try:\n        file = repo[path]\n        module = file.module\n        tested = tested or file.is_test\n"
        "    except HostError:\n        module = ''\n"
        "    note = '' if own[0].old or own[0].new else own[0].text\n"
        "    row = [path, module, own[0].status, sum(h.added for h in own), sum(h.removed for h in own), note]\n"
        '    print("changed", json.dumps(row))\n'
        'print(len(paths), "files")',
    )
    if printed.failed:
        section.lead = f"The change could not be read: {answer.inline(printed.text.strip().rpartition(chr(10))[2])}"
        return []
    files = [
        _File(str(path), str(module), str(status), _number(added), _number(removed), str(note))
        for path, module, status, added, removed, note in _rows(printed.text, "changed", 6)
    ]
    total = re.search(r"^(\d+) files$", printed.text, re.MULTILINE)
    if total and int(total[1]) > len(files):
        section.searched.append(f"only the first {len(files)} of {int(total[1]):,} files are listed")
    return files


def _definitions(base: str) -> Search[list[_Definition]]:
    printed = yield Move(
        "Which definitions did it add, remove or alter?",
        f"symbols = changed_symbols({base})\n"
        f"for one in symbols[:{_SYMBOLS}]:\n"
        '    place = one["new"] or one["old"]\n'
        '    row = [one["change"], one["kind"], one["qualified"], place, one["complexity_was"], one["complexity"]]\n'
        '    print("definition", json.dumps(row))',
    )
    return [
        _Definition(str(change), str(kind), str(name), str(place), _number(before), _number(after))
        for change, kind, name, place, before, after in _rows(printed.text, "definition", 6)
    ]


def _checks(base: str) -> Search[list[str]]:
    printed = yield Move(
        "What does it break elsewhere, and what does it leave behind?",
        f"for one in suspicions({base})[:60]:\n"
        "    try:\n"
        '        propose(**one)\n        print("proposed", json.dumps([one["severity"], one["title"]]))\n'
        '    except HostError as error:\n        print("not proposed:", one["title"], error)',
    )
    return _proposed(printed.text)


def _grown() -> Search[list[str]]:
    printed = yield Move(
        "Which functions became much more complex?",
        "for one in symbols:\n"
        '    was, now = one["complexity_was"], one["complexity"]\n'
        f'    if one["change"] != "changed" or one["is_test"] or now < {_COMPLEX} or now - was < {_JUMP}:\n'
        "        continue\n"
        "    title = f\"{one['qualified']} became more complex: {was} to {now} paths\"\n"
        '    why = f"Its cyclomatic complexity rose from {was} to {now}: it has more paths than one reads, or tests, at once."\n'
        '    propose(title, why, [one["new"], one["old"]], "low", "high", rule="complexity-jump")\n'
        '    print("proposed", json.dumps(["low", title]))',
    )
    return _proposed(printed.text)


def _untested() -> Search[list[str]]:
    printed = yield Move(
        "Which of the functions that it changed does no test reach?",
        "def around(one):\n"
        '    parts = one["qualified"].split(".")\n'
        '    return [one["path"] + "::" + ".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]\n'
        "\n"
        "def reached(one):\n"
        '    for name in [one["locator"], *around(one)]:\n'
        "        try:\n            if tests(name, limit=1):\n                return True\n"
        "        except HostError:\n            pass\n"
        "    return False\n"
        "\n"
        'functions = [one for one in symbols if one["kind"] in ("function", "method") and one["change"] != "removed"]\n'
        'outer = {one["path"] + "::" + one["qualified"] for one in functions}\n'
        'code = [one for one in functions if not one["is_test"] and not outer & set(around(one))]\n'
        f'code = [one for one in code if one["change"] == "changed" or one["lines"] > 4][:{_UNTESTED}]\n'
        'tested = tested or any(one["is_test"] for one in symbols)\n'
        "untested = [] if tested else [one for one in code if not reached(one)]\n"
        'print(len(untested), "of", len(code), "functions are reached by no test; tests changed:", tested)\n'
        "if untested and any(file.is_test for file in repo.files):\n"
        '    names = ", ".join(one["qualified"] for one in untested[:5])\n'
        '    title = f"No test reaches what changed: {names}"\n'
        '    why = "No test was found that calls them, or what they belong to, and the change touches no test."\n'
        '    confidence = "medium" if len(untested) < len(code) else "low"\n'
        '    propose(title, why, [one["new"] for one in untested[:8]], "low", confidence, rule="untested-change")\n'
        '    print("proposed", json.dumps(["low", title]))',
    )
    return _proposed(printed.text)


def _by_module(task: str, modules: Sequence[str], section: Section) -> Plan:
    chosen = modules[:_MODULES]
    results = yield from ask_sub_agents(task, chosen, section)
    section.lead = f"The change was reviewed module by module, by {count(len(results), 'sub-agent')}."
    for path, text in results:
        section.add(f"**{code(path)}**\n\n{text}")
    if len(modules) > len(chosen):
        section.add(f"Not reviewed: {', '.join(map(code, modules[len(chosen) :]))}.")


def _tell(
    files: Sequence[_File], definitions: Sequence[_Definition], proposed: Sequence[str], section: Section
) -> None:
    added, removed = sum(file.added for file in files), sum(file.removed for file in files)
    size = f"{count(len(files), 'file')}, +{added:,} -{removed:,} lines, {count(len(definitions), 'definition')}"
    found = f"{count(len(proposed), 'finding')}" if proposed else "The checks found nothing"
    section.lead = f"{found} in {size}."
    section.add(
        answer.table(
            ("definition", "kind", "what happened", "where", "complexity"),
            (
                (answer.table_code(one.name), one.kind, one.change, answer.table_code(one.place), _complexity(one))
                for one in definitions[:_TABLE]
            ),
        )
    )
    if len(definitions) > _TABLE:
        section.add(f"And {len(definitions) - _TABLE} more definitions.")
    _left_out(files, section)
    section.add(f"Checked for {_CHECKED}; what it means, and whether it is right, was not.")


def _left_out(files: Sequence[_File], section: Section) -> None:
    left = [f"{code(file.path)} {answer.inline(file.note)}" for file in files if file.note]
    if left:
        section.add(f"Not looked at: {', '.join(left[:_TABLE])}.")


def _complexity(one: _Definition) -> str:
    if not (one.before or one.after):
        return ""
    return str(one.after) if one.change == "added" or one.before == one.after else f"{one.before} to {one.after}"


def _proposed(text: str) -> list[str]:
    return [str(title) for _, title in _rows(text, "proposed", 2)]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _rows(text: str, word: str, size: int) -> list[list[object]]:
    """Read the lines that begin with `word` and go on with a JSON list of so many items."""
    rows: list[list[object]] = []
    for line in text.split("\n"):
        head, _, rest = line.partition(" ")
        if head != word:
            continue
        try:
            row = json.loads(rest)
        except ValueError:  # cut, or not ours
            continue
        if isinstance(row, list) and len(row) == size:
            rows.append(row)
    return rows
