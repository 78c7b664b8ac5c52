"""Cells in text, for models and endpoints without tools: one ```repl fence a turn.

The closing line is "```end", which is also the stop sequence, so that the endpoint stops there and a fence inside the code
does not. Models that close with three backticks alone are understood too: such a line ends the cell unless it stands in an
open triple-quoted string.
"""

from __future__ import annotations

import io
import re
import tokenize

from rlm_tui.models.protocol import Delta

STOP = "\n```end"

INSTRUCTIONS = """

To run a cell, end your turn with it, once, written exactly so:

```repl
print(repo)
```end

Stop after the closing line; what the cell prints comes back in the next message. Never write its output yourself. To answer,
write no such block."""

_OPENING = re.compile(r" {0,3}```+ *repl\s*")


class FenceReader:
    """Reads a turn as it streams and tells its text from its cell."""

    def __init__(self) -> None:
        self._line = ""
        self._shown = 0
        self._text: list[str] = []
        self._code: list[str] | None = None
        self._bare: int | None = None
        self.closed = False

    @property
    def text(self) -> str:
        """The text before the cell."""
        return "".join(self._text)

    @property
    def code(self) -> str | None:
        """The code of the cell, None while there is none."""
        return None if self._code is None else "".join(self._code).strip("\n")

    def feed(self, piece: str) -> list[Delta]:
        """Take a piece of the turn; returns what of it can be shown. What follows a closed cell is dropped."""
        deltas: list[Delta] = []
        self._line += piece
        while "\n" in self._line and not self.closed:
            line, _, self._line = self._line.partition("\n")
            self._take(line + "\n", deltas)
        if self._line and not self.closed and not self._may_be_a_mark(self._line):
            self._show(self._line, deltas)
        return deltas

    def end(self) -> list[Delta]:
        """Take the end of the turn."""
        deltas: list[Delta] = []
        if self._line and not self.closed:
            self._take(self._line, deltas)
        self._line = ""
        if not self.closed and self._code and self._bare is not None and _in_string("".join(self._code)):
            # The string that this line seemed to stand in was never closed: the code is broken, and it ended there.
            del self._code[self._bare :]
            self.closed = True
        return deltas

    def _take(self, line: str, deltas: list[Delta]) -> None:
        if self._code is None:
            if _OPENING.fullmatch(line):
                self._code = []
            else:
                self._show(line, deltas)
                self._text.append(line)
        elif self._closes(line, self._code):
            self.closed = True
        else:
            self._show(line, deltas)
            self._code.append(line)
        self._shown = 0

    def _closes(self, line: str, code: list[str]) -> bool:
        mark = line.strip()
        if mark == "```" and _in_string("".join(code)):
            self._bare = len(code) if self._bare is None else self._bare
            return False
        return mark in ("```", "```end")

    def _show(self, line: str, deltas: list[Delta]) -> None:
        if new := line[self._shown :]:
            deltas.append(Delta("text" if self._code is None else "code", new))
            self._shown = len(line)

    def _may_be_a_mark(self, line: str) -> bool:
        mark = line.lstrip(" ")
        return mark.startswith("```") or "```".startswith(mark)


def fenced(text: str, code: str) -> str:
    """Write an earlier turn as the model would have written it."""
    return f"{text.rstrip()}\n\n```repl\n{code}\n```end".lstrip()


def _in_string(code: str) -> bool:
    """Whether the code breaks off within a triple-quoted string."""
    try:
        for _ in tokenize.generate_tokens(io.StringIO(code).readline):
            pass
    except (
        tokenize.TokenError
    ) as error:  # 3.11 says "EOF in multi-line string", later ones "unterminated triple-quoted ..."
        return "multi-line string" in str(error) or "triple-quoted" in str(error)
    except SyntaxError:
        return False
    return False
