"""The plan for the cause of an error: its frames in this checkout, where its message comes from, what speaks of the same.

Suspects are ranked by what was printed: how deep a frame stands, the lines that may have written the message, `find`, past
commits about the same. A navigator tests no hypotheses; it says what to look at first, and why.
"""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count
from rlm_tui.models.navigator.conversation import Conversation
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.reading import Excerpt, Printed, read
from rlm_tui.models.navigator.suspects import Change, Error, Suspect, Suspects, changes_in, errors_in

_ERRORS, _FRAMES = 12, 30
_K = 25
_SHOWN = 3
_FURTHER = 7
_AROUND = 8
_WORDS = 6_000
_PAIRS, _QUOTES = 4, 6
_FEW = 20
"""With fewer words beside the frames, all of the text is searched for."""
_FRAME_LINE = r'\s*(?:File "|at |from |#\d+ |\d+: |goroutine |created by |\S+[(:]\d+[:)]|==\d+==)|\s{4,}|\t'
_QUOTED = r'["`\u201c]([^"`\u201c\u201d\n]{12,200})["`\u201d]'


def debug(conversation: Conversation, section: Section) -> Plan:
    """Say where the cause of what was handed in is most likely to be, and why."""
    handed = "context" if conversation.has_context else repr(conversation.task[:_WORDS])
    printed = yield Move(
        "Which errors does it tell of, and where are their frames here?",
        f"text = {handed}\nfound = failures(text)\nfor failure in found[:{_ERRORS}]:\n"
        f"    print(failure)\n    print(failure.frames[:{_FRAMES}])",
    )
    if printed.failed:
        section.lead = (
            f"What was handed in could not be read: {answer.inline(printed.text.strip().rpartition(chr(10))[2])}"
        )
        return
    suspects = Suspects(errors_in(printed.text))
    yield from _nulls(suspects)
    yield from _messages(suspects)
    yield from _alike(suspects)
    if not suspects.ranked():
        _nothing(section, suspects.errors)
        return
    yield from _closely(section, suspects)


def _nulls(suspects: Suspects) -> Plan:
    """Follow a value that was missing back to where it comes from."""
    if suspects.null is None:
        return
    frame, what = suspects.null
    printed = yield Move(
        f"Where does the value come from that was missing at {frame.span}?",
        f"try:\n    print(null_sources({frame.path!r}, {frame.line}, {what[:300]!r}, limit=4))\n"
        'except HostError as error:\n    print("not followed:", error)',
    )
    suspects.add_sources(printed.hits)


def _messages(suspects: Suspects) -> Plan:
    """Look for the code that wrote the messages."""
    printed = yield Move(
        "Which lines may have written the messages, and what is quoted?",
        f"import re\nprose = '\\n'.join(line for line in text.splitlines() if not re.match({_FRAME_LINE!r}, line))[:{_WORDS}]\n"
        f"quoted = [quote for quote in re.findall({_QUOTED!r}, prose) if len(quote.split()) > 2]\n"
        f"for message in list(dict.fromkeys([*(failure.message for failure in found), *quoted[:{_QUOTES}]]))[:{_ERRORS}]:\n"
        '    print("message", message[:200])\n    print(origins(message, limit=6))',
    )
    for part in f"\n{printed.text}".split("\nmessage ")[1:]:
        suspects.add_origins(read(part).hits)


def _alike(suspects: Suspects) -> Plan:
    """Search for what speaks of the same: definitions, and commits of the past."""
    printed = yield Move(
        "Which definitions, and which past commits, speak of the same?",
        f"apart = len(prose.split()) > {_FEW}\nprint('searched', 'the prose' if apart else 'all of the text')\n"
        f"told = prose if apart else text[:{_WORDS}]\n"
        f"for match in find(told, k={_K}, without_tests=True):\n    print(match)\n"
        "try:\n"
        "    print(similar_commits(told, k=8))\n"
        "except HostError as error:\n"
        '    print("no history:", error)',
    )
    suspects.add_matches(printed.definitions, apart=printed.text.startswith("searched the prose"))
    suspects.add_changes(changes_in(printed.text))


