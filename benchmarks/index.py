"""Measures the index of a repository against the bare tree-sitter parse of the same files, in one run.

    python benchmarks/index.py DIRECTORY

All is done on a copy. Every figure that matters is a ratio or a size: processors differ, and so does what else they do; the
bare parse runs in as many processes as the index, because cores that share caches make each other slower. The bars are those
of docs/design: a cold index costs at most 1.6 x the bare parse (CPU), a warm start under 0.5 s, a definition 5 ms and callers
50 ms at the median, less than 150 MB resident. Beside it, where they are installed: ctags, and aider's repo map.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

from tree_sitter import Language, Parser

from rlm_tui.plugins import discover
from rlm_tui.repository.files import ripgrep
from rlm_tui.repository.index.workers import cpus
from rlm_tui.repository.parsing.grammar import Grammar
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Hit

Figures = dict[str, float]
T = TypeVar("T")

SYMBOLS = 60
"""So many functions and methods, drawn by a fixed seed, are asked for."""
QUESTIONS = ("where is the default configuration read", "retry a failed request", "how are errors reported to the user")
PATTERN = "[a-z]+Config"
PATIENCE = 900.0
"""Seconds for what is not ours."""
AIDER = """
import sys, time
from aider.io import InputOutput
from aider.repomap import RepoMap
class Counts:
    def token_count(self, text):
        return len(text) // 4
