"""Gathers the events of one streamed turn into deltas, and at its end into a reply. Nothing that comes is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from rlm_tui.models.conversation import TOOL
from rlm_tui.models.fences import FenceReader
from rlm_tui.models.protocol import Block, Cell, Delta, Reply, Text, Thinking, Usage

MOST_CHARACTERS = 4_000_000
"""A turn longer than this is no answer: an endpoint is flooding us."""

_MOST_TOKENS = 1_000_000_000
"""No turn takes more tokens; a larger count is none, and would break the sums of a run."""

_LONGEST_START = 100
_LONGEST_ESCAPE = 6

_ESTIMATE = 4
"""Characters to a token, where a turn is ended by us before the endpoint has told its count."""


class Malformed(Exception):
    """The stream is not what the Messages API sends; asking again may help."""


class Refused(Exception):
    """An error event in the stream: its type, and its message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Characters:
    """Joins surrogate pairs that an endpoint has split between two pieces; a lone half becomes U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """Return what can be decoded so far."""
        if not self._half and (piece.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in piece)):
            return piece
        piece = self._half + piece
        self._half = piece[-1] if piece and "\ud800" <= piece[-1] <= "\udbff" else ""
        whole = piece[: len(piece) - len(self._half)]
        return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class CodeReader:
    """Decodes the string `code` out of the JSON of a tool's input while it comes, escapes cut in two included.

    Only where it is the first argument, as it is the only one asked for; else the code shows when the turn is whole.
    """

    _START = re.compile(r'\s*\{\s*"code"\s*:\s*"')
    _SOUND = re.compile(r'[^"\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*)*')

    def __init__(self) -> None:
        self._rest = ""
        self._begun = self._over = False
        self._characters = Characters()

    def feed(self, piece: str) -> str:
        """Return the code that `piece` completes."""
        if self._over:
            return ""
        self._rest += piece
        if not self._begun:
            start = self._START.match(self._rest)
            if start is None:
                self._over = len(self._rest) > _LONGEST_START
                return ""
            self._begun, self._rest = True, self._rest[start.end() :]
        sound = self._SOUND.match(self._rest)
        if sound is None or not sound.group():
            self._over = len(self._rest) > _LONGEST_ESCAPE or self._rest.startswith('"')
            return ""
        self._rest = self._rest[sound.end() :]
        return self._characters.feed(json.loads(f'"{sound.group()}"', strict=False))


@dataclass(slots=True)
class _Part:
    """One content block as it grows."""

    raw: dict[str, object]
    characters: Characters = field(default_factory=Characters)
    code: CodeReader = field(default_factory=CodeReader)
    pieces: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.raw.get("type"))

    @property
    def whole(self) -> str:
        return "".join(self.pieces)


class Turn:
    """One attempt at one turn. `fence_id` is the id that a fenced cell gets, "" where cells are tool calls."""

    def __init__(self, fence_id: str = "") -> None:
        self._parts: dict[int, _Part] = {}
        self._fence = FenceReader() if fence_id else None
        self._fence_id = fence_id
        self._size = 0
        self._stop = ""
        self._stopped = False
        self._started = False
        self._counts: dict[str, int] = {}

    @property
    def stopped(self) -> bool:
        """Whether the endpoint has said that the message is over."""
        return self._stopped

    @property
    def ended(self) -> bool:
        """Whether nothing more is wanted: the message has stopped, or its fence is closed."""
        return self._stopped or bool(self._fence and self._fence.closed)

    @property
    def whole(self) -> bool:
        """Whether the turn may be taken as it is; some endpoints tell a stop reason and close without message_stop."""
        return self.ended or bool(self._stop)

    @property
    def usage(self) -> Usage:
        """The tokens that the endpoint has counted so far."""
        output = self._counts.get("output_tokens", 0)
        if self._fence and self._fence.closed and not self._stop:
            output = max(output, self._size // _ESTIMATE)
        return Usage(
            self._counts.get("input_tokens", 0),
            output,
            self._counts.get("cache_read_input_tokens", 0),
            self._counts.get("cache_creation_input_tokens", 0),
        )

    def feed(self, data: str) -> list[Delta]:
        """Take the data of one event. Raises `Malformed`, or `Refused` for an error event."""
        if not data:
            return []
        self._size += len(data)
        if self._size > MOST_CHARACTERS:
            raise Refused("reply_too_long", f"the reply went on past {MOST_CHARACTERS:,} characters")
        try:
            return self._event(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Malformed(f"the endpoint sent an event that cannot be read ({type(error).__name__})") from None

    def _event(self, event: dict[str, object]) -> list[Delta]:
        match event.get("type", "error" if "error" in event else None):
            case "message_start":
                self._started = True
                self._count(_mapping(event["message"]).get("usage"))
            case "content_block_start":
                return self._open(_index(event), _mapping(event["content_block"]))
            case "content_block_delta":
                return self._grow(self._parts[_index(event)], _mapping(event["delta"]))
            case "message_delta":
                self._stop = str(_mapping(event["delta"]).get("stop_reason") or "")
                self._count(event.get("usage"))
            case "message_stop":
                self._stopped = True
            case "error":
                error = _mapping(event["error"])
                raise Refused(str(error.get("type")), str(error.get("message")))
            case None:
                raise KeyError("type")
            case _:
                pass  # ping, content_block_stop, and what the API may add
        return []

    def _open(self, index: int, block: dict[str, object]) -> list[Delta]:
        self._parts[index] = part = _Part(dict(block))
        first = block.get("text") if part.kind == "text" else block.get("thinking") if part.kind == "thinking" else None
        return self._grow(part, {"type": f"{part.kind}_delta", part.kind: first}) if first else []

    def _grow(self, part: _Part, delta: Mapping[str, object]) -> list[Delta]:
        match delta["type"]:
            case "text_delta":
                piece = part.characters.feed(_string(delta["text"]))
                part.pieces.append(piece)
                if self._fence:
                    return self._fence.feed(piece)
                return [Delta("text", piece)] if piece else []
            case "thinking_delta":
                piece = part.characters.feed(_string(delta["thinking"]))
                part.pieces.append(piece)
                return [Delta("thinking", piece)] if piece else []
            case "signature_delta":
                part.signature.append(_string(delta["signature"]))
            case "input_json_delta":
                piece = part.characters.feed(_string(delta["partial_json"]))
                part.pieces.append(piece)
                code = part.code.feed(piece)
                return [Delta("code", code)] if code else []
            case _:
                pass  # citations, and what the API may add
        return []

    def _count(self, usage: object) -> None:
        for name, value in (_mapping(usage) if usage else {}).items():
            if isinstance(value, int) and 0 <= value <= _MOST_TOKENS:
                self._counts[name] = int(value)

    def check(self) -> None:
        """Raise `Malformed` when the stream has ended and the turn is not whole."""
        if not self._started:
            raise Malformed("the endpoint's answer holds no message")
        if not self.whole:
            raise Malformed("the stream ended in the middle of the message")

    def end(self) -> list[Delta]:
        """Take the end of the turn; returns what was held back."""
        return self._fence.end() if self._fence else []

    def reply(self) -> Reply:
        """Return the finished turn: thoughts, text, then at most one cell."""
        parts = [self._parts[index] for index in sorted(self._parts)]
        blocks: list[Block] = [_thought(part) for part in parts if part.kind in ("thinking", "redacted_thinking")]
        cut = self._stop == "max_tokens"
        if self._fence:
            blocks += [Text(self._fence.text.strip())] if self._fence.text.strip() else []
            if self._fence.code is not None:
                blocks.append(_checked(self._fence_id, self._fence.code, cut=cut and not self._fence.closed))
        else:
            blocks += [Text(part.whole) for part in parts if part.kind == "text" and part.whole.strip()]
            cells = [_called(part, cut) for part in parts if part.kind == "tool_use"]
            # One cell a turn: the first that is one. The model is not told of the others; they never were in its history.
            cells.sort(key=lambda cell: bool(cell.invalid))
            blocks += cells[:1]
        return Reply(tuple(blocks), self.usage, self._stop or ("stop_sequence" if self._fence else "end_turn"))


def _thought(part: _Part) -> Thinking:
    if part.kind == "thinking":
        signature = "".join(part.signature) or part.raw.get("signature", "")
        return Thinking(part.whole, json.dumps({**part.raw, "thinking": part.whole, "signature": signature}))
    return Thinking("", json.dumps(part.raw))


def _called(part: _Part, cut: bool) -> Cell:
    id, name = str(part.raw.get("id") or "cell"), str(part.raw.get("name"))  # noqa: A001  # the API's word
    try:
        # Not strict: small models write raw line ends into the string, and mean them.
        given = json.loads(part.whole, strict=False) if part.whole.strip() else part.raw.get("input")
    except (ValueError, RecursionError):
        if cut:
            return _checked(id, "", cut=True)
        return Cell(id, "", "the input of the call was not valid JSON: call repl with one string, code")
    code = given.get("code") if isinstance(given, dict) else None
    if name != TOOL:
        return Cell(id, "", f"there is no tool {name[:40]!r}: the only tool is {TOOL}(code)")
    if not isinstance(code, str):
        return Cell(id, "", "the call has no code: call repl with one string, code")
    return _checked(id, Characters().feed(code), cut=False)


def _checked(id: str, code: str, *, cut: bool) -> Cell:  # noqa: A002  # the API's word
    if cut:
        return Cell(id, code, "the reply reached its token limit before the cell was whole: write a shorter cell")
    if not code.strip():
        return Cell(id, code, "the cell is empty")
    return Cell(id, code)


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return cast("dict[str, object]", value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _index(event: Mapping[str, object]) -> int:
    index = event["index"]
    if not isinstance(index, int):
        raise TypeError
    return index
