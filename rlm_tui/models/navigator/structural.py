"""Plans for questions about names: where it is, who uses it, what it uses, how one reaches another."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.modules import explain_place
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import TESTS, Definition, Imported, Listed, Printed, Unit, Use, read
from rlm_tui.models.navigator.understand import Intent
from rlm_tui.repository.symbols import Span

_PAGE = 60
_MOST_PAGES = 4
_MOST_READINGS = 4
_SLIP = 0.75
"""How alike two names are, of 1, when one is taken for a slip of the pen for the other."""


@dataclass(slots=True)
class Located:
    """What a name turned out to mean: definitions (the resolved one first), a file, a module, or only near matches."""

    name: str
    definitions: list[Definition] = field(default_factory=list)
    file: Listed | None = None
    unit: Unit | None = None
    near: list[Definition] = field(default_factory=list)

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
    def place(self) -> str:
        """The file or module that the name means, "" for a symbol."""
        return self.file.path if self.file else self.unit.path if self.unit else ""


def locate(names: Sequence[str]) -> Generator[Move, Printed, list[Located]]:
    """Find out what each name means."""
    wanted = [name[:200] for name in names]
    printed = yield Move(
        f"What is {', '.join(wanted)} here?",
        f"for name in {wanted!r}:\n"
        '    print("#", name)\n'
        "    try:\n"
        "        print(repo[name])\n"
        "    except HostError as error:\n"
        "        print(error)\n"
        "    print(find(name, k=8))",
    )
    return [_located(name, part) for name, part in zip(wanted, _parts(printed.text, wanted), strict=True)]


def _parts(text: str, names: Sequence[str]) -> list[str]:
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
    printed = read(text)
    resolved = [item for item in printed.definitions if not item.why]
    ranked = [item for item in printed.definitions if item.why]
    listed = [_of_locator(locator, ranked) for locator in printed.locators] if not resolved else []
    located = Located(name)
    if not resolved:
        located.file, located.unit = next(iter(printed.files), None), next(iter(printed.units), None)
    is_test = bool(resolved) and _in_tests(resolved[0])
    namesakes = [
        item
        for item in (*listed, *([] if "::" in name else ranked))
        if _means(name, item) and (is_test or not resolved or not _in_tests(item))
    ]
    located.definitions = list({item.key: item for item in (*namesakes, *resolved[:1])}.values())
    located.definitions.sort(key=lambda item: item not in resolved)
    known = {item.key for item in located.definitions}
    located.near = list({item.key: item for item in (*listed, *ranked) if item.key not in known}.values())[:5]
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
    return f".{whole}".endswith(f".{wanted}")


def settle(located: Located, section: Section) -> Plan:
    """Where a name is unknown, take the nearest one if it is a slip of the pen, else say what comes close."""
    if located.found:
        return
    wanted = located.name.rpartition(".")[2].lower()
    likely = [item for item in located.near if SequenceMatcher(None, wanted, item.name.lower()).ratio() >= _SLIP]
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


def _say_readings(section: Section, located: Located) -> None:
    more = located.definitions[1:]
    if more:
        shown = ", ".join(answer.name_and_place(item) for item in more[:5])
        left = f" and {len(more) - 5} more" if len(more) > 5 else ""
        section.add(f"{code(located.name)} can also mean {shown}{left}.")


def definition(intent: Intent, section: Section) -> Plan:
    """Show where a name is defined, each reading, and who uses the first."""
    (located,) = yield from locate(intent.names[:1])
    yield from settle(located, section)
    if located.place and not located.definitions:
        yield from explain_place(located.place, section)
        return
    if not located.definitions:
        return
    targets = located.targets
    printed = yield Move(
        f"Read {'it' if len(targets) == 1 else 'each of them'}, and see who uses it.",
        f"for name in {targets!r}:\n    s = repo[name]\n    print(s)\n    print(s.source)\n    print(s.callers()[:6])",
    )
    shown = printed.definitions or located.definitions
    first = shown[0]
    section.lead = f"{code(first.qualified)} is defined at {first.span} ({first.kind})."
    if len(shown) > 1:
        section.lead = (
            f"{code(located.name)} is defined in {len(located.definitions)} places; the first, "
            f"{code(first.qualified)}, is at {first.span} ({first.kind})."
        )
        section.add(answer.definitions_table(shown))
    elif first.doc:
        section.add(answer.quote_doc(first.doc).capitalize() + ".")
    for item in shown[:_MOST_READINGS]:
        piece = next(
            (p for p in printed.excerpts if p.span.path == item.span.path and p.span.start == item.span.start), None
        )
        if piece is not None:
            section.add(answer.excerpt(piece))
    if printed.uses:
        section.add("Used from:", answer.uses_table(printed.uses[:8]))


def edges(intent: Intent, section: Section) -> Plan:
    """Answer callers, references, callees and subclasses: list the edges of each reading."""
    method = {"callers": "callers", "references": "references", "callees": "callees", "subclasses": "subclasses"}[
        intent.kind
    ]
    (located,) = yield from locate(intent.names[:1])
    yield from settle(located, section)
    if not located.found:
        return
    for index, target in enumerate(located.targets):
        more = (
            "print(list({edge.target.locator: edge.target for edge in edges}.values())[:40])"
            if method == "callees"
            else ""
        )
        if method == "subclasses":
            more = "print([edge.source for edge in edges if edge.source][:40])"
        printed = yield Move(
            f"The {method} of {target}.",
            f"s = repo[{target!r}]\nprint(s)\nedges = {method}(s)\n"
            f"print(len(edges), 'edges')\nprint(edges[:{_PAGE}])\n{more}".rstrip(),
        )
        uses = list(printed.uses)
        total = _total(printed.text)
        page = 1
        while total > page * _PAGE and page < _MOST_PAGES and not printed.failed:
            further = yield Move("The rest of them.", f"print(edges[{page * _PAGE}:{(page + 1) * _PAGE}])")
            uses += further.uses
            page += 1
        if index == 0 or uses:
            _tell_edges(section, method, target, printed, uses, max(total, len(uses)), first=index == 0)
    _say_readings(section, located)


def _total(text: str) -> int:
    for line in text.splitlines():
        number, _, word = line.partition(" ")
        if word == "edges" and number.isdigit():
            return int(number)
    return 0


_WORDS = {
    "callers": ("is called from", "is not called from anywhere that could be resolved", "caller"),
    "references": ("is used in", "is not used anywhere that could be resolved", "use"),
    "callees": ("calls", "calls nothing of this repository that could be resolved", "called symbol"),
    "subclasses": ("has", "has no subclass or implementer that could be resolved", "subclass"),
}


def _tell_edges(
    section: Section, method: str, target: str, printed: Printed, uses: list[Use], total: int, *, first: bool
) -> None:
    subject = printed.definitions[0] if printed.definitions else None
    name = code(subject.qualified) if subject else code(target)
    place = f" ({subject.span})" if subject else ""
    sure, guesses = [use for use in uses if use.tier < 5], [use for use in uses if use.tier >= 5]
    verb, none, noun = _WORDS[method]
    if method == "callees":
        names = list(dict.fromkeys(use.target for use in sure))
    else:
        names = list(dict.fromkeys(use.source or f"{use.path} (file level)" for use in sure))
    if printed.failed:
        lead = f"{name}{place}: the search for its {method} failed: {answer.inline(printed.text.splitlines()[-1])}"
    elif not sure:
        lead = f"{name}{place} {none}."
    elif method == "subclasses":
        lead = f"{name}{place} has {count(len(names), 'direct subclass or implementer', 'direct subclasses or implementers')}."
    elif method == "callees":
        lead = f"{name}{place} calls {count(len(names), 'symbol')} of this repository."
    else:
        files = len({use.path for use in sure})
        lead = f"{name}{place} {verb} {count(len(names), 'place')} in {count(files, 'file')}: {_some(names)}."
    if first:
        section.lead = lead
    else:
        section.add(f"Another reading: {lead}")
    if method == "callees":
        defined = {item.qualified: item for item in printed.definitions[1:]}
        rows = [
            (
                answer.table_code(use.target),
                answer.table_code(str(defined[use.target].span)) if use.target in defined else "",
                answer.table_code(f"{use.path}:{use.line}"),
                answer.table_code(use.text),
                answer.tier_word(use.tier),
            )
            for use in {use.target: use for use in reversed(sure)}.values()
        ]
        section.add(answer.table(("calls", "defined at", "called at", "line", "resolved by"), reversed(rows)))
    else:
        section.add(answer.uses_table(sure, head="subclass" if method == "subclasses" else "from"))
    if guesses:
        section.add(f"Guesses, by the name alone ({len(guesses)}; not counted above):", answer.uses_table(guesses[:15]))
    if total > len(uses):
        section.add(f"{total - len(uses):,} more {noun}s are left out here.")


def _some(names: Sequence[str]) -> str:
    return ", ".join(code(name) for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def path(intent: Intent, section: Section) -> Plan:
    """Find the shortest chain of calls between two names; without one, show both ends and the other direction."""
    start, end = yield from locate(intent.names[:2])
    for located in (start, end):
        yield from settle(located, section)
        if not located.found:
            return
    pairs = [(a, b) for a in start.targets[:3] for b in end.targets[:3]][:6]
    printed = yield Move(
        f"The shortest calls from {start.name} to {end.name}.",
        f"for a, b in {pairs!r}:\n    print(call_path(a, b))",
    )
    chains = _chains(printed.uses)
    if chains:
        best = chains[0]
        section.lead = (
            f"{code(best[0].source)} reaches {code(best[-1].target)} in {count(len(best), 'call')}: "
            + " → ".join(code(name) for name in [best[0].source, *(use.target for use in best)])
            + "."
        )
        for chain in chains[:3]:
            section.add(answer.call_path_drawing(chain), _path_table(chain))
        if any(use.tier >= 5 for chain in chains[:1] for use in chain):
            section.add("A step of it is a guess by the name alone.")
        return
    other = yield Move(
        "No path; is there one the other way round, and what stands at both ends?",
        f"print(call_path({pairs[0][1]!r}, {pairs[0][0]!r}))\n"
        f"print(callees({pairs[0][0]!r})[:15])\nprint(callers({pairs[0][1]!r})[:15])",
    )
    section.lead = f"No chain of calls from {code(start.name)} to {code(end.name)} could be resolved."
    section.searched.append(f"shortest call paths for {count(len(pairs), 'pair')} of readings, edges of tiers 1 to 4")
    if other.uses:
        section.add("What stands at the two ends, and the other direction:", answer.uses_table(other.uses[:30]))


def _path_table(chain: Sequence[Use]) -> str:
    rows = (
        (
            answer.table_code(f"{use.source or '(file level)'} → {use.target}"),
            answer.table_code(f"{use.path}:{use.line}"),
            answer.table_code(use.text),
            answer.tier_word(use.tier),
        )
        for use in chain
    )
    return answer.table(("call", "where", "line", "resolved by"), rows)


def _chains(uses: Sequence[Use]) -> list[list[Use]]:
    """Split edges into chains: each edge starts where the one before it ended."""
    chains: list[list[Use]] = []
    for use in uses:
        if chains and chains[-1][-1].target == use.source:
            chains[-1].append(use)
        else:
            chains.append([use])
    return sorted(chains, key=len)


def importing(intent: Intent, section: Section) -> Plan:
    """Answer who imports a file, a module, or what a name's file defines."""
    name = intent.names[0]
    printed = yield Move(
        f"Who imports {name}?", f"found = importers({name!r})\nprint(len(found), 'edges')\nprint(found[:{_PAGE}])"
    )
    brought = list(printed.imports)
    total, page = _total(printed.text), 1
    while total > page * _PAGE and page < _MOST_PAGES:
        further = yield Move("The rest of them.", f"print(found[{page * _PAGE}:{(page + 1) * _PAGE}])")
        brought += further.imports
        page += 1
    if brought:
        _tell_imports(section, name, brought)
        return
    last = name.rpartition("/")[2].rpartition(".")[2] if "/" not in name else name.rpartition("/")[2]
    import_line = rf"^\s*(import|from|use|#\s*include|.*\brequire\b).*\b{_escaped(last)}\b"
    searched = yield Move(
        "None was resolved; which import lines hold the name?",
        f"print(grep({import_line!r}, limit=60))",
    )
    if searched.hits:
        section.lead = (
            f"{count(len({hit.path for hit in searched.hits}), 'file')} have an import line that holds {code(last)}."
        )
        rows = ((answer.table_code(f"{hit.path}:{hit.line}"), answer.table_code(hit.text)) for hit in searched.hits)
        section.add(answer.table(("where", "line"), rows))
        return
    (located,) = yield from locate([name])
    if located.found:
        section.lead = f"No import of {code(name)} was found in this repository."
        section.searched.append("resolved imports and import lines by text")
    else:
        not_found(section, located)


def _escaped(text: str) -> str:
    return "".join(character if character.isalnum() or character == "_" else "\\" + character for character in text)


def _tell_imports(section: Section, name: str, brought: Sequence[Imported]) -> None:
    files = list(dict.fromkeys(item.path for item in brought))
    targets = list(dict.fromkeys(item.target for item in brought))
    verb = "imports" if len(files) == 1 else "import"
    section.lead = f"{count(len(files), 'file')} {verb} {code(name)} ({_some(targets)}): {_some(files)}."
    rows = ((answer.table_code(f"{item.path}:{item.line}"), answer.table_code(item.text)) for item in brought)
    section.add(answer.table(("where", "import"), rows))
