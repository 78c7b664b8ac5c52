"""Reads tracebacks, the output of failing tests, reports of sanitizers and logs: which errors are told, and their frames.

Nothing here looks at a repository. Half a traceback is one, too; what fits no form is passed over, never an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rlm_tui.repository.errors.traceback_lines import Head, Place, head, mentions, place, without_prefix
from rlm_tui.repository.sanitize import plain_text

MOST_FAILURES = 40
MOST_FRAMES = 100
_MOST_TEXT = 4_000_000
"""So many characters are read; of a longer text its beginning and its end."""
_LONGEST = 1_000
"""Characters of a line that are read."""
_NEAR = 12
"""So many lines after its head the first frame of an error may stand: messages have several lines."""
_GAP = 3
"""So many lines that are none may stand between two frames of one error."""
_MENTIONS = 30

_CAUSE = "The above exception was the direct cause of the following exception:"
_HANDLED = "During handling of the above exception, another exception occurred:"
_LATEST_FIRST = "(most recent call first)"
_PYTHON_ERROR = re.compile(r"[\s|+]*(?P<kind>[A-Za-z_][\w.]{0,200})(?:: (?P<message>.*))?$")
_TEST_LINE = re.compile(r"^>\s+(?P<text>\S.*)")
_TEST_FUNCTION = re.compile(r"^\s*(?:async )?def (?P<name>\w+)\(")
_ASSERTED = re.compile(r"^E\s+(?P<text>\S.*)")
_GO_FAILED = re.compile(r"^\s*--- FAIL: (?P<name>[\w/]+)")
_GO_PACKAGE = re.compile(r"^FAIL\t(?P<package>\S+)")
_NODE_HEAD = re.compile(r"^(?:file://)?(?P<file>/\S{1,400}\.[cm]?[jt]sx?):(?P<line>\d{1,7})$")
_CREATED = re.compile(r"^created by |^Goroutine ")
_MARKS = re.compile(r"[\s^~|]*$")


@dataclass(frozen=True, slots=True)
class WrittenFrame:
    """A frame as it is written: `file` as given, `line` 0 and `text` (the source of the line) "" where they are not."""

    language: str
    file: str
    line: int
    function: str = ""
    text: str = ""


@dataclass(slots=True)
class WrittenFailure:
    """An error as it is written, with its frames, innermost first.

    `relation` is what it is to the one that it is told with: "" for the error itself, cause, handled (while it was, another
    came), part (of a group), suppressed, allocated, previous, created, or mention: places that are named beside all errors.
    `times` is how often the text tells of it.
    """

    language: str
    kind: str = ""
    message: str = ""
    relation: str = ""
    times: int = 1
    frames: list[WrittenFrame] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, tuple[WrittenFrame, ...]]:
        """What tells it from others."""
        return (self.kind, self.message[:80], tuple(self.frames))


def read_tracebacks(text: str) -> list[WrittenFailure]:
    """Return the errors that a text tells of, in its order, each once."""
    if len(text) > _MOST_TEXT:
        half = _MOST_TEXT // 2
        text = f"{text[:half]}\n\n{text[-half:]}"
    lines = plain_text(text).split("\n")
    return _Reader([without_prefix(line[:_LONGEST]) for line in lines]).read()


class _Reader:
    """Goes through the lines once; what it needs to know of those before is in its fields."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._done: dict[tuple[str, str, tuple[WrittenFrame, ...]], WrittenFailure] = {}
        self._open: WrittenFailure | None = None
        self._last = -1
        """The line of the latest frame."""
        self._outer = False
        """Whether the frames of the open failure stand outermost first."""
        self._heads: list[tuple[int, Head]] = []
        self._mentioned: dict[tuple[str, int], WrittenFrame] = {}
        self._test_line = self._test_function = self._failed_test = ""
        self._group = False
        self._said: Head | None = None
        """What a test's output says of the error, before its last frame."""
        self._latest: WrittenFailure | None = None

    def read(self) -> list[WrittenFailure]:
        """Return the failures."""
        for number, line in enumerate(self._lines):
            self._at = number
            if len(self._done) >= 3 * MOST_FAILURES:
                break
            if line and not line.isspace():
                self._line(line)
            elif self._open is not None and self._open.language in ("go", "c"):
                self._close()
        self._close()
        for _, named in self._heads:
            self._keep(WrittenFailure("", named.kind, named.message, named.relation))
        found = [one for one in self._done.values() if one.frames][:MOST_FAILURES]
        alone = [one for one in self._done.values() if not one.frames and not self._told_with_frames(one)]
        found += alone[: MOST_FAILURES - len(found)]
        known = {(frame.file, frame.line) for one in found for frame in one.frames}
        if passing := [frame for key, frame in self._mentioned.items() if key not in known]:
            found.append(WrittenFailure("", "", "", "mention", 1, passing[:_MENTIONS]))
        return found

    def _told_with_frames(self, alone: WrittenFailure) -> bool:
        last = alone.kind.rpartition(".")[2]
        return any(
            one.frames
            and (one.kind.rpartition(".")[2] == last or not one.kind)
            and one.message[:40] == alone.message[:40]
            for one in self._done.values()
        )

    # A line

    def _line(self, line: str) -> None:
        if self._marker(line):
            return
        found = place(line)
        if found is not None:
            self._frame(found, line)
        elif _ASSERTED.match(line):
            self._test_error(line)
        elif self._python_error(line):
            pass
        elif (named := head(line)) is not None:
            self._head(named, line)
        else:
            self._other(line)

    def _marker(self, line: str) -> bool:
        """Take a line that tells how what follows belongs to what was."""
        if _CAUSE in line or _HANDLED in line:
            self._close()
            if self._latest is not None:
                self._latest.relation = "cause" if _CAUSE in line else "handled"
        elif "Traceback (most recent call last)" in line or _LATEST_FIRST in line:
            self._close()
            self._outer = _LATEST_FIRST not in line
            self._group = self._group or "|" in line
        elif match := _GO_FAILED.match(line):
            self._failed_test = match["name"]
        elif line.startswith("goroutine ") and line.endswith(":"):
            self._close(keep_head=True)
        else:
            return False
        return True

    def _other(self, line: str) -> None:
        if match := _TEST_LINE.match(line):
            self._test_line = match["text"]
        elif match := _TEST_FUNCTION.match(line):
            self._test_function = match["name"]
        if node := _NODE_HEAD.match(line):
            text = self._following(1)
            self._mentioned.setdefault(
                (node["file"], int(node["line"])), WrittenFrame("javascript", node["file"], int(node["line"]), "", text)
            )
            return
        for one in mentions(line):
            if len(self._mentioned) < 2 * _MENTIONS:
                self._mentioned.setdefault((one.file, one.line), WrittenFrame(one.language, one.file, one.line))

    # Frames

    def _frame(self, found: Place, line: str) -> None:
        if self._starts_anew(found):
            self._begin(found)
        failure = self._open
        if failure is None:  # unreachable: one was begun
            return
        self._last = self._at
        function, text = found.function or self._function_before(found), self._text(found)
        if found.kind and not failure.kind:
            failure.kind, failure.message = found.kind, found.message
            if found.language == "python" and self._said is not None:
                failure.kind, failure.message = self._said.kind or found.kind, self._said.message
        elif found.message and not failure.message:
            failure.message = found.message
        failure.frames.append(WrittenFrame(found.language, found.file, found.line, function[:300], text))
        if found.outer:
            self._outer = True
        if found.language == "python" and found.kind:  # pytest ends a failure by its kind, at its last frame
            self._close()
        elif found.language == "rust" and "panicked at" in line and not failure.message:
            failure.kind, failure.message = "panic", self._following(1)
        elif found.language in ("c", "go") and found.kind in ("Assertion", "Failure"):
            failure.message = failure.message or self._following(1)

    def _starts_anew(self, found: Place) -> bool:
        failure = self._open
        if failure is None or failure.language != found.language:
            return True
        gap = self._at - self._last
        if found.numbered == 0 and found.language == "c" and failure.frames:
            return True
        if found.language == "python":
            return gap > 200 if self._test_line or not found.function else gap > 8
        return gap > 1 + (_GAP if found.language != "rust" else 6) and not (found.language == "java" and gap < 8)

    def _begin(self, found: Place) -> None:
        outer = self._outer
        self._close(keep_head=True)
        self._outer = outer or found.language == "python"
        failure = self._open = WrittenFailure(found.language)
        if found.language == "python" and not found.kind and (found.function or self._test_function or not self._heads):
            return  # its error comes last
        while self._heads:
            line, named = self._heads.pop()
            if self._at - line <= _NEAR:
                failure.kind, failure.message, failure.relation = named.kind, named.message, named.relation
                break
            self._keep(WrittenFailure("", named.kind, named.message, named.relation))

    def _function_before(self, found: Place) -> str:
        """Return the function of a frame that is told in two lines, or by what a test printed."""
        if found.language == "go" and self._at:
            before = self._lines[self._at - 1].strip()
            called = (before.endswith(")") or _CREATED.match(before)) and not before.startswith("---")
            return _go_function(before) if called else self._failed_test
        if found.language == "rust" and self._at:
            numbered = re.match(r"\s*\d+:\s+(?:0x[0-9a-f]+ - )?(?P<function>\S.*)", self._lines[self._at - 1])
            return numbered["function"] if numbered else ""
        if found.language == "python" and not found.function:
            return self._test_function
        return ""

    def _text(self, found: Place) -> str:
        """Return the source of a frame's line, where it is told: below it, or by what a test printed above."""
        if found.language != "python":
            return ""
        if self._test_line and not found.function:
            text, self._test_line = self._test_line, ""
            return text
        line = self._lines[self._at]
        following = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
        body = following.lstrip(" \t|>")
        indented = len(following) - len(body) > len(line) - len(line.lstrip(" \t|>"))
        if not indented or place(following) or _MARKS.match(following) or body.startswith("[Previous line"):
            return ""
        return body.strip()

    def _following(self, count: int) -> str:
        return self._lines[self._at + count].strip()[:500] if self._at + count < len(self._lines) else ""

    # Heads

    def _python_error(self, line: str) -> bool:
        """Take the line that ends a traceback of Python: its frames come first."""
        failure = self._open
        if failure is None or failure.language != "python" or failure.kind or self._at - self._last > 8:
            return False
        match = _PYTHON_ERROR.match(line)
        body = line.lstrip(" |+")
        if not match or line[: len(line) - len(body)].endswith("    ") or not body[:1].isalpha():
            return False
        if not match["message"] and not re.search(r"[A-Z]", match["kind"]):
            return False
        failure.kind, failure.message = match["kind"], (match["message"] or "").strip()[:500]
        if self._group and not failure.relation and "|" in line and "Group" not in failure.kind:
            failure.relation = "part"
        self._close()
        return True

    def _test_error(self, line: str) -> None:
        """Take what a test's output says of the error: above its last frame, or below it in the short form."""
        if self._said is None:
            text = line[1:].strip()
            self._said = head(text) or Head("", text[:500])
        if self._open is not None and self._open.language == "python" and not self._test_line:
            self._open.kind, self._open.message = self._said.kind or "AssertionError", self._said.message
            self._close()

    def _head(self, named: Head, line: str) -> None:
        same = self._open is not None and self._open.language in ("java", "javascript", "csharp") and not named.relation
        if same and self._at - self._last <= 1 and line.lstrip().startswith("at "):
            return
        if self._open is not None and self._open.language != "python":
            self._close()
        for one in mentions(line):
            if len(self._mentioned) < 2 * _MENTIONS:
                self._mentioned.setdefault((one.file, one.line), WrittenFrame(one.language, one.file, one.line))
        self._heads.append((self._at, named))
        if len(self._heads) > _NEAR:
            _, oldest = self._heads.pop(0)
            self._keep(WrittenFailure("", oldest.kind, oldest.message, oldest.relation))

    def _close(self, *, keep_head: bool = False) -> None:
        failure, self._open = self._open, None
        outer, self._outer = self._outer, False
        if failure is None:
            return
        if failure.language == "python" and not failure.kind:
            self._name_from_heads(failure)
        if outer:
            failure.frames.reverse()
        if len(failure.frames) > MOST_FRAMES:
            half = MOST_FRAMES // 2
            failure.frames = failure.frames[:half] + failure.frames[-half:]
        self._keep(failure)
        self._said = None
        if not keep_head:
            self._test_line = ""

    def _name_from_heads(self, failure: WrittenFailure) -> None:
        near = [named for line, named in self._heads if line >= self._last - _NEAR]
        if near:
            failure.kind, failure.message = near[-1].kind, near[-1].message
            self._heads = [(line, named) for line, named in self._heads if named is not near[-1]]
        elif self._said is not None:
            failure.kind, failure.message = self._said.kind or "AssertionError", self._said.message

    def _keep(self, failure: WrittenFailure) -> None:
        known = self._latest = self._done.setdefault(failure.key, failure)
        if known is not failure:
            known.times += 1


def _go_function(line: str) -> str:
    """Return the function that a line of a goroutine's stack names, without its arguments."""
    line = re.sub(r" in goroutine \d+$", "", line.removeprefix("created by ")).strip()
    if not line.endswith(")"):
        return line
    depth = 0
    for at in range(len(line) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(line[at], 0)
        if depth == 0:
            return line[:at] or line
    return line
