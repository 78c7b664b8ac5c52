"""The screen on the real engine: the navigator answers from a real index, in the real sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from screen_stage import Screenful, Stage
from small_repository import make_small_repository

from rlm_tui.config import load_settings
from rlm_tui.engine.run import Question
from rlm_tui.ui.app import RlmApp
from rlm_tui.ui.session import Session
from rlm_tui.ui.trace import TraceScreen
from rlm_tui.workspace import open_workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RLM_TUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("RLM_TUI_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return make_small_repository(tmp_path / "shop")


async def ended(app: RlmApp) -> None:
    for worker in [worker for worker in app.workers if worker.name == "run"]:
        await worker.wait()


async def test_ask_drill_and_replay(shop: Path, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_workspace(shop, load_settings({})) as workspace:
        app = RlmApp(Session.of(workspace))
        async with app.run_test(size=(120, 40)) as pilot:
            on = Screenful(app, pilot, stage)
            await on.press(*"who calls send?", "enter")
            await ended(app)
            await on.settle()
            assert app.shown.end is not None and app.shown.end.status == "done"
            assert "src/shop/payment.py" in on.page.text
            assert all(cited.ok for cited in app.shown.citations) and app.shown.citations
            await on.press("tab", "down", "enter")
            assert isinstance(on.screen, TraceScreen)
            assert "print" in on.page.text
            await on.press("escape", "1")
            assert "▌" in on.page.text
            asked = app.shown_id
    monkeypatch.setenv("RLM_TUI_CACHE_DIR", str(tmp_path / "no index yet"))
    async with open_workspace(shop, load_settings({})) as workspace:
        app = RlmApp(Session.of(workspace, replay=asked))
        async with app.run_test(size=(120, 40)) as pilot:
            on = Screenful(app, pilot, stage)
            await on.settle()
            assert "src/shop/payment.py" in on.page.text
            assert on.calls.keys[:2] == ["0", "0/1"]
            for _ in range(500):
                if workspace.repository.progress.phase == "ready":
                    break
                await pilot.pause(0.01)
            await on.press("tab", "1")
            assert "▌" in on.page.text and "cannot be shown" not in on.page.text


async def test_a_run_that_was_cut_off_goes_on(shop: Path, stage: Stage) -> None:
    async with open_workspace(shop, load_settings({})) as workspace:
        run = workspace.engine.ask(Question("who calls send?"))
        answer = (await run.wait()).answer
        lines = run.path.read_bytes().splitlines(keepends=True)
        run.path.write_bytes(b"".join(lines[:-4]))
    async with open_workspace(shop, load_settings({})) as workspace:
        app = RlmApp(Session.of(workspace, replay=run.id))
        async with app.run_test(size=(120, 40)) as pilot:
            on = Screenful(app, pilot, stage)
            await on.settle()
            await on.press("tab", "R")
            await ended(app)
            await on.settle()
            assert app.shown.start is not None and app.shown.start.resumes == run.id
            assert app.shown.answer == answer
    async with open_workspace(shop, load_settings({})) as workspace:
        app = RlmApp(Session.of(workspace, resumed=run.id))
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            await ended(app)
            assert app.shown.answer == answer


async def test_leaving_while_a_run_lives_ends_it(shop: Path, stage: Stage) -> None:
    async with open_workspace(shop, load_settings({})) as workspace:
        app = RlmApp(Session.of(workspace))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(*"how is this put together?", "enter")
            run_id = app.shown_id
            await pilot.press("ctrl+q")
        assert app.return_value == 0
    record = list(workspace.runs.read(run_id))
    assert record[-1].kind == "run_ended"
