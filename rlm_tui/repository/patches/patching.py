"""What a patch makes of the text of a file, and the patch that leads from one text to another.

Every hunk is looked up in the file as it is, apart from the others: so hunks of several patches for the same file go together,
as long as they change different lines.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rlm_tui.repository.patches.patches import FilePatch, Patch, PatchError, PatchHunk
from rlm_tui.repository.sanitize import sanitize

_CONTEXT = 3
_BOM = codecs.BOM_UTF8
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SHOWN = 80
_COMPARED = 4_000_000
"""Lines times lines that are compared with each other at most."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Lines `start` to `start + removed` (from 0, end excluded) of a file become `added`."""

    start: int
    removed: int
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file: its bytes `before` (None: there was none) and `after` (None: it goes), its paths then and now.

    `replacements` are its changed lines, where they are known already.
    """

    old: str
    new: str
    before: bytes | None
    after: bytes | None
    executable: bool = False
    replacements: tuple[Replacement, ...] = field(default=(), compare=False)

    @property
    def path(self) -> str:
        """The path to speak of it by."""
        return self.new or self.old


class TextLines:
    """The lines of a file, each with its line end, and as they are shown."""

    def __init__(self, path: str, content: bytes) -> None:
        """Raises `PatchError` for what is no text."""
        if content.startswith(_WIDE):
            raise PatchError(f"{path} is in UTF-16: only UTF-8 and what is like ASCII can be patched")
        if b"\0" in content:
            raise PatchError(f"{path} is binary: only text can be patched")
        self.path = path
        self.mark = _BOM if content.startswith(_BOM) else b""
        parts = content[len(self.mark) :].split(b"\n")
        self.ends = parts[-1] == b""
        if self.ends:
            parts.pop()
        self.raw = [part.removesuffix(b"\r") for part in parts]
        self.line_ends = [b"\r\n" if part.endswith(b"\r") else b"\n" for part in parts]
        if not self.ends and self.raw:
            self.raw[-1] = parts[-1]
            self.line_ends[-1] = self.line_ends[-2] if len(parts) > 1 else b"\n"
        self.shown = [_shown(line) for line in self.raw]

    def faithful(self, at: int) -> bool:
        """Tell whether a line is shown as it is, nothing left out or put in the place of what cannot be shown."""
        return self.shown[at].encode("utf-8") == self.raw[at]

    def is_utf8(self) -> bool:
        """Tell whether the whole file is UTF-8."""
        try:
            b"\n".join(self.raw).decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    def line_end_at(self, at: int) -> bytes:
        """Return the line end that a line put in at `at` gets: that of its neighbour."""
        return self.line_ends[max(0, min(at - 1, len(self.line_ends) - 1))] if self.line_ends else b"\n"


def edited(patch: FilePatch, content: bytes | None) -> Edit:
    """Return what `patch` makes of a file's content, None where there is no file. Raises `PatchError`, with every problem."""
    if patch.old and content is None:
        raise PatchError(f"{patch.old} is not there: nothing can be changed in it")
    if not patch.old:
        if content:
            raise PatchError(f"{patch.new} exists already, and the patch makes it anew")
        content = b""
    text = TextLines(patch.path, content or b"")
    replacements, ends = _located(patch, text)
    result = replaced(text, replacements, ends=ends)
    if not patch.new:
        if patch.hunks and result:
            raise PatchError(f"{patch.old}: the patch deletes it, but not all of its lines")
        return deletion(patch.old, content or b"")
    before = content if patch.old else None
    return Edit(patch.old, patch.new, before, result, patch.executable, tuple(replacements))


def deletion(path: str, content: bytes) -> Edit:
    """Return the edit by which a file goes."""
    return Edit(path, "", content, None)


def replaced(text: TextLines, replacements: Sequence[Replacement], *, ends: bool | None = None) -> bytes:
    """Return the bytes of a file after `replacements`. `ends`: whether its last line ends; None leaves that as it is.

    Raises `PatchError` where two of them change the same lines, or one would lose what cannot be shown.
    """
    problems: list[str] = []
    lines: list[tuple[bytes, bytes]] = []
    last, utf8 = Replacement(0, 0, ()), text.is_utf8()
    for item in sorted(dict.fromkeys(replacements), key=lambda item: (item.start, item.removed)):
        at = last.start + last.removed
        if item.start < at or (last.added and item.start == last.start and not item.removed):
            problems.append(f"{text.path}: two hunks change the same place, at line {item.start + 1}")
            continue
        lines += zip(text.raw[at : item.start], text.line_ends[at : item.start], strict=True)
        problems += _lost(text, item, utf8=utf8)
        end = text.line_end_at(item.start + 1 if item.removed else item.start)
        lines += [(line.encode("utf-8"), end) for line in item.added]
        last = item
    if problems:
        raise PatchError(*problems)
    at = last.start + last.removed
    lines += zip(text.raw[at:], text.line_ends[at:], strict=True)
    joined = b"".join(line + end for line, end in lines)
    if lines and not (text.ends if ends is None else ends):
        joined = joined[: -len(lines[-1][1])]
    return text.mark + joined if joined else joined


