"""Writes a request as the Messages API wants it: turns that alternate, outputs that follow their cells, marks for the cache."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rlm_tui.models.fences import INSTRUCTIONS, STOP, fenced
from rlm_tui.models.protocol import Block, Cell, Message, Output, Request, Text, Thinking

TOOL = "repl"
_TOOL_TEXT = (
    "Run a cell of Python in your sandboxed REPL. Variables live on from cell to cell. Only what is printed, and the value of "
    "a last expression, comes back."
)
_MARK = {"type": "ephemeral"}
_NOTHING = "(no output)"
_NOT_RUN = "(this cell did not run)"

Wire = dict[str, object]
"""A part of the request's JSON."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How cells travel: as tool calls, or in fences. `eager` asks Anthropic's own endpoint for code as it is written."""

    fences: bool = False
    eager: bool = False


def body(request: Request, model: str, max_tokens: int, manner: Manner) -> Wire:
    """Return the whole request body."""
    turns = _turns(request.messages, manner)
    system = request.system + (INSTRUCTIONS if manner.fences and request.cells else "")
    marked = _mark(turns, once=not request.cells and len(turns) == 1)
    wire: Wire = {"model": model, "max_tokens": max_tokens, "messages": marked}
    if system.strip():
        wire["system"] = [{**_text(system), "cache_control": _MARK}]
    if manner.fences:
        if request.cells:
            wire["stop_sequences"] = [STOP]
        return wire
    if request.cells:
        wire["tools"] = [_tool(manner)]
        wire["tool_choice"] = {"type": "auto", "disable_parallel_tool_use": True}
    elif any(isinstance(block, Cell) for message in request.messages for block in message.blocks):
        # Earlier turns have calls, which the API takes only with their tool beside them.
        wire["tools"] = [_tool(manner)]
        wire["tool_choice"] = {"type": "none"}
    return wire


def _tool(manner: Manner) -> Wire:
    schema = {
        "type": "object",
        "properties": {"code": {"type": "string", "description": "The Python code of the cell"}},
        "required": ["code"],
    }
    tool: Wire = {"name": TOOL, "description": _TOOL_TEXT, "input_schema": schema}
    if manner.eager:
        tool["eager_input_streaming"] = True
    return tool


def _turns(messages: Sequence[Message], manner: Manner) -> list[tuple[str, list[Wire]]]:
    turns: list[tuple[str, list[Wire]]] = []
    waiting: list[str] = []
    for message in messages:
        if message.role == "assistant":
            content = _assistant(message.blocks, manner)
            called = [] if manner.fences else [block.id for block in message.blocks if isinstance(block, Cell)]
        else:
            content = _user(message.blocks, waiting)
            called = []
        if not content:
            continue
        if waiting and message.role == "assistant":
            turns.append(("user", _user((), waiting)))
        waiting = called
        if turns and turns[-1][0] == message.role:
            turns[-1][1].extend(content)
        else:
            turns.append((message.role, content))
    if waiting:
        turns.append(("user", _user((), waiting)))
    if not turns or turns[0][0] == "assistant":
        turns.insert(0, ("user", [_text("(the task was empty)")]))
    if turns[-1][0] == "assistant":
        turns.append(("user", [_text("Go on.")]))
    return turns


def _assistant(blocks: Iterable[Block], manner: Manner) -> list[Wire]:
    thoughts: list[Wire] = []
    texts: list[str] = []
    calls: list[Wire] = []
    code = None
    for block in blocks:
        match block:
            case Thinking(raw=raw):
                thoughts += _thought(raw)
            case Text(text) if text.strip():
                texts.append(text)
            case Cell(id, written):
                code = written
                calls.append({"type": "tool_use", "id": id, "name": TOOL, "input": {"code": _sendable(written)}})
            case _:
                pass  # blank text, which the API refuses; outputs, which are never the assistant's
    if manner.fences:
        text = "\n\n".join(texts)
        text = fenced(text, code) if code is not None else text
        said = [_text(text)] if text else []
    else:
        said = [*map(_text, texts), *calls]
    return [*thoughts, *said] if said else []  # a turn may not end in a thought


def _thought(raw: str) -> list[Wire]:
    block = json.loads(raw)
    signed = block.get("type") == "redacted_thinking" or block.get("signature")
    return [block] if signed else []  # what is not signed, the API refuses


def _user(blocks: Iterable[Block], waiting: Sequence[str]) -> list[Wire]:
    outputs: dict[str, Output] = {}
    texts: list[Wire] = []
    for block in blocks:
        if isinstance(block, Output) and block.id in waiting:
            outputs[block.id] = block
        elif isinstance(block, Output):
            texts.append(_text(f"Output of the cell:\n{block.text if block.text.strip() else _NOTHING}"))
        elif isinstance(block, Text) and block.text.strip():
            texts.append(_text(block.text))
    return [*(_result(cell, outputs.get(cell)) for cell in waiting), *texts]


def _result(cell: str, output: Output | None) -> Wire:
    text = _NOT_RUN if output is None else _sendable(output.text)
    result: Wire = {"type": "tool_result", "tool_use_id": cell, "content": text if text.strip() else _NOTHING}
    if output is None or output.failed:
        result["is_error"] = True
    return result


def _text(text: str) -> Wire:
    return {"type": "text", "text": _sendable(text)}


def _sendable(text: str) -> str:
    """Return `text` without the lone surrogates that undecodable bytes of a command line or a file name become."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _mark(turns: Sequence[tuple[str, list[Wire]]], *, once: bool) -> list[Wire]:
    """Mark the ends of the last two user turns: the next step reads up to the last one, this step up to the one before.

    A single question (`once`) is not asked again, and writing to the cache costs more than reading: only its system prompt,
    which its siblings share, is marked. With that one, at most 3 of the 4 marks that the API allows are used.
    """
    ends = [] if once else [index for index, (role, _) in enumerate(turns) if role == "user"][-2:]
    wire: list[Wire] = []
    for index, (role, content) in enumerate(turns):
        blocks = [*content[:-1], {**content[-1], "cache_control": _MARK}] if index in ends else content
        wire.append({"role": role, "content": blocks})
    return wire
