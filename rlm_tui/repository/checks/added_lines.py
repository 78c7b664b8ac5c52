"""What is suspicious in the lines that a change adds: leftovers, swallowed errors, secrets, conflict markers, tests switched off.

Patterns look at code whose comments and strings are blanked out, so that what is only talked about is not found.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rlm_tui.repository.checks.suspicions import Suspicion
from rlm_tui.repository.indexer import idioms_of, indexer_of
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.symbols import Hunk, Span

_MOST = 8
"""Places of one kind in one file that are cited."""
_EMPTY_BODY = re.compile(r"^\s*(?:pass|continue|\.\.\.|\}|return(?:\s+(?:None|null|false|undefined|nil))?;?)\s*$")
_MARKER = re.compile(r"(?:<{7}|>{7}|\|{7}) |(?:<{7}|>{7})$")
_NOTES = re.compile(r"(?:#|//|/\*|\*|--|;)\s*(?:.*\b)?(?:FIXME|XXX|HACK)\b")
_KNOWN_SECRETS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{40,}|\bxox[abposr]-[\w-]{10,}|\bAIza[\w-]{35}\b"
    r"|\bsk-(?:ant|proj|or)-[\w-]{16,}|\bsk_live_\w{16,}|\bglpat-[\w-]{20}|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\bnpm_[A-Za-z0-9]{36}\b|\bSG\.[\w-]{16,}\.[\w-]{16,}"
)
_NAMED_SECRET = re.compile(
    r"""(?i)\b[\w.-]*(?:passw(?:or)?d|secret|api_?key|access_?key|auth_?token|private_?key)\w*["']?\s*(?:=|:|=>)\s*["']([^"'\s]{12,})["']"""
)
_PLACEHOLDER = re.compile(
    r"(?i)example|sample|dummy|test|fake|change|your|xxx|placeholder|redacted|\$\{|\{\{|<|%\(|password|secret|token|\.\.\.|env|^[a-z_.-]+$"
)
_ENTROPY = 3.3
"""Bits a character, above which a quoted text is no word."""
_ASIDE = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|specs?|__tests__|testdata|examples?|samples?|docs?|fixtures?|bench(?:es|marks?)?|scripts?|tools?"
    r"|cli|cmd|bin|main|demos?|build|hack|logg?(?:er|ing)?|console|debug)(?:$|[/_.-])|Tests?\.\w+$",
    re.IGNORECASE,
)
"""Paths where printing is what the code is for."""
_TESTS = re.compile(
    r"(?:^|[/_.-])(?:tests?|specs?|__tests__|testdata|fixtures?|mocks?|examples?|docs?)(?:$|[/_.-])|Tests?\.\w+$"
)


@dataclass(frozen=True, slots=True)
class Added:
    """The lines that a change adds to a file: their numbers, as they stand, and how to cite one."""

    path: str
    language: str
    lines: tuple[tuple[int, str], ...]
    where: str

    def cite(self, number: int) -> str:
        """Return a line of it as it is cited."""
        return str(Span(self.where, number, number))


Check = Callable[[Added, Sequence[str]], Iterator[Suspicion]]


def added_lines(hunks: Sequence[Hunk]) -> list[Added]:
    """Return the lines that the hunks add, by file; what they take away elsewhere, word for word, was only moved."""
    gone = {row[1:].strip() for hunk in hunks for row in hunk.text.split("\n") if row.startswith("-")} - {""}
    files: dict[str, tuple[str, list[tuple[int, str]]]] = {}
    for hunk in hunks:
        if not hunk.new:
            continue
        _, lines = files.setdefault(hunk.path, (hunk.new.rpartition(":")[0], []))
        number = hunk.start
        for row in hunk.text.split("\n")[1:]:
            if row.startswith("+") and row[1:].strip() not in gone:
                lines.append((number, row[1:]))
            number += not row.startswith(("-", "\\", "["))
    found: list[Added] = []
    for path, (where, lines) in files.items():
        indexer = indexer_of(path)
        found.append(Added(path, indexer.name if indexer else "", tuple(lines), where))
    return found


def suspicious_lines(hunks: Sequence[Hunk], removed: Callable[[str], Sequence[str]]) -> list[Suspicion]:
    """Return what is suspicious in the lines that the hunks add. `removed` returns the lines that a file held before."""
    found: list[Suspicion] = []
    for file in added_lines(hunks):
        before = removed(file.path)
        for check in _CHECKS:
            found += check(file, before)
    return found


def _code(file: Added, *, strings: bool = False) -> list[tuple[int, str]]:
    """Return the added lines without comments; those of one stretch are read together, so that what spans lines is seen."""
    found: list[tuple[int, str]] = []
    stretch: list[tuple[int, str]] = []
    for number, text in [*file.lines, (-1, "")]:
        if stretch and number != stretch[-1][0] + 1:
            blanked = code_of("\n".join(line for _, line in stretch), file.language, strings=strings).split("\n")
            found += [(at, line) for (at, _), line in zip(stretch, blanked, strict=False)]
            stretch = []
        stretch.append((number, text))
    return found


def _matches(file: Added, pattern: str) -> list[int]:
    return [number for number, line in _code(file) if re.search(pattern, line)] if pattern else []