def _closely(section: Section, suspects: Suspects) -> Plan:
    """Read the first suspects: their lines, the last commits that changed them, their tests, the calls between frames."""
    best = suspects.ranked()[:_SHOWN]
    spans = [one.region(_AROUND) for one in best]
    pairs = suspects.gaps()[:_PAIRS]
    calls = f"for a, b in {pairs!r}:\n    print(call_path(a, b, limit=4))\n" if pairs else ""
    printed = yield Move(
        "Read the first suspects: their lines, who changed them last, which tests reach them.",
        f"for path, start, end in {spans!r}:\n    print(peek(path, start, end))\n"
        f"for target in {[one.locator for one in best]!r}:\n"
        '    print("changed", target)\n'
        "    for look in (lambda: commits(target, k=2), lambda: tests(target)[:4]):\n"
        "        try:\n            print(look())\n        except HostError as error:\n            print(error)\n"
        f"{calls}".rstrip(),
    )
    _tell(section, suspects, best, printed)
    yield Move(
        "Leave the suspects as findings, for reports: what was placed by a frame is surer than what words found.",
        f"for title, why, place, confidence in {[_finding(number, one) for number, one in enumerate(best, 1)]!r}:\n"
        "    try:\n"
        '        print(propose(title, why, place, severity="info", confidence=confidence, rule="suspect"))\n'
        "    except HostError as error:\n        print(error)",
    )


def _finding(number: int, suspect: Suspect) -> tuple[str, str, str, str]:
    """Return a suspect as `propose` takes it: title, why, evidence, confidence."""
    confidence = "medium" if number == 1 and suspect.frame is not None else "low"
    return f"Suspect {number}: {suspect.label}", f"{suspect.why}.", suspect.place, confidence


def _nothing(section: Section, errors: Sequence[Error]) -> None:
    if elsewhere := _elsewhere(errors):
        section.lead = elsewhere
        section.add(_unplaced(errors))
    elif errors:
        section.lead = f"It tells of {code(errors[0].what)}, without a frame; nothing here speaks of it."
    else:
        section.lead = "No error was recognised in it, and nothing here speaks of the same."


def _tell(section: Section, suspects: Suspects, best: Sequence[Suspect], printed: Printed) -> None:
    first, errors = best[0], suspects.errors
    if elsewhere := _elsewhere(errors):
        section.lead = f"{elsewhere} By its words alone, {code(first.label)} ({first.place}) is nearest: {first.why}."
    else:
        section.lead = f"The first suspect is {code(first.label)} ({first.place}): {first.why}."
    for one in suspects.ranked():
        section.found.symbol(one.path, one.qualified)
        section.found.line(one.path, one.line)
    section.add(_errors_table(errors), _frames_table(errors))
    section.add(_unplaced(errors))
    section.add("**Suspects**, the likeliest first")
    changed = _by_target(printed.text, [one.locator for one in best])
    for number, suspect in enumerate(best, 1):
        section.add(f"**{number}. {code(suspect.label)}** ({suspect.place}): {suspect.why}")
        piece = next((one for one in printed.excerpts if _is_of(one, suspect)), None)
        section.add(answer.excerpt(piece, marks=[suspect.line], most=2 * _AROUND) if piece else "")
        if touched := changes_in(changed.get(suspect.locator, "")):
            section.add(f"Changed last by {_commit(touched[0])}.")
    rest = suspects.ranked()[_SHOWN : _SHOWN + _FURTHER]
    rows = ((answer.table_code(one.label), answer.table_code(one.place), one.why) for one in rest)
    section.add("Further down:" if rest else "", answer.table(("name", "where", "why"), rows))
    if printed.uses:
        section.add("Calls between frames:", answer.uses_table(use for use in printed.uses if use.kind == "call"))
    if suspects.changes:
        section.add("Past commits about the same:", _changes_table(suspects.changes[:5]))
    section.add(_next(suspects, first, changed.get(first.locator, "")))
    section.searched.append(
        "frames, messages, definitions and commits; no hypothesis was tested: that takes a language model"
    )


