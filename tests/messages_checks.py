"""What the real Messages API would refuse in a request, and what its prompt cache would have read and written."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from messages_answers import Answer, Counts, Json


def refusal(body: Json) -> str:
    """Say why the real API would answer 400, "" if it would not."""
    for name, kind in (("model", str), ("max_tokens", int), ("messages", list)):
        if not isinstance(body.get(name), kind):
            return f"{name}: Field required"
    if not body["messages"]:
        return "messages: at least one message is required"
    if body["max_tokens"] < 1:
        return "max_tokens: must be at least 1"
    marks = json.dumps(body).count('"cache_control"')
    if marks > 4:
        return f"A maximum of 4 blocks with cache_control may be provided. Found {marks}."
    if any(not sequence.strip() for sequence in body.get("stop_sequences", [])):
        return "stop_sequences: each stop sequence must contain non-whitespace"
    if any(not block.get("text") for block in _blocks(body.get("system", []))):
        return "system: text content blocks must be non-empty"
    return _turns(body["messages"], bool(body.get("tools")))


def _turns(messages: list[Json], tools: bool) -> str:
    if messages[0].get("role") != "user":
        return "messages: first message must use the user role"
    waiting: set[str] = set()
    for index, message in enumerate(messages):
        blocks = _blocks(message.get("content", []))
        where = f"messages.{index}"
        if message.get("role") not in ("user", "assistant"):
            return f"{where}.role: must be user or assistant"
        if not blocks:
            return f"{where}: all messages must have non-empty content"
        results = [block["tool_use_id"] for block in blocks if block.get("type") == "tool_result"]
        if waiting and set(results) != waiting:
            return (
                f"{where}: `tool_use` ids were found without `tool_result` blocks immediately after: {sorted(waiting)}"
            )
        if results and not waiting:
            return f"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {results}"
        if any(block["type"] != "tool_result" for block in blocks[: len(results)]):
            return f"{where}: `tool_result` blocks must come first"
        calls = [block for block in blocks if block.get("type") == "tool_use"]
        if (calls or results) and not tools:
            return f"{where}: Requests which include `tool_use` or `tool_result` blocks must define tools"
        if any(not isinstance(block.get("input"), dict) for block in calls):
            return f"{where}: tool_use.input: Input should be a valid dictionary"
        for block in blocks:
            if block.get("type") == "text" and not block["text"]:
                return f"{where}: text content blocks must be non-empty"
            if block.get("type") == "text" and not block["text"].strip():
                return f"{where}: text content blocks must contain non-whitespace text"
            if block.get("type") == "thinking" and not block.get("signature"):
                return f"{where}: thinking.signature: Field required"
        if message["role"] == "assistant" and blocks[-1].get("type") in ("thinking", "redacted_thinking"):
            return f"{where}: The final block in an assistant message cannot be `thinking`."
        waiting = {block["id"] for block in calls}
    last = messages[-1]
    if last["role"] == "assistant":
        return "messages: this model does not support assistant message prefill"
    return ""


def _blocks(content: Any) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


class PromptCache:
    """A prompt cache that reads and writes as the real one bills: whole prefixes that end at a mark."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def counts(self, body: Json, answer: Answer) -> Counts:
        """Count a token per 4 characters, and the longest marked prefix as read or written."""
        lengths = {0: ""}
        total, digest = 0, hashlib.sha256(body["model"].encode())
        for block in _prompt(body):
            plain = json.dumps({key: value for key, value in block.items() if key != "cache_control"}, sort_keys=True)
            total += len(plain)
            digest.update(plain.encode())
            if "cache_control" in block:
                lengths[total] = digest.copy().hexdigest()
        read = max((length for length, name in lengths.items() if name in self._known), default=0)
        marked = max(lengths)
        self._known.update(lengths.values())
        output = max(1, len(json.dumps(answer.blocks)) // 4)
        return Counts((total - marked) // 4, output, read // 4, (marked - read) // 4)


def _prompt(body: Json) -> list[Json]:
    parts: list[Json] = [*body.get("tools", []), *_blocks(body.get("system", []))]
    for message in body["messages"]:
        parts += _blocks(message["content"])
    return parts


def marked_share(body: Json) -> float:
    """The share of a prompt's characters that stand before its last cache mark."""
    total = marked = 0
    for block in _prompt(body):
        total += len(json.dumps({key: value for key, value in block.items() if key != "cache_control"}))
        if "cache_control" in block:
            marked = total
    return marked / total
