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
from rlm_tui.models.navigator.delegation import MOST_CHILDREN, ask_sub_agents
from rlm_tui.models.navigator.move import Move, Plan, Search
from rlm_tui.models.navigator.understand import CHILD_PREFIX

_BASE = re.compile(r'changes\(("(?:[^"\\]|\\.)*")\)')
_NAMED = 60
"""So many modules are named to the root, and files that cannot be looked at."""
_MODULES = 32
_TABLE = 20
_CHECKED = (
    "calls that no longer fit, uses of what is gone, code that stood twice, complexity, tests, leftovers, swallowed errors, "
    "secrets, conflict markers"
)
_COMPLEX, _JUMP = 15, 5
_UNTESTED = 30
_TOLD = re.compile(r"(\d+) findings? in ")


@dataclass(frozen=True, slots=True)
class _Change:
    """The size of a change, the modules that it touches, most files first, and why of some files nothing can be looked at."""

    files: int
    added: int
    removed: int
    modules: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]


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
    change = yield from _changed(base, section)
    if change is None:
        section.lead = section.lead or "Nothing has changed here."
        return
    definitions = yield from _definitions(base)
    modules = _outermost(change.modules)
    if conversation.delegates and len(modules) > 1 and not conversation.task.startswith(CHILD_PREFIX):
        found = yield from _by_module(conversation.task, modules, section)
    else:
        found = len([*(yield from _checks(base)), *(yield from _grown()), *(yield from _untested())])
    _tell(change, definitions, found, section)


def _changed(base: str, section: Section) -> Search[_Change | None]:
    printed = yield Move(
        "What has changed?",
        f"import json\nfrom collections import Counter\nhunks = changes({base})\n"
        "paths = list(dict.fromkeys(hunk.path for hunk in hunks))\n"
        "files = []\n"
        "for path in paths:\n"
        "    try:\n        files.append(repo[path])\n"
        "    except HostError:\n        pass\n"
        "tested = any(file.is_test for file in files)\n"
        'print("size", json.dumps([len(paths), sum(h.added for h in hunks), sum(h.removed for h in hunks)]))\n'
        f"for module, number in Counter(file.module for file in files if file.module).most_common({_NAMED}):\n"
        '    print("module", json.dumps([module, number]))\n'
        f"for hunk in [hunk for hunk in hunks if not (hunk.old or hunk.new)][:{_NAMED}]:\n"
        '    print("note", json.dumps([hunk.path, hunk.text]))',
    )
    if printed.failed:
        section.lead = f"The change could not be read: {answer.inline(printed.text.strip().rpartition(chr(10))[2])}"
        return None
    for files, added, removed in _rows(printed.text, "size", 3):
        modules = tuple(str(module) for module, _ in _rows(printed.text, "module", 2))
        notes = tuple((str(path), str(why)) for path, why in _rows(printed.text, "note", 2))
        return _Change(_number(files), _number(added), _number(removed), modules, notes) if files else None
    return None


def _definitions(base: str) -> Search[tuple[int, list[_Definition]]]:
    """Return how many definitions were changed, and the first of them, functions and types before data."""
    printed = yield Move(
        "Which definitions did it add, remove or alter?",
        f"symbols = changed_symbols({base})\n"
        'data = ("constant", "variable")\n'
        f'for one in sorted(symbols, key=lambda one: one["kind"] in data)[:{_TABLE}]:\n'
        '    place = one["new"] or one["old"]\n'
        '    row = [one["change"], one["kind"], one["qualified"], place, one["complexity_was"], one["complexity"]]\n'
        '    print("definition", json.dumps(row))\n'
        'print("definitions", json.dumps([len(symbols)]))',
    )
    total = sum(_number(number) for (number,) in _rows(printed.text, "definitions", 1))
    return total, [
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


def _outermost(modules: Sequence[str]) -> list[str]:
    """Return the modules that lie in no other of them: a sub-agent sees what is below its module, too."""
    return [one for one in modules if not any(one.startswith(f"{other}/") for other in modules)]


def _by_module(task: str, modules: Sequence[str], section: Section) -> Search[int]:
    """Give each module to a sub-agent, some at a time; return how many findings they told of."""
    firsts: list[tuple[str, str]] = []
    for start in range(0, min(len(modules), _MODULES), MOST_CHILDREN):
        results = yield from ask_sub_agents(task, modules[start : start + MOST_CHILDREN], section)
        firsts += [(path, text.partition("\n")[0]) for path, text in results]
    section.add(
        answer.table(("module", "sub-agent's review"), ((answer.table_code(path), text) for path, text in firsts))
    )
    if missed := [path for path in modules if path not in dict(firsts)]:
        section.add(f"Not reviewed: {', '.join(map(code, missed))}.")
    return sum(int(told[1]) for _, text in firsts if (told := _TOLD.match(text)))


def _tell(change: _Change, definitions: tuple[int, Sequence[_Definition]], found: int, section: Section) -> None:
    total, first = definitions
    size = f"{count(change.files, 'file')}, +{change.added:,} -{change.removed:,} lines, {count(total, 'definition')}"
    section.lead = f"{count(found, 'finding') if found else 'The checks found nothing'} in {size}."
    section.add(
        answer.table(
            ("definition", "kind", "what happened", "where", "complexity"),
            (
                (answer.table_code(one.name), one.kind, one.change, answer.table_code(one.place), _complexity(one))
                for one in first
            ),
        )
    )
    if total > len(first):
        section.add(f"And {count(total - len(first), 'more definition')}.")
    if change.notes:
        section.add(f"Not looked at: {', '.join(f'{code(path)} {answer.inline(why)}' for path, why in change.notes)}.")
    section.add(f"Checked for {_CHECKED}; what it means, and whether it is right, was not.")


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
