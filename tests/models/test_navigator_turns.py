"""How the navigator takes its turns: what it does with failed cells, cut output, its last turn, and requests without cells."""

from __future__ import annotations

import ast

import pytest

from rlm_tui.models.navigator.answer import SIGNATURE
from rlm_tui.models.navigator.model import Navigator
from rlm_tui.models.navigator.planner import MOST_CELLS, pieces
from rlm_tui.models.protocol import Block, Delta, Message, Output, Reply, Request, StreamItem, Text, Usage

LOCATED = """\
# send
src/a.py:10-40  method Session.send  Sends it.
similar:
src/a.py:10-40  method Session.send  score 8.1 (exact name 3.1, body 1.2)
"""
CALLED = """\
src/a.py:10-40  method Session.send  Sends it.
1 uses
1 found, 1 with guesses
src/b.py:12  get -> Session.send  call, tier 4 type  return session.send(x)
guesses
[]
"""
TOLD = "(nothing was printed)"
SYSTEM = "You work on a code repository. rlm_query_batched(tasks, scope)"


def task(text: str) -> Message:
    first = f"# Task\n{text}\n\n# Scope\nthe whole repository\n\n# Repository\nx: 3 files\n\nYou have 20 turns."
    return Message("user", (Text(first),))


async def streamed(*messages: Message, cells: bool = True, system: str = "") -> list[StreamItem]:
    return [item async for item in Navigator().stream(Request(system, messages, cells, 1000))]


async def reply(*messages: Message, cells: bool = True, system: str = "") -> Reply:
    last = (await streamed(*messages, cells=cells, system=system))[-1]
    assert isinstance(last, Reply)
    return last


async def conversation(question: str, *outputs: str, failed: bool = False, note: str = "") -> list[Message]:
    """The conversation as the engine builds it, with these outputs for the navigator's own cells."""
    messages = [task(question)]
    for output in outputs:
        turn = await reply(*messages)
        assert turn.cell is not None
        ast.parse(turn.cell.code)
        messages.append(Message("assistant", turn.blocks))
        shown: list[Block] = [Output(turn.cell.id, output, failed)]
        if note:
            shown.append(Text(note))
        messages.append(Message("user", tuple(shown)))
    return messages


async def test_a_cell_streams_and_comes_whole() -> None:
    items = await streamed(task("who calls send?"))
    last = items[-1]
    assert isinstance(last, Reply)
    assert last.cell is not None
    code = "".join(item.text for item in items if isinstance(item, Delta) and item.channel == "code")
    assert code == last.cell.code
    assert last.usage == Usage()
    assert "'send'" in code


async def test_the_answer_streams_in_pieces_and_cites() -> None:
    items = await streamed(*await conversation("who calls send?", LOCATED, CALLED, TOLD))
    last = items[-1]
    assert isinstance(last, Reply)
    assert last.cell is None
    text = [item.text for item in items if isinstance(item, Delta) and item.channel == "text"]
    assert len(text) > 2
    assert "".join(text) == last.text
    assert last.text.startswith("`Session.send` (src/a.py:10-40) is called from 1 place (`get`).")
    assert "`src/b.py:12`" in last.text
    assert last.text.endswith(f"*{SIGNATURE}*")


async def test_what_was_found_is_told_as_data_before_the_answer() -> None:
    turn = await reply(*await conversation("who calls send?", LOCATED, CALLED))
    assert turn.cell is not None
    assert turn.cell.code == (
        "report_found(\n    files=['src/b.py'],\n    symbols=['src/b.py::get'],\n    lines=['src/b.py:12'],\n)"
    )
    closing = await reply(*await conversation("who calls send?", LOCATED, CALLED), cells=False)
    assert "Cut short" not in closing.text


async def test_the_same_conversation_has_the_same_next_turn() -> None:
    messages = await conversation(
        "where is the retry policy decided?", "src/a.py:1-9  function retry  score 3.0 (name 3.0)"
    )
    assert await reply(*messages) == await reply(*messages)


async def test_cells_that_always_fail_lead_to_an_answer_not_a_loop() -> None:
    trace = 'Traceback (most recent call last):\n  File "<cell 1>", line 1, in <module>\nHostError: nothing works'
    for question in (
        "who calls send?",
        "how is this built up in this repo?",
        "where is retry done?",
        "how does a_b reach c_d?",
    ):
        messages = [task(question)]
        for _ in range(MOST_CELLS + 1):
            turn = await reply(*messages, system=SYSTEM)
            if turn.cell is None:
                break
            messages.append(Message("assistant", turn.blocks))
            messages.append(Message("user", (Output(turn.cell.id, trace, failed=True),)))
        else:
            pytest.fail(f"no end to {question}")
        assert turn.text.strip()


async def test_the_last_turn_is_an_answer_that_says_it_is_cut_short() -> None:
    messages = await conversation("who calls send?", LOCATED, note="[1 turn left; 0 tokens spent; depth 0 of 1]")
    last = await reply(*messages)
    assert last.cell is None
    assert "Cut short" in last.text


async def test_a_closing_request_is_answered_from_what_was_printed() -> None:
    messages = await conversation("who calls send?", LOCATED, CALLED)
    messages.append(Message("user", (Text("This is your last turn (cancelled); no cells any more."),)))
    last = await reply(*messages, cells=False)
    assert "`get`" in last.text


async def test_output_cut_in_the_middle_is_read_as_far_as_it_goes() -> None:
    cut = CALLED.replace(
        "guesses\n[]", "[... 9,000 characters left out; the whole text is output_of(2) ...]\nrc/x.py:1  f -> g"
    )
    last = await reply(*await conversation("who calls send?", LOCATED, cut, TOLD))
    assert "`src/b.py:12`" in last.text
    assert "lost its middle" in last.text


async def test_a_query_gets_the_lines_that_hold_its_words() -> None:
    prompt = "Where is the retry limit set?\n\nsrc/a.py:1-3\nimport time\nRETRY_LIMIT = 3\nprint('x')"
    last = await reply(Message("user", (Text(prompt),)), cells=False)
    assert "RETRY_LIMIT = 3" in last.text
    assert "print('x')" not in last.text
    assert SIGNATURE in last.text


async def test_sub_agents_only_where_they_are_offered() -> None:
    question = "how is this repository built up?"
    modules = "\n".join(f"{name}  src/{name}  go  3 files  30 symbols  ~9,000 tokens" for name in "abc")
    messages = await conversation(question, modules, "    3  src/a -> src/b")
    offered = (await reply(*messages, system=SYSTEM)).cell
    alone = (await reply(*messages)).cell
    assert offered is not None
    assert "rlm_query_batched" in offered.code
    assert alone is not None
    assert "rlm_query" not in alone.code


async def test_it_is_named_and_costs_nothing() -> None:
    navigator = Navigator()
    assert (navigator.name, navigator.is_language_model, navigator.price(Usage(10, 10))) == ("navigator", False, 0.0)
    await navigator.close()


def test_pieces_hold_everything() -> None:
    text = "a  b\n" * 30 + "x" * 200 + "\n\n"
    assert "".join(pieces(text)) == text
    assert pieces("") == []
