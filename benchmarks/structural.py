"""Answers questions with one right answer by the tools themselves, without any model, and writes the answers to be scored.

    python benchmarks/structural.py QUESTIONS.jsonl PREDICTIONS.jsonl owner/name=FOLDER ... [--kinds a,b] [--asked 0]

A question is a line of JSON with `id`, `repo`, `kind`, `question` (and `paraphrases`: --asked 1 asks the first of them) and
`answer_type`; nothing else of it is read. The name, path or number that a question is about is taken from its words; its kind
picks the tool. An answer is a line with `id`, `seconds`, and the field that the answer's type asks for.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import AmbiguousName, Edge, File, Module, Remark, Symbol, Tier, UnknownName

_TICKED = re.compile(r"`([^`]+)`")
_MEMBER = re.compile(
    r"\b(?:the )?`?([\w$]+)`? (?:method|function|constructor) (?:of|in) (?:the )?(?:class )?`?([\w$.]+)`?"
)
_WORD = re.compile(r"[#\w$@./:-]*[\w$/](?:\(\))?")
_CODE = re.compile(r"[/.:()]|_|[a-z0-9][A-Z]|^[A-Z]{2,}|[A-Z][a-z]+[A-Z]")
_COUNT = re.compile(r"\b(\d{1,3})\b")
_UNNAMED = re.compile(r"\.\w+\$\d+(?=\.)")
"""A class without a name in a qualified name: the right answers name its methods without it."""
_LOCATOR = re.compile(r"[^\s,]+::[^\s,]+@\d+")
_EVERYDAY = frozenset(
    ["Where", "What", "Which", "Who", "List", "Show", "Find", "Locate", "Is", "If", "How", "Rank", "Top", "I"]
)
_WHOLE = re.compile(r"\b(?:this|the|whole|entire) (?:repository|repo|code ?base|project)\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question of one type can be answered with."""

    symbols: Sequence[Symbol] = ()
    files: Sequence[str] = ()
    names: Sequence[str] = ()
    lines: Sequence[str] = ()
    groups: Sequence[Sequence[str]] = ()

    def written(self) -> dict[str, object]:
        """Return the answer as JSON."""
        symbols = [f"{s.path}::{_UNNAMED.sub('', s.qualified)}" for s in self.symbols]
        fields: dict[str, Sequence[str]] = {"symbols": symbols, "path": symbols, "files": self.files}
        fields |= {"names": self.names, "lines": self.lines}
        found: dict[str, object] = {key: list(dict.fromkeys(value)) for key, value in fields.items() if value}
        return found | ({"groups": self.groups} if self.groups else {})


