"""The prompt with what belongs to it: the list of completions above it, and what was asked in earlier sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from rlm_tui.records.asked import Asked
from rlm_tui.ui.blocks import MUTED, PROMPT_MARK, plain
from rlm_tui.ui.completion import Choices
from rlm_tui.ui.editing import EditorError, edit_text
from rlm_tui.ui.picker import Choice, Picker
from rlm_tui.ui.prompt import Prompt

if TYPE_CHECKING:
    from rlm_tui.ui.app import RlmApp

_WIDEST = 200
"""Characters of a question in a list."""


class PromptRow(Vertical):
    """Keeps what is sent from the prompt, and brings back what was; where it cannot be kept, that is said once."""

    app: RlmApp

    def compose(self) -> ComposeResult:
        """Lay the list above the prompt; it covers what is there, and moves nothing."""
        yield Choices(id="choices")
        with Horizontal(id="prompt-row"):
            yield Static(PROMPT_MARK, id="prompt-mark", markup=False)
            yield Prompt(id="prompt")

    def on_mount(self) -> None:
        """Read what was asked before."""
        self.run_worker(self._recall(), name="history", exit_on_error=False)

    def on_choices_chosen(self) -> None:
        """Complete what is being written with what was clicked."""
        self._prompt.action_complete()

    def on_prompt_sent(self, message: Prompt.Sent) -> None:
        """Keep a question."""
        if not message.text.startswith("/"):
            self.run_worker(self._keep(message.text), name="history", exit_on_error=False)

    def insert(self, text: str) -> None:
        """Put a text where the cursor is, and go there."""
        self._prompt.focus()
        self._prompt.insert(text)

    def search(self) -> None:
        """Search what was asked, here and elsewhere."""
        self.run_worker(self._search(), name="search", group="search", exclusive=True, exit_on_error=False)

    def edit(self) -> None:
        """Open the user's editor on what is written."""
        self.run_worker(self._edit(), name="editor", group="editor", exclusive=True, exit_on_error=False)

    async def _edit(self) -> None:
        try:
            self._prompt.put(await edit_text(self.app, self._prompt.text))
        except EditorError as error:
            self.app.notify_line(str(error))
        self._prompt.focus()

    @property
    def _prompt(self) -> Prompt:
        return self.query_one(Prompt)

    @property
    def _root(self) -> str:
        return str(self.app.session.repository.root)

    async def _keep(self, text: str) -> None:
        asked = self.app.session.asked
        if asked is None:
            return
        try:
            await asyncio.to_thread(asked.add, text, self._root)
        except OSError as error:
            self.app.session.asked = None
            self.app.notify_line(f"questions are not kept beyond this session: {error.strerror or error}")

    async def _read(self) -> Sequence[Asked]:
        asked = self.app.session.asked
        if asked is None:
            return []
        try:
            return await asyncio.to_thread(asked.read)
        except OSError as error:
            self.app.notify_line(f"earlier questions cannot be read: {asked.path}: {error.strerror or error}")
            return []

    async def _recall(self) -> None:
        kept = await self._read()
        self._prompt.recall([one.text for one in kept if one.root == self._root])

    async def _search(self) -> None:
        kept, prompt = await self._read(), self._prompt
        mine = [one.text for one in kept if one.root == self._root] + prompt.asked
        choices = [Choice(_line(text), text, text) for text in dict.fromkeys(reversed(mine))]
        for one in reversed(kept):
            if one.root != self._root:
                where = plain(f"{Path(one.root).name}  ", MUTED)
                choices.append(Choice(where + _line(one.text), f"{one.text} {one.root}", one.text))

        def take(text: str | None) -> None:
            if text is not None:
                prompt.put(text)
                prompt.focus()

        self.app.push_screen(Picker("What was asked", choices, empty="nothing asked yet has these words"), take)


def _line(text: str) -> Content:
    return plain(" ".join(text[: 2 * _WIDEST].split())[:_WIDEST])
