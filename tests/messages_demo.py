"""A scripted language model for demonstrations: it answers any question in three steps, with sub-agents and queries."""

from __future__ import annotations

import re

from messages_answers import Answer, Json, cell, text, thinking

SUB_TASK = "Describe this module"


def demo(body: Json) -> Answer:
    """Answer as the root, a sub-agent or a query would, by what the request holds."""
    if not body.get("tools"):
        return text("It reads its input, checks it, and hands it on.").slow(event=0.01)
    turns = sum(message["role"] == "assistant" for message in body["messages"])
    if SUB_TASK in _text(body["messages"][0]):
        return _sub_agent(body, turns)
    return _root(body, turns)


def _root(body: Json, turns: int) -> Answer:
    if turns == 0:
        code = "print(repo)\nprint(repo.files[:10])\nprint(repo.modules[:8])"
        return (thinking("Look before planning.") + cell(code, "Let me see what is here.")).slow(event=0.01)
    if turns == 1:
        code = (
            "largest = sorted(repo.modules, key=lambda m: -m.symbols)[:3]\n"
            f'tasks = [{{"task": "{SUB_TASK}: " + m.path, "scope": [m.path]}} for m in largest]\n'
            "found = rlm_query_batched(tasks)\nfor one in found:\n    print(one)\n"
            'print(llm_query("Join these: " + "; ".join(str(one) for one in found)))'
        )
        return cell(code, "Three modules matter; I hand each to a sub-agent.").slow(event=0.01)
    seen = re.findall(r"\b[\w./-]+\.\w+:\d+(?:-\d+)?", _text(body["messages"][-1])) or re.findall(
        r"^\s*([\w./-]+\.\w+)  \w+", "\n".join(_text(one) for one in body["messages"]), re.MULTILINE
    )
    cited = "\n".join(f"- `{place if ':' in place else place + ':1-3'}`" for place in dict.fromkeys(seen[:3]))
    return text(f"## What was found\n\nThe modules were read by sub-agents, one each.\n\n{cited}\n").slow(event=0.01)


def _sub_agent(body: Json, turns: int) -> Answer:
    if turns == 0:
        code = "print(repo.files[:3])\nprint(repo.symbols[:5] or peek(repo.files[0].path, 1, 3))"
        return cell(code, "I look at what it defines.").slow(event=0.01)
    place = re.search(r"([\w./-]+\.\w+:\d+-\d+)", _text(body["messages"][-1]))
    return text(f"It defines what its name says: `{place.group(1) if place else 'nothing readable'}`.").slow(event=0.01)


def _text(message: Json) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return "\n".join(_inner(block) for block in content)


def _inner(block: Json) -> str:
    if block["type"] == "tool_result":
        return _text(block)
    return str(block.get("text", ""))