def _elsewhere(errors: Sequence[Error]) -> str:
    """Say that all frames are of another project, "" when they are not."""
    framed = [error for error in errors if error.frames]
    if not framed or not all(error.is_elsewhere for error in framed):
        return ""
    total = sum(len(error.frames) for error in framed)
    return f"None of the {count(total, 'frame')} is in this repository: it is of another project, or of what this one uses."


def _errors_table(errors: Sequence[Error]) -> str:
    rows = (
        (
            answer.table_code(error.what),
            error.relation,
            answer.table_code(str(here[0].span))
            if (here := [frame for frame in error.frames if frame.path])
            else "elsewhere",
            f"{error.times:,}" if error.times > 1 else "",
        )
        for error in errors
        if error.relation != "mention"
    )
    return answer.table(("error", "it is", "innermost frame here", "times"), rows)


def _frames_table(errors: Sequence[Error]) -> str:
    error = next((error for error in errors if any(frame.path for frame in error.frames)), None)
    if error is None:
        return ""
    rows = [
        (
            str(frame.depth),
            answer.table_code(frame.symbol or "(file level)"),
            answer.table_code(str(frame.span)),
            frame.how_told,
            answer.table_code(frame.text),
        )
        for frame in error.frames
        if frame.path
    ]
    return answer.table(("frame", "in", "where it is now", "placed", "line"), rows)


def _unplaced(errors: Sequence[Error]) -> str:
    frames = [frame for error in errors for frame in error.frames]
    outside = [frame for frame in frames if not frame.path]
    parts = []
    if elsewhere := [frame for frame in outside if frame.how != "ignored"]:
        shown = ", ".join(code(frame.given) for frame in elsewhere[:3])
        parts.append(f"{count(len(elsewhere), 'frame is', 'frames are')} not of this repository: {shown}.")
    if ignored := [frame for frame in outside if frame.how == "ignored"]:
        parts.append(f"Ignored files, not in the index: {', '.join(code(frame.given) for frame in ignored[:3])}.")
    if closed := [frame for frame in frames if frame.how == "closed"]:
        parts.append(f"Not readable here: {', '.join(dict.fromkeys(code(frame.path) for frame in closed[:3]))}.")
    return " ".join(parts)


def _changes_table(changes: Sequence[Change]) -> str:
    rows = (
        (answer.table_code(one.id), one.date, answer.cell_text(one.subject), answer.cell_text(one.files))
        for one in changes
    )
    return answer.table(("commit", "date", "subject", "files"), rows)


def _next(suspects: Suspects, first: Suspect, told: str) -> str:
    """Return what to try next, of what was seen."""
    steps = []
    if where := first.frame:
        steps.append(f"Look at the values that reach `{where.span}`: a breakpoint there, or a log line before it.")
    tests = list(dict.fromkeys(use.path for use in read(told).uses))
    if tests:
        steps.append(
            f"Run the tests that reach it, and add one with the failing input: {', '.join(map(code, tests[:3]))}."
        )
    else:
        steps.append(f"Write the failing input as a test of {code(first.label)}: no test was found that reaches it.")
    if touched := changes_in(told):
        steps.append(f"See whether {_commit(touched[0])} brought it: `git show {touched[0].id}`.")
    similar = next((one for one in suspects.changes if first.path in one.files), None)
    if similar is not None:
        steps.append(f"Read how {_commit(similar)} went about the same place.")
    return "**What to try next**\n\n" + "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _commit(change: Change) -> str:
    return f"{code(change.id)} ({change.date}, {answer.inline(change.subject)})"


def _is_of(piece: Excerpt, suspect: Suspect) -> bool:
    return piece.span.path == suspect.path and piece.span.start <= suspect.line <= piece.span.end


def _by_target(text: str, targets: Sequence[str]) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in f"\n{text}".split("\nchanged ")[1:]:
        target, _, told = piece.partition("\n")
        if target in targets:
            parts[target] = told
    return parts
