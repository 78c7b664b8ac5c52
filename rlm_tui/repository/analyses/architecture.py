"""How a repository is put together: its units, what imports what, the layers that follow, and what goes against them.

A unit is a module; where there are fewer than a handful, a file. Tests are left out: they import everything, and nothing
them; so is what is vendored or built: it is not how this code is put together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rlm_tui.repository.analyses.cycles import components
from rlm_tui.repository.files.generated import is_generated
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File

_FEW = 4
"""With fewer modules, files are the units."""
_MOST_FILES = 60
"""So many files can be units: those with the most imports."""

_SIFTS = 4

Arrows = Mapping[tuple[str, str], int]
"""How many import lines lead from one unit to another, by (user, used)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A module, or a file: its path, language, files, lines, and the bytes of its source."""

    path: str
    language: str
    files: int
    lines: int
    size: int


@dataclass(frozen=True, slots=True)
class Architecture:
    """`layers` hold the paths of units, the foundations first: a layer imports only those before it.

    `against` are arrows that break this: without them there would be no circle among the units. `circles` are those circles.
    """

    units: tuple[Unit, ...]
    arrows: Arrows
    layers: tuple[tuple[str, ...], ...]
    against: tuple[tuple[str, str], ...]
    circles: tuple[tuple[str, ...], ...]


def architecture(repository: Repository) -> Architecture:
    """Return how what is in the scope of `repository` is put together."""
    files = {
        file.path: file
        for file in repository.files()
        if file.language in code_languages()
        and file.status == "parsed"
        and not (file.is_test or is_generated(file.path))
    }
    folders = {module.name: module.path for module in repository.modules()}
    unit_of = {path: folders.get(file.module, file.module) for path, file in files.items()}
    lines = _lines(repository, files)
    if len(set(unit_of.values())) < _FEW:
        unit_of = {path: path for path in _busiest(files, lines)}
    arrows: defaultdict[tuple[str, str], int] = defaultdict(int)
    for user, used, _ in {(item[0], item[1], item[2]) for item in _between(lines, unit_of)}:
        arrows[unit_of[user], used] += 1
    members: defaultdict[str, list[File]] = defaultdict(list)
    for path, unit in unit_of.items():
        members[unit].append(files[path])
    units = tuple(_unit(path, members[path]) for path in sorted(members))
    names = [unit.path for unit in units]
    order = _order(names, arrows)
    against = tuple(sorted(pair for pair in arrows if order[pair[0]] > order[pair[1]]))
    kept = {pair: count for pair, count in arrows.items() if pair not in set(against)}
    links = {user: {used: 1 for other, used in arrows if other == user} for user in names}
    circles = tuple(
        tuple(sorted(group)) for group in sorted(components(links), key=lambda group: (-len(group), min(group)))
    )
    return Architecture(units, dict(arrows), _layers(names, kept, order), against, circles)


def _lines(repository: Repository, files: Mapping[str, File]) -> list[tuple[str, str, int]]:
    """Return the import lines between these files: user, used, line."""
    return [
        (item.path, item.target, item.line)
        for item in repository.analyses.imports()
        if item.path in files and item.target in files and item.path != item.target
    ]


def _busiest(files: Mapping[str, File], lines: Sequence[tuple[str, str, int]]) -> list[str]:
    degree: defaultdict[str, int] = defaultdict(int)
    for user, used, _ in lines:
        degree[user] += 1
        degree[used] += 1
    return sorted(files, key=lambda path: (-degree[path], -files[path].lines, path))[:_MOST_FILES]


def _between(lines: Sequence[tuple[str, str, int]], unit_of: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Return the lines that lead from one unit to another: a line that brings in a package is one, however many files it has."""
    return [
        (user, unit_of[used], line)
        for user, used, line in lines
        if user in unit_of and used in unit_of and unit_of[user] != unit_of[used]
    ]


def _unit(path: str, members: Sequence[File]) -> Unit:
    languages: defaultdict[str, int] = defaultdict(int)
    for file in members:
        languages[file.language] += file.size
    language = max(languages, key=lambda name: languages[name], default="")
    return Unit(path, language, len(members), sum(file.lines for file in members), sum(file.size for file in members))


def _order(names: Sequence[str], arrows: Arrows) -> dict[str, int]:
    """Return a place for each unit, users before what they use, with few import lines against it (Eades, Lin, Smyth 1993)."""
    out: dict[str, dict[str, int]] = {name: {} for name in names}
    into: dict[str, dict[str, int]] = {name: {} for name in names}
    for (user, used), count in arrows.items():
        out[user][used] = into[used][user] = count
    left, first, last = set(names), list[str](), list[str]()

    def take(name: str, where: list[str]) -> None:
        where.append(name)
        left.discard(name)
        for other in out.pop(name):
            into[other].pop(name, None)
        for other in into.pop(name):
            out[other].pop(name, None)

    while left:
        if sink := next((name for name in sorted(left) if not out[name]), ""):
            take(sink, last)
        elif source := next((name for name in sorted(left) if not into[name]), ""):
            take(source, first)
        else:
            take(max(sorted(left), key=lambda name: sum(out[name].values()) - sum(into[name].values())), first)
    return {name: number for number, name in enumerate(_sifted([*first, *reversed(last)], arrows))}


def _sifted(order: list[str], arrows: Arrows) -> list[str]:
    """Move each unit to where the fewest import lines go against the order, until none gains by it."""
    for _ in range(_SIFTS):
        before = list(order)
        for name in before:
            rest = [other for other in order if other != name]
            cost, best, place = 0, 0, 0
            for at, other in enumerate(
                rest, 1
            ):  # behind `other`, what it uses there counts against, what uses it no more
                cost += arrows.get((name, other), 0) - arrows.get((other, name), 0)
                if cost < best or (cost == best and at == order.index(name)):
                    best, place = cost, at
            order = [*rest[:place], name, *rest[place:]]
        if order == before:
            break
    return order


def _layers(names: Sequence[str], arrows: Arrows, order: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """Return the units by their height: 0 for those that use no other, else one above the highest that they use.

    In a layer the busiest stand first.
    """
    used: defaultdict[str, list[str]] = defaultdict(list)
    for user, other in arrows:
        used[user].append(other)
    height: dict[str, int] = {}
    for name in sorted(names, key=lambda name: -order[name]):
        height[name] = max((height[other] + 1 for other in used[name]), default=0)
    weight = {name: sum(count for pair, count in arrows.items() if name in pair) for name in names}
    listed = sorted(names, key=lambda name: (-weight[name], name))
    count = max(height.values(), default=-1) + 1
    return tuple(tuple(name for name in listed if height[name] == level) for level in range(count))
