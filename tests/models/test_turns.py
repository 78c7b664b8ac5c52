"""What a language model may write in a turn, over the wire: cells, thoughts, text, and what is none of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from messages_answers import Counts as CountsToTell
from messages_answers import frames, message
from messages_server import Answer, Json, MessagesServer, cell, redacted, text, thinking, tool_use
from model_asking import MODEL, Asked, agent, ask, asked_once, endpoint, kinds, query, user

from rlm_tui.models.protocol import Cell, Message, Output, Text, Thinking, Usage
from rlm_tui.models.turn import Characters, Turn


async def test_a_cell_streams_as_it_is_written_and_ends_the_reply() -> None:
    code = 'hits = grep("def send")\nprint(hits[:3])  # "quoted" \\ é 😀\n'
    async with MessagesServer([cell(code, "I look for it.").pieces(3).usage(10, 20, 30, 40)]) as server:
        asked = await asked_once(server)
    assert asked.streamed("text") == "I look for it."
    assert asked.streamed("code") == code
    assert asked.reply.blocks[0] == Text("I look for it.")
    assert asked.reply.cell is not None
    assert (asked.reply.cell.code, asked.reply.cell.invalid) == (code, "")
    assert asked.reply.usage == Usage(10, 20, 30, 40)
    assert asked.reply.stop == "tool_use"


async def test_thoughts_come_back_unchanged() -> None:
    first = thinking("It must be in the session: é\n", "c2ln+/==") + redacted("b3BhcXVl") + cell("1 + 1", "So:")
    async with MessagesServer([first, text("Two.")]) as server:
        model = endpoint(server).model(MODEL)
        reply = (await ask(model)).reply
        assert reply.cell is not None
        after = Message("user", (Output(reply.cell.id, "2"),))
        await ask(model, agent(user("go"), Message("assistant", reply.blocks), after))
        await model.close()
    assert kinds(reply.blocks) == ["Thinking", "Thinking", "Text", "Cell"]
    sent = server.bodies[1]["messages"]
    assert sent[1]["content"][:2] == list(first.blocks[:2])
    assert sent[1]["content"][2:] == list(first.blocks[2:])
    assert sent[2]["content"][0]["tool_use_id"] == first.blocks[3]["id"]


async def test_thoughts_stream_on_their_own_channel() -> None:
    async with MessagesServer([thinking("It must be there.") + text("There.")]) as server:
        asked = await asked_once(server)
    assert asked.streamed("thinking") == "It must be there."
    assert asked.streamed("text") == "There."


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (tool_use("bash", {"command": "ls"}), "there is no tool 'bash': the only tool is repl(code)"),
        (tool_use("repl", {"source": "1"}), "the call has no code"),
        (tool_use("repl", {"code": ["1"]}), "the call has no code"),
        (tool_use("repl", {"code": " \n"}), "the cell is empty"),
        (tool_use("repl", {}), "the call has no code"),
        (tool_use("repl", ""), "the call has no code"),
        (tool_use("repl", '{"code": "print(1)'), "not valid JSON"),
        (tool_use("repl", "print(1)"), "not valid JSON"),
        (tool_use("repl", "[" * 100_000), "not valid JSON"),
        (tool_use("repl", '{"code": "for x in rep').stopping("max_tokens"), "write a shorter cell"),
    ],
)
async def test_a_call_that_is_no_cell_says_why_and_the_run_goes_on(answer: Answer, why: str) -> None:
    async with MessagesServer([text("Hm.") + answer.pieces(4096), text("ok")]) as server:
        model = endpoint(server).model(MODEL)
        reply = (await ask(model)).reply
        assert reply.cell is not None
        assert why in reply.cell.invalid
        failed = Message("user", (Output(reply.cell.id, reply.cell.invalid, failed=True),))
        assert (await ask(model, agent(user("go"), Message("assistant", reply.blocks), failed))).reply.text == "ok"
        await model.close()
    assert server.bodies[1]["messages"][2]["content"][0]["is_error"] is True


async def test_raw_line_ends_in_the_input_are_forgiven() -> None:
    async with MessagesServer([tool_use("repl", '{"code": "a = 1\nprint(a)"}')]) as server:
        asked = await asked_once(server)
    assert asked.reply.cell is not None
    assert asked.reply.cell.code == "a = 1\nprint(a)"


async def test_of_two_calls_the_first_cell_is_taken() -> None:
    answer = text("Both:") + tool_use("bash", {"command": "ls"}) + cell("first") + cell("second") + text("Done.")
    async with MessagesServer([answer.stopping("tool_use")]) as server:
        asked = await asked_once(server)
    assert kinds(asked.reply.blocks) == ["Text", "Text", "Cell"]
    assert asked.reply.cell is not None
    assert asked.reply.cell.code == "first"


async def test_an_empty_reply_is_a_reply() -> None:
    async with MessagesServer([Answer(), text("  \n"), text("ok")]) as server:
        model = endpoint(server).model(MODEL)
        assert (await ask(model)).reply.blocks == ()
        assert (await ask(model)).reply.blocks == ()
        after = agent(user("go"), Message("assistant", ()), user("You said nothing."))
        assert (await ask(model, after)).reply.text == "ok"
        await model.close()


async def test_a_thought_alone_is_not_sent_back() -> None:
    async with MessagesServer([thinking("hm").stopping("max_tokens"), text("ok")]) as server:
        model = endpoint(server).model(MODEL)
        reply = (await ask(model)).reply
        assert kinds(reply.blocks) == ["Thinking"]
        assert reply.stop == "max_tokens"
        assert (
            await ask(model, agent(user("go"), Message("assistant", reply.blocks), user("And?")))
        ).reply.text == "ok"
        await model.close()


async def test_a_refusal_is_told_by_its_stop_reason() -> None:
    async with MessagesServer([text("I can").stopping("refusal")]) as server:
        asked = await asked_once(server, query())
    assert (asked.reply.text, asked.reply.stop) == ("I can", "refusal")


async def test_a_message_that_is_cut_without_its_last_event_is_taken_when_it_has_a_stop_reason() -> None:
    async with MessagesServer([text("whole").pieces(99).cut(events=6)]) as server:
        asked = await asked_once(server, query())
    assert asked.reply.text == "whole"


def turn_of(answer: Answer) -> tuple[Asked, Turn]:
    """Feed a turn with the events of an answer, off the wire."""
    turn = Turn()
    counts = CountsToTell(1, 1)
    items = []
    for raw in frames(answer, message(answer, MODEL, counts, None), counts):
        items += turn.feed(raw.decode().partition("data: ")[2].strip())
    turn.check()
    return Asked([*items, *turn.end(), turn.reply()]), turn


@given(code=st.text(min_size=1), size=st.integers(1, 9))
@example(code="x = '😀'", size=1)
@example(code='"\\u00e9\\n" \\', size=2)
def test_code_streams_whole_in_whatever_pieces_its_json_comes(code: str, size: int) -> None:
    asked, _ = turn_of(tool_use("repl", {"code": code}).pieces(size))
    assert asked.streamed("code") == code
    assert asked.reply.cell is not None
    assert asked.reply.cell.code == code


@given(before=st.dictionaries(st.text(), st.text() | st.lists(st.text()), max_size=3), size=st.integers(1, 9))
@example(before={"note": '"code": "no'}, size=3)
def test_other_arguments_are_never_taken_for_code(before: Json, size: int) -> None:
    before.pop("code", None)
    asked, _ = turn_of(tool_use("repl", {**before, "code": "1 + 1"}).pieces(size))
    assert asked.streamed("code") in ("", "1 + 1")
    assert asked.reply.cell is not None
    assert asked.reply.cell.code == "1 + 1"


@given(st.text())
def test_split_surrogates_are_joined(whole: str) -> None:
    encoded = whole.encode("utf-16-le")
    units = [encoded[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(encoded), 2)]
    characters = Characters()
    assert "".join(map(characters.feed, units)) == whole


def test_a_lone_surrogate_becomes_a_mark_that_can_be_written() -> None:
    assert Characters().feed("a\udc00b") == "a\ufffdb"
    asked, _ = turn_of(tool_use("repl", '{"code": "x = \'\\ud83d\'"}'))
    assert asked.reply.cell is not None
    asked.reply.cell.code.encode()


def test_an_emoji_split_between_two_events_is_whole() -> None:
    turn = Turn()
    turn.feed('{"type":"message_start","message":{}}')
    turn.feed('{"type":"content_block_start","index":0,"content_block":{"type":"text"}}')
    for half in ("\\ud83d", "\\ude00"):
        turn.feed(f'{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{half}"}}}}')
    assert turn.reply().text == "😀"


def test_a_block_that_comes_whole_at_its_start_is_taken() -> None:
    turn = Turn()
    turn.feed('{"type":"message_start","message":{"usage":{"input_tokens":true,"output_tokens":-1}}}')
    deltas = turn.feed('{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"whole"}}')
    block = {"type": "tool_use", "id": "", "name": "repl", "input": {"code": "1"}}
    turn.feed(json.dumps({"type": "content_block_start", "index": 1, "content_block": block}))
    assert [delta.text for delta in deltas] == ["whole"]
    assert turn.reply().blocks == (Text("whole"), Cell("cell", "1"))


def test_an_unsigned_thought_is_kept_for_reading() -> None:
    asked, _ = turn_of(thinking("hm", "") + text("So."))
    assert asked.reply.blocks[0] == Thinking("hm", '{"type": "thinking", "thinking": "hm", "signature": ""}')
