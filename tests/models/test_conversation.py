"""How a conversation is written for the API: always something that it accepts, and marked for its cache."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages_checks import refusal
from messages_server import Json, MessagesServer, error, marked_share, text
from model_asking import MODEL, agent, ask, asked_once, endpoint, query, step, user

from rlm_tui.models.conversation import Manner, body
from rlm_tui.models.protocol import Block, Cell, Message, Output, Request, Text, Thinking

SIGNED = '{"type": "thinking", "thinking": "hm", "signature": "c2ln"}'
CALLS = st.sampled_from(["toolu_1", "toolu_2"])
SAID = st.sampled_from(["", " \n", "Look.", "bad \udcff bytes", "``` fences ```"])
BLOCKS = st.one_of(
    st.builds(Text, SAID),
    st.builds(Cell, CALLS, SAID),
    st.builds(Output, CALLS, SAID, st.booleans()),
    st.builds(Thinking, st.just("hm"), st.sampled_from([SIGNED, '{"type": "thinking", "thinking": "hm"}'])),
)
TURNS = st.builds(Message, st.sampled_from(["user", "assistant"]), st.lists(BLOCKS, max_size=3).map(tuple))


def one_cell(message: Message) -> Message:
    """Keep at most one cell in an assistant's turn and none in a user's, as the engine does."""
    kept: list[Block] = []
    for block in message.blocks:
        if isinstance(block, Cell) and (message.role == "user" or any(isinstance(one, Cell) for one in kept)):
            continue
        kept.append(block)
    return Message(message.role, tuple(kept))


@given(turns=st.lists(TURNS.map(one_cell), max_size=6), cells=st.booleans(), fences=st.booleans())
def test_no_conversation_is_refused(turns: list[Message], cells: bool, fences: bool) -> None:
    sent = cast("Json", body(Request("", tuple(turns), cells, 100), MODEL, 100, Manner(fences)))
    assert refusal(sent) == ""
    json.dumps(sent, ensure_ascii=False).encode()


async def test_a_step_is_sent_as_a_call_and_its_result() -> None:
    async with MessagesServer([text("ok")]) as server:
        await asked_once(server, agent(user("# Task\nCount."), *step(1, "print(2)", "2")))
    sent = server.bodies[0]
    assert sent["messages"][1]["content"][1] == {
        "type": "tool_use",
        "id": "toolu_1",
        "name": "repl",
        "input": {"code": "print(2)"},
    }
    result = sent["messages"][2]["content"][0]
    assert (result["type"], result["tool_use_id"], result["content"]) == ("tool_result", "toolu_1", "2")
    assert "is_error" not in result
    assert sent["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    assert [tool["name"] for tool in sent["tools"]] == ["repl"]
    assert sent["stream"] is True


async def test_a_closing_turn_keeps_its_tool_but_may_not_call_it() -> None:
    closing = Request("s", (user("go"), *step(1), user("Answer now.")), cells=False, max_tokens=9)
    async with MessagesServer([text("ok")]) as server:
        await asked_once(server, closing)
    assert server.bodies[0]["tool_choice"] == {"type": "none"}
    assert [block["type"] for block in server.bodies[0]["messages"][2]["content"]] == ["tool_result", "text"]


async def test_a_query_has_no_tool() -> None:
    async with MessagesServer([text("ok")]) as server:
        await asked_once(server, query())
    assert "tools" not in server.bodies[0]
    assert server.bodies[0]["max_tokens"] == 256


async def test_a_cell_without_output_is_answered_for_it() -> None:
    async with MessagesServer([text("ok")]) as server:
        await asked_once(server, agent(user("go"), Message("assistant", (Cell("toolu_1", "1"),)), user("Go on.")))
    result = server.bodies[0]["messages"][2]["content"][0]
    assert result["content"] == "(this cell did not run)"
    assert result["is_error"] is True


async def test_four_fifths_of_twenty_steps_stand_before_a_mark_and_are_read_from_the_cache() -> None:
    async with MessagesServer(lambda body: text("ok")) as server:
        model = endpoint(server).model(MODEL)
        messages = [user("# Task\nCount the functions of each module.")]
        read = written = fresh = 0
        for number in range(20):
            usage = (await ask(model, agent(*messages, system="You write cells. " * 400))).reply.usage
            read, written, fresh = read + usage.cache_read, written + usage.cache_write, fresh + usage.input
            messages += step(number)
        await model.close()
    shares = [marked_share(sent) for sent in server.bodies]
    assert min(shares) >= 0.8
    assert read / (read + written + fresh) >= 0.8
    assert all(str(sent).count("cache_control") <= 4 for sent in server.bodies)


async def test_a_single_query_marks_only_what_its_siblings_share() -> None:
    async with MessagesServer(lambda body: text("ok")) as server:
        model = endpoint(server).model(MODEL)
        await ask(model, query("What is a?"))
        usage = (await ask(model, query("What is b?"))).reply.usage
        await model.close()
    assert "cache_control" not in str(server.bodies[0]["messages"])
    assert usage.cache_read > 0
    assert usage.cache_write == 0


@pytest.mark.parametrize("official", [True, False])
def test_code_is_asked_for_as_it_is_written_where_that_is_known(official: bool) -> None:
    sent = cast("Json", body(agent(), MODEL, 9, Manner(eager=official)))
    assert sent["tools"][0].get("eager_input_streaming", False) is official


async def test_the_most_tokens_that_a_model_writes_are_learnt() -> None:
    said = "max_tokens: 1024 > 512, which is the maximum allowed number of output tokens for small"
    async with MessagesServer([error(400, "invalid_request_error", said), text("ok"), text("ok")]) as server:
        model = endpoint(server).model("small")
        asked = await ask(model)
        await ask(model)
        await model.close()
    assert asked.retries == []
    assert [sent["max_tokens"] for sent in server.bodies] == [1024, 512, 512]
