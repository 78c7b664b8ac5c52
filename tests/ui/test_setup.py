"""The set-up and the settings, on a real workspace: tried live against the loopback server, kept in a real file."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from messages_server import MessagesServer, error, text
from screen_stage import Screenful, Stage
from small_repository import make_small_repository
from textual.widgets import Input, OptionList, Static

from rlm_tui import config
from rlm_tui.config import load_settings
from rlm_tui.ui.app import RlmApp
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.picker import Picker
from rlm_tui.ui.session import Session
from rlm_tui.ui.settings_screen import SettingsScreen
from rlm_tui.ui.setup_screen import SetupScreen
from rlm_tui.ui.value import ValueScreen
from rlm_tui.workspace import open_workspace

KEY = "sk-ant-secret-0123456789"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RLM_TUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("RLM_TUI_RUNS_DIR", str(tmp_path / "runs"))
    path = tmp_path / "config" / "config.toml"
    monkeypatch.setattr(config, "CONFIG_FILE", path)
    make_small_repository(tmp_path / "shop", git=False)
    return path


def kept(file: Path) -> dict[str, object]:
    return tomllib.loads(file.read_text())


def comments(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line.startswith("#")]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@asynccontextmanager
async def at_work(stage: Stage, file: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screenful]:
    async with open_workspace(file.parent.parent / "shop", load_settings({})) as workspace:
        session = Session.of(workspace)
        assert session.setup is not None
        session.setup.file = file
        app = RlmApp(session)
        async with app.run_test(size=size) as pilot:
            on = Screenful(app, pilot, stage)
            await on.settle()
            yield on


async def test_without_a_key_it_says_what_to_do(stage: Stage, file: Path) -> None:
    async with at_work(stage, file) as on:
        assert "/setup" in on.page.text
        await on.press("tab", "S")
        assert isinstance(on.screen, SetupScreen)
        for said in (
            "no language model",
            "export ANTHROPIC_API_KEY=",
            "http://localhost:11434",
            "$2.00",
            "in force",
            "index  ",
        ):
            assert said in on.page.text
        await on.press("t")
        assert "needs no endpoint" in on.page.text
        await on.press("escape", "i", *"/setup", "enter")
        assert isinstance(on.screen, SetupScreen)


async def test_an_endpoint_is_named_and_tried(stage: Stage, file: Path) -> None:
    async with (
        MessagesServer([text("ready"), error(401, "authentication_error", "no such key")]) as server,
        at_work(stage, file) as on,
    ):
        await on.press("tab", "S", "u", *"x" * 3, "enter")
        assert "is no address" in on.page.text
        await on.press("u")
        on.screen.query_one(Input).value = server.url
        await on.press("enter")
        assert isinstance(on.screen, Confirm)
        await on.press("n", "k", *KEY)
        assert isinstance(on.screen, ValueScreen) and on.screen.query_one(Input).password
        await on.press("enter", "m")
        assert isinstance(on.screen, Picker)
        await on.press(*"my-model", "enter", "y")
        assert on.app.session.model == "my-model" and on.app.session.language_model
        assert kept(file) == {"model": "my-model"}
        await on.press("t")
        await finished_trying(on)
        assert "reached: my-model answers" in on.page.text and server.url in on.page.text
        await on.press("t")
        await finished_trying(on)
        assert "refused the key" in on.page.text and KEY not in on.page.text
        assert KEY not in str(kept(file))
        await on.press("s", "down", "enter", "n", "b", *["backspace"] * 5, *"0.25", "enter", "y")
        assert kept(file) == {"model": "my-model", "budget": 0.25}
        assert "$0.25" in on.page.text
        await on.press("comma")
        assert isinstance(on.screen, SettingsScreen)


async def finished_trying(on: Screenful) -> None:
    for _ in range(100):
        await on.settle()
        if "trying" not in on.page.text:
            return
        await asyncio.sleep(0.1)


async def test_an_endpoint_that_is_not_there_is_told_with_what_to_do(stage: Stage, file: Path) -> None:
    write(file, 'base_url = "http://127.0.0.1:9"\nmodel = "x"\n')
    async with at_work(stage, file) as on:
        await on.press("tab", "S", "t")
        await finished_trying(on)
        assert "ANTHROPIC_BASE_URL right, and the endpoint running?" in on.page.text


async def test_the_list_of_models_is_the_endpoints_own(stage: Stage, file: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"data": [{"id": "local-\\u001b[31mone"}, {"id": "local-two"}], "has_more": false}'
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    write(file, f'base_url = "http://127.0.0.1:{server.sockets[0].getsockname()[1]}"\n')
    async with server, at_work(stage, file) as on:
        await on.press("tab", "S", "m")
        options = on.screen.query_one(OptionList)
        names = [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]
        assert names == ["local-[31mone", "local-two", "navigator"]


async def test_settings_tell_their_source_and_are_kept(
    stage: Stage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, "# mine\nmax_calls = 50\n")
    monkeypatch.setenv("RLM_TUI_MAX_DEPTH", "2")
    async with at_work(stage, file) as on:
        await on.press("tab", "comma")
        options = on.screen.query_one(OptionList)
        setup = on.app.session.setup
        assert isinstance(on.screen, SettingsScreen) and setup is not None
        rows = {row.name: (row.value, row.source) for row in setup.in_force()}
        assert rows["max_calls"] == ("50", "file") and rows["max_depth"] == ("2", "RLM_TUI_MAX_DEPTH")
        assert rows["budget"] == ("2", "default") and rows["max_tokens"][0] == "4,000,000"
        assert all(row.about for row in setup.in_force())
        assert rows["api_key"] == ("not set", "default")
        names = list(rows)

        async def put(name: str, value: str) -> None:
            options.highlighted = names.index(name)
            await on.press("enter")
            on.screen.query_one(Input).value = value
            await on.press("enter")

        await put("budget", "-3")
        assert "greater than 0" in on.line("#crumbs")
        await put("budget", "0.75")
        assert "holds from the next question on" in on.line("#crumbs")
        assert setup.workspace.engine.bounds.dollars == 0.75
        options.highlighted = names.index("memo")
        await on.press("enter")
        assert "served from earlier runs" in str(on.screen.query_one("#about", Static).content)
        await put("allow_secrets", "*.pem, x")
        await put("max_depth", "3")
        assert "RLM_TUI_MAX_DEPTH wins" in on.line("#crumbs")
        await put("theme", "paper")
        assert on.app.theme == "paper"
        assert kept(file) == {
            "max_calls": 50, "budget": 0.75, "memo": False, "allow_secrets": ["*.pem", "x"], "max_depth": 3, "theme": "paper",
        }  # fmt: skip
        assert comments(file) == ["# mine"]
        options.highlighted = names.index("budget")
        await on.press("d")
        assert "budget" not in kept(file) and setup.workspace.engine.bounds.dollars == 2.0
        options.highlighted = names.index("api_key")
        await on.press("enter")
        assert isinstance(on.screen, SettingsScreen) and "keys are not written" in on.line("#crumbs")


async def test_what_cannot_be_written_is_said(stage: Stage, file: Path) -> None:
    async with at_work(stage, file) as on:
        write(file.parent, "no folder")
        await on.press("tab", "comma", "enter", *"x", "enter")
        assert "cannot be" in on.line("#crumbs")


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (20, 6)])
async def test_small_screens_show_it(stage: Stage, file: Path, size: tuple[int, int]) -> None:
    async with at_work(stage, file, size) as on:
        await on.press("tab", "S", "comma", "enter", "escape", "escape", "escape")
        assert on.app.return_value is None
