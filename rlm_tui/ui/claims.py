"""The answer's claims: where it cites code is marked, chosen, and leads to the code and to the call that found it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.style import Style

from rlm_tui.records.events import Citation
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import ACCENT, MUTED
from rlm_tui.ui.page import Page

_LINES = re.compile(r"[:#]L?(\d{1,9})(?:[-\u2013]L?(\d{1,9}))?(?!\w)")
_MORE = re.compile(r",\s?(\d{1,9})(?:[-\u2013](\d{1,9}))?(?![\w:])")
"""Further lines of the same file: `a.py:3, 9-12`."""
_ENDS_PATH = frozenset(" \t\n`'\"()[]{}<>,;:#|*")
_LONGEST_PATH = 400
_ABOVE = 3
"""Lines that stay in view above a claim that is gone to."""


class Marker:
    """Marks where a text cites one of `citations`. `claims` are the numbers (from 1) of what was cited, by place."""

    def __init__(self, citations: Sequence[Citation]) -> None:
        self._citations = citations
        self.claims: list[int] = []
        self._by_lines: dict[tuple[int, int], list[int]] = {}
        for number, cited in enumerate(citations, 1):
            self._by_lines.setdefault((cited.start, cited.end), []).append(number)

    def __call__(self, content: Content) -> Content:
        """Return the content with its citations underlined and numbered."""
        found = list(self._mentions(content.plain)) if self._by_lines else []
        pieces: list[Content] = []
        at = 0
        for start, end, number in found:
            meta = Style.from_meta({"claim": len(self.claims), "cite": number})
            self.claims.append(number)
            is_ok = self._citations[number - 1].ok
            cited = content[start:end].stylize("underline")
            tag = Content.styled(f"[{number}]" if is_ok else f"[{number} ✗]", MUTED if is_ok else "$text-error")
            pieces += [content[at:start], (cited + tag).stylize(meta)]
            at = end
        return Content().join([*pieces, content[at:]]) if pieces else content

    def _mentions(self, text: str) -> Iterator[tuple[int, int, int]]:
        for lines in _LINES.finditer(text):
            start = lines.start()
            least = max(0, start - _LONGEST_PATH)
            while start > least and text[start - 1] not in _ENDS_PATH:
                start -= 1
            path = text[start : lines.start()].removeprefix("./")
            number = self._number(path, lines)
            if number is not None:
                yield start, lines.end(), number
            end = lines.end()
            while path and (more := _MORE.match(text, end)):
                if (number := self._number(path, more)) is not None:
                    yield more.start(1), more.end(), number
                end = more.end()

    def _number(self, path: str, lines: re.Match[str]) -> int | None:
        numbers = self._by_lines.get((int(lines[1]), int(lines[2] or lines[1])), ())
        return next((number for number in numbers if self._is_at(number, path)), None)

    def _is_at(self, number: int, path: str) -> bool:
        cited = self._citations[number - 1]
        where = f"{cited.path}@{cited.commit}" if cited.commit else cited.path
        return bool(path) and (where == path or where.endswith(f"/{path}"))


class AnswerPage(Page):
    """A page in which claims can be chosen."""

    BINDINGS = bindings("answer")

    class CodeWanted(Message):
        """The user wants to see the lines of a citation, by its number."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    class FinderWanted(Message):
        """The user wants to see the call that found a citation, by its number."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    class NoClaim(Message):
        """There is no claim where the user looks for one."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, follow=True)
        self._claims: Sequence[int] = ()
        self._chosen: int | None = None

    @property
    def chosen(self) -> int | None:
        """The number of the citation whose claim is chosen."""
        return None if self._chosen is None else self._claims[self._chosen]

    def take_claims(self, claims: Sequence[int]) -> None:
        """Take the numbers of what the text that is shown next cites, by place."""
        self._claims, self._chosen = claims, None

    def choose(self, number: int) -> bool:
        """Choose the first claim with this citation, and bring it into view; False when the text does not have it."""
        if number not in self._claims:
            return False
        self._choose(self._claims.index(number))
        return True

    def action_claim(self, by: int) -> None:
        """Choose the next claim, or the one before: from the chosen one, or from the first in view."""
        lines = self._claim_lines()
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        at = self._chosen
        if at is None or not top <= lines.get(at, -1) < top + height:
            after = [claim for claim, line in lines.items() if line >= top]
            at = (after[0] if after else len(self._claims)) - (1 if by > 0 else 0)
        if 0 <= at + by < len(self._claims):
            self._choose(at + by)
        elif self._chosen is None:
            self.post_message(self.NoClaim())

    def action_open_code(self) -> None:
        """Ask for the code of the claim."""
        self._ask(self.CodeWanted)

    def action_finder(self) -> None:
        """Ask for the call that found the claim."""
        self._ask(self.FinderWanted)

    def on_click(self, event: events.Click) -> None:
        """Open the code of a citation that is clicked."""
        number = event.style.meta.get("cite")
        if isinstance(number, int):
            self.post_message(self.CodeWanted(number))

    def _ask(self, message: type[CodeWanted] | type[FinderWanted]) -> None:
        if self._chosen is None:
            self.action_claim(1)
        if (number := self.chosen) is not None:
            self.post_message(message(number))

    def _choose(self, claim: int) -> None:
        self._chosen = claim
        self._strips.clear()
        line = self._claim_lines().get(claim, 0)
        height = self.scrollable_content_region.height
        room = min(_ABOVE, max(0, height - 1) // 2)
        self.scroll_to_region(Region(0, max(0, line - room), 1, 2 * room + 1), animate=False, x_axis=False)
        self.refresh()

    def _claim_lines(self) -> dict[int, int]:
        """Return the first line of each claim."""
        found: dict[int, int] = {}
        for start, block in zip(self._starts, self._laid, strict=True):
            for line, content in enumerate(block, start):
                for claim, _, _ in _marks(content):
                    found.setdefault(claim, line)
        return found

    def _line(self, number: int) -> Content:
        content = super()._line(number)
        if self._chosen is not None:
            for claim, start, end in list(_marks(content)):
                if claim == self._chosen:
                    content = content.stylize(f"{ACCENT} on $block-cursor-background bold", start, end)
        return content


def _marks(content: Content) -> Iterator[tuple[int, int, int]]:
    for span in content.spans:
        if isinstance(span.style, Style) and isinstance(claim := span.style.meta.get("claim"), int):
            yield claim, span.start, span.end
