"""A run as `rlms` logs it, and as chats to train on: made of a real run with a sub-agent and a query."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine_runs import Script, bench
from messages_server import cell, text

from rlm_tui.engine.run import Question
from rlm_tui.records.trajectories import rlms, training
from rlm_tui.records.tree import Tree


async def made(tmp_path: Path) -> Tree:
    script = Script(
        root=[
            cell("hits = grep('def charge')\nprint(len(hits))"),
            cell("print(rlm_query('look there', scope='src'))\nprint(llm_query('what is it?'))"),
            text("It is in `src/shop/payment.py:1-3`."),
        ],
        agents={"look there": [cell("print(1 / 0)"), cell("print(peek('src/shop/payment.py', 1, 2))"), text("Found.")]},
    )
    async with bench(tmp_path, script) as b:
        run = b.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
    return run.tree


def lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


async def test_the_log_of_rlms(tmp_path: Path) -> None:
    first, *steps = lines(rlms(await made(tmp_path)))
    assert first["type"] == "metadata" and first["environment_type"] == "sealed" and first["max_depth"] == 1
    assert [(step["type"], step["iteration"]) for step in steps] == [
        ("iteration", 1),
        ("iteration", 2),
        ("iteration", 3),
    ]
    block = steps[1]["code_blocks"][0]
    assert block["code"].startswith("print(rlm_query(") and "Found." in block["result"]["stdout"]
    agent, query = block["result"]["rlm_calls"]
    assert (agent["prompt"], agent["response"]) == ("look there", "Found.")
    assert "ZeroDivisionError" in agent["metadata"]["iterations"][0]["code_blocks"][0]["result"]["stderr"]
    assert query["prompt"] == "what is it?" and "metadata" not in query
    assert "hits" in steps[0]["code_blocks"][0]["result"]["locals"]
    assert [message["role"] for message in steps[2]["prompt"]] == ["system", "user"] + ["assistant", "user"] * 2
    assert steps[2]["final_answer"] == "It is in `src/shop/payment.py:1-3`." and not steps[2]["code_blocks"]
    assert [step["final_answer"] for step in steps[:2]] == [None, None]


async def test_chats_to_train_on(tmp_path: Path) -> None:
    root, agent, query = lines(training(await made(tmp_path)))
    assert [message["role"] for message in root["messages"]] == [
        "system", "user", "assistant", "tool", "assistant", "tool", "assistant",
    ]  # fmt: skip
    asked, heard = root["messages"][2], root["messages"][3]
    assert json.loads(asked["tool_calls"][0]["function"]["arguments"])["code"].startswith("hits = grep")
    assert heard["tool_call_id"] == asked["tool_calls"][0]["id"] and heard["content"].startswith("1")
    assert root["citations"] == {"held": 1, "of": 1} and root["status"] == "done" and root["language_model"]
    assert "ZeroDivisionError" in agent["messages"][3]["content"] and agent["parent"] == root["call"]
    assert query["kind"] == "query" and not query["tools"] and query["messages"][-1]["role"] == "assistant"


def test_an_empty_record_has_neither() -> None:
    assert rlms(Tree()) == training(Tree()) == ""
