"""Compares the call edges of our index with what a language's own tools say of the same call sites.

    python benchmarks/edges/compare.py ROOT TRUTH.jsonl [--under PREFIX] [--show N]

TRUTH has one JSON object a line, made by one of the `truth_*` programs beside this one:

    {"path", "line", "name", "target_path", "target_line"}

`line` is that of the called name as written; an empty `target_path` is a target outside of the repository, or a value. Optional:
`target_name` where the definition has another name than the call (an alias), `also` for other right answers ([[path, line],
...]: overloads, a declaration and its implementation), `counted` false for a target that is no function, method or class (it
is no site to be found, but an edge to it is right). Sites that the truth does not resolve have no line and count nowhere.

Precision is of our edges of tiers 1 to 4 at these sites, recall that of the sites whose target is in the repository.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypedDict

from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.index.indexing import Indexing, version
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import Edge, Symbol, Tier

_TIERS = (Tier.SCOPE, Tier.IMPORT, Tier.RECEIVER, Tier.TYPE)
_CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor", "new"})


class _Row(TypedDict, total=False):
    path: str
    line: int
    name: str
    target_path: str
    target_line: int
    target_name: str
    also: list[tuple[str, int]]
    counted: bool


class Site(NamedTuple):
    """A call: its path, its line and the name called."""

    path: str
    line: int
    name: str


class Target(NamedTuple):
    """A definition that the truth names: where it begins, or any line before its body; other places that are as right."""

    path: str
    line: int
    name: str
    also: tuple[tuple[str, int], ...]
    counted: bool


@dataclass
class Score:
    """Right and wrong edges by tier, and the sites that were found or missed."""

    right: Counter[Tier] = field(default_factory=Counter)
    wrong: Counter[Tier] = field(default_factory=Counter)
    found: int = 0
    sites: int = 0
    mistakes: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def precision(self, tiers: tuple[Tier, ...] = _TIERS) -> float:
        """The share of our edges that are right."""
        right = sum(self.right[tier] for tier in tiers)
        return right / max(1, right + sum(self.wrong[tier] for tier in tiers))

    @property
    def recall(self) -> float:
        """The share of the sites for which we have the right edge."""
        return self.found / max(1, self.sites)


def main() -> None:
    """Print one row of the table in docs/edges.md."""
    parser = argparse.ArgumentParser(description="Compare call edges with the truth of a language's own tools.")
    parser.add_argument("root", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--under", default="", help="only call sites whose path begins so")
    parser.add_argument("--show", type=int, default=0, help="print so many mistakes and misses, drawn by a fixed seed")
    given = parser.parse_args()
    score = compare(given.root.resolve(), read(given.truth, given.under))
    for title, examples in (("mistake", score.mistakes), ("miss", score.misses)):
        for example in random.Random(1).sample(examples, min(given.show, len(examples))):
            print(f"{title}: {example}")
    tiers = " | ".join(f"{score.precision((tier,)):.3f} of {score.right[tier] + score.wrong[tier]}" for tier in _TIERS)
    guesses = score.right[Tier.GUESS] + score.wrong[Tier.GUESS]
    print("| repository | sites | P | R | tier 1 | tier 2 | tier 3 | tier 4 | guesses |")
    print(
        f"| {given.root.resolve().name} | {score.sites} | {score.precision():.3f} | {score.recall:.3f} | {tiers} "
        f"| {score.precision((Tier.GUESS,)):.3f} of {guesses} |"
    )


def read(path: Path, under: str) -> dict[Site, list[Target]]:
    """Return what the truth says of each site."""
    found: dict[Site, list[Target]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row: _Row = json.loads(line)
            if row["path"].startswith(under):
                target = Target(
                    row["target_path"],
                    row["target_line"],
                    row.get("target_name", row["name"]),
                    tuple((path, line) for path, line in row.get("also", ())),
                    row.get("counted", True),
                )
                made = row["name"] in {"this", "super"}  # Java's constructors call each other so
                site = Site(row["path"], row["line"], target.name if made else row["name"])
                if target not in found[site]:
                    found[site].append(target)
    return found


def compare(root: Path, truth: dict[Site, list[Target]]) -> Score:
    """Index the repository afresh and hold its edges against the truth."""
    score = Score()
    with TemporaryDirectory() as cache:
        store = Store(Path(cache), version())
        indexing = Indexing(root, store)
        indexing.scan()
        graph = Graph(store)
        edges: dict[Site, dict[Symbol, Edge]] = defaultdict(dict)
        for path in sorted({site.path for site in truth}):
            for edge in graph.calls_in(path):
                edges[Site(path, edge.line, _called(edge.text))].setdefault(edge.target, edge)
        for site, targets in truth.items():
            _judge(score, site, targets, edges[site])
        indexing.close()
        store.close()
    return score


def _judge(score: Score, site: Site, targets: list[Target], edges: dict[Symbol, Edge]) -> None:
    met: set[Target] = set()
    for edge in edges.values():
        right = [target for target in targets if _is(edge.target, target)]
        (score.right if right else score.wrong)[edge.tier] += 1
        if edge.tier != Tier.GUESS:
            met.update(right)
            if not right:
                score.mistakes.append(
                    f"{_place(site)} {edge.text} -> {edge.target.locator} tier {edge.tier:d}, not {_named(targets)}"
                )
    wanted = [target for target in targets if target.path and target.counted]
    score.sites += len(wanted)
    score.found += sum(target in met for target in wanted)
    score.misses += [f"{_place(site)} {site.name} -> {_named([target])}" for target in wanted if target not in met]


def _is(symbol: Symbol, target: Target) -> bool:
    """Tell whether our symbol is the definition that the truth means; a class and its constructor are one."""
    places = ((target.path, target.line), *target.also)
    if not any(symbol.path == path and symbol.start <= line <= symbol.end for path, line in places):
        return False
    return symbol.name in (target.name, "default") or (symbol.kind in CONTAINERS and target.name in _CONSTRUCTORS)


def _called(text: str) -> str:
    return text.rpartition(".")[2].rpartition("\\")[2]


def _place(site: Site) -> str:
    return f"{site.path}:{site.line}"


def _named(targets: list[Target]) -> str:
    return ", ".join(f"{target.path}:{target.line}" if target.path else "outside" for target in targets)


if __name__ == "__main__":
    main()
