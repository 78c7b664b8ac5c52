"""Markdown as blocks of a page, and a stream of it that costs no more than its length.

A finished block is parsed once. Only the tail, the block that is still being written, is parsed again as it grows; once it is
long it is shown plain in between, and parsed only each time it has doubled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from textual.content import Content, Span

from rlm_tui.repository.sanitize import sanitize
from rlm_tui.ui.blocks import ACCENT, MUTED, Block, Flow, Gap, Lines, Rule, Table, plain, text_lines
from rlm_tui.ui.figures import count
from rlm_tui.ui.highlighting import highlight

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SHORT_TAIL = 2_000
"""Characters of an unfinished block that are parsed anew at each draw."""

LONG_TAIL = 40_000
"""Above this an unfinished block is parsed only when it has doubled."""

PIECE = 100
"""Lines of a long unfinished block that become one piece."""

MOST_COLOURED = 40_000
"""Characters above which a block of code is shown plain: it is coloured while the screen waits."""

CODE = "$text-accent"
DIAGRAM = "mermaid"
"""The language of fences that say nothing to whoever reads them as they are."""
Mark = Callable[[Content], Content]
"""Does something to each text of a document, but for code blocks."""
_FENCE = re.compile(" {0,3}(```|~~~)")
_BULLETS = ("•", "◦", "▪")


def blocks(source: str) -> list[Block]:
    """Return the blocks of a whole document."""
    stream = Stream()
    stream.write(source)
    stream.end()
    return stream.blocks


class Stream:
    """Markdown that arrives in pieces. `blocks` is what to show now; the first `settled` of them will not change again."""

    def __init__(self, mark: Mark | None = None) -> None:
        self._mark = mark
        self.blocks: list[Block] = []
        self.settled = 0
        self._tail = ""
        self._parsed = 0
        self._plain: list[Block] = []
        self._plain_at = 0

    def write(self, text: str) -> None:
        """Take a piece in."""
        before = len(self._tail)
        self._tail += sanitize(text)
        if len(self._tail) > SHORT_TAIL and not self._is_due(before):
            self._show_plain()
            return
        self._advance()

    def end(self) -> None:
        """Take the tail as finished."""
        self._replace(self._build(_parser().parse(self._tail)))
        self._tail, self.settled = "", len(self.blocks)

    def _advance(self) -> None:
        tokens = _parser().parse(self._tail)
        starts = [index for index, token in enumerate(tokens) if token.level == 0 and token.map and token.nesting >= 0]
        if len(starts) > 1:
            self._replace(self._build(tokens[: starts[-1]]))
            self.settled = len(self.blocks)
            tokens = tokens[starts[-1] :]
            line = tokens[0].map[0] if tokens[0].map else 0
            self._tail = "\n".join(self._tail.split("\n")[line:])
        self._parsed = len(self._tail)
        self._plain, self._plain_at = [], 0
        self._replace(self._build(tokens))

    def _build(self, tokens: Sequence[Token]) -> list[Block]:
        return _Builder(self._mark).build(tokens)

    def _is_due(self, before: int) -> bool:
        """Whether the unfinished block is to be parsed: it has doubled, or what was just written looks like its end."""
        fence = _FENCE.match(self._tail)
        if fence:
            return f"\n{fence[1]}" in self._tail[max(3, before - 4) :]
        if len(self._tail) < LONG_TAIL and "\n\n" in self._tail[max(0, before - 2) :]:
            return True
        return len(self._tail) >= 2 * self._parsed

    def _show_plain(self) -> None:
        """Show the tail as it is written; its finished pieces stay the same objects, so that they are not laid out again."""
        while len(lines := self._tail[self._plain_at :].split("\n", PIECE)) > PIECE:
            piece = "\n".join(lines[:PIECE])
            self._plain.append(Lines(text_lines(piece)))
            self._plain_at += len(piece) + 1
        self._replace([*self._plain, Lines(text_lines(self._tail[self._plain_at :]))])

    def _replace(self, tail: Sequence[Block]) -> None:
        del self.blocks[self.settled :]
        if tail and self.blocks and not isinstance(tail[0], Gap):
            self.blocks.append(Gap())
        self.blocks.extend(tail)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


class _Builder:
    """Walks markdown-it's flat list of tokens; prefixes of quotes and lists pile up as they nest."""

    def __init__(self, mark: Mark | None) -> None:
        self.mark = mark or (lambda content: content)
        self.found: list[Block] = []
        self.prefix: list[tuple[Content, Content]] = []
        self.lists: list[int | None] = []

    def build(self, tokens: Sequence[Token]) -> list[Block]:
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.type == "table_open":
                end = next(i for i in range(index, len(tokens)) if tokens[i].type == "table_close")
                self._gap()
                self.found.append(_table(tokens[index:end], self._take_indent(), self.mark))
                index = end
            elif token.type == "inline":
                self._inline(token, tokens[index - 1])
            else:
                self._other(token)
            index += 1
        return self.found

    def _other(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                if not self.lists:
                    self._gap()
                start = token.attrs.get("start", 1)
                self.lists.append(int(start) if token.type == "ordered_list_open" else None)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                number = self.lists[-1]
                if number is None:
                    mark = f"{_BULLETS[(len(self.lists) - 1) % 3]} "
                else:
                    mark = f"{number}. "
                    self.lists[-1] = number + 1
                self.prefix.append((Content.styled(mark, ACCENT), Content(" " * len(mark))))
            case "blockquote_open":
                self._gap()
                bar = Content.styled("│ ", MUTED)
                self.prefix.append((bar, bar))
            case "list_item_close" | "blockquote_close":
                self.prefix.pop()
            case "fence" | "code_block":
                self._gap()
                language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
                if language == DIAGRAM:
                    lines = count(token.content.count("\n"), "line")
                    self.found.append(
                        Flow(Content.styled(f"▏ a diagram as {lines} of {DIAGRAM}: the report has it", MUTED))
                    )
                    return
                code = highlight(token.content.rstrip("\n"), language=language, most=MOST_COLOURED)
                self.found.append(Lines(code, self._take_indent() + Content.styled("▏ ", MUTED), words=True))
            case "hr":
                self._gap()
                self.found.append(Rule())
            case "html_block":
                self._gap()
                self.found.append(Lines(text_lines(token.content.rstrip("\n")), self._take_indent()))
            case _:
                pass

    def _inline(self, token: Token, opener: Token) -> None:
        content = self.mark(_inline(token))
        if opener.type == "heading_open":
            self._gap()
            level = int(opener.tag[1:])
            content = content.stylize(f"bold {ACCENT}" if level < 3 else "bold")
        elif not self.lists:
            self._gap()
        first = Content().join([first for first, _ in self.prefix])
        rest = Content().join([rest for _, rest in self.prefix])
        self.prefix = [(rest, rest) for _, rest in self.prefix]
        self.found.append(Flow(content, first, rest))

    def _take_indent(self) -> Content:
        indent = Content().join([rest for _, rest in self.prefix])
        self.prefix = [(rest, rest) for _, rest in self.prefix]
        return indent

    def _gap(self) -> None:
        if self.found and not isinstance(self.found[-1], Gap):
            self.found.append(Gap())


def _table(tokens: Sequence[Token], indent: Content, mark: Mark) -> Table:
    rows: list[list[Content]] = []
    right: set[int] = set()
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and tokens[index - 1].type in ("th_open", "td_open"):
            if "right" in str(tokens[index - 1].attrs.get("style", "")):
                right.add(len(rows[-1]))
            rows[-1].append(mark(_inline(token)))
    return Table(rows[0] if rows else [Content()], rows[1:], frozenset(right), indent)


def _inline(token: Token) -> Content:
    """Inline markup as spans: no link acts, an image is its text."""
    text, spans, open_at = "", [], []
    for child in token.children or ():
        match child.type:
            case "text" | "html_inline":
                text += plain(child.content).plain
            case "code_inline":
                spans.append(Span(len(text), len(text) + len(child.content), CODE))
                text += plain(child.content).plain
            case "softbreak":
                text += " "
            case "hardbreak":
                text += "\n"
            case "image":
                text += f"[{plain(child.content).plain}]"
            case "strong_open" | "em_open" | "s_open" | "link_open":
                open_at.append(len(text))
            case "strong_close":
                spans.append(Span(open_at.pop(), len(text), "bold"))
            case "em_close":
                spans.append(Span(open_at.pop(), len(text), "italic"))
            case "s_close":
                spans.append(Span(open_at.pop(), len(text), "strike"))
            case "link_close":
                spans.append(Span(open_at.pop(), len(text), "underline"))
            case _:
                pass
    return Content(text, [span for span in spans if span.end > span.start])
