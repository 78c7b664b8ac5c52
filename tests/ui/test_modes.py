"""Modes on the screen: taken on by their name, or as what the session opens with."""

from __future__ import annotations

from pathlib import Path

import pytest
from finding_samples import PATCH, reviewed_events
from screen_stage import Stage, opened
from small_repository import make_small_repository

from rlm_tui.records.store import RunStore
from rlm_tui.repository.repository import Repository


async def test_a_mode_is_taken_on_by_its_name_and_words(tmp_path: Path) -> None:
    repository = Repository.open(make_small_repository(tmp_path / "shop"), tmp_path / "cache")
    stage = Stage(repository, RunStore(tmp_path / "runs"))
    try:
        async with opened(stage) as on:
            await on.press(*"/review main src", "enter")
            on.stage.run.play()
            await on.settle()
            await on.press(*"/revue", "enter")
            assert "/revue is no command; there are /" in on.notice
    finally:
        repository.close()
    assert [text for text, _ in stage.asked] == ["review main src"]


async def test_reports_of_every_form_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository = Repository.open(make_small_repository(tmp_path / "shop"), tmp_path / "cache")
    stage = Stage(repository, RunStore(tmp_path / "runs"), events=reviewed_events())
    try:
        async with opened(stage) as on:
            await on.ask()
            for form in ("markdown", "json", "sarif", "patch"):
                await on.press(*f"/export {form}", "enter")
            assert "2 findings (1 high, 1 low); 1 refuted by a second look" in on.page.text
            await on.press(*"/export pdf", "enter")
            assert "a report is markdown, json, sarif, patch, not pdf" in on.notice
    finally:
        repository.close()
    written = _reports(tmp_path)
    assert set(written) == {".md", ".json", ".sarif", ".patch"}
    assert written[".patch"] == PATCH + "\n"


def _reports(folder: Path) -> dict[str, str]:
    return {path.suffix: path.read_text() for path in folder.glob("rlm-tui-report-*")}
