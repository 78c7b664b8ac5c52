"""What the screen costs: run `python benchmarks/screen.py`. Headless, 120 x 40, on generated events.

Every figure is a ratio to wall time, to the stream's own duration, or to the bare import of Textual, from one run.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from sample_runs import ANSWER, Script
from screen_stage import Stage

from rlm_tui.records.store import RunStore
from rlm_tui.repository.repository import Repository

NODES, ADDS, SECONDS = 5_000, 50, 8
STREAM, PIECES, EACH = 12_000, 600, 0.01


async def tree(folder: Path) -> None:
    """Add nodes to a large run; print the share of a core and the longest delay of the event loop."""
    script = begun()
    for number in range(1, NODES + ADDS * SECONDS + 1):
        script.call(str(number), "0", f"module {number}", 1)
    stage = staged(folder, script)
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", "enter")
        base = len(script.events) - ADDS * SECONDS
        stage.run.play(base)
        await pilot.pause(0.5)
        wall, computed, lag = time.monotonic(), time.process_time(), 0.0
        for number in range(ADDS * SECONDS):
            stage.run.play(base + number)
            before = time.monotonic()
            await asyncio.sleep(1 / ADDS)
            lag = max(lag, time.monotonic() - before - 1 / ADDS)
        share = (time.process_time() - computed) / (time.monotonic() - wall)
    print(f"{NODES:,} nodes, {ADDS} adds/s: {share:.0%} of a core, longest delay {lag * 1000:.0f} ms (bar: 30%)")


async def stream(folder: Path) -> None:
    """Stream an answer; print how much longer it takes than the same waits without a screen."""
    text = (ANSWER * (STREAM // len(ANSWER) + 1))[:STREAM]
    script = begun()
    base = len(script.events)
    script.stream("0", 1, text, pieces=PIECES)
    stage = staged(folder, script)
    bare = time.monotonic()
    for _ in range(PIECES):
        await asyncio.sleep(EACH)
    bare = time.monotonic() - bare
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", "enter")
        stage.run.play(base)
        await pilot.pause(0.5)
        wall = time.monotonic()
        for number in range(base, len(script.events) + 1):
            stage.run.play(number)
            await asyncio.sleep(EACH)
        wall = time.monotonic() - wall
    print(f"{STREAM:,} characters in {PIECES} pieces: {wall / bare:.2f} x of its own duration (bar: 1.20)")


def imports() -> None:
    """Print the CPU time of importing the app, absolute and beside that of Textual's App alone."""
    ours, bare = cpu("import rlm_tui.ui.app"), cpu("import textual.app")
    print(f"import rlm_tui.ui.app: {ours:.2f} CPU-s, {ours / bare:.1f} x `import textual.app` (bar: 0.50 CPU-s)")


def cpu(code: str) -> float:
    """Return the least CPU seconds that a fresh interpreter needs for `code`, of three tries, less an empty one's."""

    def once(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once(code) for _ in range(3)) - min(once("pass") for _ in range(3))


def begun() -> Script:
    """Return a run whose root is in its first step."""
    script = Script()
    script.start()
    script.call("0", "", "root", 0, depth=0)
    script.prompt("0")
    script.step("0", 1)
    return script


def staged(folder: Path, script: Script) -> Stage:
    """Put a run on the stage of an empty repository."""
    repository = Repository.open(folder, folder / "cache")
    repository.scan()
    return Stage(repository, RunStore(folder / "runs"), events=script.events)


def main() -> None:
    """Print all figures."""
    imports()
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(tree(Path(name)))
        asyncio.run(stream(Path(name)))


if __name__ == "__main__":
    main()
