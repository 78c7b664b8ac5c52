"""Finds the code that a message was made of: its fixed words stand in a literal, its values do not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File, Hit

_VALUE = re.compile(
    r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`|<[^<>\n]{0,200}>|\(\d[^()\n]{0,80}\)|\[[^\[\]\n]{0,80}\]|\{[^{}\n]{0,80}\}"
    r"|\b0x[0-9a-fA-F]+\b|\S*[/\\]\S*|\b\d[\d.,:_-]*\b|\S*[=%@]\S*"
)
"""What is put into a message as the program runs: names in quotes, numbers, addresses, paths."""
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_CALL = re.compile(
    r"\b(?:raise|throw|panic|error|fail|fatal|assert|warn|log|print|abort|reject|bail|ensure|expect|return|Err)\w*"
    r"|\bnew \w*(?:Error|Exception)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(?:#|//|/?\*|--|;)")
_RUN = 3
"""So many words in a row are looked for together."""
_PATTERNS, _HITS, _READ = 40, 400, 40
_ENOUGH = 0.5
"""The part of a message's words that must stand in a line, or around it."""
_AROUND = 3
_LONGEST_MESSAGE = 600


def origins(repository: Repository, message: str, limit: int) -> list[Hit]:
    """Return the lines of code that may have written `message`, the likeliest first; its values need not be in them."""
    segments = [_WORD.findall(part) for part in _VALUE.sub("\0", message[:_LONGEST_MESSAGE]).split("\0")]
    segments = [segment for segment in segments if segment]
    patterns = _patterns(segments)
    if not patterns:
        return []
    wanted = {word.lower() for segment in segments for word in segment if len(word) > 1}
    files = {file.path: file for file in repository.files() if file.language in code_languages()}
    hits = [hit for hit in repository.grep("|".join(patterns), limit=_HITS) if hit.path in files]
    likely = sorted(hits, key=lambda hit: -_share(wanted, hit.text))[:_READ]
    scored = [(score, hit) for hit in likely if (score := _score(repository, hit, files[hit.path], wanted)) > 0]
    scored.sort(key=lambda pair: (-pair[0], pair[1].path, pair[1].line))
    found: dict[tuple[str, str], Hit] = {}
    for _, hit in scored:  # one line a definition: a message that is wrapped is found at each of its lines
        found.setdefault((hit.path, hit.symbol or str(hit.line)), hit)
    return list(found.values())[:limit]


def _patterns(segments: Sequence[Sequence[str]]) -> list[str]:
    """Return what to search for: every run of words, and where there is none, single words that tell something."""
    runs = [
        " ".join(segment[at : at + _RUN])
        for segment in segments
        for at in range(max(1, len(segment) - _RUN + 1))
        if len(segment) > 1
    ]
    if not runs:
        runs = [rf"\b{word}\b" for segment in segments for word in segment if len(word) > 7]
    return list(dict.fromkeys(runs))[:_PATTERNS]


def _share(wanted: set[str], text: str) -> float:
    words = {word.lower() for word in _WORD.findall(text)}
    return len(wanted & words) / len(wanted) if wanted else 0.0


def _score(repository: Repository, hit: Hit, file: File, wanted: set[str]) -> float:
    try:
        around = repository.slice(hit.path, hit.line - _AROUND, hit.line + _AROUND).text
    except (LookupError, PermissionError):
        around = hit.text
    own, near = _share(wanted, hit.text), _share(wanted, around)
    if max(own, near) < _ENOUGH:
        return 0.0
    score = own + 0.7 * near + (0.5 if _CALL.search(around) else 0.0)
    score -= 0.6 if _COMMENT.match(hit.text) else 0.0
    return score - (0.8 if file.is_test else 0.0) + 0.01