def _lost(text: TextLines, item: Replacement, *, utf8: bool) -> Iterator[str]:
    """Say what would be lost if lines were written anew from what was shown of them."""
    removed = range(item.start, item.start + item.removed) if item.added else ()
    for at in removed:
        if not text.faithful(at):
            yield f"{text.path}:{at + 1} has characters that cannot be shown: change this line by hand"
    if not utf8 and not all(line.isascii() for line in item.added):
        yield f"{text.path} is no UTF-8, so that only plain ASCII can be put in, which line {item.start + 1} is not to be"


def _located(patch: FilePatch, text: TextLines) -> tuple[list[Replacement], bool | None]:
    """Find the lines of every hunk; return what they replace, and whether the last line is to end (None: as it is)."""
    problems: list[str] = []
    found: list[Replacement] = []
    ends: bool | None = None
    for hunk in patch.hunks:
        try:
            at = _place(hunk, text)
        except PatchError as error:
            problems += error.problems
            continue
        found += _replacements(hunk, at)
        if at + len(hunk.old) == len(text.shown) and hunk.new_ends is not None:
            ends = hunk.new_ends
    if problems:
        raise PatchError(*problems)
    return found, ends


def _place(hunk: PatchHunk, text: TextLines) -> int:
    """Return where the hunk's old lines stand, counted from 0: where it says, or in the only place there is."""
    old, path = hunk.old, text.path
    stated = None if hunk.start is None else hunk.start - (1 if old else 0)
    if not old:
        if stated is None and text.shown:
            raise PatchError(f"{path}: a hunk only adds lines, and does not say where: give it lines around")
        if (stated or 0) > len(text.shown):
            raise PatchError(f"{path} has {len(text.shown):,} lines: nothing can be put behind line {stated}")
        return stated or 0
    if stated is not None and text.shown[stated : stated + len(old)] == old and _may_end(hunk, text, stated):
        return stated
    places = [at for at in _matches(old, text.shown) if _may_end(hunk, text, at)]
    if len(places) == 1:
        return places[0]
    where = "a hunk" if stated is None else f"the hunk at line {stated + 1}"
    if places:
        several = ", ".join(str(at + 1) for at in places[:5])
        raise PatchError(f"{path}: {where} does not apply there, and fits in {len(places)} places (lines {several})")
    raise PatchError(f"{path}: {where} does not apply: {_why(hunk, text, stated)}")


def _may_end(hunk: PatchHunk, text: TextLines, at: int) -> bool:
    """Tell whether what the hunk says of the file's last line end is so, if it stands at `at`."""
    last = at + len(hunk.old) == len(text.shown)
    if hunk.old_ends is None and hunk.new_ends is None:
        return True
    return last and (hunk.old_ends is None or hunk.old_ends == text.ends)


def _matches(old: Sequence[str], lines: Sequence[str]) -> list[int]:
    """Return every place of `old` among `lines`; what is looked for first is its longest line, which is rare."""
    offset = max(range(len(old)), key=lambda at: len(old[at]))
    rare = old[offset]
    starts = [at - offset for at, line in enumerate(lines) if line == rare]
    return [at for at in starts if at >= 0 and list(lines[at : at + len(old)]) == list(old)]


def _why(hunk: PatchHunk, text: TextLines, stated: int | None) -> str:
    new = hunk.new
    if new and hunk.added and _matches(new, text.shown) and hunk.removed:
        return "its new lines stand there already"
    if stated is None:
        return f"its lines, the first of them {_quoted(hunk.old[0])}, are not in the file"
    for offset, line in enumerate(hunk.old):
        at = stated + offset
        if at >= len(text.shown):
            return f"the file ends at line {len(text.shown):,}"
        if text.shown[at] != line:
            return f"line {at + 1} is {_quoted(text.shown[at])}, not {_quoted(line)}"
    return "it says of the last line end what is not so"


def _quoted(line: str) -> str:
    return f"`{line[:_SHOWN]}{'…' if len(line) > _SHOWN else ''}`"


def _replacements(hunk: PatchHunk, at: int) -> Iterator[Replacement]:
    """Yield the runs of changed lines of a hunk whose first line stands at `at`; lines that go and come back are left alone."""
    removed: list[str] = []
    added: list[str] = []
    for line in (*hunk.lines, " "):
        if line[0] == "-":
            removed.append(line[1:])
        elif line[0] == "+":
            added.append(line[1:])
        else:
            if removed != added:
                yield from differences(removed, added, at)
            at += len(removed) + 1
            removed, added = [], []


# Patches of texts


def hunks_of(
    text: TextLines, replacements: Iterable[Replacement], *, ends: bool | None = None, context: int = _CONTEXT
) -> tuple[PatchHunk, ...]:
    """Return replacements in a file as hunks with `context` lines around; those that are close stand in one.

    `ends` says whether the last line ends afterwards; None: as it does now.
    """
    found = sorted(dict.fromkeys(replacements), key=lambda item: (item.start, item.removed))
    ends = text.ends if ends is None else ends
    count = len(text.shown)
    if ends != text.ends and not (found and found[-1].start + found[-1].removed == count):
        found.append(Replacement(count - 1, 1, (text.shown[-1],)))
    groups: list[list[Replacement]] = []
    for item in found:
        if groups and item.start - groups[-1][-1].start - groups[-1][-1].removed <= 2 * context:
            groups[-1].append(item)
        else:
            groups.append([item])
    return tuple(_hunk(text, group, context, ends=ends) for group in groups)


