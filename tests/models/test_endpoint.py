"""Where models are asked: addresses, keys that are never shown, and what it costs to start."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from messages_server import MessagesServer, error, serving_thread, text
from model_asking import HASTY, KEY, MODEL, ask, endpoint, query

from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.protocol import Model, ModelError


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "ftp://host",
        "http://",
        "http://h:99999",
        "http://a b",
        "http://[::1",
        "//h",
        "http://h/?a=hunter2",
        "http://me:hunter2@h?a=hunter2",
        "http://h\x1b",
    ],
)
def test_a_wrong_address_is_told_before_anything_is_asked(url: str) -> None:
    with pytest.raises(ModelError, match=r"no address of a model endpoint.*ANTHROPIC_BASE_URL") as raised:
        Endpoint(KEY, base_url=url).model(MODEL)
    assert raised.value.kind == "access"
    assert str(raised.value).isprintable() and "hunter2" not in str(raised.value)


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/", "/v1/messages"])
async def test_an_address_may_be_written_as_other_clients_want_it(suffix: str) -> None:
    async with MessagesServer([text("ok")]) as server:
        model = Endpoint(KEY, base_url=server.url + suffix, patience=HASTY).model(MODEL)
        assert (await ask(model)).reply.text == "ok"
        await model.close()
    assert server.requests[0].path == "/v1/messages"


def test_without_a_key_anthropics_own_endpoint_says_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"Set ANTHROPIC_API_KEY; or .*--model navigator") as raised:
        Endpoint(None).model(MODEL)
    assert raised.value.kind == "access"


async def test_an_endpoint_of_ones_own_needs_no_key() -> None:
    async with MessagesServer([text("ok"), error(401, "authentication_error", "no")]) as server:
        model = Endpoint(base_url=server.url).model("qwen3")
        assert (await ask(model)).reply.text == "ok"
        with pytest.raises(ModelError, match=r"wants a key and none is set.*Set ANTHROPIC_API_KEY"):
            await ask(model)
        await model.close()


@pytest.mark.parametrize("kind", ["api_key", "auth_token"])
async def test_a_key_or_a_token_goes_to_the_endpoint_and_nowhere_else(
    kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-the-environment")
    async with MessagesServer([text("ok")], key=KEY) as server:
        place = Endpoint(f"{KEY}\n" if kind == "api_key" else None, f"{KEY}\n", base_url=server.url)
        model = place.model(MODEL)
        assert (await ask(model)).reply.text == "ok"
        shown = repr([place, model, vars(place), vars(model)])
        await place.close()
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert "sk-of-the-environment" not in str(server.requests[0].headers)
    assert KEY not in shown + "".join(capsys.readouterr())


@pytest.mark.parametrize("key", ["sk-\x00x", "sk-ключ", "sk-a\nb"])
def test_a_key_that_cannot_be_one_is_told_without_showing_it(key: str) -> None:
    with pytest.raises(ModelError, match="Set ANTHROPIC_API_KEY again") as raised:
        Endpoint(key).model(MODEL)
    assert key not in str(raised.value)


def test_a_password_in_the_address_is_not_shown() -> None:
    place = Endpoint(KEY, base_url="https://me:hunter2@models.example/anthropic")
    assert "hunter2" not in repr([place, place.model(MODEL)])
    assert "models.example/anthropic" in repr(place)


@pytest.mark.parametrize(
    ("url", "key", "warned"),
    [
        ("http://models.example", KEY, True),
        ("http://models.example", None, False),
        ("https://models.example", KEY, False),
        ("http://127.0.0.2:8080", KEY, False),
        ("http://[::1]:8080", KEY, False),
        ("http://localhost:11434", KEY, False),
        (None, KEY, False),
    ],
)
def test_a_key_in_the_clear_is_warned_of(url: str | None, key: str | None, warned: bool) -> None:
    assert bool(Endpoint(key, base_url=url).warnings) is warned


async def test_a_proxy_of_the_environment_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    async with MessagesServer([text("ok")]) as server:
        place = endpoint(server)
        assert (await ask(place.model(MODEL), query())).reply.text == "ok"
        await place.close()


@pytest.mark.parametrize("proxy", ["socks5://me:hunter2@127.0.0.1:9", "nonsense://me:hunter2@x"])
async def test_a_proxy_that_cannot_be_used_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    model = Endpoint(KEY, base_url="http://models.invalid", patience=HASTY).model(MODEL)
    with pytest.raises(ModelError, match="the proxy variables") as raised:
        await ask(model, query())
    assert "hunter2" not in str(raised.value)
    await model.close()


async def test_a_name_that_is_unknown_is_told_with_its_reason() -> None:
    model = Endpoint(KEY, base_url="http://models.invalid", patience=HASTY).model(MODEL)
    with pytest.raises(ModelError, match=r"no connection: .*Is ANTHROPIC_BASE_URL right"):
        await ask(model, query())
    await model.close()


async def test_closing_is_idempotent_and_not_the_end() -> None:
    async with MessagesServer([text("one"), text("two")]) as server:
        place = endpoint(server)
        root, sub = place.model("root"), place.model("sub")
        await ask(root)
        await asyncio.gather(root.close(), sub.close(), place.close())
        assert (await ask(sub)).reply.text == "two"
        await place.close()
        await place.close()


def test_a_model_on_this_machine_is_given_more_time_to_read() -> None:
    here, elsewhere = Endpoint(base_url="http://localhost:11434"), Endpoint(base_url="https://models.example")
    assert here.silence > elsewhere.silence


def test_it_is_a_model() -> None:
    model: Model = Endpoint(KEY).model("claude-opus-5-5")
    assert model.name == "claude-opus-5-5"
    assert model.is_language_model


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = "{'anthropic', 'httpx2', 'genai_prices', 'pydantic'}"
    code = (
        "import sys; from rlm_tui.models.anthropic import Endpoint; Endpoint('k').model('m'); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_server_in_a_thread_answers_another_process() -> None:
    code = (
        "import asyncio, sys; from rlm_tui.models.anthropic import Endpoint; from rlm_tui.models.protocol import *\n"
        "async def main():\n"
        "    place = Endpoint(base_url=sys.argv[1]); await place.warm()\n"
        "    request = Request('s', (Message('user', (Text('hi'),)),), False, 9)\n"
        "    print([item async for item in place.model('m').stream(request)][-1].text); await place.close()\n"
        "asyncio.run(main())"
    )
    with serving_thread([text("from a thread")]) as server:
        done = subprocess.run([sys.executable, "-c", code, server.url], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "from a thread"
    assert done.stderr == ""
