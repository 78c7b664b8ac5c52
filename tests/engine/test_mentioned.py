"""What a question names with an @ reaches the model as a name that it can use, and the record as it was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.config import load_settings
from rlm_tui.engine.mentioned import spelled_out
from rlm_tui.engine.run import Question
from rlm_tui.records.events import CallStarted
from rlm_tui.repository.repository import Repository
from rlm_tui.workspace import open_workspace


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    root = make_small_repository(tmp_path / "shop", git=False)
    (root / "a b.py").write_text("def twice(): ...\n")
    (root / "other.py").write_text("def twice(): ...\n")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    return repository


@pytest.mark.parametrize(
    "text, expected",
    [
        ("why does @Order.pay fail?", "why does `Order.pay` fail?"),
        ("@src/shop/orders.py: what is in it", "`src/shop/orders.py`: what is in it"),
        ("(@Gateway, @web)", "(`Gateway`, `web`)"),
        ("see @`a b.py`.", "see `a b.py`."),
        ("compare @src/shop/payment.py::Gateway.charge@17", "compare `src/shop/payment.py::Gateway.charge@17`"),
        ("@twice", "`twice`"),
        ("what does @property do, me@example.org?", "what does @property do, me@example.org?"),
        ("@nothing.like.this", "@nothing.like.this"),
        ("@ @` @`` @.", "@ @` @`` @."),
    ],
)
def test_names_become_code(shop: Repository, text: str, expected: str) -> None:
    assert spelled_out(text, shop, told=False) == expected
    assert spelled_out(text, shop, told=True).startswith(expected)


def test_a_language_model_is_told_what_they_are(shop: Repository) -> None:
    told = spelled_out("@Order.pay @web @src/shop/orders.py:3-9 @twice", shop, told=True).split("\n")
    assert told[1:5] == [
        "",
        "Named in it:",
        "- `Order.pay`: method, src/shop/orders.py:17-19, def pay(self) -> bool",
        "- `web`: module, web, 2 files",
    ]
    assert told[5] == "- `src/shop/orders.py:3-9`: lines 3 to 9"
    assert "means 2 things" in told[6]


@pytest.mark.parametrize("text", ["@" * 50_000, "@a " * 20_000, "(@`" * 20_000, "@" + "x" * 100_000])
def test_hostile_text_is_read_quickly(shop: Repository, text: str) -> None:
    assert spelled_out(text, shop, told=True) == text


async def test_the_navigator_answers_about_what_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RLM_TUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("RLM_TUI_RUNS_DIR", str(tmp_path / "runs"))
    root = make_small_repository(tmp_path / "shop", git=False)
    async with open_workspace(root, load_settings({})) as workspace:
        run = workspace.engine.ask(Question("who calls @Gateway.charge?"))
        end = await run.wait()
        assert end.status == "done" and "src/shop/orders.py" in end.answer and "Order.pay" in end.answer
        assert run.tree.start is not None and run.tree.start.question == "who calls @Gateway.charge?"
        started = [event for event in workspace.runs.read(run.id) if isinstance(event, CallStarted)]
        assert started[0].task == "who calls `Gateway.charge`?"
