"""Measures `find` on questions whose answer is known: the message of a commit, and the product files that it changed.

    python benchmarks/localization.py QUESTIONS.jsonl CLONES [--work DIR] [--jobs N] [--each N] [--k N] [--predictions OUT.jsonl]

A question is a line of JSON: `id`, `repo` (owner/name), `commit` (the tree to search), `query`, `gold_files`, and `leak`, a list
that says how the query names the answer. CLONES holds git clones, bare or not, as `owner+name`, `owner+name/repo` or `name`. Each
repository has one checkout and one index, moved from commit to commit; its history ends at the commit. `find` is given the query
only. Tests, samples and what is no code do not count as answers. Printed is how much of the gold is in the first 1, 5
and 10 files, as the mean over the repositories of the mean over their questions, and the seconds of one question.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rlm_tui.repository.files.generated import is_generated
from rlm_tui.repository.indexer import indexers
from rlm_tui.repository.parsing.tests_by_path import is_test_path
from rlm_tui.repository.repository import Repository

Item = dict[str, Any]
_PLACES = (1, 5, 10)
_OTHER = re.compile(r"(?:^|/)(?:docs|examples?|samples?|scripts|bench(?:es|marks?)?|fuzz|playground)/")


def main() -> None:
    """Ask every question of the file on the command line, and print the table."""
    parser = ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("clones", type=Path)
    parser.add_argument("--work", type=Path, help="keep checkouts and indexes here, for the next time")
    parser.add_argument("--jobs", type=int, default=2, help="repositories at a time")
    parser.add_argument("--each", type=int, default=0, help="ask so many of each repository, spread over its time")
    parser.add_argument("--k", type=int, default=100, help="symbols asked for")
    parser.add_argument("--predictions", type=Path, help="write what was found for every question here")
    given = parser.parse_args()
    by_repository: defaultdict[str, list[Item]] = defaultdict(list)
    for line in given.questions.read_text().splitlines():
        item = json.loads(line)
        by_repository[item["repo"]].append(item)
    with TemporaryDirectory() as temporary, ProcessPoolExecutor(given.jobs) as pool:
        work = given.work or Path(temporary)
        answered = [one for found in pool.map(partial(ask, given, work), by_repository.values()) for one in found]
    if given.predictions:
        given.predictions.write_text("".join(json.dumps(one) + "\n" for one in answered))
    print(table("all", answered))
    print(table("without leaks", [one for one in answered if not one["leak"]]))


def ask(given: Namespace, work: Path, items: Sequence[Item]) -> list[Item]:
    """Ask the questions of one repository, oldest commit first."""
    ordered = in_time(given.clones, items)
    chosen = ordered[:: max(1, len(ordered) // given.each)][: given.each] if given.each else ordered
    answered: list[Item] = []
    for item in chosen:
        tree = checkout(given.clones, work / "trees", item)
        repository = Repository.open(tree, work / "cache")
        try:
            repository.scan()
            began = time.perf_counter()
            found = repository.find(item["query"], given.k)
            seconds = time.perf_counter() - began
        finally:
            repository.close()
        symbols = [match.symbol for match in found]
        every = list(dict.fromkeys(one.path for one in symbols))
        product = product_of(every)
        kept = {key: item[key] for key in ("id", "repo", "leak", "gold_files")}
        names = [f"{one.path}::{one.qualified}" for one in symbols]
        answered.append({**kept, "files": every, "product": product, "symbols": names, "seconds": round(seconds, 4)})
    return answered


def in_time(clones: Path, items: Sequence[Item]) -> list[Item]:
    """Return the questions of one repository in the order of their commits, oldest first."""
    clone = _clone(clones, items[0]["repo"])
    when = {
        item["commit"]: int(_git(clone, "show", "-s", "--format=%ct", item["commit"]).split()[-1]) for item in items
    }
    return sorted(items, key=lambda item: (when[item["commit"]], item["id"]))


def checkout(clones: Path, trees: Path, item: Item) -> Path:
    """Return the one checkout of a question's repository in `trees`, moved to the question's commit."""
    tree: Path = trees / item["repo"].replace("/", "+")
    if not (tree / ".git").exists():
        subprocess.run(["git", "init", "-q", str(tree)], check=True)
        (tree / ".git/objects/info/alternates").write_text(f"{_clone(clones, item['repo']) / 'objects'}\n")
    _git(tree, "checkout", "-q", "-f", "--detach", item["commit"])
    _git(tree, "clean", "-qffdx")
    return tree


def product_of(files: Sequence[str]) -> list[str]:
    """Return which of these files are code of the product: no tests, samples, generated files."""
    known = indexers()

    def is_product(path: str) -> bool:
        indexer = known.get(Path(path).suffix)
        is_code = indexer is not None and not indexer.outline
        return is_code and not (is_test_path(path) or is_generated(path) or _OTHER.search(path))

    return list(filter(is_product, files))


def table(title: str, answered: Iterable[Item]) -> str:
    """Return the recall of each repository, and their mean, as lines of text."""
    by_repository: defaultdict[str, list[list[float]]] = defaultdict(list)
    for one in answered:
        gold = set(one["gold_files"])
        recall = [len(gold & set(one["product"][:place])) / len(gold) for place in _PLACES]
        by_repository[one["repo"]].append([*recall, one["seconds"]])
    means = {name: [_mean(column) for column in zip(*rows, strict=True)] for name, rows in by_repository.items()}
    rows = [(name, len(by_repository[name]), values) for name, values in sorted(means.items())]
    rows.append(("mean", sum(row[1] for row in rows), [_mean(column) for column in zip(*means.values(), strict=True)]))
    head = f"{title:30s}   n " + " ".join(f"{f'R@{place}':>5s}" for place in _PLACES) + "  seconds"
    lines = [
        f"{name:30s} {count:3d} " + " ".join(f"{value:5.3f}" for value in values[:-1]) + f"  {values[-1]:7.3f}"
        for name, count, values in rows
    ]
    return "\n".join([head, *lines, ""])


def _clone(clones: Path, name: str) -> Path:
    joined = name.replace("/", "+")
    for folder in (clones / joined, clones / joined / "repo", clones / name.rpartition("/")[2]):
        for inside in (folder / ".git", folder):
            if (inside / "objects").is_dir():
                return inside.resolve()
    sys.exit(
        f"there is no clone of {name} in {clones}: looked for {joined}, {joined}/repo and {name.rpartition('/')[2]}"
    )


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True).stdout


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
