"""The one place where events are made: numbered, cleaned, recorded, folded into the tree, and handed to readers."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Literal, TypedDict

from rlm_tui.records.cleaning import cleaned
from rlm_tui.records.events import Event, Noticed, RunEnded, Streamed
from rlm_tui.records.log import RecordError, RecordWriter
from rlm_tui.records.tree import Tree
from rlm_tui.repository.sanitize import sanitize

JOIN_SECONDS = 0.05
"""For how long streamed pieces are joined before they become an event."""

# A key that a file holds, or an endpoint echoes, must not reach a record. (A bare `sk-` also begins CSS classes.)
_KEY = re.compile(
    r"\b(?:(sk-)(?:ant|proj|or)-[A-Za-z0-9_-]{16,}"  # Anthropic, OpenAI, OpenRouter
    r"|(AKIA|ASIA)[A-Z0-9]{16}\b"  # an AWS access key
    r"|(IQoJ|FwoG)[A-Za-z0-9+/=]{100,}"  # an AWS session token
    r"|(ABSK)[A-Za-z0-9+/=]{40,}"  # a Bedrock API key
    r"|(ya29\.)[\w.-]{20,}"  # a Google access token
    r"|(AIza)[\w-]{35}\b)"  # a Google API key
)
_BEGINNINGS = ("sk-", "AKIA", "ASIA", "IQoJ", "FwoG", "ABSK", "ya29.", "AIza")
_SHORTEST_SECRET = 12
"""Characters of the shortest key in use that is taken out: shorter ones are made up (`ollama`), and words of texts."""
_LONGEST_WORD = 4_096
"""Characters of a word that is held back until it is whole, lest a key in it is recorded in two halves."""


class Stamp(TypedDict):
    """The fields that every event has."""

    seq: int
    run_id: str
    call_id: str
    parent_id: str
    ts: float


class Journal:
    """The events of one run, in order. Lives on the run's event loop."""

    def __init__(self, run_id: str, writer: RecordWriter | None, secrets: Callable[[], Iterable[str]] = tuple) -> None:
        """Write to `writer`; None keeps the events in memory only. `secrets` returns the keys in use, as they are now."""
        self._secrets = secrets
        self.run_id = run_id
        self.tree = Tree()
        self.events: list[Event] = []
        self._writer = writer
        self._grown = asyncio.Event()

    def stamp(self, call_id: str = "", parent_id: str = "") -> Stamp:
        """Return the common fields of the next event; `emit` it before the next stamp is made."""
        return Stamp(seq=len(self.events) + 1, run_id=self.run_id, call_id=call_id, parent_id=parent_id, ts=time.time())

    def clean(self, text: str) -> str:
        """Return `text` as it may enter an event of this run."""
        return clean(text, self._secrets())

    def emit(self, event: Event) -> None:
        """Take an event in. Its text is cleaned here; a record that cannot be written becomes a notice, once."""
        if self.tree.end is not None:
            return  # a tool that was cut off reports back late; nothing comes after the end
        secrets = tuple(self._secrets())
        event = cleaned(event, lambda text: clean(text, secrets))
        self.events.append(event)
        self.tree.apply(event)
        if self._writer is not None:
            try:
                self._writer.write(event)
            except RecordError as error:
                self._writer = None
                self.notice(f"the run goes on unrecorded: {error}", "warning")
        self._grown.set()
        self._grown = asyncio.Event()

    def notice(self, text: str, level: Literal["info", "warning"] = "info", call_id: str = "") -> None:
        """Tell people something."""
        self.emit(Noticed(**self.stamp(call_id), level=level, text=text))

    async def follow(self) -> AsyncIterator[Event]:
        """Yield every event from the first on, then as they come, to the end of the run."""
        position = 0
        while True:
            while position < len(self.events):
                event = self.events[position]
                position += 1
                yield event
                if isinstance(event, RunEnded):
                    return
            await self._grown.wait()

    async def end(self, event: RunEnded) -> None:
        """Take the last event in and bring the record to the disk, telling what goes wrong before it."""
        if self._writer is not None:
            try:
                await asyncio.to_thread(self._writer.sync)
            except RecordError as error:
                self.notice(str(error), "warning")
        self.emit(event.model_copy(update=dict(self.stamp())))
        if self._writer is not None:
            # What could still fail here is the sync of that one line, and nobody reads events any more.
            with suppress(RecordError):
                await asyncio.to_thread(self._writer.close)


class Joiner:
    """Joins the pieces of one streamed turn into fewer events."""

    def __init__(self, journal: Journal, call_id: str, parent_id: str, step: int) -> None:
        self._journal, self._ids, self._step = journal, (call_id, parent_id), step
        self._channel: Literal["text", "thinking", "code"] = "text"
        self._pieces: list[str] = []
        self._restart = False
        self._timer: asyncio.TimerHandle | None = None

    def add(self, channel: Literal["text", "thinking", "code"], text: str) -> None:
        """Take a piece; it becomes part of an event within `JOIN_SECONDS`, or at the next flush."""
        if not text:
            return
        if channel != self._channel:
            self.flush()
            self._channel = channel
        self._pieces.append(text)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(JOIN_SECONDS, self._flush_words)

    def restart(self) -> None:
        """Void what was streamed: the next event says that the turn starts over."""
        self._pieces.clear()
        self._restart = True

    def flush(self) -> None:
        """Make an event of what is waiting."""
        self._flush("")

    def _flush_words(self) -> None:
        """Make an event of the whole words that are waiting: only in a whole one a key is seen."""
        words = re.split(r"(\S+)\Z", "".join(self._pieces), maxsplit=1)
        last = words[1] if len(words) > 1 else ""
        self._flush(last if len(last) <= _LONGEST_WORD else "")

    def _flush(self, held: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        text = "".join(self._pieces).removesuffix(held)
        self._pieces = [held] if held else []
        if not text:
            return
        restart, self._restart = self._restart, False
        stamp = self._journal.stamp(*self._ids)
        self._journal.emit(Streamed(**stamp, step=self._step, channel=self._channel, text=text, restart=restart))


def clean(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` as it may enter an event: without control characters, `secrets`, and what looks like a key."""
    text = sanitize(text)
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET and secret in text:
            text = text.replace(secret, "(key removed)")
    if any(beginning in text for beginning in _BEGINNINGS):
        text = _KEY.sub(lambda found: f"{found[found.lastindex or 0]}(removed)", text)
    return text
