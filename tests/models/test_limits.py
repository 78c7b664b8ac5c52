"""What models read and write at most."""

from __future__ import annotations

import pytest
from messages_server import MessagesServer, error, text
from model_asking import MODEL, ask, asked_once, endpoint, query

from rlm_tui.models.limits import most_output, window
from rlm_tui.models.protocol import ModelError, Request


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        (MODEL, 200_000),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 200_000),
        ("gpt-4o", 128_000),
        ("llama3.1:8b", 32_768),
        ("", 32_768),
    ],
)
def test_a_million_is_assumed_of_nobody(model: str, tokens: int) -> None:
    assert window(model) == tokens


@pytest.mark.parametrize("model", ["claude-3-haiku-20240307", "anthropic.claude-3-opus-20240229-v1:0"])
async def test_no_more_is_asked_for_than_a_model_writes(model: str) -> None:
    async with MessagesServer([text("ok")]) as server:
        place = endpoint(server)
        await ask(place.model(model), Request("s", query().messages, cells=False, max_tokens=8_192))
        await place.close()
    assert server.bodies[0]["max_tokens"] == most_output(model) == 4_096


@pytest.mark.parametrize(
    "refusal",
    [
        "prompt is too long: 214111 tokens > 65536 maximum",
        "input length and `max_tokens` exceed context limit: 60000 + 8192 > 65536, decrease input length",
        "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens",
    ],
)
async def test_the_window_is_learnt_from_a_refusal(refusal: str) -> None:
    async with MessagesServer([error(400, "invalid_request_error", refusal)]) as server:
        place = endpoint(server)
        model, other = place.model("one"), place.model("other")
        with pytest.raises(ModelError) as raised:
            await ask(model, query())
        await place.close()
    assert raised.value.kind == "limit"
    assert (model.window, other.window) == (65_536, 32_768)


async def test_what_is_asked_for_is_left_as_it_is_where_it_fits() -> None:
    async with MessagesServer([text("ok")]) as server:
        await asked_once(server, query())
    assert server.bodies[0]["max_tokens"] == query().max_tokens
