"""Reports of a run: markdown for people, JSON of a stable shape for programs. Both are made from its tree alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rlm_tui.records.events import Citation, Covered, Tokens
from rlm_tui.records.tree import Call, Tree

SHAPE = 1
"""The version of the JSON report's shape; it changes when a field changes its meaning or goes."""

_MOST_CHILDREN = 40
_NAMED = 40
"""Modules that were not looked at and are named."""
_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)


def markdown(tree: Tree) -> str:
    """Return the report as markdown."""
    start = tree.start
    if start is None:
        return "# An empty record\n\nNothing was recorded of this run.\n"
    title = next((line for line in start.question.splitlines() if line.strip()), "Question").strip().lstrip("# ")
    parts = [f"# {_inline(title)}", _facts(tree)]
    if start.question.strip() != title:
        parts.append("## Question\n\n" + _fenced(start.question))
    answer = tree.answer.strip()
    parts.append("## Answer\n\n" + (marked(answer, tree.citations) or f"There is none: {_inline(_ending(tree))}"))
    if tree.citations:
        parts.append(
            "## Evidence\n\n" + "\n\n".join(_evidence(number, one) for number, one in enumerate(tree.citations, 1))
        )
    if tree.root is not None:
        parts.append("## Calls\n\n" + "\n".join(_rows(tree, tree.root, 0)))
    if tree.coverage is not None:
        parts.append("## Looked at\n\n" + _looked_at(tree.coverage))
    if tree.end is not None and tree.end.changed:
        rows = "\n".join(f"- {_code(path)}" for path in tree.end.changed)
        parts.append(f"## Changed meanwhile\n\nNo longer as the run first read them:\n\n{rows}")
    if tree.notices:
        parts.append("## Notices\n\n" + "\n".join(f"- {_inline(notice.text)}" for notice in tree.notices))
    return "\n\n".join(parts) + "\n"


def call_markdown(tree: Tree, call_id: str) -> str:
    """Return the report of one call and what is below it, with its prompt's task, its cells and what they printed."""
    call = tree.calls[call_id]
    scope = ", ".join(map(_code, call.scope)) or "the whole repository"
    facts = {
        "Repository": _code(f"{tree.start.repository}@{tree.start.commit}") if tree.start is not None else "",
        "Call": f"{_code(call_id)}, {call.kind} of {_inline(call.model)}, scope {scope}",
        "Status": _inline(f"{call.phase}: {call.error}" if call.error else call.phase),
        "Spent": f"{_call_seconds(tree, call):.1f} s, {_spent(tree.spent(call_id))}",
        "Run": _code(tree.start.run_id) if tree.start is not None else "",
    }
    parts = [
        f"# {_inline(call.label or call_id)}",
        "\n".join(f"- {name}: {value}" for name, value in facts.items() if value),
    ]
    parts.append("## Task\n\n" + _fenced(call.task))
    parts.append("## Result\n\n" + (call.result.strip() or "There is none."))
    for step in call.steps:
        told = [
            f"## Step {step.number}",
            step.text.strip() if step.code else "",
            _fenced(step.code, "python") if step.code else "",
        ]
        told.append("Printed:\n\n" + _fenced(step.output) if step.output else "")
        told.append("Raised:\n\n" + _fenced(step.error) if step.error else "")
        if any(told[1:]):
            parts += [part for part in told if part]
    if call.children:
        parts.append("## Calls\n\n" + "\n".join(_rows(tree, call, 0)))
    return "\n\n".join(parts) + "\n"


def marked(answer: str, citations: Iterable[Citation]) -> str:
    """Return the answer with a ✗ after each citation that did not hold."""
    wrong = {span for citation in citations if not citation.ok for span in _spellings(citation)}
    if not wrong:
        return answer
    longest_first = sorted(map(re.escape, wrong), key=len, reverse=True)
    return re.sub(rf"(?<![\w./-])(`?)({'|'.join(longest_first)})(`?)(?![\d-])", r"\1\2\3 ✗", answer)


