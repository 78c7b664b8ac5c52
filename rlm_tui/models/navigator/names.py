"""Finds out what a name of the question means here: definitions, a file, a module, or only near matches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code
from rlm_tui.models.navigator.move import Move, Plan, Search
from rlm_tui.models.navigator.reading import TESTS, Definition, Listed, Printed, Unit, read
from rlm_tui.repository.symbols import Span

_MOST_READINGS = 4
_SIMILAR = "similar:"
_STUBS = (".pyi", ".d.ts", ".d.mts", ".d.cts")
"""Files that say again what others define."""
_VALUES = ("variable", "constant", "field", "property")
"""Kinds that are meant last where a name means several things."""
_SEVERAL = re.compile(r" means \d+ things; name one: (.+)")
_SLIP = 0.75
"""How alike two names are, of 1, when one is taken for a slip of the pen for the other: `Command` is none for `CommandSet`."""
_SLIPPED = 1
"""So many letters more or less one may have."""

_NEAR = 0.5
"""How alike they are to be worth naming."""


@dataclass(slots=True)
class Located:
    """What a name turned out to mean: definitions (the resolved one first), a file, a module, or only near matches.

    `ranked` is what its words find, `note` what had to be assumed.
    """

    name: str
    definitions: list[Definition] = field(default_factory=list)
    file: Listed | None = None
    unit: Unit | None = None
    near: list[Definition] = field(default_factory=list)
    ranked: list[Definition] = field(default_factory=list)
    note: str = ""

    @property
    def found(self) -> bool:
        """Whether the name means something here."""
        return bool(self.definitions or self.file or self.unit)

    @property
    def targets(self) -> list[str]:
        """What to hand to a tool, one a reading."""
        if self.definitions:
            return [item.locator for item in self.definitions[:_MOST_READINGS]]
        return [self.place] if self.place else []

    @property
    def readings(self) -> list[list[str]]:
        """What to hand to a tool, one list a reading: overloads of one name are one reading."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for item in self.definitions:
            grouped.setdefault(item.key, []).append(item.locator)
        return list(grouped.values())[:_MOST_READINGS] or [[target] for target in self.targets]

    @property
    def place(self) -> str:
        """The file or module that the name means, "" for a symbol."""
        return self.file.path if self.file else self.unit.path if self.unit else ""


def locate(names: Sequence[str]) -> Search[list[Located]]:
    """Find out what each name means."""
    wanted = [name[:200] for name in names]
    printed = yield Move(
        f"What is {', '.join(wanted)} here?",
        f"import re\nfor name in {wanted!r}:\n"
        '    print("#", name)\n'
        "    try:\n"
        "        meant = repo[name]\n"
        "        print(meant)\n"
        '        last = name.rpartition(".")[2]\n'
        f"        if str(meant.path).endswith({_STUBS!r}):\n"
        f"            print({_SIMILAR!r})\n"
        '            print(repo.symbols.filter(f"*{last}")[:12])\n'
        "        elif '/' not in name and last != name and not hasattr(meant, 'qualified'):\n"
        f"            print({_SIMILAR!r})\n"
        "            print([s for s in outline(meant.path) if s.name == last][:3])\n"
        "    except HostError as error:\n"
        "        print(error)\n"
        f"        print({_SIMILAR!r})\n"
        "        near = [repo[one] for one in re.findall(r'[^\\s,]+::[^\\s,]+@\\d+', str(error))]\n"
        '        owner, _, last = name.rpartition(".")\n'
        "        if owner:\n"
        "            try:\n"
        "                near.append(repo[last])\n"
        "            except HostError as more:\n"
        "                near += [repo[one] for one in re.findall(r'[^\\s,]+::[^\\s,]+@\\d+', str(more))]\n"
        '        near += repo.symbols.filter(f"*{owner}.*.{last}")[:8] if owner else []\n'
        "        print(near)\n"
        "        if not near or 'means' not in str(error):\n"
        "            print(find(name, k=8))",
    )
    return [_located(name, part) for name, part in zip(wanted, parts(printed.text, wanted), strict=True)]


def parts(text: str, names: Sequence[str]) -> list[str]:
    """Split an output at the lines `# name`; a name whose line is missing gets nothing."""
    parts: list[str] = []
    rest = f"\n{text}"
    for index, name in enumerate(names):
        _, found, after = rest.partition(f"\n# {name}\n")
        rest = f"\n{after}"
        following = f"\n# {names[index + 1]}\n" if index + 1 < len(names) else None
        parts.append((rest.partition(following)[0] if following else rest) if found else "")
    return parts


