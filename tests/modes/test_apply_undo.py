"""`rlm-tui apply` and `rlm-tui undo` as people and scripts use them: real processes, on what a run of the navigator proposed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from small_repository import FILES, make_small_repository

from rlm_tui.engine.run import Engine, Models, Question
from rlm_tui.models.navigator.model import Navigator
from rlm_tui.records.events import Bounds
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repository.repository import Repository

PAYMENT = "src/shop/payment.py"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "RLM_TUI_"))}
    folders = {
        "RLM_TUI_CACHE_DIR": "cache",
        "RLM_TUI_RUNS_DIR": "runs",
        "RLM_TUI_APPLIED_DIR": "applied",
        "XDG_CONFIG_HOME": "x",
    }
    return {**kept, **{name: str(tmp_path / folder) for name, folder in folders.items()}}


@pytest.fixture
async def proposed(tmp_path: Path) -> tuple[Path, str]:
    """Return a repository, and the id of a run that proposes to rename `backoff` in it."""
    root = make_small_repository(tmp_path / "shop")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    sandbox = await open_sandbox()
    engine = Engine(repository, sandbox, Models(Navigator(), Navigator()), RunStore(tmp_path / "runs"), Bounds())
    run = engine.ask(
        Question("refactor rename backoff to pause", mode="refactor", arguments=("rename backoff to pause",))
    )
    await run.wait()
    await engine.close()
    await sandbox.close()
    repository.close()
    return root, run.id


def rlm(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rlm_tui", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_run_is_applied_and_taken_back(proposed: tuple[Path, str], environment: dict[str, str]) -> None:
    root, run = proposed
    nobody = rlm(environment, "apply", run)
    assert (nobody.returncode, "there is nobody to ask: add --yes" in nobody.stderr) == (2, True)
    assert (root / PAYMENT).read_text() == FILES[PAYMENT]
    done = rlm(environment, "apply", run, "--yes")
    assert done.returncode == 0, done.stderr
    assert f"modified  {PAYMENT}  +2 -2" in done.stderr
    assert done.stdout == f"applied to {PAYMENT} in {root}; `rlm-tui undo` takes it back\n"
    assert "def pause(attempt" in (root / PAYMENT).read_text()
    again = rlm(environment, "apply", run, "--yes")
    assert again.returncode == 1
    assert "does not apply: its new lines stand there already" in again.stderr
    back = rlm(environment, "undo", str(root), "--yes")
    assert (back.returncode, back.stdout) == (0, f"undone in {PAYMENT}\n")
    assert (root / PAYMENT).read_text() == FILES[PAYMENT]
    nothing = rlm(environment, "undo", str(root), "--yes")
    assert (nothing.returncode, nothing.stderr) == (1, "rlm-tui: no patch was applied here that could be undone\n")


def test_changes_that_are_not_committed_are_never_written_over_without_asking(
    proposed: tuple[Path, str], environment: dict[str, str]
) -> None:
    root, run = proposed
    (root / PAYMENT).write_text("# mine\n" + FILES[PAYMENT])
    refused = rlm(environment, "apply", run, "--yes")
    assert refused.returncode == 2
    assert f"not committed, so that only undo brings it back: {PAYMENT}" in refused.stderr
    assert "commit them, or add --over-uncommitted" in refused.stderr
    assert "def backoff" in (root / PAYMENT).read_text()
    assert rlm(environment, "apply", run, "--yes", "--over-uncommitted").returncode == 0
    assert (root / PAYMENT).read_text().startswith("# mine\n")
    assert "def pause(attempt" in (root / PAYMENT).read_text()


def test_a_run_without_a_patch_and_a_file_that_changed_are_told(
    proposed: tuple[Path, str], environment: dict[str, str]
) -> None:
    root, run = proposed
    assert "proposed no patch with these ids" in rlm(environment, "apply", run, "--finding", "zzz").stderr
    (root / PAYMENT).write_text("something else\n")
    changed = rlm(environment, "apply", run, "--yes")
    assert changed.returncode == 1
    assert f"rlm-tui: {PAYMENT}: the hunk at line" in changed.stderr
    assert (root / PAYMENT).read_text() == "something else\n"