def _hunk(text: TextLines, group: Sequence[Replacement], context: int, *, ends: bool) -> PatchHunk:
    first = at = max(0, group[0].start - context)
    lines: list[str] = []
    for item in group:
        lines += [f" {line}" for line in text.shown[at : item.start]]
        lines += [f"-{line}" for line in text.shown[item.start : item.start + item.removed]]
        lines += [f"+{line}" for line in item.added]
        at = item.start + item.removed
    end = min(len(text.shown), at + context)
    lines += [f" {line}" for line in text.shown[at:end]]
    start = first + 1 if any(line[0] != "+" for line in lines) else first
    if end < len(text.shown) or (text.ends and ends):
        return PatchHunk(start, tuple(lines))
    return PatchHunk(start, tuple(_apart(lines, alike=text.ends == ends)), "", text.ends, ends)


def _apart(lines: list[str], *, alike: bool) -> list[str]:
    """Write the last line of each side as changed, unless it is the same one and ends alike: its line end differs."""
    last_old, last_new = _last_of_sides(lines)
    if last_old == last_new and alike:
        return lines
    return [
        part
        for at, line in enumerate(lines)
        for part in ((f"-{line[1:]}", f"+{line[1:]}") if line[0] == " " and at in (last_old, last_new) else (line,))
    ]


def _last_of_sides(lines: Sequence[str]) -> tuple[int, int]:
    """Return where the last line of the old and of the new side stands, -1 where there is none."""
    last_old = max((at for at, line in enumerate(lines) if line[0] != "+"), default=-1)
    return last_old, max((at for at, line in enumerate(lines) if line[0] != "-"), default=-1)


def file_patch(edit: Edit) -> FilePatch:
    """Return the patch that makes `edit`. Raises `PatchError` for what is no text."""
    text, new = TextLines(edit.path, edit.before or b""), TextLines(edit.path, edit.after or b"")
    replacements = edit.replacements or differences(text.shown, new.shown)
    return FilePatch(edit.old, edit.new, hunks_of(text, replacements, ends=new.ends), edit.executable)


def differences(old: Sequence[str], new: Sequence[str], at: int = 0) -> tuple[Replacement, ...]:
    """Return the fewest changed lines between two texts, of which the first begins at line `at` of a file.

    Whoever writes a whole function or file anew has changed a line or two of it: the others are nobody's business.
    """
    first, last = 0, 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    gone, come = old[first : len(old) - last], new[first : len(new) - last]
    if len(gone) * len(come) > _COMPARED:
        return (Replacement(at + first, len(gone), tuple(come)),)
    return tuple(
        Replacement(at + first + start, end - start, tuple(come[begin:after]))
        for tag, start, end, begin, after in SequenceMatcher(None, gone, come, autojunk=False).get_opcodes()
        if tag != "equal"
    )


def written(patch: Patch) -> str:
    """Return a patch as a unified diff that git applies."""
    return "".join(_written_file(file) for file in patch.files)


def _written_file(file: FilePatch) -> str:
    old, new = file.old or file.new, file.new or file.old
    lines = [f"diff --git a/{old} b/{new}"]
    match file.status:
        case "added":
            lines.append(f"new file mode {'100755' if file.executable else '100644'}")
        case "deleted":
            lines.append("deleted file mode 100644")
        case "renamed":
            lines += [f"rename from {old}", f"rename to {new}"]
    if file.hunks:
        lines += [f"--- a/{old}" if file.old else "--- /dev/null", f"+++ b/{new}" if file.new else "+++ /dev/null"]
    shift = 0
    for hunk in sorted(file.hunks, key=lambda hunk: hunk.start or 0):
        old_count, new_count, start = len(hunk.old), len(hunk.new), hunk.start or 0
        new_start = start + shift + (0 if old_count and new_count else (1 if new_count else -1 if old_count else 0))
        lines.append(f"@@ -{start},{old_count} +{new_start},{new_count} @@{hunk.note}")
        lines += _with_ends(hunk)
        shift += new_count - old_count
    return "".join(f"{line}\n" for line in lines)


def _with_ends(hunk: PatchHunk) -> list[str]:
    """Return the lines of a hunk, with git's words where the last of a side has no line end."""
    last_old, last_new = _last_of_sides(hunk.lines)
    marked = ({last_old} if hunk.old_ends is False else set()) | ({last_new} if hunk.new_ends is False else set())
    found: list[str] = []
    for at, line in enumerate(hunk.lines):
        found.append(line)
        if at in marked:
            found.append("\\ No newline at end of file")
    return found


def _shown(line: bytes) -> str:
    return sanitize(line.decode("utf-8", "replace").replace("\r", "␍"))
