"""What an agent and its model have said to each other: the messages of the next request."""

from __future__ import annotations

from dataclasses import replace

from rlm_tui.models.protocol import Block, Message, Output, Reply, Text

_KEPT = 300
"""Characters of an old output that are kept when a conversation grows too long for the model."""


class Conversation:
    """The messages so far, first the task. Turns of the two sides alternate."""

    def __init__(self, first: str) -> None:
        self.messages: list[Message] = [Message("user", (Text(first),))]

    def hear(self, reply: Reply) -> None:
        """Keep what the model said. Blank text must not go back: endpoints refuse it."""
        blocks = tuple(block for block in reply.blocks if not isinstance(block, Text) or block.text.strip())
        self.messages.append(Message("assistant", blocks))

    def say(self, *blocks: Block) -> None:
        """Add to what the model reads next."""
        last = self.messages[-1]
        if last.role == "user":
            self.messages[-1] = replace(last, blocks=(*last.blocks, *blocks))
        else:
            self.messages.append(Message("user", blocks))

    def shorten(self) -> bool:
        """Cut old outputs down, for a model that can hold no more; tell whether there was something to cut."""
        shorter = [_shortened(message) for message in self.messages[:-1]]
        if shorter == self.messages[:-1]:
            return False
        self.messages[:-1] = shorter
        return True


def _shortened(message: Message) -> Message:
    blocks = tuple(
        replace(block, text=block.text[:_KEPT] + "\n[the rest was left out to make room; variables still hold it]")
        if isinstance(block, Output) and len(block.text) > 2 * _KEPT
        else block
        for block in message.blocks
    )
    return replace(message, blocks=blocks)
