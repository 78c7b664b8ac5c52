"""Reports of a run: markdown for people, JSON of a stable shape for programs. Both are made from its tree alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rlm_tui.records.events import Citation, Covered, Tokens
from rlm_tui.records.findings_report import findings_markdown, findings_text, patches, summary
from rlm_tui.records.markdown_text import code, contained, count, fenced, inline, language_of, linked
from rlm_tui.records.sarif import as_sarif
from rlm_tui.records.trajectories import rlms, training
from rlm_tui.records.tree import Call, Tree

SHAPE = 1
"""The version of the JSON report's shape; it changes when a field changes its meaning or goes."""

_FOUND = ("files", "symbols", "names", "lines", "path", "groups")
_MOST_CHILDREN = 40
_NAMED = 40
"""Modules that were not looked at and are named."""


def rendered(tree: Tree, form: str) -> str:
    """Return the report as text, markdown, json, sarif or patch; or the run as a trajectory: rlms or training."""
    forms = {
        "markdown": markdown,
        "json": as_json,
        "sarif": as_sarif,
        "patch": patches,
        "rlms": rlms,
        "training": training,
    }
    return forms.get(form, plain)(tree)


def plain(tree: Tree) -> str:
    """Return the answer, and the findings under it, for a terminal."""
    parts = [tree.answer, *([f"{summary(tree)}\n", findings_text(tree)] if tree.proposed else [])]
    return "\n".join(part for part in parts if part) + "\n"


def markdown(tree: Tree) -> str:
    """Return the report as markdown."""
    start = tree.start
    if start is None:
        return "# An empty record\n\nNothing was recorded of this run.\n"
    title = start.title.lstrip("# ") or "Question"
    parts = [f"# {inline(title)}", _facts(tree)]
    if start.typed.strip() != title:
        parts.append("## Question\n\n" + fenced(start.typed))
    answer = tree.answer.strip()
    parts.append(
        "## Answer\n\n" + (contained(marked(answer, tree.citations)) or f"There is none: {inline(_ending(tree))}")
    )
    if findings := findings_markdown(tree):
        parts.append(f"## Findings\n\n{summary(tree)}.\n\n{findings}")
    if tree.citations:
        parts.append(
            "## Evidence\n\n" + "\n\n".join(_evidence(number, one) for number, one in enumerate(tree.citations, 1))
        )
    if tree.root is not None:
        parts.append("## Calls\n\n" + "\n".join(_rows(tree, tree.root, 0)))
    if tree.coverage is not None:
        parts.append("## Looked at\n\n" + _looked_at(tree.coverage))
    if tree.end is not None and tree.end.changed:
        rows = "\n".join(f"- {code(path)}" for path in tree.end.changed)
        parts.append(f"## Changed meanwhile\n\nNo longer as the run first read them:\n\n{rows}")
    if tree.notices:
        parts.append("## Notices\n\n" + "\n".join(f"- {inline(notice.text)}" for notice in tree.notices))
    return "\n\n".join(parts) + "\n"