def _located(name: str, text: str) -> Located:
    meant, _, similar = text.partition(f"\n{_SIMILAR}\n")
    printed = read(meant)
    resolved = printed.definitions
    ranked = [item for item in read(similar).definitions if not item.qualified.endswith("…")]
    listed = [_of_locator(locator, ranked) for locator in printed.locators] if not resolved else []
    located = Located(name)
    if not resolved:
        located.file, located.unit = next(iter(printed.files), None), next(iter(printed.units), None)
    if not located.found and not listed and (places := places_meant(meant)):
        located.file = Listed(places[0], "", 0)
    owner, _, last = name.rpartition(".")
    if (
        not (resolved or located.found or any(_means(name, item) for item in listed))
        and owner.isalnum()
        and owner.islower()
    ):
        named = [item for item in ranked if item.qualified == last and not _in_tests(item)]
        resolved = [item for item in named if f"/{owner}/" in f"/{item.span.path}"] or named
        if named and resolved is named:  # a package by the name that it is imported under
            located.note = f"{code(owner)} is no name here; this is of {code(last)}."
        meant_too = resolved
    else:
        meant_too = resolved[:1]
    own = [item for item in ranked if (item.span.path, item.qualified) == (located.place, last)]
    if own and "/" not in name:
        located.file, located.unit, resolved = None, None, own[:1]  # a class that its file is named for
        meant_too = resolved
    is_test = bool(resolved) and _in_tests(resolved[0])
    namesakes = [
        item
        for item in (*listed, *([] if "::" in name else ranked))
        if _means(name, item) and (is_test or not resolved or not _in_tests(item))
    ]
    found = list({(*item.key, item.span.start): item for item in (*namesakes, *meant_too)}.values())
    if found and all(item.span.path.endswith(_STUBS) for item in found):
        own_names = {item.qualified for item in found}
        found += [item for item in ranked if item.qualified in own_names and not _in_tests(item)]
    located.definitions = [item for item in found if not item.span.path.endswith(_STUBS)] or found
    located.definitions.sort(key=lambda item: (item not in resolved, _in_tests(item), item.kind in _VALUES))
    located.ranked = ranked
    known = {item.key for item in located.definitions}
    near = {item.key: item for item in (*listed, *ranked) if item.key not in known}
    located.near = [item for item in near.values() if "name" in item.why or _likeness(name, item) >= _NEAR][:5]
    return located


def _of_locator(locator: str, ranked: Sequence[Definition]) -> Definition:
    """Return what a locator names, with its span where `find` printed it too."""
    path, _, rest = locator.partition("::")
    qualified, _, line = rest.partition("@")
    start = int(line or 1)
    known = (item for item in ranked if item.key == (path, qualified) and item.span.start == start)
    return next(known, Definition(Span(path, start, start), "symbol", qualified))


def _in_tests(item: Definition) -> bool:
    return TESTS.search(item.span.path) is not None


def _means(name: str, item: Definition) -> bool:
    """Tell whether a person who says `name` can mean this definition."""
    wanted = name.rpartition("::")[2].partition("@")[0]
    whole = item.span.path.rpartition(".")[0].replace("/", ".") + "." + item.qualified
    return f".{whole}".endswith(f".{wanted}") or _lies_within(wanted.split("."), item.qualified.split("."))


def _lies_within(wanted: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether a member is named by its owner with what lies between left out: `A.read` of `A.FACTORY.read`."""
    rest = iter(parts)
    return len(wanted) > 1 and wanted[-1] == parts[-1] and all(part in rest for part in wanted)


def _likeness(name: str, item: Definition) -> float:
    """Return how alike a name and a definition's are, of 1: the least alike of their parts, from the last on."""
    asked, own = name.lower().split("."), item.qualified.lower().split(".")
    if len(own) < len(asked):
        return 0.0
    return min(SequenceMatcher(None, a, b).ratio() for a, b in zip(reversed(asked), reversed(own), strict=False))


def places_meant(text: str) -> list[str]:
    """Return the files that a name means which means several, as an error lists them: the code before its stubs."""
    listed = _SEVERAL.search(text)
    paths = [path.strip() for path in listed[1].split(",")] if listed else []
    return sorted((path for path in paths if "::" not in path), key=lambda path: path.endswith(_STUBS))


def settle(located: Located, section: Section) -> Plan:
    """Where a name is unknown, take the nearest one if it is a slip of the pen, else say what comes close."""
    if located.found:
        section.notes += [located.note] if located.note else []
        return
    wanted = located.name.rpartition(".")[2].lower()
    likely = [
        item
        for item in located.near
        if abs(len(item.name) - len(wanted)) <= _SLIPPED
        and SequenceMatcher(None, wanted, item.name.lower()).ratio() >= _SLIP
    ]
    if likely:
        nearest = max(
            likely, key=lambda item: SequenceMatcher(None, located.name.lower(), item.qualified.lower()).ratio()
        )
        section.notes.append(
            f"Nothing here is called {code(located.name)}; the nearest name is {code(nearest.qualified)}."
        )
        located.definitions = [nearest]
        return
    last = located.name.rpartition(".")[2] or located.name
    printed = yield Move(
        f"No definition of {located.name}; does any line hold it?",
        f"print(grep({last!r}, literal=True, ignore_case=True, limit=20))",
    )
    not_found(section, located, printed)


def not_found(section: Section, located: Located, closest: Printed | None = None) -> None:
    """Say that a name is unknown, and what comes near."""
    section.lead = f"Nothing here is called {code(located.name)}."
    if located.near:
        section.add("The nearest names:", answer.definitions_table(located.near))
    if closest is not None and closest.hits:
        rows = ((answer.table_code(f"{hit.path}:{hit.line}"), answer.table_code(hit.text)) for hit in closest.hits[:12])
        section.add(f"Lines that hold {code(located.name)}:", answer.table(("where", "line"), rows))
    elif closest is not None:
        section.searched.append(f"{code(located.name)} as text in all files: no line")
