"""Finds the citations of an answer and re-reads each from the repository: the host's own check of what a model claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rlm_tui.engine.journal import Stamp
from rlm_tui.records.events import Found
from rlm_tui.records.findings import Citation
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File, Module, Slice, Span
from rlm_tui.repository.versions.code_host import CodeHost
from rlm_tui.repository.versions.former import is_version

_MOST = 200
_EXCERPT_LINES = 30
_EXCERPT_CHARACTERS = 2_400

# Numbers may be of any length: of `a.py:1-99999999999` nothing may be left that holds, such as `a.py:1`.
_LINES = r"[:#]L?(?P<start>\d{1,20})\d*(?:\s?[-\u2013]\s?L?(?P<end>\d{1,20})\d*)?(?!\w)"
_QUOTED = re.compile(rf"`(?P<path>[^`\n:#]{{1,400}}){_LINES}(?P<more>(?:,\s?\d{{1,20}}(?:[-\u2013]\d{{1,20}})?)*)`")
_PLAIN = re.compile(_LINES)
_ONE = re.compile(r"(?P<path>.{1,1000}?)[:#]L?(?P<start>[1-9]\d{0,8})(?:[-\u2013]L?(?P<end>\d{1,9}))?", re.DOTALL)
_MORE = re.compile(r"(\d+)(?:[-\u2013](\d+))?")
_LONGEST_PATH = 400
_IN_PATH = frozenset("@+~.()[]$/-_")


@dataclass(frozen=True, slots=True)
class Mention:
    """What looks like `path:start-end` in a text; it may be something else (a host and port)."""

    path: str
    start: int
    end: int


def mentions(text: str) -> list[Mention]:
    """Return what `text` cites, in order, each once. Understands `path:12`, `path:12-20`, `path#L12-L20`, `path:12-20, 31-35`."""
    found: dict[tuple[str, int, int], tuple[int, Mention]] = {}

    def note(at: int, path: str, start: str, end: str) -> None:
        path = path.strip().removeprefix("./").lstrip("([")
        if path and int(start):
            mention = Mention(path, int(start), int(end or start))
            found.setdefault((path, mention.start, mention.end), (at, mention))

    for match in _QUOTED.finditer(text):
        note(match.start(), match["path"], match["start"], match["end"])
        for start, end in _MORE.findall(match["more"]):
            note(match.start(), match["path"], start, end)
    rest = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), text)
    for match in _PLAIN.finditer(rest):
        note(match.start(), _path_before(rest, match.start()), match["start"], match["end"])
    return [mention for _, mention in sorted(found.values(), key=lambda pair: pair[0])][:_MOST]


def _path_before(text: str, end: int) -> str:
    """Return the path that ends at `end`, "" for none or a part of a URL. A regular expression would try every start of it."""
    start = end
    while start > max(0, end - _LONGEST_PATH) and (text[start - 1].isalnum() or text[start - 1] in _IN_PATH):
        start -= 1
    path = text[start:end].rpartition("](")[2]
    return "" if path == text[start:end] and start and text[start - 1] in ":\\" else path.lstrip("-")


def check(text: str, repository: Repository, differs: Callable[[Slice], bool]) -> tuple[Citation, ...]:
    """Re-read every citation of `text`; blocks. `differs(lines)` says whether the run read others there."""
    known = {file.path for file in repository.files()}
    suffixes = {_suffix(path) for path in known} - {""}
    citations: dict[tuple[str, int, int], Citation] = {}
    for mention in mentions(text):
        former, _, commit = mention.path.rpartition("@")
        if former and mention.path not in known and is_version(commit):
            citation = _read_former(mention, former, commit, repository)
            citations.setdefault((mention.path, citation.start, citation.end), citation)
            continue
        path = _place(mention.path, known, repository)
        if path is None:
            outside = mention.path.startswith(("/", "../", "~/"))
            if _suffix(mention.path) not in suffixes and not outside:
                continue  # a host and port, a time, a ratio
            citation = _bad(mention, mention.path, "not in the repository" if outside else "no such file")
        else:
            citation = _read(mention, path, repository, differs)
        citations.setdefault((citation.path, citation.start, citation.end), citation)
    return tuple(citations.values())


def linked(citations: Iterable[Citation], host: CodeHost) -> tuple[Citation, ...]:
    """Return the citations that hold with the addresses of their lines on the web, where they have one; blocks."""
    return tuple(
        one.model_copy(update={"link": host.link(one.path, one.start, one.end, one.commit)}) if one.ok else one
        for one in citations
    )


def check_one(text: str, repository: Repository, differs: Callable[[Slice], bool]) -> Citation:
    """Re-read one piece of evidence: a citation as `check` knows them, or the name of a symbol or file; blocks.

    Raises `ValueError` that says what is wrong with it, or as `Repository.resolve` does.
    """
    known = {file.path for file in repository.files()}
    match = _ONE.fullmatch(text.strip().strip("`"))
    if match is None:
        named = repository.resolve(text)
        if isinstance(named, Module):
            raise ValueError(f"{text} is a module: evidence is lines, as path:start-end")
        span = Span(named.path, 1, 1) if isinstance(named, File) else named if isinstance(named, Span) else named.span
        mention = Mention(span.path, span.start, span.end)
    else:
        mention = Mention(match["path"].removeprefix("./"), int(match["start"]), int(match["end"] or match["start"]))
    former, _, commit = mention.path.rpartition("@")
    path = _place(mention.path, known, repository)
    if former and path is None and is_version(commit):
        citation = _read_former(mention, former, commit, repository)
    elif path is None:
        raise ValueError(f"{text}: there is no file {mention.path}; lines of another version are path@commit:start-end")
    else:
        citation = _read(mention, path, repository, differs)
    if not citation.ok:
        raise ValueError(f"{text}: {citation.reason}")
    return citation


def cited_as_found(stamp: Stamp, citations: Iterable[Citation]) -> Found:
    """Return as data what an answer comes to that told no such data itself: the places it cites, in its order."""
    held = [citation for citation in citations if citation.ok]
    return Found(
        **stamp,
        files=tuple(dict.fromkeys(citation.path for citation in held)),
        lines=tuple(dict.fromkeys(f"{citation.path}:{citation.start}" for citation in held)),
    )


def _read(mention: Mention, path: str, repository: Repository, differs: Callable[[Slice], bool]) -> Citation:
    if mention.end < mention.start:
        return _bad(mention, path, f"line {mention.end} stands before line {mention.start}")
    try:
        piece = repository.slice(path, mention.start, mention.end)
    except (LookupError, ValueError, OSError) as error:  # OSError: deleted, or a secret (PermissionError)
        return _bad(mention, path, str(error) or type(error).__name__)
    if piece.start > mention.start or piece.end < mention.end:
        return _bad(mention, path, f"the file has {piece.end} lines" if piece.end else "the file is empty")
    excerpt = _shorten(piece.text)
    if differs(piece):
        return Citation(
            path=path,
            start=mention.start,
            end=mention.end,
            ok=False,
            reason="changed since the run read it",
            excerpt=excerpt,
        )
    return Citation(path=path, start=mention.start, end=mention.end, ok=True, excerpt=excerpt)


def _read_former(mention: Mention, path: str, commit: str, repository: Repository) -> Citation:
    """Re-read lines of a version that git keeps: what stands there never changes."""
    if mention.end < mention.start:
        return _bad(mention, path, f"line {mention.end} stands before line {mention.start}", commit)
    try:
        piece = repository.former.slice(path, commit, mention.start, mention.end)
    except (LookupError, OSError) as error:
        return _bad(mention, path, str(error), commit)
    if piece.end < mention.end:
        return _bad(mention, path, f"the file has {piece.end} lines in {commit}", commit)
    excerpt = _shorten(piece.text)
    return Citation(path=path, start=mention.start, end=mention.end, ok=True, excerpt=excerpt, commit=commit)


def _bad(mention: Mention, path: str, reason: str, commit: str = "") -> Citation:
    return Citation(path=path, start=mention.start, end=mention.end, ok=False, reason=reason, commit=commit)


def _place(path: str, known: set[str], repository: Repository) -> str | None:
    return path if path in known or repository.is_left_out(path) else _only_end(path, known)


def _only_end(path: str, known: Iterable[str]) -> str | None:
    """Return the one file whose path ends in `path`, if there is exactly one: answers shorten paths."""
    ends = [full for full in known if full.endswith(f"/{path}")]
    return ends[0] if len(ends) == 1 else None


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else ""


def _shorten(text: str) -> str:
    lines = text.splitlines()
    kept = "\n".join(lines[:_EXCERPT_LINES])[:_EXCERPT_CHARACTERS]
    left = len(lines) - kept.count("\n") - 1
    return f"{kept}\n... {left} more lines" if left > 0 else kept