def call_markdown(tree: Tree, call_id: str) -> str:
    """Return the report of one call and what is below it, with its prompt's task, its cells and what they printed."""
    call = tree.calls[call_id]
    scope = ", ".join(map(code, call.scope)) or "the whole repository"
    facts = {
        "Repository": code(f"{tree.start.repository}@{tree.start.commit}") if tree.start is not None else "",
        "Call": f"{code(call_id)}, {call.kind} of {inline(call.model)}, scope {scope}",
        "Status": inline(f"{call.phase}: {call.error}" if call.error else call.phase),
        "Spent": f"{_call_seconds(tree, call):.1f} s, {spent_in_words(tree.spent(call_id))}",
        "Run": code(tree.start.run_id) if tree.start is not None else "",
    }
    parts = [
        f"# {inline(call.label or call_id)}",
        "\n".join(f"- {name}: {value}" for name, value in facts.items() if value),
    ]
    parts.append("## Task\n\n" + fenced(call.task))
    parts.append("## Result\n\n" + (contained(call.result.strip()) or "There is none."))
    for step in call.steps:
        told = [
            f"## Step {step.number}",
            contained(step.text.strip()) if step.code else "",
            fenced(step.code, "python") if step.code else "",
        ]
        told.append("Printed:\n\n" + fenced(step.output) if step.output else "")
        told.append("Raised:\n\n" + fenced(step.error) if step.error else "")
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
    start, end, found = tree.start, tree.end, tree.found
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
        "found": found.model_dump(include=set(_FOUND)) if found else dict.fromkeys(_FOUND, ()),
        "citations": [citation.model_dump() for citation in tree.citations],
        "findings": [finding.model_dump() for finding in tree.findings],
        "refuted": [{"finding": tree.proposed[one].model_dump(), "reason": why} for one, why in tree.refuted.items()],
        "repository": {
            "name": start.repository if start else "",
            "root": start.root if start else "",
            "commit": start.commit if start else "",
            "revision": start.revision if start else "",
            "remote": start.remote if start else "",
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
        "files": list(dict.fromkeys([*(found.files if found else ()), *sorted(_files(tree))])),
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
    page = f"{start.remote}/commit/{start.revision}" if start.remote and start.revision else ""
    rows = {
        "Repository": linked(where, page)
        + (f", limited to {', '.join(map(code, start.scope))}" if start.scope else ""),
        "Asked": f"{datetime.fromtimestamp(start.ts, UTC):%Y-%m-%d %H:%M} UTC, mode {start.mode}",
        "Route": f"{start.route} ({inline(start.why)})",
        "Model": inline(models),
        "Status": inline(_ending(tree)),
        "Spent": f"{_seconds(tree):.1f} s, {count(len(tree.calls), 'call')}, {spent_in_words(tree.spent())}",
        "Cells": f"{start.sandbox} sandbox",
        "Run": f"{code(start.run_id)}, rlm-tui {start.version}",
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
    mark = "✓ checked" if citation.ok else f"✗ {inline(citation.reason)}"
    head = f"{number}. {linked(citation.span, citation.link)} {mark}"
    return f"{head}\n\n{fenced(citation.excerpt, language_of(citation.path))}" if citation.excerpt else head


def _rows(tree: Tree, call: Call, depth: int) -> Iterator[str]:
    own = "nothing paid" if call.phase == "memo" else spent_in_words(tree.spent(call.id))
    error = f": {inline(call.error)}" if call.error else ""
    steps = f", {count(len(call.steps), 'step')}" if call.kind == "agent" else ""
    yield (
        f"{'  ' * depth}- {inline(call.label)} — {call.kind}, {call.phase}{error} ({_call_seconds(tree, call):.1f} s{steps}, "
        f"{own})"
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
    parts = [f"{len(read):,} of {count(len(read) + left, 'module')}."]
    if read:
        parts.append(
            "\n".join(f"- {code(one.path or '.')}: {one.read:,} of {count(one.files, 'file')}" for one in read)
        )
    if rest:
        named = rest[:_NAMED]
        more = f" and {left - len(named):,} more" if left > len(named) else ""
        parts.append(f"Not looked at: {', '.join(code(one.path or '.') for one in named)}{more}.")
    return "\n\n".join(parts)


def _seconds(tree: Tree) -> float:
    return max(0.0, tree.last - tree.start.ts) if tree.start is not None else 0.0


def _call_seconds(tree: Tree, call: Call) -> float:
    return max(0.0, (call.ended if call.ended is not None else tree.last) - call.started)


def spent_in_words(tokens: Tokens) -> str:
    """Return tokens and money in one line."""
    parts = [f"{tokens.input + tokens.cache_read + tokens.cache_write:,} tokens in"]
    if tokens.cache_read:
        parts[0] += f" ({tokens.cache_read:,} from cache)"
    parts.append(f"{tokens.output:,} out")
    parts.append("price unknown" if tokens.dollars is None else f"${tokens.dollars:.4f}")
    return ", ".join(parts)