def as_json(tree: Tree) -> str:
    """Return the report as one JSON object; `shape` is the version of its fields."""
    start, end = tree.start, tree.end
    report = {
        "shape": SHAPE,
        "run": start.run_id if start else "",
        "version": start.version if start else "",
        "question": start.question if start else "",
        "mode": start.mode if start else "",
        "status": end.status if end else "unfinished",
        "code": end.code if end else None,
        "error": end.error if end else "",
        "answer": tree.answer,
        "citations": [citation.model_dump() for citation in tree.citations],
        "repository": {
            "name": start.repository if start else "",
            "root": start.root if start else "",
            "commit": start.commit if start else "",
            "scope": list(start.scope) if start else [],
        },
        "route": {"name": start.route if start else "", "why": start.why if start else ""},
        "models": {
            "root": start.model if start else "",
            "sub": start.sub_model if start else "",
            "language_model": start.language_model if start else False,
        },
        "sandbox": start.sandbox if start else "",
        "started": start.ts if start else None,
        "seconds": round(_seconds(tree), 3),
        "tokens": tree.spent().model_dump(),
        "calls": [_call_json(tree, call) for call in tree.calls.values()],
        "files": sorted(_files(tree)),
        "coverage": tree.coverage.model_dump(include={"modules", "more"}) if tree.coverage else None,
        "changed": list(end.changed) if end else [],
        "notices": [{"level": notice.level, "text": notice.text} for notice in tree.notices],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _call_json(tree: Tree, call: Call) -> dict[str, object]:
    return {
        "id": call.id,
        "parent": call.parent,
        "kind": call.kind,
        "label": call.label,
        "task": call.task,
        "scope": list(call.scope),
        "model": call.model,
        "depth": call.depth,
        "step": call.step,
        "status": call.phase,
        "steps": len(call.steps),
        "seconds": round(_call_seconds(tree, call), 3),
        "tokens": call.tokens.model_dump(),
        "result": call.result,
        "error": call.error,
    }


def _facts(tree: Tree) -> str:
    start = tree.start
    if start is None:
        return ""
    models = start.model if start.model == start.sub_model else f"{start.model}, sub-calls {start.sub_model}"
    if not start.language_model:
        models += " (no language model)"
    where = f"{start.repository}@{start.commit}" if start.commit else start.repository
    rows = {
        "Repository": _code(where) + (f", limited to {', '.join(map(_code, start.scope))}" if start.scope else ""),
        "Asked": f"{datetime.fromtimestamp(start.ts, UTC):%Y-%m-%d %H:%M} UTC, mode {start.mode}",
        "Route": f"{start.route} ({_inline(start.why)})",
        "Model": _inline(models),
        "Status": _inline(_ending(tree)),
        "Spent": f"{_seconds(tree):.1f} s, {_count(len(tree.calls), 'call')}, {_spent(tree.spent())}",
        "Cells": f"{start.sandbox} sandbox",
        "Run": f"{_code(start.run_id)}, rlm-tui {start.version}",
    }
    return "\n".join(f"- {name}: {value}" for name, value in rows.items())


def _ending(tree: Tree) -> str:
    end = tree.end
    if end is None:
        return "unfinished: the record has no end"
    return f"{end.status}: {end.error}" if end.error else end.status


def _spellings(citation: Citation) -> Iterator[str]:
    """Yield the ways in which an answer may have written a citation: paths are often shortened to their ends."""
    parts = citation.path.split("/")
    for at in range(len(parts)):
        path = "/".join(parts[at:])
        yield f"{path}:{citation.start}-{citation.end}"
        if citation.start == citation.end:
            yield f"{path}:{citation.start}"


def _evidence(number: int, citation: Citation) -> str:
    span = f"{citation.path}:{citation.start}" + (f"-{citation.end}" if citation.end != citation.start else "")
    mark = "✓ checked" if citation.ok else f"✗ {_inline(citation.reason)}"
    head = f"{number}. {_code(span)} {mark}"
    return f"{head}\n\n{_fenced(citation.excerpt, _language(citation.path))}" if citation.excerpt else head


def _rows(tree: Tree, call: Call, depth: int) -> Iterator[str]:
    own = tree.spent(call.id)
    error = f": {_inline(call.error)}" if call.error else ""
    steps = f", {_count(len(call.steps), 'step')}" if call.kind == "agent" else ""
    yield (
        f"{'  ' * depth}- {_inline(call.label)} — {call.kind}, {call.phase}{error} ({_call_seconds(tree, call):.1f} s{steps}, "
        f"{_spent(own)})"
    )
    for child in call.children[:_MOST_CHILDREN]:
        yield from _rows(tree, tree.calls[child], depth + 1)
    if (left := len(call.children) - _MOST_CHILDREN) > 0:
        yield f"{'  ' * (depth + 1)}- and {left} more"


def _files(tree: Tree) -> set[str]:
    found = {path for call in tree.calls.values() for step in call.steps for tool in step.tools for path in tool.files}
    return found.union(*(call.files for call in tree.calls.values()))


def _looked_at(coverage: Covered) -> str:
    """Tell which modules were looked at, and name those that were not."""
    read = [module for module in coverage.modules if module.read]
    rest = [module for module in coverage.modules if not module.read]
    left = len(rest) + coverage.more
    parts = [f"{len(read):,} of {_count(len(read) + left, 'module')}."]
    if read:
        parts.append(
            "\n".join(f"- {_code(one.path or '.')}: {one.read:,} of {_count(one.files, 'file')}" for one in read)
        )
    if rest:
        named = rest[:_NAMED]
        more = f" and {left - len(named):,} more" if left > len(named) else ""
        parts.append(f"Not looked at: {', '.join(_code(one.path or '.') for one in named)}{more}.")
    return "\n\n".join(parts)


def _seconds(tree: Tree) -> float:
    return max(0.0, tree.last - tree.start.ts) if tree.start is not None else 0.0


def _call_seconds(tree: Tree, call: Call) -> float:
    return max(0.0, (call.ended if call.ended is not None else tree.last) - call.started)


def _spent(tokens: Tokens) -> str:
    parts = [f"{tokens.input + tokens.cache_read + tokens.cache_write:,} tokens in"]
    if tokens.cache_read:
        parts[0] += f" ({tokens.cache_read:,} from cache)"
    parts.append(f"{tokens.output:,} out")
    parts.append("price unknown" if tokens.dollars is None else f"${tokens.dollars:.4f}")
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _inline(text: str) -> str:
    """Return foreign text on one line, with what markdown or HTML would act on made plain."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """Return foreign text as a code span, whatever backticks it holds."""
    text = " ".join(text.split())
    ticks = "`" * (_longest(re.findall("`+", text)) + 1)
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def _fenced(text: str, language: str = "") -> str:
    fence = "`" * max(3, _longest(_FENCE.findall(text)) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _longest(runs: Iterable[str]) -> int:
    return max(map(len, runs), default=0)


def _language(path: str) -> str:
    suffix = path.rpartition("/")[2].rpartition(".")[2]
    return suffix if suffix.isalnum() and len(suffix) <= 6 and "." in path else ""