root, files = sys.argv[1], sys.stdin.read().splitlines()
began = time.monotonic()
RepoMap(map_tokens=1024, root=root, main_model=Counts(), io=InputOutput(yes=True)).get_repo_map([], files)
print(time.monotonic() - began)
"""


def main() -> None:
    """Print the measurements for the directory on the command line."""
    root = Path(sys.argv[1]).resolve()
    with TemporaryDirectory() as folder:
        copy, cache = Path(folder) / root.name, Path(folder) / "cache"
        shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"), copy_function=_link)
        cold, warm, asked = (run(what, copy, cache) for what in ("--index", "--index", "--ask"))
        plain = run("--bare", copy, cache)
        times, size = cold["cpu"] / plain["cpu"], plain["bytes"] / 1e6
        print(f"{root.name}: {cold['files']:,.0f} files, {plain['files']:,.0f} parsed ({size:.1f} MB)")
        print(f"      {cold['symbols']:,.0f} symbols, {asked['aside']:.0f} files set aside, {cpus()} processes")
        print(f"bare  {plain['cpu']:7.2f} CPU-s, {plain['wall']:.2f} s")
        print(
            f"cold  {cold['cpu']:7.2f} CPU-s = {times:.2f} x bare, {cold['wall']:.2f} s = {cold['wall'] / plain['wall']:.2f} x"
        )
        print(
            f"      {cold['rss']:.0f} MB resident, {cold['tree']:.0f} MB with its workers, {cold['disk']:.0f} MB on disk"
        )
        print(f"warm  {warm['wall']:7.2f} s, {warm['rss']:.0f} MB resident, {asked['rss']:.0f} MB after all questions")
        print(f"saved {1000 * asked['update']:7.1f} ms until {asked['bytes'] / 1000:.0f} kB are in the index")
        print(f"definition {1000 * asked['definition']:.1f} ms, callers {1000 * asked['callers']:.1f} ms (medians)")
        print(f"      callers, nine of ten within {1000 * asked['slow']:.0f} ms")
        print(f"find  {1000 * asked['find']:7.1f} ms")
        rg = 1000 * asked["rg"]
        print(f"grep  {1000 * asked['grep']:7.1f} ms for {asked['hits']:.0f} hits, rg {rg:.1f} ms")
        others(copy, cold)


def others(root: Path, cold: Figures) -> None:
    """Print what ctags and aider take for the same directory."""
    if ctags := shutil.which("ctags"):
        before = _spent(resource.RUSAGE_CHILDREN)
        command = [ctags, "--options=NONE", "-R", "-f", os.devnull, "."]
        subprocess.run(command, cwd=root, check=False, capture_output=True, timeout=PATIENCE)
        spent = _spent(resource.RUSAGE_CHILDREN) - before
        print(f"ctags {spent:7.2f} CPU-s: the cold index takes {cold['cpu'] / spent:.2f} x")
    else:
        print("ctags: not installed")
    aider = shutil.which("aider")
    python = Path(aider).resolve().parent / "python" if aider else None
    if python is None or not python.exists():
        print("aider: not installed")
        return
    listed = subprocess.run([ripgrep.program(), "--files"], cwd=root, capture_output=True, text=True, check=True).stdout
    paths = "\n".join(str(root / line) for line in listed.splitlines())
    try:
        done = subprocess.run(
            [python, "-c", AIDER, str(root)], input=paths, capture_output=True, text=True, check=True, timeout=PATIENCE
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"aider: {type(error).__name__}, after {PATIENCE:.0f} s at most")
        return
    wall = float(done.stdout.splitlines()[-1])
    print(f"aider {wall:7.2f} s = {wall / cold['wall']:.1f} x the cold index")


def run(what: str, root: Path, cache: Path) -> Figures:
    """Measure one thing in a process of its own, so that memory and CPU are its own too."""
    command = [sys.executable, __file__, what, str(root), str(cache)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: Figures = json.loads(done.stdout)
    return found


def bare(root: Path, cache: Path) -> Figures:
    """Parse each file that was parsed for the index, in as many processes, and look at nothing."""
    known = {grammar.name for grammar in discover("rlm_tui.indexers", Grammar)}
    repository = Repository.open(root, cache)
    repository.scan()
    files = [file for file in repository.files() if file.status == "parsed" and file.language in known]
    repository.close()
    command = [sys.executable, __file__, "--parse", str(root), str(cache)]
    began = time.monotonic()
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(cpus())
    ]
    for number, process in enumerate(running):
        assert process.stdin
        process.stdin.write(json.dumps([(file.language, file.path) for file in files[number :: len(running)]]))
        process.stdin.close()
    cpu = sum(json.load(process.stdout)["cpu"] for process in running if process.stdout)
    wall = time.monotonic() - began
    return {"cpu": cpu, "wall": wall, "files": len(files), "bytes": sum(file.size for file in files)}


def parse(root: Path, _cache: Path) -> Figures:
    """Parse the files named on standard input, one after the other."""
    grammars = {grammar.name: grammar for grammar in discover("rlm_tui.indexers", Grammar)}
    parsers: dict[str, Parser] = {}
    cpu = 0.0
    for language, path in json.load(sys.stdin):
        if language not in parsers:
            parsers[language] = Parser(Language(grammars[language].language()))
        source = (root / path).read_bytes()
        began = time.process_time()
        parsers[language].parse(source)
        cpu += time.process_time() - began
    return {"cpu": cpu}


def index(root: Path, cache: Path) -> Figures:
    """Open and scan."""
    before = _spent(resource.RUSAGE_SELF)
    began = time.monotonic()
    with _memory() as most:
        repository = Repository.open(root, cache)
        progress = repository.scan()
        wall = time.monotonic() - began
    repository.close()
    return {
        "cpu": _spent(resource.RUSAGE_SELF) - before + _spent(resource.RUSAGE_CHILDREN),
        "wall": wall,
        "rss": _resident(),
        "tree": most[0],
        "disk": sum(path.stat().st_size for path in cache.rglob("*.db*")) / 1e6,
        "files": progress.total,
        "symbols": progress.symbols,
    }


def ask(root: Path, cache: Path) -> Figures:
    """Save one file, and ask."""
    repository = Repository.open(root, cache)
    repository.scan()
    files = repository.files()
    parsed = sorted((file for file in files if file.status == "parsed"), key=lambda file: file.size)
    drawn = [s for kind in ("function", "method") for s in repository.symbols(kind=kind) if not s.is_test]
    drawn = random.Random(1).sample(drawn, min(SYMBOLS, len(drawn)))
    locators = [symbol.locator for symbol in drawn]
    definitions = [_timed(repository.resolve, name) for name in locators]
    callers = sorted(_timed(repository.callers, name) for name in locators)
    found = {
        "aside": sum(file.status in ("large", "quarantined", "unreadable") for file in files),
        "definition": median(definitions),
        "callers": median(callers),
        "slow": callers[len(callers) * 9 // 10],
        "find": median(_timed(repository.find, question) for question in QUESTIONS for _ in range(2)),
        "hits": len(_search(repository)),
        "grep": min(_timed(_search, repository) for _ in range(5)),
        "rg": min(_timed(_plain_search, root) for _ in range(5)),
        "rss": _resident(),
    }
    file = min(parsed, key=lambda file: abs(file.size - 90_000))
    path = root / file.path
    repository.update([parsed[0].path])
    updates = []
    for number in range(5):
        other = path.with_name(f"{path.name}.new")
        other.write_bytes(path.read_bytes() + b"\n" * (number + 1))
        other.replace(path)  # the copy may share its content with the original
        updates.append(_timed(repository.update, [file.path]))
    repository.close()
    return {**found, "update": median(updates), "bytes": file.size}


def _plain_search(root: Path) -> None:
    """Run the plain search that `grep` is compared with."""
    command = [
        ripgrep.program(),
        "--no-config",
        "--hidden",
        "--no-require-git",
        "--line-number",
        "-e",
        PATTERN,
        "--",
        ".",
    ]
    subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=False)


def _search(repository: Repository) -> list[Hit]:
    return repository.grep(PATTERN, limit=1000)


def _timed(call: Callable[[T], object], given: T) -> float:
    began = time.monotonic()
    call(given)
    return time.monotonic() - began


def _link(source: str, target: str) -> None:
    """Copy a file at no cost where both places are on one file system."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _spent(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _resident() -> float:
    """Return the most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


@contextmanager
def _memory() -> Iterator[list[float]]:
    """Give the most MB that this process and its children had together, what they share counted once (Linux only)."""
    most = [0.0]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            tasks = Path("/proc/self/task").glob("*/children")
            children = [number for task in tasks for number in _said(task).split()]
            shares = [
                int(line.split()[1])
                for number in ("self", *children)
                for line in _said(Path(f"/proc/{number}/smaps_rollup")).splitlines()
                if line.startswith("Pss:")
            ]
            most[0] = max(most[0], sum(shares) / 1024)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()


def _said(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # that process has ended, or this is no Linux
        return ""


if __name__ == "__main__":
    measured = {"--bare": bare, "--parse": parse, "--index": index, "--ask": ask}
    if sys.argv[1] in measured:
        json.dump(measured[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3])), sys.stdout)
    else:
        main()