def _places(file: Added, numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(file.cite(number) for number in numbers[:_MOST])


def _conflicts(file: Added, before: Sequence[str]) -> Iterator[Suspicion]:
    numbers = [number for number, line in file.lines if _MARKER.match(line)]
    if len(numbers) < 2 or any(_MARKER.match(line) for line in before):
        return
    yield Suspicion(
        "conflict-marker", f"Merge conflict markers in {file.path}", "high", "high",
        "A merge was not resolved: the markers of its conflict stand in the file.", _places(file, numbers),
        "Choose between the two sides and remove the markers.",
    )  # fmt: skip


def _breakpoints(file: Added, before: Sequence[str]) -> Iterator[Suspicion]:
    idioms = idioms_of(file.language)
    quiet, pattern = idioms.often_meant, idioms.breakpoints
    if quiet and any(re.search(pattern, line) for line in before):
        return  # it does that on purpose
    if numbers := _matches(file, pattern):
        yield Suspicion(
            "leftover-debugging", f"Debugging code was left in {file.path}", "medium" if quiet else "high",
            "medium" if quiet else "high", "A statement that is there to look at the program while it runs was added.",
            _places(file, numbers), "Remove it.",
        )  # fmt: skip


def _prints(file: Added, before: Sequence[str]) -> Iterator[Suspicion]:
    pattern = idioms_of(file.language).prints
    if not pattern or not before or _ASIDE.search(file.path) or any(re.search(pattern, line) for line in before):
        return
    if any("__main__" in line or "package main" in line for line in [*before, *(line for _, line in file.lines)]):
        return
    if numbers := _matches(file, pattern):
        yield Suspicion(
            "leftover-print", f"{file.path} prints, which it did not before", "low", "medium",
            "A print was added to a file without any: it may be left over from debugging.", _places(file, numbers),
            "Remove it, or write to the log.",
        )  # fmt: skip


def _switched_off(file: Added, before: Sequence[str]) -> Iterator[Suspicion]:
    if numbers := _matches(file, idioms_of(file.language).skips):
        only = any(
            re.search(r"\.only\(|\bfit\(|\bfdescribe\(", line) for number, line in file.lines if number in numbers
        )
        yield Suspicion(
            "test-switched-off", f"Tests in {file.path} run no more" if not only else f"Only some tests of {file.path} run",
            "high" if only else "low", "high",
            "A test is marked so that the others are passed over." if only else "A test was marked to be passed over.",
            _places(file, numbers),
            "Remove the mark." if only else "Say why, and when it will run again.",
        )  # fmt: skip


def _swallowed(file: Added, before: Sequence[str]) -> Iterator[Suspicion]:
    idioms = idioms_of(file.language)
    if not idioms.broad or _TESTS.search(file.path):
        return
    code = dict(_code(file))
    known = {"".join(line.split()) for line in before}
    silent: list[int] = []
    broad: list[int] = []
    for number, line in code.items():
        if not re.search(idioms.broad, line) or "".join(line.split()) in known:
            continue
        body = [code.get(number + 1, "").strip(), code.get(number + 2, "").strip()]
        empty = re.search(r"\{\s*\}\s*$", line) is not None or bool(_EMPTY_BODY.match(body[0] or body[1]))
        (silent if empty else broad).append(number)
    if silent:
        yield Suspicion(
            "swallowed-error", f"Errors of any kind are swallowed in {file.path}", "medium", "medium",
            "A handler that takes every error was added, and does nothing with it: what goes wrong there, nobody learns.",
            _places(file, silent), "Handle only the errors that are expected, or tell of the others.",
        )  # fmt: skip
    if broad and idioms.handlers_named:
        yield Suspicion(
            "broad-except", f"Errors of any kind are caught in {file.path}", "low", "medium",
            "A handler that takes every error was added: defects in what it guards look like the errors that it expects.",
            _places(file, broad), "Name the errors that are expected.",
        )  # fmt: skip


def _secrets(file: Added, before: Sequence[str]) -> Iterator[Suspicion]:
    sure = [number for number, line in file.lines if _KNOWN_SECRETS.search(line) and "EXAMPLE" not in line]
    aside = bool(_TESTS.search(file.path))
    if sure:
        yield Suspicion(
            "secret", f"{file.path} holds a key", "medium" if aside else "high", "medium" if aside else "high",
            "A line has the form of a key or token of a known service, or is the head of a private key.",
            _places(file, sure), "Take it out, make it void, and read it from the environment.",
        )  # fmt: skip
    named = [
        number
        for number, line in file.lines
        if (match := _NAMED_SECRET.search(line))
        and not _PLACEHOLDER.search(match[1])
        and _entropy(match[1]) >= _ENTROPY
    ]
    if named and not aside and not sure:
        yield Suspicion(
            "secret", f"{file.path} may hold a password or key", "high", "medium",
            "What is called a password, key or token gets a value that looks made up by a machine.", _places(file, named),
            "Take it out, make it void, and read it from the environment.",
        )  # fmt: skip


def _notes(file: Added, before: Sequence[str]) -> Iterator[Suspicion]:
    if file.language and (numbers := [number for number, line in file.lines if _NOTES.search(line)]):
        known = {line.strip() for line in before}
        texts = dict(file.lines)
        if numbers := [number for number in numbers if texts[number].strip() not in known]:
            yield Suspicion(
                "unfinished", f"What was added to {file.path} says that it is not finished", "info", "high",
                "A comment that marks what is to be mended (FIXME, XXX, HACK) was added.", _places(file, numbers),
            )  # fmt: skip


def _entropy(text: str) -> float:
    return -sum(number / len(text) * math.log2(number / len(text)) for number in Counter(text).values())


_CHECKS: tuple[Check, ...] = (_conflicts, _breakpoints, _prints, _switched_off, _swallowed, _secrets, _notes)
