"""What the scripted Messages API says: answers, and the bytes that a real endpoint would stream for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

Json = dict[str, Any]
"""A parsed JSON object; its shape is what the test that reads it asserts."""

_ids = count(1)


@dataclass(frozen=True, slots=True)
class Counts:
    """Token counts to report. None: the server counts a token per 4 characters and keeps a prompt cache by the marks."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted response. Answers add up (`thinking("hm") + text("so") + cell("1")`); the methods spoil or slow them."""

    blocks: tuple[Json, ...] = ()
    stop: str = ""
    counts: Counts | None = None
    status: int = 200
    body: Json | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    piece: int = 12
    first_delay: float = 0.0
    event_delay: float = 0.0
    cut_events: int | None = None
    cut_bytes: int | None = None
    hold_events: int | None = None
    splice: tuple[tuple[int, bytes], ...] = ()
    pings: bool = True
    no_stop: bool = False

    def __add__(self, other: Answer) -> Answer:
        """Join the blocks; the stop reason is the last one named."""
        return replace(self, blocks=self.blocks + other.blocks, stop=other.stop or self.stop)

    def usage(self, input: int, output: int, cache_read: int = 0, cache_write: int = 0) -> Answer:  # noqa: A002
        """Report these token counts."""
        return replace(self, counts=Counts(input, output, cache_read, cache_write))

    def stopping(self, reason: str) -> Answer:
        """End with this stop reason, for example `max_tokens` or `refusal`."""
        return replace(self, stop=reason)

    def slow(self, first: float = 0.0, event: float = 0.0) -> Answer:
        """Wait `first` seconds before the headers and `event` seconds before each event."""
        return replace(self, first_delay=first, event_delay=event)

    def pieces(self, characters: int) -> Answer:
        """Stream deltas of this many characters."""
        return replace(self, piece=characters)

    def cut(self, *, events: int | None = None, sent: int | None = None) -> Answer:
        """Drop the connection after so many events, or after so many bytes of the stream."""
        return replace(self, cut_events=events, cut_bytes=sent)

    def ends_early(self) -> Answer:
        """End the stream in good order, but without message_delta and message_stop."""
        return replace(self, no_stop=True)

    def holding(self, events: int) -> Answer:
        """Fall silent after so many events, with the connection open, until the client goes."""
        return replace(self, hold_events=events)

    def splicing(self, events: int, raw: bytes) -> Answer:
        """Put raw bytes into the stream after so many events."""
        return replace(self, splice=(*self.splice, (events, raw)))

    def malformed(self, events: int = 2) -> Answer:
        """Put an event whose data is not JSON into the stream after so many events."""
        return self.splicing(events, b'event: content_block_delta\ndata: {"type": "content_block_delta", "ind\n\n')

    def failing(self, events: int, kind: str = "overloaded_error", message: str = "Overloaded") -> Answer:
        """Send an error event after so many events, and end the stream there."""
        body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_scripted"}
        return replace(self.splicing(events, frame("error", body)), cut_events=events)


def text(content: str, stop: str = "") -> Answer:
    """Answer with text."""
    return Answer(({"type": "text", "text": content},), stop)


def cell(code: str, before: str = "") -> Answer:
    """Answer with a call of the cell tool, after some text."""
    return (text(before) if before else Answer()) + tool_use("repl", {"code": code})


def tool_use(name: str, arguments: Json | str) -> Answer:
    """Answer with a call of any tool; a string is streamed as the input's JSON, however wrong it is."""
    block = {"type": "tool_use", "id": f"toolu_{next(_ids):024}", "name": name, "input": arguments}
    return Answer((block,), "tool_use")


def thinking(content: str, signature: str = "c2lnbmVk") -> Answer:
    """Answer with a thinking block; add what follows it."""
    return Answer(({"type": "thinking", "thinking": content, "signature": signature},))


def redacted(data: str = "b3BhcXVl") -> Answer:
    """Answer with a redacted thinking block."""
    return Answer(({"type": "redacted_thinking", "data": data},))


