"""Cells without tools: found in text however it is cut into pieces, and asked for where an endpoint refuses tools."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from messages_server import Answer, Json, MessagesServer, error, text, thinking
from model_asking import MODEL, agent, ask, asked_once, endpoint, kinds, query, step, user

from rlm_tui.models.fences import STOP, FenceReader
from rlm_tui.models.protocol import Cell, Message, ModelError, Text

NESTED = '''report = """
```python
print("in a string")
```

```
bare
```
"""
print(report)'''

SAMPLES = {
    "as asked": ("I look.\n\n```repl\nprint(1)\n```end\n", "I look.", "print(1)"),
    "closed by a plain fence": ("I look.\n```repl\nprint(1)\n```\nIt printed 1!", "I look.", "print(1)"),
    "nothing before": ("```repl\nprint(1)\n```", "", "print(1)"),
    "four backticks": ("````repl\nprint(1)\n```end", "", "print(1)"),
    "fences within a string": (f"So:\n```repl\n{NESTED}\n```\nmore", "So:", NESTED),
    "fences within a string, as asked": (f"So:\n```repl\n{NESTED}\n```end", "So:", NESTED),
    "cut by the stop sequence": ("So:\n```repl\nprint(1)", "So:", "print(1)"),
    "nested and cut by the stop sequence": (f"```repl\n{NESTED}", "", NESTED),
    "a string that is never closed": ('```repl\nx = """a\n```\nThe output is', "", 'x = """a'),
    "empty": ("```repl\n```end", "", ""),
    "no cell": ("Use it so:\n```python\nprint(1)\n```\nDone.", "Use it so:\n```python\nprint(1)\n```\nDone.", None),
    "a word that looks like one": ("```replace\nx\n```", "```replace\nx\n```", None),
    "an inline mention": ("Write ```repl in a line", "Write ```repl in a line", None),
    "indented code": ("```repl\nif x:\n    print(`1`)\n```end", "", "if x:\n    print(`1`)"),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_a_cell_is_found_however_the_text_is_cut(name: str, size: int) -> None:
    said, before, code = SAMPLES[name]
    reader = FenceReader()
    deltas = [delta for at in range(0, len(said), size) for delta in reader.feed(said[at : at + size])]
    deltas += reader.end()
    assert (reader.text.strip(), reader.code) == (before, code)
    assert "".join(delta.text for delta in deltas if delta.channel == "text").strip() == before
    shown = "".join(delta.text for delta in deltas if delta.channel == "code")
    assert shown.startswith(code or "")


@given(st.text(alphabet="`rep l\nx\"'end") | st.text(), st.integers(1, 7))
@example("```repl\n\n```", 1)
def test_pieces_never_matter(said: str, size: int) -> None:
    whole, cut = FenceReader(), FenceReader()
    first = [*whole.feed(said), *whole.end()]
    pieces = [delta for at in range(0, len(said), size) for delta in cut.feed(said[at : at + size])] + cut.end()
    assert (whole.text, whole.code, whole.closed) == (cut.text, cut.code, cut.closed)
    for channel in ("text", "code"):
        assert "".join(d.text for d in first if d.channel == channel) == "".join(
            d.text for d in pieces if d.channel == channel
        )


