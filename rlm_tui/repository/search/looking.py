"""Looks into files for a question: what a file says as a whole, and what each of its definitions says."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import sqrt

from rlm_tui.repository.index.schema import LAST, SHIFT, Outline
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.search.question import Asked
from rlm_tui.repository.search.scoring import Reader, Text, bm25, name_counts
from rlm_tui.repository.search.words import BREAKS, split, words
from rlm_tui.repository.symbols import File

Source = Callable[[str], bytes]
"""Reads the file at a path; raises `OSError` where there is nothing to read."""

_BODY, _FILE, _TEXT, _NAME, _PATH, _NAMES = 60, 900, 12, 2.5, 4, 60
"""Words of a usual body, file, signature with documentation, name, path, and of all names in a file."""
_LENGTH_FILE = 0.4
"""b of BM25 for whole files: a long file is no less likely to be the one."""
TEST = 0.4
"""What tests are discounted by, unless they are asked for."""
_KINDS = {"module": 0.7, "variable": 0.6, "constant": 0.6, "key": 0.6}
_SAMPLES = re.compile(r"(?:^|/)(?:examples?|samples?|docs?|docs_src|benchmarks?|bench|scripts)/")
_FILE_NAMES = 50
"""So many names of files in one question are looked for."""
_SOURCE = re.compile(
    r"\.(?:asm|clj|cu|dart|el|erl|exs?|f90|fs|groovy|hs|jl|jq|l|ll|lex|mli?|mm?|nim|pl|pm|proto|pxd|pyx|[rRsS]|sol|vim|yy?|zig)$"
)
"""Files of languages without a grammar here: no definitions are known of them, but they are code."""
_TEST_AFFIX = re.compile(r"^tests?[_-]|[_.-](?:tests?|spec)$|(?<=[a-z])(?:Tests?|IT)$")


@dataclass(slots=True)
class Page:
    """A file that was looked into, with the parts of its score.

    `plain` is its text with spaces for all but identifiers, `telling` the identifiers that have words of the question, `called`
    the words of its path.
    """

    identity: int
    file: File
    factor: float
    plain: bytes
    telling: Mapping[bytes, int]
    called: frozenset[str]
    parts: dict[str, float]


@dataclass(slots=True)
class Scored:
    """A definition, or a file as such, with the parts of its score as they were measured, and what all are multiplied by."""

    file: File
    identity: int
    kind: str
    start: int
    is_test: bool
    factor: float
    parts: dict[str, float]


class Looker:
    """Looks into the files of a store for one question; `weights` are those of its words, `named` the definitions it names."""

    def __init__(
        self, store: Store, source: Source, asked: Asked, weights: Mapping[str, float], named: Mapping[int, float]
    ) -> None:
        self._store = store
        self._source = source
        self._asked = asked
        self._weights = weights
        self._named = named
        self._reader = Reader(weights, asked.aliases)

    def page(self, identity: int, file: File) -> Page:
        """Return what the file says as a whole."""
        try:
            plain = self._source(file.path).translate(BREAKS)
        except OSError:  # gone, or closed to us, since it was indexed
            plain = b""
        tokens = plain.split()
        telling = self._reader.telling(tokens)
        text = self._reader.text(telling, len(tokens))
        folder, _, name = file.path.rpartition("/")
        parts = {
            "file": self._reader.words(text, _FILE, _LENGTH_FILE),
            "file joined": self._reader.joined(text, _FILE, _LENGTH_FILE),
            "path": self._of_name(name.partition(".")[0] or name, folder, _PATH),
        }
        factor = factor_of(file)
        if file.is_test and not self._asked.about_tests:
            factor *= TEST
        return Page(identity, file, factor, plain, telling, frozenset(words(file.path)), parts)

    def definitions(self, page: Page) -> list[Scored]:
        """Return the definitions in a file, and the file itself, each with all parts of its score."""
        outlines = self._store.outlines(page.identity)
        texts = self._texts(page, outlines)
        file = page.file
        names: Counter[str] = Counter(word for outline in outlines for word in split(outline.name))
        page.parts["defines"] = bm25(
            {word: names[word] for word in self._weights if word in names},
            names.total() / _NAMES,
            _LENGTH_FILE,
            self._weights,
        )
        found = [
            Scored(
                file,
                (page.identity << SHIFT) + LAST,
                "module",
                1,
                file.is_test,
                page.factor * _KINDS["module"],
                page.parts
                | {
                    "body": self._reader.words(texts[-1], _BODY),
                    "joined": self._reader.joined(texts[-1], _BODY),
                    "held": self._weigh(page.called, texts[-1].counts),
                },
            )
        ]
        for outline, text in zip(outlines, texts, strict=False):
            said = self._reader.read(f"{outline.signature} {outline.doc}".encode("utf-8", "replace").translate(BREAKS))
            parts = {
                "exact name": self._named.get(outline.id, 0.0),
                "name": self._of_name(outline.name, outline.qualified.removesuffix(outline.name), _NAME),
                "doc": self._reader.words(said, _TEXT),
                "body": self._reader.words(text, _BODY),
                "joined": self._reader.joined(text, _BODY),
                "held": self._weigh(page.called, text.counts, words(outline.qualified)),
            }
            factor = page.factor * _KINDS.get(outline.kind, 1.0)
            if outline.is_test and not (file.is_test or self._asked.about_tests):
                factor *= TEST
            is_test = file.is_test or outline.is_test
            found.append(Scored(file, outline.id, outline.kind, outline.start, is_test, factor, page.parts | parts))
        return found

    def _weigh(self, *held: Iterable[str]) -> float:
        """Return what the words of the question weigh that are among those held, each once."""
        return sum(self._weights.get(word, 0.0) for word in set().union(*held))

    def _of_name(self, name: str, around: str, usual: float) -> float:
        counts, length = name_counts(name, around, self._weights)
        return bm25(counts, length / usual, _LENGTH_FILE, self._weights) if counts else 0.0

    def _texts(self, page: Page, outlines: Sequence[Outline]) -> list[Text]:
        """Return what is in each definition, without those inside it; the last is what is outside of all."""
        pieces: list[list[bytes]] = [[] for _ in range(len(outlines) + 1)]
        spans = [(o.start_byte, o.end_byte, i) for i, o in enumerate(outlines) if o.start_byte < o.end_byte]
        edges = sorted([(start, 1, -end, i) for start, end, i in spans] + [(end, 0, 0, i) for _, end, i in spans])
        around = [-1]
        position = 0
        for where, opens, _, i in edges:
            if where > position:
                pieces[around[-1]] += page.plain[position:where].split()
                position = where
            if opens:
                around.append(i)
            elif i in around:
                around.remove(i)
        pieces[-1] += page.plain[position:].split()
        telling = page.telling
        return [
            self._reader.text(Counter([token for token in piece if token in telling]), len(piece)) for piece in pieces
        ]


def subject_of(path: str) -> str:
    """Return the name of a file without what marks it as a test: `session` for `test_session.py` and for `session.py`."""
    return _TEST_AFFIX.sub("", path.rpartition("/")[2].rpartition(".")[0]).lower()


def factor_of(file: File) -> float:
    """Return what a file is discounted by: generated and vendored code, samples, prose, and a little what has no grammar."""
    factor = 0.5 if file.is_generated else 0.6 if _SAMPLES.search(file.path) else 1.0
    return factor * (1.0 if file.language in code_languages() else 0.8 if _SOURCE.search(file.path) else 0.5)


def files_named(names: Sequence[str], paths: Iterable[str]) -> dict[str, float]:
    """Return how surely each path is meant by one of the names, up to 1: less for one that many fit as well (`__init__.py`)."""
    wanted = {end for name in names[:_FILE_NAMES] for end in _ends(name)}
    having: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths if wanted else ():
        for end in takewhile(wanted.__contains__, _ends(path)):
            having[end].append(path)
    found: dict[str, float] = {}
    for end, some in having.items():
        same = end.count("/") + 1
        for path in some:
            found[path] = max(found.get(path, 0.0), same / (same + 1) / sqrt(len(some)))
    return found


def _ends(path: str) -> Iterator[str]:
    """Give what a path ends with, the shortest first: `c.py`, `b/c.py`, `a/b/c.py`."""
    parts = path.split("/")
    return ("/".join(parts[at:]) for at in range(len(parts) - 1, -1, -1))
