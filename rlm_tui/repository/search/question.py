"""Takes a question apart: the words that count, how much each, and the identifiers and files that it names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from math import log

from rlm_tui.repository.search.words import identifiers, parts, split, words

_STOP = frozenset(
    words(
        "an and are as at be but by can could do does did don done dont for from get gets had has have how if in into is isn"
        " it its me my no not now of on only or our should show so some such tell than that the their them then there these"
        " they this those to use used uses using was we were what when where which while who why will with without would you"
        " your about all any also after before because been being both each just like may more most must other same still too"
        " very via want code file files find function class method module repository repo project please explain give list"
        " happen happens work works make makes decide decided define defined implement implemented line lines see eg ie etc"
        " co authored signed off com github www"
    )
)
_CHANGES = frozenset(
    words(
        "fix fixes fixed add adds added adding remove removes removed support supports supported update updates updated improve"
        " change changes changed refactor bug issue problem error correct correctly properly allow allows ensure avoid prevent"
        " handle handles handling feat feature perf chore new better wrong incorrect incorrectly instead broken crash crashes"
        " fail fails failing failed case cases behavior behaviour expected actual unexpected version"
    )
)
"""What most messages about changes say, whatever the change is about."""
_CHANGE = 0.35
"""What such a word counts."""
_LEAD = 2.0
"""What a word of the first line of a longer text counts: it is its title."""
_SAMPLE = re.compile(
    r"```.*?(?:```|\Z)|^[ \t]*(?:>>>|\.\.\. |In ?\[\d+\]|Out ?\[\d+\])[^\n]*", re.DOTALL | re.MULTILINE
)
"""Code in fences and from a prompt: how to see it happen, less often where it happens."""
_IN_SAMPLE = 0.5
"""What a word counts that stands nowhere else."""
_QUOTED = re.compile(r"`([^`\n]{1,200})`|(?<!\w)'([A-Za-z_$][\w$.:#-]*)'(?!\w)|\"([A-Za-z_$][\w$.:#-]*)\"")
_NAME = re.compile(
    r"(?<![\w$])(?:[A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)+|\w+_\w+|_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*"
    r"|[A-Z]{2,}[a-z]\w*|[A-Za-z_]\w*(?=\(\)))(?![\w$])"
)
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_FILE = re.compile(r"(?<![\w.@+/\\-])(?:[\w.@+-]+[/\\])*[\w@+-][\w.@+-]*\.[A-Za-z]{1,5}(?![\w/])")
_LONGEST, _TERMS = 20_000, 200
"""So many characters of a text are read, and so many words of it are looked up."""
_COMPOUND = 6
"""Shorter words are not looked for in two parts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart.

    `terms` are its stemmed words with their weights; `names` the identifiers that it names as code, with what qualifies them
    (`Session` for `Session.send`); `files` what looks like the name of a file, folders included;
    `aliases` what may be written in one, or apart, with its words ("formdata" for form data); `length` is the number of words;
    `about_tests` tells whether tests are asked for.
    """

    terms: dict[str, float]
    names: dict[str, tuple[str, ...]]
    files: tuple[str, ...]
    aliases: dict[str, tuple[str, ...]]
    length: int
    about_tests: bool

    @classmethod
    def of(cls, text: str) -> Asked:
        """Take `text` apart; a question of nothing but common words keeps them."""
        text = text.strip()[:_LONGEST]
        lead, _, rest = text.partition("\n")
        weights = dict.fromkeys(words(lead), _LEAD)
        for term, count in Counter(words(rest)).items():
            weights[term] = weights.get(term, 0.0) + 1 + log(count)
        said = {*words(lead), *words(_SAMPLE.sub(" ", rest))}
        weights = {term: weight * (1 if term in said else _IN_SAMPLE) for term, weight in weights.items()}
        kept = {term: weight for term, weight in weights.items() if term not in _STOP} or weights
        weighed = {
            term: weight * (_CHANGE if term in _CHANGES else 1) for term, weight in kept.items() if term.isalnum()
        }
        terms = {term: weighed[term] for term in nlargest(_TERMS, weighed, key=weighed.__getitem__)}
        files = dict.fromkeys(name.replace("\\", "/") for name in _FILE.findall(text))
        return cls(terms, _names(text), tuple(files), _aliases(text), len(text.split()), "test" in words(lead))


def _names(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    if len(text.split()) == 1 and _IDENTIFIER.fullmatch(text):
        return {text: ()}
    quoted = ["".join(groups) for groups in _QUOTED.findall(text)]
    for piece in [*(piece for piece in quoted if len(piece.split()) < 4), *_NAME.findall(text)]:
        parts = _IDENTIFIER.findall(piece)
        if parts and len(parts[-1]) > 1:
            found.setdefault(parts[-1], tuple(parts[:-1]))
    return found


def _aliases(text: str) -> dict[str, tuple[str, ...]]:
    written = [part for name in identifiers(text) for part in parts(name)]
    found = {word: split(word) for word in written if len(word) >= _COMPOUND}
    for one, other in pairwise(written):
        if min(len(one), len(other)) > 1 and not _STOP.intersection(split(one) + split(other)):
            found.setdefault(one + other, split(one) + split(other))
    return found
