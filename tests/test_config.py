"""Settings come from flags, then environment, then file; a wrong one is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlm_tui import config
from rlm_tui.config import ConfigError, Settings, load_settings

KEY = "sk-not-a-real-key"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(config, "CONFIG_FILE", tmp_path / "config.toml")


def test_without_a_key_the_navigator_answers() -> None:
    settings = load_settings({})
    assert (settings.root_model, settings.child_model) == ("navigator", "navigator")


def test_a_key_brings_language_models_and_stays_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    settings = load_settings({})
    assert settings.root_model.startswith("claude-")
    assert settings.child_model.startswith("claude-")
    assert KEY not in repr(settings)
    assert KEY not in settings.model_dump_json()


def test_a_chosen_root_model_is_also_the_child_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:11434")
    assert load_settings({"model": "qwen3"}).child_model == "qwen3"


def test_flags_win_over_environment_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    config.CONFIG_FILE.write_text("slots = 2\nbudget = 0.5\ntheme = 'a'\n")
    monkeypatch.setenv("RLM_TUI_BUDGET", "1.5")
    monkeypatch.setenv("RLM_TUI_THEME", "b")
    settings = load_settings({"theme": "c"})
    assert (settings.slots, settings.budget, settings.theme) == (2, 1.5, "c")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"budget": -1.0}, "--budget: input should be greater than 0"),
        ({"budget": float("inf")}, "--budget: value error, must be a finite number"),
        ({"max_depth": 99}, "--max-depth: input should be less than or equal to 5"),
        (
            {"sandbox": "none"},
            "--sandbox: value error, there is no sandbox 'none'; there are auto, sealed, monty, docker",
        ),
    ],
)
def test_a_wrong_flag_is_named(flags: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load_settings(flags)


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLM_TUI_SLOTS", "900")
    with pytest.raises(ConfigError, match="RLM_TUI_SLOTS: input should be less than or equal to 64"):
        load_settings({})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modle = 'x'\n", "modle in .*no such setting"),
        ("slots = \n", "not valid TOML"),
        (f"slots = {'1' * 5_000}\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_named(text: str, words: str) -> None:
    config.CONFIG_FILE.write_text(text)
    with pytest.raises(ConfigError, match=words):
        load_settings({})


def test_a_dotenv_file_of_the_repository_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("RLM_TUI_MODEL=evil\nANTHROPIC_BASE_URL=http://evil.invalid\n")
    monkeypatch.chdir(tmp_path)
    assert load_settings({}) == Settings()
    assert load_settings({}).base_url == ""


def test_the_readme_tells_of_every_setting() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Settings")[2].partition("\n## ")[0]
    assert [name for name in Settings.model_fields if name not in table and name.upper() not in table] == []
