"""Asks the whole program questions whose answers are known, reads its JSON reports, and scores them.

    python -m benchmarks.questions QUESTIONS TREES [--clones DIR] [--asked N] [--command] [--jobs N] [--each N]
        [--only KIND,...] [--predictions OUT.jsonl]

QUESTIONS is a file of JSON lines or a folder of them. A question has `id`, `repo` (owner/name) and `question` (--asked 1 asks
its first paraphrase, -1 the last) or `query`; of right answers `gold_files`, and for one with an `answer_type` the field of that
name. TREES holds checkouts as `owner+name` or `name`; with --clones they are made there, and moved to the `commit` of each
question. Nothing but the question is given to the program, in one process a checkout; --command runs the real `rlm-tui -p`.

Printed are the recall of the gold among the first 1, 5 and 10 files (of queries; tests, samples and what is no code do not
count) or the F1 of each kind, as means, the seconds of a question, and how the wrong answers went wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.localization import Item, checkout, in_time, product_of, table
from benchmarks.right_answers import score
from rlm_tui.config import NAVIGATOR, load_settings
from rlm_tui.engine.run import Question
from rlm_tui.records.export import as_json
from rlm_tui.workspace import open_workspace

_LIMIT = 120
"""Seconds of one question, after which it counts as not answered."""


def main() -> None:
    """Ask every question of the command line, and print the tables."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("trees", type=Path)
    parser.add_argument("--clones", type=Path, help="git clones, to make the checkouts from")
    parser.add_argument(
        "--asked", type=int, default=0, help="0: the question, 1 and more: that paraphrase, -1: the last"
    )
    parser.add_argument("--command", action="store_true", help="run the real command for every question")
    parser.add_argument("--jobs", type=int, default=2, help="repositories at a time")
    parser.add_argument("--each", type=int, default=0, help="ask so many of each repository")
    parser.add_argument("--only", default="", help="kinds or repositories, with commas between")
    parser.add_argument("--predictions", type=Path, help="write what was found for every question here")
    given = parser.parse_args()
    by_repository: defaultdict[str, list[Item]] = defaultdict(list)
    for item in _items(given.questions, set(filter(None, given.only.split(",")))):
        by_repository[item["repo"]].append(item)
    with TemporaryDirectory() as cache, ProcessPoolExecutor(given.jobs) as pool:
        asked = partial(_ask_all, given, Path(cache))
        answered = [one for group in pool.map(asked, by_repository.values()) for one in group]
    if given.predictions:
        given.predictions.write_text("".join(json.dumps(one["found"] | one["told"]) + "\n" for one in answered))
    _print_recall([one for one in answered if "query" in one["item"]])
    _print_kinds([one for one in answered if "query" not in one["item"]])


def _items(questions: Path, only: set[str]) -> Iterator[Item]:
    files = sorted(questions.glob("*.jsonl")) if questions.is_dir() else [questions]
    for line in (line for file in files for line in file.read_text().splitlines() if line.strip()):
        item: Item = json.loads(line)
        if not only or only & {item.get("kind"), item["repo"]}:
            yield item


