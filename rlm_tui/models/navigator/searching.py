"""The plan for free text: search for the words, look inside the candidates, rank by what was seen, read the best.

Ranking is general: a word counts the more the fewer lines hold it (as in BM25), a definition the more of the question's
words its lines, its name and its path hold. Nothing here knows any repository.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import TESTS, Definition, Excerpt, Printed
from rlm_tui.models.navigator.understand import Intent, search_words
from rlm_tui.repository.symbols import Hit, Span
from rlm_tui.repository.words import words

_K = 20
_HITS = 25
_READ = 5
_SHOWN = 3
_COUNTED = re.compile(r"^word (\S+): (\d+) lines in (\d+) files$")


@dataclass(slots=True)
class Candidate:
    """A definition, or a file where a hit stands outside any, with what speaks for it."""

    path: str
    qualified: str
    definition: Definition | None = None
    hits: list[Hit] = field(default_factory=list)
    found: float = 0.0
    score: float = 0.0
    held: tuple[str, ...] = ()

    @property
    def locator(self) -> str:
        """What to hand to `repo[...]`."""
        if self.definition is not None:
            return self.definition.locator
        return f"{self.path}::{self.qualified}" if self.qualified else self.path

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.qualified or self.path


def search(intent: Intent, section: Section) -> Plan:
    """Answer a question in free words with the ranked places that hold most of them."""
    sought = search_words(intent)
    printed = yield Move(
        f"Which definitions speak of {sought}?",
        f"for match in find({sought!r}, k={_K}):\n    print(match)",
    )
    section.searched.append(
        f"{code(f'find({sought!r})')}: {answer.count(len(printed.definitions), 'match', 'matches')}"
    )
    terms = {root(term): term for term in intent.terms[:8]}
    counted = yield Move(
        "How rare is each word, and where do the rare ones stand?",
        f"for word in {list(terms)!r}:\n"
        "    hits = grep(word, literal=True, ignore_case=True, limit=1000)\n"
        '    print(f"word {word}: {len(hits)} lines in {len({hit.path for hit in hits})} files")\n'
        "    if len(hits) <= 200:\n"
        f"        print([hit for hit in hits if hit.symbol][:{_HITS}])",
    )
    weights = _weights(terms, counted.text)
    candidates = _candidates(printed, counted)
    _rank(candidates, weights)
    best = candidates[:_READ]
    if not best:
        section.lead = "Nothing here speaks of it: no definition and no line holds the question's words."
        section.searched += [f"the words {', '.join(map(code, terms))} in every line"]
        return
    pattern = "|".join(map(re.escape, terms))
    looked = yield Move(
        "Look inside the best candidates: which of their lines hold the words?",
        f"import re\nfor name in {[item.locator for item in best]!r}:\n"
        "    try:\n"
        "        s = repo[name]\n"
        "    except HostError as error:\n"
        "        print(error)\n"
        "        continue\n"
        "    print(s)\n"
        "    lines = enumerate(s.source.text.splitlines(), getattr(s, 'start', 1))\n"
        f"    held = [(number, line) for number, line in lines if re.search({pattern!r}, line, re.I)]\n"
        "    for number, line in held[:14]:\n"
        "        print(f\"{s.path}:{number}  [{getattr(s, 'qualified', '')}]  {line.strip()}\")",
    )
    _take_in(best, looked)
    _rank(candidates, weights)
    best = [item for item in candidates if item in best][:_SHOWN]
    regions = [_region(item, weights) for item in best]
    read_cell = "\n".join(f"print(peek({span.path!r}, {span.start}, {span.end}))" for span in regions)
    callers = f"\nprint(callers({best[0].locator!r})[:6])" if best[0].qualified else ""
    closely = yield Move("Read the lines around the best of them, and who uses the first.", read_cell + callers)
    _tell(section, intent, candidates, best, closely, weights)


def root(term: str) -> str:
    """Return the letters that every form of a stemmed word begins with: retr, for retri (retry, retries)."""
    return term[:-1] if len(term) > 3 and term.endswith("i") else term


def _weights(terms: dict[str, str], text: str) -> dict[str, float]:
    """Return how much each stemmed word tells: the rarer, the more; a word that is nowhere tells nothing."""
    counted = [match for line in text.splitlines() if (match := _COUNTED.match(line)) and match[1] in terms]
    lines = {terms[match[1]]: int(match[2]) for match in counted}
    if not lines:
        return dict.fromkeys(terms.values(), 0.3)
    return {term: 1.0 / math.log2(2 + lines[term]) if lines.get(term) else 0.0 for term in terms.values()}


def _worth(text: str, weights: dict[str, float]) -> float:
    """Return the sum of the weights of the distinct words that a line holds."""
    return sum(weights.get(word, 0.0) for word in set(words(text)))


def _candidates(printed: Printed, counted: Printed) -> list[Candidate]:
    found: dict[tuple[str, str], Candidate] = {}
    top = max((item.score for item in printed.definitions), default=0.0) or 1.0
    for item in printed.definitions:
        found.setdefault(item.key, Candidate(item.span.path, item.qualified, item, found=max(0.0, item.score) / top))
    for hit in counted.hits:
        place = found.setdefault((hit.path, hit.symbol), Candidate(hit.path, hit.symbol))
        place.hits.append(hit)
    return list(found.values())


def _rank(candidates: list[Candidate], weights: dict[str, float]) -> None:
    """Score and sort the candidates by the words they hold, and how `find` ranked them."""
    whole = sum(weights.values()) or 1.0
    for item in candidates:
        named = set(words(f"{item.path} {item.qualified} {item.definition.doc if item.definition else ''}"))
        inside = Counter(word for hit in item.hits for word in set(words(hit.text)) & weights.keys())
        held = [term for term in weights if term in named or inside[term]]
        parts = [weights[term] * (1.0 + 0.1 * min(inside[term], 5) + 0.3 * (term in named)) for term in held]
        together = max((_worth(hit.text, weights) for hit in item.hits), default=0.0)
        item.held = tuple(sorted(held, key=lambda term: -weights[term]))
        item.score = (sum(parts) + 0.5 * together) / whole + 0.8 * item.found - 0.6 * bool(TESTS.search(item.path))
    candidates.sort(key=lambda item: (-item.score, item.path, item.qualified))


def _take_in(best: list[Candidate], looked: Printed) -> None:
    """Add to the candidates the spans and lines that looking inside showed."""
    for item in best:
        item.definition = next((d for d in looked.definitions if d.key == (item.path, item.qualified)), item.definition)
        seen = {hit.line for hit in item.hits}
        for hit in looked.hits:
            if (hit.path, hit.symbol) == (item.path, item.qualified) and hit.line not in seen:
                item.hits.append(hit)


def _region(item: Candidate, weights: dict[str, float]) -> Span:
    """Return the lines of a candidate to read: all of a short one, else those around the line that holds most."""
    span = item.definition.span if item.definition else None
    if span and span.end - span.start < 24:
        return span
    lines = sorted(hit.line for hit in item.hits) or [span.start if span else 1]
    worth = {hit.line: _worth(hit.text, weights) for hit in item.hits}
    middle = max(lines, key=lambda line: (sum(w for at, w in worth.items() if abs(at - line) <= 10), -line))
    start, end = middle - 10, middle + 12
    if span:
        start = max(start, span.start)
        end = min(end, span.end)
    return Span(item.path, max(1, start), max(end, start, 1))


def _tell(
    section: Section,
    intent: Intent,
    candidates: list[Candidate],
    best: list[Candidate],
    closely: Printed,
    weights: dict[str, float],
) -> None:
    first = best[0]
    section.lead = f"Best evidence: {code(first.label)}, {_place(first)}."
    missing = [term for term in weights if not weights[term]]
    for index, item in enumerate(best, 1):
        piece = _piece(closely, item)
        doc = answer.quote_doc(item.definition.doc) if item.definition else ""
        kind = f"{item.definition.kind}, " if item.definition else ""
        section.add(
            f"**{index}. {code(item.label)}** ({kind}{_place(item)}): {_why(item)}{'; ' + doc if doc else ''}",
            answer.excerpt(piece, marks=[hit.line for hit in item.hits]) if piece else "",
        )
    if closely.uses:
        section.add(f"{code(first.label)} is used from:", answer.uses_table(closely.uses[:6]))
    rest = [item for item in candidates if item not in best][:7]
    rows = ((answer.table_code(item.label), answer.table_code(_place(item)), _why(item)) for item in rest)
    section.add("Further down:" if rest else "", answer.table(("name", "where", "why"), rows))
    if missing:
        section.searched.append("found in no line: " + ", ".join(map(code, missing)))


def _place(item: Candidate) -> str:
    if item.definition is not None:
        return str(item.definition.span)
    lines = [hit.line for hit in item.hits]
    return str(Span(item.path, min(lines), max(lines))) if lines else item.path


def _why(item: Candidate) -> str:
    held = f"holds {', '.join(map(code, item.held[:5]))}" if item.held else "holds none of the words"
    ranked = (
        f"; `find` {item.definition.score:.1f} ({answer.cell_text(item.definition.why)})"
        if item.definition and item.definition.why
        else ""
    )
    return held + ranked


def _piece(closely: Printed, item: Candidate) -> Excerpt | None:
    return next(
        (
            piece
            for piece in closely.excerpts
            if piece.span.path == item.path
            and (item.definition is None or item.definition.span.start <= piece.span.start <= item.definition.span.end)
        ),
        None,
    )
