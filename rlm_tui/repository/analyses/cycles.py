"""Finds circles of imports: files each of which leads to all others, and the shortest circle among them."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping

from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbols import Cycle, Import

_TYPE_ONLY = re.compile(r"(?:import|export)\s+type\b|(?:import|export)\s*\{\s*(?:type\s[^,{}]++,?\s*+)+\}\s*from")
_GUARD = re.compile(r"(\s*)if\s+(?:[\w.]+\.)?TYPE_CHECKING\b")
_DYNAMIC = re.compile(r"\bimport\s*\(")
_KINDS = ("runtime", "deferred", "type-only")

_Links = Mapping[str, Mapping[str, int]]
"""The lines at which files import others, by path and path."""


def cycles(
    imports: Iterable[Import],
    language: Callable[[str], str],
    lines: Callable[[str], list[str]],
    spans: Callable[[str], list[tuple[int, int, str]]],
) -> list[Cycle]:
    """Return the circles among `imports`, largest first: those that close as files are loaded, then those that need more.

    Imports inside of functions count from the second kind on, those for types alone in the third; a circle of files that an
    earlier kind has already is not told again. Only files in a circle are read.
    """
    graded: list[dict[str, dict[str, int]]] = [defaultdict(dict) for _ in _KINDS]
    whole: dict[str, dict[str, int]] = defaultdict(dict)
    by_file: dict[str, list[Import]] = defaultdict(list)
    for item in _needed(list(imports)):
        if item.path != item.target:
            whole[item.path].setdefault(item.target, item.line)
            by_file[item.path].append(item)
    for group in components(whole):
        inside = set(group)
        for path in group:
            grade = _grader(language(path), _lines(lines, path), spans(path))
            for item in by_file[path]:
                if item.target in inside:
                    for links in graded[grade(item) :]:
                        links[path].setdefault(item.target, item.line)
    found: list[Cycle] = []
    known: set[frozenset[str]] = set()
    for kind, links in zip(_KINDS, graded, strict=True):
        for group in sorted(components(links), key=lambda group: (-len(group), min(group))):
            if (members := frozenset(group)) not in known and not any(members <= other for other in known):
                known.add(members)
                found.append(_cycle(kind, members, links))
    return found


def _needed(imports: list[Import]) -> list[Import]:
    """Leave out what a Python package's own file would be: `from . import a` needs `a.py`, not the `__init__.py` around it."""
    together: dict[tuple[str, int], set[str]] = defaultdict(set)
    for item in imports:
        together[item.path, item.line].add(item.target)

    def is_needed(item: Import) -> bool:
        if not item.target.endswith("/__init__.py") or not item.text.startswith("from "):
            return True
        names = item.text.partition(" import ")[2].strip("()").split(",")
        return len(together[item.path, item.line]) <= len([name for name in names if name.strip()])

    return [item for item in imports if item.inside and is_needed(item)]


def components(links: _Links) -> list[list[str]]:
    """Return the strongly connected components of two files and more (Tarjan 1972, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in sorted(links):
        if root in order:
            continue
        work = [(root, iter(sorted(links.get(root, ()))))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, below = work[-1]
            child = next(below, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    group: list[str] = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        on_stack.discard(group[-1])
                    if len(group) > 1:
                        found.append(group)
            elif child not in order:
                order[child] = low[child] = len(order)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(sorted(links.get(child, ())))))
            elif child in on_stack:
                low[node] = min(low[node], order[child])
    return found


def _cycle(kind: str, members: frozenset[str], links: _Links) -> Cycle:
    shortest: list[str] = []
    for start in sorted(members):
        circle = _circle(start, members, links, len(shortest) or len(members) + 1)
        shortest = circle or shortest
        if len(shortest) == 2:
            break
    steps = [f"{a}:{links[a][b]}" for a, b in zip(shortest, [*shortest[1:], shortest[0]], strict=True)]
    return Cycle(shortest[0], links[shortest[0]][shortest[1]], kind, tuple(sorted(members)), tuple(steps))


def _circle(start: str, members: frozenset[str], links: _Links, shorter_than: int) -> list[str]:
    """Return the shortest way from `start` back to it, [] where it is not shorter than that."""
    came: dict[str, str] = {}
    waiting = deque([(start, 1)])
    while waiting:
        path, length = waiting.popleft()
        if length >= shorter_than:
            return []
        for target in sorted(links.get(path, ())):
            if target == start:
                circle = [path]
                while circle[-1] != start:
                    circle.append(came[circle[-1]])
                return circle[::-1]
            if target in members and target not in came:
                came[target] = path
                waiting.append((target, length + 1))
    return []


def _lines(lines: Callable[[str], list[str]], path: str) -> list[str]:
    try:
        return lines(path)
    except PermissionError:
        return []


def _grader(language: str, lines: list[str], spans: list[tuple[int, int, str]]) -> Callable[[Import], int]:
    """Return what tells the kind of an import of one file: 0 runs as the file is loaded, 1 later, 2 is for types alone."""
    guarded = _guarded(lines) if language == "python" else set()
    code = code_of("\n".join(lines), language, strings=True).split("\n")

    def grade(item: Import) -> int:
        if item.line in guarded or (language == "typescript" and _TYPE_ONLY.match(item.text)):
            return 2
        written = code[item.line - 1] if item.line <= len(code) else ""
        inside = any(start < item.line <= end for start, end, _ in spans)
        return 1 if inside or (_DYNAMIC.search(written) and language in ("javascript", "typescript")) else 0

    return grade


def _guarded(lines: list[str]) -> set[int]:
    """Return the numbers of the lines below an `if TYPE_CHECKING:`."""
    found: set[int] = set()
    indent = -1
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        if indent >= 0 and depth > indent:
            found.add(number)
            continue
        guard = _GUARD.match(line)
        indent = depth if guard else -1
    return found