def error(
    status: int, kind: str = "api_error", message: str = "scripted failure", headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with an HTTP error in the API's own shape."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_scripted"}
    return Answer(status=status, body=body, headers=headers or {})


def rate_limited(retry_after: str = "0.01") -> Answer:
    """Answer 429 with a retry-after header."""
    return error(429, "rate_limit_error", "This request would exceed your rate limit", {"retry-after": retry_after})


def page(content: str = "<html>Bad gateway</html>", status: int = 200, content_type: str = "text/html") -> Answer:
    """Answer with something that is no Messages API response at all, as a proxy in between does."""
    return Answer(status=status, body=content.encode(), content_type=content_type)


def silent() -> Answer:
    """Never answer: not even headers."""
    return Answer(first_delay=float("inf"))


def frame(event: str, data: Json) -> bytes:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def cut_at_stop(answer: Answer, sequences: list[str]) -> tuple[Answer, str | None]:
    """Stop a text where a stop sequence begins, as the API does; returns the sequence that was met."""
    for position, block in enumerate(answer.blocks):
        if block["type"] != "text":
            continue
        found = [(block["text"].find(sequence), sequence) for sequence in sequences if sequence in block["text"]]
        if found:
            at, sequence = min(found)
            shortened = (*answer.blocks[:position], {"type": "text", "text": block["text"][:at]})
            return replace(answer, blocks=shortened, stop="stop_sequence"), sequence
    return answer, None


def message(answer: Answer, model: str, counts: Counts, sequence: str | None) -> Json:
    """Build the whole message, as the API gives it without streaming."""
    return {
        "id": f"msg_{next(_ids):024}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": list(answer.blocks),
        "stop_reason": answer.stop or "end_turn",
        "stop_sequence": sequence,
        "usage": _usage(counts, counts.output),
    }


def frames(answer: Answer, whole: Json, counts: Counts) -> Iterator[bytes]:
    """Stream a message event by event, in the order and the pieces of the real API."""
    opening = {**whole, "content": [], "stop_reason": None, "stop_sequence": None, "usage": _usage(counts, 1)}
    yield frame("message_start", {"type": "message_start", "message": opening})
    for index, block in enumerate(answer.blocks):
        start, deltas = _parts(block, answer.piece)
        yield frame("content_block_start", {"type": "content_block_start", "index": index, "content_block": start})
        if index == 0 and answer.pings:
            yield frame("ping", {"type": "ping"})
        for delta in deltas:
            yield frame("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta})
        yield frame("content_block_stop", {"type": "content_block_stop", "index": index})
    if answer.no_stop:
        return
    ending = {"stop_reason": whole["stop_reason"], "stop_sequence": whole["stop_sequence"]}
    totals = _usage(counts, counts.output)
    yield frame("message_delta", {"type": "message_delta", "delta": ending, "usage": totals})
    yield frame("message_stop", {"type": "message_stop"})


def _parts(block: Json, size: int) -> tuple[Json, list[Json]]:
    if block["type"] == "text":
        return {**block, "text": ""}, [{"type": "text_delta", "text": part} for part in _split(block["text"], size)]
    if block["type"] == "thinking":
        pieces = [{"type": "thinking_delta", "thinking": part} for part in _split(block["thinking"], size)]
        return {**block, "thinking": "", "signature": ""}, [
            *pieces,
            {"type": "signature_delta", "signature": block["signature"]},
        ]
    if block["type"] == "tool_use":
        raw = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
        pieces = [{"type": "input_json_delta", "partial_json": part} for part in ["", *_split(raw, size)]]
        return {**block, "input": {}}, pieces
    return block, []


def _split(content: str, size: int) -> list[str]:
    return [content[at : at + size] for at in range(0, len(content), size)]


def _usage(counts: Counts, output: int) -> Json:
    return {
        "input_tokens": counts.input,
        "cache_creation_input_tokens": counts.cache_write,
        "cache_read_input_tokens": counts.cache_read,
        "output_tokens": output,
    }
