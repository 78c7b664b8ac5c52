"""A run as a trajectory, as JSON lines: for the viewer of `rlms`, and as chats to train a model on. Made from its tree alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rlm_tui.records.events import Tokens
from rlm_tui.records.tree import Call, Step, Tree

REPL = {
    "type": "function",
    "function": {
        "name": "repl",
        "description": "Run a cell of Python; what it prints comes back.",
        "parameters": {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
    },
}
"""The one tool of a chat, in the form that trainers take."""


def rlms(tree: Tree) -> str:
    """Return the run as `rlms` logs its own: a line of facts, then one for each step of the root, its sub-calls within.

    The shape is that of RLMLogger in https://github.com/alexzhang13/rlm (metadata, iteration), which its viewer reads.
    """
    start, root = tree.start, tree.root
    if start is None or root is None:
        return ""
    lines: list[dict[str, object]] = [{"type": "metadata", "timestamp": _time(start.ts), **_facts(tree, root)}]
    for step in _iterations(tree, root):
        lines.append({"type": "iteration", "timestamp": _time(root.steps[len(lines) - 1].started), **step})
    return _lines(lines)


def training(tree: Tree) -> str:
    """Return a chat for each call that has ended, a line each: system, task, then cells as calls of a tool and their outputs.

    Beside the messages stands what a filter or a reward goes by: how the call ended, what it cost, and of the root how many of
    its citations held. What the navigator did is marked `"language_model": false`.
    """
    start = tree.start
    if start is None:
        return ""
    return _lines(
        {
            "run": start.run_id,
            "call": call.id,
            "parent": call.parent,
            "kind": call.kind,
            "depth": call.depth,
            "mode": start.mode,
            "model": call.model,
            "language_model": start.language_model,
            "status": call.phase,
            "tokens": call.tokens.model_dump(),
            **({"citations": _held(tree)} if call is tree.root else {}),
            "tools": [REPL] if call.kind == "agent" else [],
            "messages": list(_messages(call)),
        }
        for call in tree.calls.values()
        if call.ended is not None and call.steps
    )


def _messages(call: Call) -> Iterator[dict[str, object]]:
    yield {"role": "system", "content": call.system}
    yield {"role": "user", "content": call.message}
    for step in call.steps:
        thought = {"reasoning_content": step.thinking} if step.thinking else {}
        if not step.code:
            if step.text:
                yield {"role": "assistant", "content": step.text, **thought}
            continue
        name = f"call_{step.number}"
        written = {"name": "repl", "arguments": json.dumps({"code": step.code}, ensure_ascii=False)}
        calls = [{"id": name, "type": "function", "function": written}]
        yield {"role": "assistant", "content": step.text, "tool_calls": calls, **thought}
        if step.cell:
            yield {"role": "tool", "tool_call_id": name, "content": _printed(step)}


def _facts(tree: Tree, call: Call) -> dict[str, object]:
    start = tree.start
    return {
        "root_model": call.model,
        "max_depth": start.bounds.depth if start else 1,
        "max_iterations": len(call.steps),
        "backend": "anthropic" if start and start.language_model else "navigator",
        "backend_kwargs": {"model_name": call.model},
        "environment_type": start.sandbox if start else "",
        "environment_kwargs": {},
        "other_backends": None,
    }


def _iterations(tree: Tree, call: Call) -> Iterator[dict[str, object]]:
    said = [{"role": "system", "content": call.system}, {"role": "user", "content": call.message}]
    for number, step in enumerate(call.steps, 1):
        last = number == len(call.steps)
        seconds = (step.ended or tree.last) - step.started
        response = step.text + (f"\n```repl\n{step.code}\n```" if step.code else "")
        result = {
            "stdout": step.output,
            "stderr": step.error,
            "locals": dict(one.partition(": ")[::2] for one in step.variables),
            "execution_time": seconds,
            "rlm_calls": [_completion(tree, tree.calls[child]) for child in step.children],
            "final_answer": None,
        }
        yield {
            "iteration": number,
            "prompt": list(said),
            "response": response.strip(),
            "code_blocks": [{"code": step.code, "result": result}] if step.code else [],
            "final_answer": (call.result or tree.answer) if last else None,
            "iteration_time": seconds,
        }
        said += [{"role": "assistant", "content": response.strip()}, {"role": "user", "content": _printed(step)}]


def _completion(tree: Tree, call: Call) -> dict[str, object]:
    spent = tree.spent(call.id)
    told: dict[str, object] = {
        "root_model": call.model,
        "prompt": call.task,
        "response": call.result,
        "usage_summary": {"model_usage_summaries": {call.model: _usage(len(call.steps), spent)}},
        "execution_time": (call.ended or tree.last) - call.started,
    }
    if call.kind == "agent":
        told["metadata"] = {"run_metadata": _facts(tree, call), "iterations": list(_iterations(tree, call))}
    return {**told, "error": call.error} if call.error else told


def _usage(calls: int, spent: Tokens) -> dict[str, object]:
    read = spent.input + spent.cache_read + spent.cache_write
    told: dict[str, object] = {"total_calls": calls, "total_input_tokens": read, "total_output_tokens": spent.output}
    return told if spent.dollars is None else {**told, "total_cost": spent.dollars}


def _held(tree: Tree) -> dict[str, int]:
    return {"held": sum(one.ok for one in tree.citations), "of": len(tree.citations)}


def _printed(step: Step) -> str:
    return "\n".join(part.rstrip("\n") for part in (step.output, step.error) if part) or "(nothing was printed)"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _lines(objects: Iterable[dict[str, object]]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
