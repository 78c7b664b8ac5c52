"""Writes evidence as markdown: a direct first line, cited excerpts, tables, call paths. It adds no claim of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rlm_tui.models.navigator.found import Found
from rlm_tui.models.navigator.reading import Definition, Excerpt, Use

SIGNATURE = "navigator: no language model"
_FENCES = {
    "py": "python", "go": "go", "js": "javascript", "mjs": "javascript", "ts": "typescript", "tsx": "tsx", "rs": "rust",
    "java": "java", "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp", "hpp": "cpp", "md": "markdown", "toml": "toml",
    "json": "json", "yml": "yaml",
}  # fmt: skip
_WIDTH = 160
_LONGEST = 200


@dataclass(slots=True)
class Section:
    """The answer to one thing that is asked, as it grows: `lead` is its first line, `parts` markdown blocks after it.

    `notes` stand before the lead: what had to be assumed. `found` is what it comes to, as data; `failed` tells that
    a tool knew nothing of what was asked about, or that it means several places: `others`.
    """

    title: str
    notes: list[str] = field(default_factory=list)
    lead: str = ""
    parts: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)
    found: Found = field(default_factory=Found)
    failed: bool = False
    others: list[str] = field(default_factory=list)

    def add(self, *blocks: str) -> None:
        """Add markdown blocks; empty ones are passed over."""
        self.parts.extend(block for block in blocks if block.strip())

    def render(self, *, heading: bool) -> str:
        """Return the section as markdown."""
        blocks = [f"## {inline(self.title)}"] if heading else []
        blocks.append(" ".join([*self.notes, self.lead or "No evidence was found."]))
        blocks.extend(self.parts)
        if self.searched:
            blocks.append("Searched: " + "; ".join(dict.fromkeys(self.searched)) + ".")
        return "\n\n".join(blocks)


def render(sections: Sequence[Section], *, signed: bool, cut_short: bool = False, lost: bool = False) -> str:
    """Return the whole answer. `signed` adds who wrote it; `cut_short` says that turns ran out, `lost` that output was."""
    blocks = [section.render(heading=len(sections) > 1) for section in sections]
    if cut_short:
        blocks.append("*Cut short: the turns ran out before everything planned was looked at.*")
    if lost:
        blocks.append("*A long output lost its middle; what stood there was not read.*")
    if signed:
        blocks.append(f"*{SIGNATURE}*")
    return "\n\n".join(blocks)


def code(text: str) -> str:
    """Return `text` as inline code, whatever it holds."""
    flat = _clip(" ".join(text.split()))
    if not flat:
        return ""
    if "`" not in flat:
        return f"`{flat}`"
    ticks = "`" * (max(map(len, re.findall("`+", flat))) + 1)
    return f"{ticks} {flat} {ticks}"


def inline(text: str) -> str:
    """Return `text` on one line, without what markdown would act on at its start."""
    text = " ".join(text.split()).lstrip("#>-*+ ")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} …"


def cell_text(text: str) -> str:
    """Return `text` fit for a table cell."""
    return inline(text).replace("|", "\\|")


def quote_doc(doc: str) -> str:
    """Return a docstring marked as what it is, "" for none."""
    return f'docstring: "{inline(doc)}"' if doc.strip() else ""


def name_and_place(definition: Definition) -> str:
    """Return `Name`: path:start-end."""
    return f"{code(definition.qualified)} ({definition.kind}, {definition.span})"


def excerpt(piece: Excerpt, *, most: int = 24, marks: Iterable[int] = ()) -> str:
    """Return at most `most` lines of a slice in a fence, headed by their citation: those around `marks`, else the first."""
    lines = _window(piece.lines, set(marks), most)
    return f"{piece.span.path}:{lines[0][0]}-{lines[-1][0]}\n{fence(piece.span.path, [text for _, text in lines])}"


def _window(lines: list[tuple[int, str]], marks: set[int], most: int) -> list[tuple[int, str]]:
    """Return the `most` consecutive lines that hold most marks, the earliest such."""
    if len(lines) <= most:
        return lines

    def marked(at: int) -> int:
        return sum(number in marks for number, _ in lines[at : at + most])

    best = max(range(len(lines) - most + 1), key=lambda at: (marked(at), -at))
    return lines[best : best + most]


def fence(path: str, lines: Sequence[str]) -> str:
    """Return `lines` in a fence that nothing in them can close."""
    shortest = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    body = "\n".join(_clip(line[shortest:]) for line in lines)
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", body)), default=0))
    return f"{ticks}{_FENCES.get(path.rpartition('.')[2].lower(), '')}\n{body}\n{ticks}"


def _clip(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a markdown table, "" without rows. Cells are taken as markdown: pass foreign text through `cell_text` or `code`."""
    body = ["| " + " | ".join(cell.replace("\n", " ") for cell in row) + " |" for row in rows]
    if not body:
        return ""
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads), *body])


def table_code(text: str) -> str:
    """Return `text` as inline code for a table cell."""
    return code(text).replace("|", "\\|")


def definitions_table(definitions: Iterable[Definition]) -> str:
    """Return a table of definitions: name, kind, place, docstring."""
    return table(
        ("name", "kind", "where", "docstring, first line"),
        (
            (table_code(item.qualified), item.kind, table_code(str(item.span)), cell_text(item.doc))
            for item in definitions
        ),
    )


def tier_word(tier: int) -> str:
    """Return how an edge was resolved, in a word."""
    return {1: "scope", 2: "import", 3: "receiver", 4: "type", 5: "guess"}.get(tier, "")


def resolved_by(use: Use) -> str:
    """Return how an edge was resolved, and the method of a base through which it goes."""
    return f"{tier_word(use.tier)}, via {table_code(use.via)}" if use.via else tier_word(use.tier)


def uses_table(uses: Iterable[Use], head: str = "from", of: Literal["source", "target"] = "source") -> str:
    """Return a table of edges: who (their source, or their target), where, as written, how it was resolved."""
    return table(
        (head, "where", "as written", "resolved by"),
        (
            (
                table_code((use.source if of == "source" else use.target) or "(file level)"),
                table_code(f"{use.path}:{use.line}"),
                table_code(use.text) if use.text else "",
                resolved_by(use),
            )
            for use in uses
        ),
    )


def count(number: int, noun: str, plural: str = "") -> str:
    """Return "1 caller", "3 callers"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def some(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    return ", ".join(code(name) for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
