"""Fixtures of the screen's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from screen_stage import Stage
from small_repository import FILES

from rlm_tui.records.store import RunStore
from rlm_tui.repository.repository import Repository


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "COLORTERM", "TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "shop"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    monkeypatch.chdir(folder)
    repository = Repository.open(folder, tmp_path / "cache")
    repository.scan()
    return Stage(repository, RunStore(tmp_path / "runs"))