def _ask_all(given: Namespace, cache: Path, items: Sequence[Item]) -> list[Item]:
    """Ask all questions about one repository; its checkout moves from commit to commit, the oldest first."""
    name = items[0]["repo"].replace("/", "+")
    tree = next(
        (path for path in (given.trees / name, given.trees / items[0]["repo"].rpartition("/")[2]) if path.is_dir()),
        None,
    )
    if given.clones is not None:
        tree = given.trees / name
        items = in_time(given.clones, items)
    if tree is None:
        sys.exit(f"there is no checkout of {items[0]['repo']} in {given.trees}: make one, or name clones with --clones")
    if given.each:
        items = items[:: max(1, len(items) // given.each)][: given.each]
    answered = []
    for _, group in groupby(items, key=lambda item: item["commit"] if given.clones else ""):
        same = list(group)
        folder = checkout(given.clones, given.trees, same[0]) if given.clones else tree
        texts = [_text(item, given.asked) for item in same]
        reports = _by_command(folder, cache, texts) if given.command else asyncio.run(_in_process(folder, cache, texts))
        for item, text, (report, seconds) in zip(same, texts, reports, strict=True):
            found = report["found"]
            told = {
                "id": item["id"],
                "seconds": round(seconds, 3),
                "asked": text[:300],
                "answer": report["answer"][:600],
            }
            answered.append({"item": item, "found": found, "told": told})
    return answered


def _text(item: Item, asked: int) -> str:
    if "query" in item:
        return str(item["query"])
    phrasings = [item["question"], *item.get("paraphrases", [])]
    return str(phrasings[min(asked, len(phrasings) - 1)])


def _by_command(tree: Path, cache: Path, texts: Sequence[str]) -> list[tuple[Item, float]]:
    """Return the reports of the real command, an empty one where it failed, and the seconds that each took."""
    reports = []
    for text in texts:
        command = [sys.executable, "-m", "rlm_tui", "ask", "-p", text, str(tree), "--output-format", "json"]
        command += ["--model", NAVIGATOR]
        folders = {"XDG_CACHE_HOME": str(cache), "XDG_STATE_HOME": str(cache)}
        started = time.perf_counter()
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            stdin=subprocess.DEVNULL,
            check=False,
            env=os.environ | folders,
        )
        failed = {"found": {"files": []}, "answer": ended.stderr[-300:]}
        reports.append((json.loads(ended.stdout) if ended.stdout else failed, time.perf_counter() - started))
    return reports


async def _in_process(tree: Path, cache: Path, texts: Sequence[str]) -> list[tuple[Item, float]]:
    """Return the reports of the same engine in this process, and the seconds of each, the index being up to date."""
    settings = load_settings({"cache_dir": cache, "runs_dir": cache / "runs", "model": NAVIGATOR})
    reports = []
    async with open_workspace(tree, settings) as workspace:
        await asyncio.to_thread(workspace.repository.scan)
        for text in texts:
            started = time.perf_counter()
            run = workspace.engine.ask(Question(text))
            await asyncio.wait_for(run.wait(), _LIMIT)
            reports.append((json.loads(as_json(run.tree)), time.perf_counter() - started))
    return reports


def _print_recall(answered: Sequence[Item]) -> None:
    """Print the recall of files of what was asked in free words, and where the gold stands that is not among the first."""
    if not answered:
        return
    rows = [
        {key: one["item"][key] for key in ("id", "repo", "leak", "gold_files")}
        | {"product": product_of(one["found"]["files"]), "seconds": one["told"]["seconds"]}
        for one in answered
    ]
    print(table("all", rows))
    if free := [row for row in rows if not row["leak"]]:
        print(table("without leaks", free))
    places: Counter[str] = Counter()
    for row in rows:
        for path in row["gold_files"]:
            at = row["product"].index(path) + 1 if path in row["product"] else 0
            places[
                "not found" if not at else "1" if at == 1 else "2-5" if at <= 5 else "6-10" if at <= 10 else "further"
            ] += 1
    print("place of the right files:", ", ".join(f"{place}: {count}" for place, count in sorted(places.items())))


def _print_kinds(answered: Sequence[Item]) -> None:
    """Print the F1 of each kind, the seconds of a question, and the wrong answers by how they went wrong."""
    if not answered:
        return
    by_kind: defaultdict[str, list[tuple[float, Item]]] = defaultdict(list)
    wrong: Counter[tuple[str, str]] = Counter()
    for one in answered:
        f1, why = score(one["item"], one["found"])
        by_kind[one["item"]["kind"]].append((f1, one))
        if why:
            wrong[one["item"]["kind"], why] += 1
    print(f"{'kind':16s}   n    F1  seconds")
    every = [row for group in by_kind.values() for row in group]
    for kind, rows in [*sorted(by_kind.items()), ("mean", every)]:
        mean = sum(f1 for f1, _ in rows) / len(rows)
        seconds = sorted(one["told"]["seconds"] for _, one in rows)[len(rows) // 2]
        print(f"{kind:16s} {len(rows):3d} {mean:.3f}  {seconds:7.3f}")
    for (kind, why), count in wrong.most_common():
        print(f"  {kind}: {why}: {count}")


if __name__ == "__main__":
    main()
