"""Modes on the screen: taken on by their name, or as what the session opens with."""

from __future__ import annotations

from pathlib import Path

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