REFUSALS = [
    (400, "registry.example/library/gemma:latest does not support tools"),
    (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    (404, "No endpoints found that support tool use"),
    (500, "tools param requires --jinja flag"),
    (400, "tool_choice.disable_parallel_tool_use: Extra inputs are not permitted"),
    (422, "Function calling is not enabled for this model"),
]


@pytest.mark.parametrize(("status", "refusal"), REFUSALS)
async def test_an_endpoint_that_refuses_tools_is_asked_for_fences_from_then_on(status: int, refusal: str) -> None:
    def script(body: Json) -> Answer:
        if body.get("tools"):
            return error(status, "invalid_request_error", refusal)
        if len(body["messages"]) > 1:
            return text("It is 2.")
        return text("I look.\n\n```repl\nprint(1 + 1)\n```end\nOutput: 7")

    async with MessagesServer(script) as server:
        place = endpoint(server)
        model = place.model("gemma")
        asked = await ask(model)
        assert asked.retries == []
        assert kinds(asked.reply.blocks) == ["Text", "Cell"]
        assert asked.reply.cell is not None
        assert (asked.reply.cell.code, asked.streamed("code")) == ("print(1 + 1)", "print(1 + 1)")
        assert asked.streamed("text").strip() == "I look."
        follow = agent(user("go"), Message("assistant", asked.reply.blocks), *step(2)[1:])
        assert (await ask(place.model("gemma"), follow)).reply.text == "It is 2."
        await place.close()
    assert [bool(body.get("tools")) for body in server.bodies] == [True, False, False]
    assert server.bodies[1]["stop_sequences"] == [STOP]
    assert "```repl" in server.bodies[1]["system"][0]["text"]
    assert server.bodies[2]["messages"][1]["content"][0]["text"] == "I look.\n\n```repl\nprint(1 + 1)\n```end"
    assert server.bodies[2]["messages"][2]["content"][0]["text"] == "Output of the cell:\n2"


async def test_one_model_without_tools_says_nothing_of_another() -> None:
    def script(body: Json) -> Answer:
        refused = body["model"] == "old" and body.get("tools")
        return error(400, "invalid_request_error", "old does not support tools") if refused else text("ok")

    async with MessagesServer(script) as server:
        place = endpoint(server)
        await ask(place.model("old"))
        await ask(place.model("new"))
        await place.close()
    assert bool(server.bodies[-1].get("tools"))


async def test_tools_that_were_asked_for_are_not_given_up() -> None:
    async with MessagesServer([error(400, "invalid_request_error", "gemma does not support tools")]) as server:
        with pytest.raises(ModelError, match=r"refuses tool calls .*Set cells to fence"):
            await asked_once(server, cells="tool")


async def test_a_turn_is_ended_where_its_fence_closes() -> None:
    said = "```repl\nprint(1)\n```\nThe output is:\n" + "made up " * 500
    async with MessagesServer([text(said).slow(event=0.002)]) as server:
        place = endpoint(server, cells="fence")
        asked = await ask(place.model(MODEL))
        await server.settled("left")
        await place.close()
    assert kinds(asked.reply.blocks) == ["Cell"]
    assert asked.reply.usage.input + asked.reply.usage.cache_write > 0
    assert 0 < asked.reply.usage.output < 1000
    assert asked.reply.stop == "stop_sequence"


async def test_a_fenced_cell_that_is_cut_is_no_cell() -> None:
    said = text("```repl\nfor x in range(").stopping("max_tokens")
    async with MessagesServer([said]) as server:
        asked = await asked_once(server, cells="fence")
    assert asked.reply.cell is not None
    assert "write a shorter cell" in asked.reply.cell.invalid


async def test_thoughts_and_cell_names_in_fences() -> None:
    async with MessagesServer([thinking("hm") + text("```repl\n1\n```end"), text("ok")]) as server:
        model = endpoint(server, cells="fence").model(MODEL)
        reply = (await ask(model, agent(user("go"), *step(1), *step(2)))).reply
        assert kinds(reply.blocks) == ["Thinking", "Cell"]
        assert reply.cell == Cell("cell_3", "1")
        await ask(model, agent(user("go"), Message("assistant", reply.blocks), user("And?")))
        await model.close()
    assert server.bodies[1]["messages"][1]["content"][0]["signature"] == "c2lnbmVk"


async def test_a_query_is_not_asked_for_fences() -> None:
    async with MessagesServer([text("An example:\n```repl\n1\n```\nDone.")]) as server:
        asked = await asked_once(server, query(), cells="fence")
    assert asked.reply.blocks == (Text("An example:\n```repl\n1\n```\nDone."),)
    assert "stop_sequences" not in server.bodies[0]
