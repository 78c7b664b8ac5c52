"""Measures the index of a repository against the bare tree-sitter parse of the same files, in one run.

    python benchmarks/index.py DIR

Every figure that matters is a ratio or a size: processors differ, and so does what else they do. The bars are those of
docs/design: a cold index costs at most 1.6 x the bare parse (CPU), a warm start under 0.5 s, less than 150 MB resident.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tree_sitter import Language, Parser

from rlm_tui.plugins import discover
from rlm_tui.repository import ripgrep
from rlm_tui.repository.parse import Grammar
from rlm_tui.repository.repository import Repository

Figures = dict[str, float]


def main() -> None:
    """Print the measurements for the directory on the command line."""
    root = Path(sys.argv[1]).resolve()
    with TemporaryDirectory() as cache:
        cold = run("--index", root, Path(cache))
        warm = run("--index", root, Path(cache))
        plain = run("--bare", root, Path(cache))
        asked = run("--saved", root, Path(cache))
    parsed, size = plain["files"], plain["bytes"] / 1e6
    print(
        f"{root.name}: {cold['files']:,.0f} files, {parsed:,.0f} parsed ({size:.1f} MB), {cold['symbols']:,.0f} symbols"
    )
    times = cold["cpu"] / plain["cpu"]
    print(f"cold  {cold['cpu']:7.2f} CPU-s = {times:.2f} x the bare parse ({plain['cpu']:.2f} CPU-s)")
    print(f"      {cold['wall']:7.2f} s, {cold['rss']:.0f} MB resident, {cold['worker']:.0f} MB a worker")
    print(f"      {cold['disk']:7.0f} MB on disk")
    print(f"warm  {warm['wall']:7.2f} s, {warm['rss']:.0f} MB resident")
    print(
        f"saved {1000 * asked['update']:7.1f} ms until a saved file of {asked['bytes'] / 1000:.0f} kB is in the index"
    )
    print(f"find  {1000 * asked['find']:7.1f} ms, definition {1000 * asked['definition']:.1f} ms")
    print(f"grep  {1000 * asked['grep']:7.1f} ms for {asked['hits']:.0f} hits, rg {1000 * asked['rg']:.1f} ms")


def run(what: str, root: Path, cache: Path) -> Figures:
    """Measure one thing in a process of its own, so that memory and CPU are its own too."""
    command = [sys.executable, __file__, what, str(root), str(cache)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: Figures = json.loads(done.stdout)
    return found


def bare(root: Path, _cache: Path) -> Figures:
    """Parse each file that is indexed, one after the other, and look at nothing."""
    parsers = {grammar.name: Parser(Language(grammar.language())) for grammar in discover("rlm_tui.indexers", Grammar)}
    with TemporaryDirectory() as empty:
        repository = Repository.open(root, Path(empty))
        repository.scan()
        files = [file for file in repository.files() if file.status == "parsed" and file.language in parsers]
        repository.close()
    cpu = 0.0
    for file in files:
        source = (root / file.path).read_bytes()
        began = time.process_time()
        parsers[file.language].parse(source)
        cpu += time.process_time() - began
    return {"cpu": cpu, "files": len(files), "bytes": sum(file.size for file in files)}


def index(root: Path, cache: Path) -> Figures:
    """Open and scan."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.monotonic()
    repository = Repository.open(root, cache)
    progress = repository.scan()
    wall = time.monotonic() - began
    repository.close()
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    kilobytes = 1024 if sys.platform == "linux" else 1024**2
    return {
        "cpu": own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime + workers.ru_utime + workers.ru_stime,
        "wall": wall,
        "rss": own.ru_maxrss / kilobytes,
        "worker": workers.ru_maxrss / kilobytes,
        "disk": sum(path.stat().st_size for path in cache.rglob("*.db*")) / 1e6,
        "files": progress.total,
        "symbols": progress.symbols,
    }


def saved(root: Path, cache: Path) -> Figures:
    """Save one file of a copy, and ask."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / root.name
        shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        repository = Repository.open(copy, cache)
        repository.scan()
        parsed = sorted((file for file in repository.files() if file.status == "parsed"), key=lambda file: file.size)
        file = min(parsed, key=lambda file: abs(file.size - 90_000))
        locator = repository.symbols(path=file.path)[0].locator
        path = copy / file.path
        repository.update([parsed[0].path])
        updates = []
        for number in range(5):
            path.write_bytes(path.read_bytes() + b"\n" * (number + 1))
            began = time.monotonic()
            repository.update([file.path])
            updates.append(time.monotonic() - began)
        found = {
            "update": min(updates[1:]),
            "bytes": file.size,
            "find": best(lambda: repository.find("where is the default configuration read")),
            "definition": best(lambda: repository.resolve(locator)),
            "hits": len(repository.grep("[a-z]+Config", limit=1000)),
            "grep": best(lambda: repository.grep("[a-z]+Config", limit=1000)),
            "rg": best(lambda: subprocess.run(command(), cwd=copy, stdout=subprocess.DEVNULL, check=False)),
        }
        repository.close()
    return found


def command() -> list[str]:
    """Return the plain search that `grep` is compared with."""
    return [
        ripgrep.program(),
        "--no-config",
        "--hidden",
        "--no-require-git",
        "--line-number",
        "-e",
        "[a-z]+Config",
        "--",
        ".",
    ]


def best(call: Callable[[], object]) -> float:
    """Return the seconds of the quickest of a few calls."""
    times = []
    for _ in range(5):
        began = time.monotonic()
        call()
        times.append(time.monotonic() - began)
    return min(times)


if __name__ == "__main__":
    measured = {"--bare": bare, "--index": index, "--saved": saved}
    if sys.argv[1] in measured:
        json.dump(measured[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3])), sys.stdout)
    else:
        main()