class Answerer:
    """Answers the questions about one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def answer(self, kind: str, question: str) -> Answer:
        """Return the answer of the tool that fits `kind`."""
        repository, analyses = self._repository, self._repository.analyses
        match kind:
            case "where_def":
                return Answer(symbols=self._meant(question))
            case "callers":
                return Answer(symbols=_sources(self._edges(repository.callers, question)))
            case "callees":
                return Answer(symbols=[edge.target for edge in self._edges(repository.callees, question)])
            case "subclasses" | "implements":
                return Answer(symbols=_sources(self._edges(repository.subclasses, question)))
            case "importers":
                place = self._name(question, places=True)
                return Answer(files=[i.path for i in repository.importers(place)] if place else [])
            case "call_path":
                return self._call_path(question)
            case "rename":
                return self._rename(question)
            case "tests_for":
                edges = [e for s in self._meant(question) for e in analyses.tests(s.locator, 1, 500)]
                return Answer(files=[edge.path for edge in edges])
            case "public_api":
                return self._public_api(question)
            case "longest" | "complex":
                found = _COUNT.search(question)
                rank = analyses.longest if kind == "longest" else analyses.most_complex
                return Answer(symbols=[r.symbol for r in rank(self._scope(question), int(found[1]) if found else 5)])
            case "raises":
                name = "panic" if re.search(r"\bpanic\b", question) else self._name(question, known=False)
                scope = self._scope(question) if name == "panic" else ""
                hits = analyses.raises(name, scope, 500)
                return Answer(symbols=[s for hit in hits if (s := self._around(hit.path, hit.line))])
            case "env_config":
                name = self._name(question, known=False)
                reads = analyses.settings(name, "", 500)
                sure = [read for read in reads if read.kind in ("env", "config")] or [
                    r for r in reads if r.kind == "flag"
                ]
                return Answer(lines=[f"{read.path}:{read.line}" for read in sure or reads])
            case "unused":
                return self._unused(question)
            case "cycles":
                cycles = analyses.cycles(self._name(question, places=True))
                return Answer(groups=[list(cycle.files) for cycle in cycles if cycle.kind == "runtime"])
        raise SystemExit(f"there is no tool for questions of the kind {kind}")

    def _call_path(self, question: str) -> Answer:
        names = list(self._names(question, least=2))[:2]
        for a in self._readings(names[0]) if len(names) == 2 else ():
            for b in self._readings(names[1]):
                if edges := self._repository.call_path(a.locator, b.locator):
                    return Answer(symbols=[a, *(edge.target for edge in edges)])
        return Answer()

    def _rename(self, question: str) -> Answer:
        files: list[str] = []
        for symbol in self._meant(question):
            edges = self._repository.references(symbol.locator)
            overriding = [e for e in self._repository.analyses.impact(symbol.locator, 1, 500) if e.kind == "override"]
            files += [symbol.path, *(edge.path for edge in [*edges, *overriding])]
        return Answer(files=files)

    def _public_api(self, question: str) -> Answer:
        name = self._name(question, places=True)
        found = self._repository.analyses.public_api(name) if name else []
        kinds = {"constant", "variable"} if any(r.symbol.language == "python" for r in found) else {"field"}
        return Answer(names=[_offered(remark) for remark in found if remark.symbol.kind not in kinds])

    def _unused(self, question: str) -> Answer:
        scope = self._scope(question)
        found = self._repository.analyses.unused(scope, kept=False, limit=500)
        return Answer(symbols=[r.symbol for r in found if r.symbol.kind in ("function", "method")])

    def _edges(self, tool: object, question: str) -> list[Edge]:
        assert callable(tool)
        edges = [edge for symbol in self._meant(question) for edge in tool(symbol.locator)]
        return [edge for edge in edges if edge.tier != Tier.GUESS] or edges

    def _meant(self, question: str) -> list[Symbol]:
        return self._readings(self._name(question))

    def _readings(self, name: str) -> list[Symbol]:
        """Return what a name may mean: the one symbol, or each of several."""
        try:
            found = self._repository.resolve(name)
            return [found] if isinstance(found, Symbol) else []
        except AmbiguousName as error:
            return [s for one in _LOCATOR.findall(str(error)) if isinstance(s := self._repository.resolve(one), Symbol)]
        except UnknownName:
            return []

    def _name(self, question: str, *, places: bool = False, known: bool = True) -> str:
        return next(self._names(question, places=places, known=known), "")

    def _names(self, question: str, *, places: bool = False, known: bool = True, least: int = 1) -> Iterator[str]:
        """Give the names that a question holds: those in backticks, those that look like code, those that are known here."""
        plain = question.replace("`", "")
        for member in _MEMBER.finditer(plain):
            if self._known(f"{member[2]}.{member[1]}"):
                question = plain = plain.replace(member.group(), f"{member[2]}.{member[1]} ")
        ticked = [name for name in _TICKED.findall(question) if name in plain]
        words = [word.rstrip(".:") for word in _WORD.findall(plain) if word not in _EVERYDAY]
        looking = [*ticked, *(word for word in words if _CODE.search(word) and word not in ticked)]
        plain_names = [
            word for word in words if word not in looking and (self._known(word) if known else word[:1].isupper())
        ]
        given = looking if len(looking) >= least else [*looking, *plain_names[-least:]]
        names = [name.removesuffix("()") for name in sorted(dict.fromkeys(given), key=question.find)]
        if places:
            yield from (place.path for name in names if isinstance(place := self._place(name), File | Module))
            yield from (symbol.locator for name in names for symbol in self._readings(name))
            return
        yield from (name for name in names if not known or self._known(name))

    def _known(self, name: str) -> bool:
        return bool(self._readings(name))

    def _place(self, name: str) -> object:
        try:
            return self._repository.resolve(name.removesuffix("/"))
        except (UnknownName, AmbiguousName):
            return None

    def _scope(self, question: str) -> str:
        if _WHOLE.search(question) and "`" not in question:
            return ""
        for word in [*_TICKED.findall(question), *_WORD.findall(question)]:
            found = self._place(word.strip("`").rstrip("."))
            if isinstance(found, Module) or (isinstance(found, File) and "." in word):
                return found.path
        return ""

    def _around(self, path: str, line: int) -> Symbol | None:
        inside = [s for s in self._repository.outline(path) if s.start <= line <= s.end and s.kind in _HOLDING]
        return max(inside, key=lambda symbol: (symbol.start, -symbol.end), default=None)


_HOLDING = frozenset({"function", "method", "class", "struct", "interface", "enum"})


def _sources(edges: Iterable[Edge]) -> list[Symbol]:
    return [edge.source for edge in edges if edge.source]


def _offered(remark: Remark) -> str:
    return remark.text[3:].partition(":")[0] if remark.text.startswith("as ") else remark.symbol.name


def main(arguments: Sequence[str]) -> int:
    """Answer all questions about the repositories given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("repositories", nargs="+", metavar="owner/name=FOLDER")
    parser.add_argument("--kinds", default="", help="only these, with commas between")
    parser.add_argument("--asked", type=int, default=0, help="0: the question, 1 and more: that paraphrase")
    given = parser.parse_args(arguments)
    folders = dict(pair.split("=", 1) for pair in given.repositories)
    kinds = set(filter(None, given.kinds.split(",")))
    asked: dict[str, list[dict[str, object]]] = defaultdict(list)
    for line in given.questions.read_text().splitlines():
        item = json.loads(line)
        if item["repo"] in folders and (not kinds or item["kind"] in kinds):
            asked[item["repo"]].append(item)
    with given.predictions.open("w") as out, tempfile.TemporaryDirectory() as cache:
        for name, items in asked.items():
            repository = Repository.open(Path(folders[name]), Path(cache))
            repository.scan()
            answerer = Answerer(repository)
            for item in items:
                phrasings = [item["question"], *_listed(item.get("paraphrases"))]
                started = time.perf_counter()
                answer = answerer.answer(str(item["kind"]), str(phrasings[min(given.asked, len(phrasings) - 1)]))
                took = round(time.perf_counter() - started, 3)
                out.write(json.dumps({"id": item["id"], "seconds": took} | answer.written()) + "\n")
            repository.close()
    return 0


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
