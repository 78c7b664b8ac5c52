"""The plan for free text: search for the words, look inside the candidates, rank by what was seen, read the best."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code
from rlm_tui.models.navigator.candidates import SAID, Candidate, Candidates, Needle, fused, needles, weigh
from rlm_tui.models.navigator.delegation import search_modules
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.phrases import SPANNING
from rlm_tui.models.navigator.reading import TESTS, Excerpt, Printed, Use
from rlm_tui.models.navigator.understand import Intent
from rlm_tui.repository.symbols import Span

_K = 100
_OF_A_FILE = 3
"""Of one file so many matches are printed."""
_SURE = 0.5
"""What the best place must hold of the words, by their weight, for the search to stop without a look into other modules."""
_LONGEST, _QUOTED = 8_000, 120
"""Characters of a question that are searched for, and of one that is quoted in the answer."""
_HITS = 20
_RARE = 60
"""A word in no more files than these is looked for in all lines."""
_FILES = 6
_FILE_HITS = 14
_SHOWN = 3
_FURTHER = 10
_REGION = 24
_NEAREST = 5
_LED_IN = 4
"""Lines shown before the first that holds a word, where nothing better begins there."""


def search(intent: Intent, section: Section, *, brief: bool = False, delegates: bool = False) -> Plan:
    """Answer a question in free words with the ranked places that hold most of them; `delegates` asks modules too."""
    sought = needles(intent)
    if not sought:
        section.lead = "The question has no word that could be looked for; a name or a word of the code would do."
        return
    candidates = Candidates(sought, wants_tests="test" in intent.terms, asked=intent.text)
    matches = yield Move("Which definitions speak of it?", _find_cell(intent.text))
    candidates.add(matches)
    _report(section, matches)
    told = "the question" if len(intent.text) > _QUOTED else repr(intent.text)
    section.searched.append(
        f"{code(f'find({told})')}: {answer.count(len(section.found.files), 'file')} with what fits best"
    )
    counted = yield Move("How rare is each word, and where do the rarest stand?", _count_cell(sought))
    weights = weigh(sought, counted.text)
    candidates.weigh(weights)
    candidates.add(counted)
    if missing := [needle.word for needle, weight in weights.items() if not weight]:
        section.searched.append(f"in no file: {', '.join(map(code, missing))}")
    if re.search(r"^about 0 files in all$", counted.text, re.MULTILINE):
        section.lead = "There is no text here that could be searched."
        return
    files = candidates.files(_FILES)
    if not files:
        section.lead = "Nothing here speaks of it: no definition and no line holds the question's words."
        return
    candidates.add(
        (
            yield Move(
                "Look inside the most likely files: which lines hold the words?", _look_cell(sought, weights, files)
            )
        )
    )
    best = candidates.ranked()[: _SHOWN + 1]
    if not any(item.held for item in best):
        section.lead = (
            f"Nothing was found: no name and no line holds {', '.join(code(needle.word) for needle in sought)}."
        )
        near = [item for item in matches.definitions if "name" in item.why][:_NEAREST]
        section.add("The nearest names:" if near else "", answer.definitions_table(near))
        return
    regions = {item.key: region(item, candidates) for item in best}
    closely = yield Move("Read the best of them, and see who uses them.", _read_cell(best, regions))
    candidates.add(closely)
    candidates.called(closely.uses, best)
    _tell(
        section,
        candidates,
        [item for item in candidates.ranked() if item.key in regions][:_SHOWN],
        regions,
        closely,
        brief,
    )
    _report(section, matches, candidates)
    if delegates:
        everywhere = SPANNING.search(intent.text) is not None
        if everywhere or candidates.coverage() < _SURE:
            yield from search_modules(intent, candidates.files(20), section, everywhere=everywhere)


def _report(section: Section, matches: Printed, candidates: Candidates | None = None) -> None:
    """Tell as data what was found: as `find` ranks it, and as what was seen of it later does."""
    listed = [(item.span.path, item.qualified if item.kind != "module" else "") for item in matches.definitions]
    seen = candidates.places() if candidates else []
    files = fused([path for path, _ in listed], candidates.files(len(listed)) if candidates else [])
    section.found.files = dict.fromkeys(files)
    section.found.symbols.clear()
    for path, qualified in fused(listed, seen):
        section.found.symbol(path, qualified)


def _find_cell(question: str) -> str:
    """Return a cell that prints what fits a question best, a few definitions of each file."""
    text = question[:_LONGEST]
    written = f'"""{text}"""' if "\n" in text and not re.search(r'["\\]', text) else repr(text)
    return (
        f"question = {written}\nseen = {{}}\nfor match in find(question, k={_K}):\n"
        "    path = match.symbol.path\n    seen[path] = seen.get(path, 0) + 1\n"
        f"    if seen[path] <= {_OF_A_FILE}:\n        print(match)"
    )


def _count_cell(sought: Sequence[Needle]) -> str:
    return (
        f"sought = { {needle.word: needle.text for needle in sought}!r}\ncounts = rarity(list(sought))\n"
        "for word, count in counts.items():\n"
        '    print(f"word {word}: {count} files")\n'
        "for word in sorted(filter(counts.get, sought), key=counts.get)[:2]:\n"
        f"    if counts[word] <= {_RARE}:\n"
        "        hits = grep(sought[word], literal=True, ignore_case=word.islower(), limit=200)\n"
        f"        print([hit for hit in hits if hit.symbol][:{_HITS}])\n"
        'print(f"about {len(repo.files):,} files in all")'
    )


def _look_cell(sought: Sequence[Needle], weights: dict[Needle, float], files: Sequence[str]) -> str:
    """Return a cell that prints, of each file, the lines that hold most of the words that tell something."""
    telling = sorted((needle for needle in sought if weights[needle]), key=lambda needle: -weights[needle])[:6]
    pattern = "|".join(re.escape(needle.text) for needle in telling)
    return (
        f"import re\nwords = re.compile({pattern!r}, re.IGNORECASE)\n"
        f"for path in {list(files)!r}:\n"
        "    hits = grep(words.pattern, path, ignore_case=True, limit=300)\n"
        "    hits.sort(key=lambda hit: -len({word.lower() for word in words.findall(hit.text)}))\n"
        f"    print(hits[:{_FILE_HITS}])\n"
        f"    print([hit for hit in hits[{_FILE_HITS}:] if not re.search({SAID.pattern!r}, hit.text)][:{_FILE_HITS}])"
    )


def _read_cell(best: Sequence[Candidate], regions: Mapping[tuple[str, str], Span]) -> str:
    named = [item.locator for item in best if item.qualified]
    read = "\n".join(f"print(peek({span.path!r}, {span.start}, {span.end}))" for span in regions.values())
    if not named:
        return read
    return (
        f"{read}\nfor name in {named!r}:\n    try:\n        print(repo[name])\n        print(callers(name)[:5])\n"
        "    except HostError as error:\n        print(error)"
    )


def region(item: Candidate, candidates: Candidates) -> Span:
    """Return the lines of a candidate to read: all of a short one, else those around the line that tells most.

    Of the windows that hold this line it is the one that holds most, from the start of a member if one begins there.
    """
    span = item.definition.span if item.definition else None
    if span and span.end - span.start < _REGION:
        return span
    hits = [  # methods may stand outside the type that they belong to
        hit for hit in (*item.hits, *candidates.within(item)) if span is None or span.start <= hit.line <= span.end
    ]
    worth = {hit.line: candidates.deciding(hit.text) for hit in hits}
    least = span.start if span else 1
    start = least
    if worth:
        near = {line: sum(w for at, w in worth.items() if abs(at - line) < _REGION // 2) for line in worth}
        top = max(worth, key=lambda line: (worth[line], near[line], -line))
        members = candidates.starts_within(item)

        def held(at: int) -> tuple[float, bool, int]:
            inside = [line for line in worth if at <= line < at + _REGION and worth[line]]
            return sum(worth[line] for line in inside), at in members, -abs(min(inside, default=top) - _LED_IN - at)

        start = max(range(max(least, top - _REGION + 1), max(least, top) + 1), key=held)
    end = start + _REGION - 1
    return Span(item.path, start, min(end, span.end) if span else end)


def _tell(
    section: Section,
    candidates: Candidates,
    best: list[Candidate],
    regions: Mapping[tuple[str, str], Span],
    closely: Printed,
    brief: bool,
) -> None:
    first = best[0]
    pieces = {
        key: next((p for p in closely.excerpts if (p.span.path, p.span.start) == (region.path, region.start)), None)
        for key, region in regions.items()
    }
    place = f"{code(first.label)}, {first.place}{_above_all(first, pieces[first.key])}"
    section.lead = f"Best evidence: {place}."
    if (missing := candidates.missing()) and 2 * len(missing) >= len(missing) + len(first.held):
        held = f" It holds {', '.join(map(code, first.held))}." if first.held else ""
        section.lead = (
            f"Nothing here speaks of {', '.join(map(code, missing[:6]))}. The closest evidence is {place}.{held}"
        )
    for index, item in enumerate(best, 1):
        doc = answer.quote_doc(item.definition.doc) if item.definition else ""
        kind = f"{item.definition.kind}, " if item.definition else ""
        section.add(f"**{index}. {code(item.label)}** ({kind}{item.place}): {_why(item)}{'; ' + doc if doc else ''}")
        piece = pieces[item.key]
        if piece and not (brief and index > 1):
            section.add(answer.excerpt(piece, marks=[hit.line for hit in item.hits], most=8 if brief else 24))
    if brief:
        return
    uses = [use for use in closely.uses if not TESTS.search(use.path)] or closely.uses
    section.add("Used from:" if uses else "", _uses(uses[:8]))
    rest = _spread([item for item in candidates.ranked() if item not in best])
    rows = ((answer.table_code(item.label), answer.table_code(item.place), _why(item)) for item in rest)
    section.add("Further down:" if rest else "", answer.table(("name", "where", "why"), rows))


def _above_all(item: Candidate, piece: Excerpt | None) -> str:
    """Return where in a long definition the lines stand that hold most of the words, "" for a short one."""
    if piece is None or item.definition is None or item.definition.span.end - item.definition.span.start < _REGION:
        return ""
    return f", above all {piece.span}"


def _spread(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the next candidates, at most two of one file, so that one file does not hide the others."""
    seen: dict[str, int] = {}
    kept = []
    for item in ranked:
        seen[item.path] = seen.get(item.path, 0) + 1
        if seen[item.path] <= 2:
            kept.append(item)
    return kept[:_FURTHER]


def _uses(uses: Sequence[Use]) -> str:
    rows = (
        (
            answer.table_code(f"{use.source or '(file level)'} → {use.target}"),
            answer.table_code(f"{use.path}:{use.line}"),
            answer.table_code(use.text),
        )
        for use in uses
    )
    return answer.table(("use", "where", "as written"), rows)


def _why(item: Candidate) -> str:
    held = f"holds {', '.join(map(code, item.held[:6]))}" if item.held else "holds none of the words"
    if item.definition and item.definition.why:
        return f"{held}; `find` {item.definition.score:.1f} ({answer.cell_text(item.definition.why)})"
    return held
