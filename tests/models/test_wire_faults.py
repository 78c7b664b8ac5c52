"""Every fault of the wire, through the real SDK against a real server: retried and seen, or told with what to do."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from messages_server import Answer, MessagesServer, error, page, rate_limited, silent, text
from model_asking import HASTY, KEY, MODEL, agent, ask, asked_once, endpoint, query

from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.protocol import ModelError, Usage
from rlm_tui.models.retries import Patience

LONG = text("a long answer that takes a number of pieces")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (error(408, "timeout_error", "Request timeout"), "408 Request timeout"),
        (error(409, "api_error", "Conflict"), "409"),
        (rate_limited(), "429"),
        (error(500), "500"),
        (error(502), "502"),
        (error(503), "503"),
        (error(504, "timeout_error"), "504"),
        (error(529, "overloaded_error", "Overloaded"), "529 Overloaded"),
        (page("<html>Bad gateway</html>", 502), "502"),
        (LONG.cut(events=0), "dropped"),
        (LONG.cut(events=4), "dropped"),
        (LONG.cut(sent=700), "dropped"),
        (LONG.ends_early(), "ended in the middle"),
        (LONG.malformed(3), "cannot be read"),
        (LONG.splicing(3, b'data: {"type":"content_block_delta","index":7,"delta":{}}\n\n'), "cannot be read"),
        (LONG.splicing(3, b"event: content_block_delta\ndata: [1, 2]\n\n"), "cannot be read"),
        (LONG.splicing(3, b"event: x\ndata: \xff\xfe\n\n"), "decode"),
        (LONG.failing(4), "529 Overloaded"),
        (LONG.failing(1, "api_error", "Internal server error"), "500 Internal"),
        (LONG.failing(4, "rate_limit_error", "slow down"), "429"),
        (LONG.splicing(3, b'data: {"error": {"message": "upstream is gone"}}\n\n'), "upstream is gone"),
        (Answer(body=b"", content_type="text/event-stream"), "no message"),
    ],
)  # fmt: skip
async def test_a_passing_fault_is_retried_and_told(fault: Answer, reason: str) -> None:
    async with MessagesServer([fault, text("It is here.")]) as server:
        asked = await asked_once(server)
    assert asked.reply.text == "It is here."
    assert asked.streamed("text") == "It is here."
    assert [retry.attempt for retry in asked.retries] == [1]
    assert reason in asked.retries[0].reason


async def test_six_refusals_in_a_row_do_not_end_a_run() -> None:
    async with MessagesServer([rate_limited()] * 6 + [text("At last.")]) as server:
        asked = await asked_once(server)
    assert asked.reply.text == "At last."
    assert [retry.attempt for retry in asked.retries] == [1, 2, 3, 4, 5, 6]


async def test_a_fault_that_stays_is_given_up_with_its_reason() -> None:
    async with MessagesServer(lambda body: error(529, "overloaded_error", "Overloaded")) as server:
        with pytest.raises(ModelError, match="failed 8 times, at last with: 529 Overloaded") as raised:
            await asked_once(server)
    assert raised.value.kind == "network"
    assert len(server.requests) == 8


@pytest.mark.parametrize("headers", [{"retry-after": "0.01"}, {"retry-after-ms": "10", "retry-after": "60"}])
async def test_the_wait_that_the_endpoint_asks_for_is_kept(headers: dict[str, str]) -> None:
    async with MessagesServer([error(429, "rate_limit_error", "slow", headers), text("ok")]) as server:
        assert 0.01 <= (await asked_once(server)).retries[0].seconds <= 0.011


async def test_a_wait_may_be_told_as_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    patience = Patience(asked=50)
    async with MessagesServer([rate_limited(date)]) as server:
        with pytest.raises(ModelError, match=r"asks to wait (9\d|100) s"):
            await ask(endpoint(server, patience=patience).model(MODEL))


async def test_a_past_date_and_nonsense_do_not_hold_us_up() -> None:
    past = rate_limited("Wed, 21 Oct 2015 07:28:00 GMT")
    async with MessagesServer([past, *map(rate_limited, ("soon", "-5", "0", "1.2.3")), text("ok")]) as server:
        asked = await asked_once(server)
    assert all(0 < retry.seconds <= HASTY.longest for retry in asked.retries)


async def test_waits_double_up_to_a_bound() -> None:
    waits = [Patience().seconds(attempt, None) for attempt in range(1, 8)]
    for wait, most in zip(waits, [0.5, 1, 2, 4, 8, 16, 20], strict=True):
        assert most * 0.75 <= wait <= most


@pytest.mark.parametrize("fault", [silent(), LONG.holding(4), Answer().holding(0)])
async def test_a_silent_stream_counts_as_dropped(fault: Answer) -> None:
    async with MessagesServer([fault, text("ok")]) as server:
        place = endpoint(server, patience=Patience(first=0.001, silence=0.15))
        asked = await ask(place.model(MODEL))
        await server.settled("left")
        await place.close()
    assert asked.reply.text == "ok"
    assert asked.retries[0].reason == "nothing came for 0.15 s"


async def test_an_endpoint_that_is_not_there_is_given_up_sooner() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        model = Endpoint(KEY, base_url=f"http://127.0.0.1:{held.getsockname()[1]}", patience=HASTY).model(MODEL)
        with pytest.raises(
            ModelError, match=r"failed 4 times.*onnection refused.*Is ANTHROPIC_BASE_URL right"
        ) as raised:
            await ask(model)
        await model.close()
    assert raised.value.kind == "network"


async def test_an_endpoint_that_goes_away_and_comes_back() -> None:
    async with MessagesServer([text("one")]) as first:
        place = endpoint(first, patience=Patience(first=0.05))
        model = place.model(MODEL)
        await ask(model)
        port = int(first.url.rpartition(":")[2])
    stream = model.stream(agent())
    await anext(stream)  # a retry: nothing listens
    async with MessagesServer([text("two")], port=port):
        items = [item async for item in stream]
    assert getattr(items[-1], "text", "") == "two"
    await place.close()


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (error(401, "authentication_error", f"invalid x-api-key {KEY}"), "access", "refused the key .*Set ANTHROPIC_API_KEY"),
        (error(402, "billing_error", "no funds"), "access", "does not allow this"),
        (error(403, "permission_error", "not for you"), "access", "does not allow this .*403 not for you"),
        (error(400, "invalid_request_error", "Your credit balance is too low"), "access", "credit balance"),
        (error(404, "not_found_error", f"model: {MODEL}"), "access", f"does not offer the model '{MODEL}'.*--model"),
        (error(400, "invalid_request_error", "prompt is too long: 214111 tokens > 200000 maximum"), "limit", "Narrow the scope"),
        (error(413, "request_too_large", "Request exceeds the maximum size"), "limit", "too long"),
        (LONG.failing(2, "invalid_request_error", "prompt is too long"), "limit", "too long"),
        (error(400, "invalid_request_error", "temperature: out of range"), "reply", "temperature"),
        (error(429, "rate_limit_error", "tomorrow", {"retry-after": "86400"}), "network", "asks to wait 86400 s"),
        (error(503, "api_error", "gone for good", {"x-should-retry": "false"}), "network", "gone for good"),
        (page(), "reply", "text/html in place of a stream.*ANTHROPIC_BASE_URL"),
        (page('{"ok": true}', content_type="application/json"), "reply", "application/json in place of a stream"),
    ],
)  # fmt: skip
async def test_a_fault_that_waiting_does_not_mend_is_told_at_once(fault: Answer, kind: str, says: str) -> None:
    async with MessagesServer([fault]) as server:
        with pytest.raises(ModelError, match=says) as raised:
            await asked_once(server, query())
    assert raised.value.kind == kind
    assert KEY not in str(raised.value)
    assert raised.value.__cause__ is None  # whose text holds the request's headers
    assert len(server.requests) == 1


async def test_messages_of_the_endpoint_are_made_safe_and_short() -> None:
    async with MessagesServer([error(400, "invalid_request_error", "\x1b]52;c;x\x07 bad\n" + "long " * 500)]) as server:
        with pytest.raises(ModelError) as raised:
            await asked_once(server)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 500


async def test_what_was_lost_is_paid_for() -> None:
    lost = LONG.usage(100, 9, 30, 5).cut(events=5)
    async with MessagesServer([lost, text("ok").usage(200, 3)]) as server:
        asked = await asked_once(server)
    assert asked.reply.usage == Usage(300, 4, 30, 5)


async def test_what_was_lost_in_vain_is_told() -> None:
    lost = LONG.usage(100, 9).cut(events=5)
    async with MessagesServer([lost, lost, error(400, "invalid_request_error", "no more")]) as server:
        with pytest.raises(ModelError) as raised:
            await asked_once(server)
    assert raised.value.usage == Usage(200, 2)


async def test_a_flood_is_ended() -> None:
    delta = b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}' % (b"y" * 4_100_000)
    flood = text("x").splicing(3, b"data: %s\n\n" % delta)
    async with MessagesServer([flood]) as server:
        with pytest.raises(ModelError, match="4,000,000 characters"):
            await asked_once(server)


async def test_cancelling_closes_the_stream() -> None:
    async with MessagesServer([text("word " * 400).slow(event=0.02)]) as server:
        place = endpoint(server)
        begun = asyncio.Event()

        async def read() -> None:
            async for _ in place.model(MODEL).stream(query()):
                begun.set()

        task = asyncio.create_task(read())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.settled("left")
        assert server.open == 0
        await place.close()


async def test_cancelling_while_waiting_for_a_retry_ends_at_once() -> None:
    async with MessagesServer([rate_limited("100")]) as server:
        place = endpoint(server)
        stream = place.model(MODEL).stream(query())
        await anext(stream)
        rest = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.01)
        rest.cancel()
        with pytest.raises(asyncio.CancelledError):
            await rest
        await place.close()
    assert len(server.requests) == 1


async def test_sixty_four_at_once_on_one_pool() -> None:
    script = {"one": text("first").slow(first=0.1), "two": text("second").slow(first=0.1)}
    async with MessagesServer(lambda body: script[body["model"]]) as server:
        place = endpoint(server)
        root, sub = place.model("one"), place.model("two")
        await ask(root, query())
        both = [root, sub] * 32
        replies = await asyncio.gather(*(ask(model, query(f"number {at}")) for at, model in enumerate(both)))
        assert [asked.reply.text for asked in replies] == ["first", "second"] * 32
        assert server.peak >= 32
        opened = server.connections
        await asyncio.gather(*(ask(model, query()) for model in both[:20]))
        assert server.connections == opened  # every stream was read to its end, so every connection came back
        await place.close()
