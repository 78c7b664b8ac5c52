"""What the trace says of a call's surroundings: what was handed to it and what it looked at, and its record as it is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields

from pydantic import BaseModel
from textual.content import Content

from rlm_tui.records.tree import Call, Step, Tree
from rlm_tui.ui import figures
from rlm_tui.ui.about_run import about_run
from rlm_tui.ui.blocks import MUTED, Block, Flow, Gap, Lines, Rule, plain, text_lines
from rlm_tui.ui.highlighting import highlight

MOST_FILES = 200
_LABEL = 12


def context_blocks(tree: Tree, call: Call, step: Step | None) -> list[Block]:
    """Return what a call was given and what it looked at; of the root, the same for its run."""
    found = _given(tree, call) if step is None else _before(call, step)
    found += _files(call, step)
    if step is None and call.id == "0":
        found += about_run(tree)
    return found


def raw_blocks(tree: Tree, call: Call, step: Step | None) -> list[Block]:
    """Return the fields of the record, as JSON."""
    what: Call | Step = call if step is None else step
    told = {
        field.name: [each.number for each in call.steps] if field.name == "steps" else getattr(what, field.name)
        for field in fields(what)
    }
    text = json.dumps(told, ensure_ascii=False, indent=2, default=_plain)
    return [Lines(highlight(text, language="json"))]


def _plain(value: object) -> object:
    return value.model_dump() if isinstance(value, BaseModel) else str(value)


def _given(tree: Tree, call: Call) -> list[Block]:
    start = tree.start
    facts = {
        "kind": f"{call.kind} at depth {call.depth}",
        "model": call.model,
        "scope": " ".join(call.scope) or "the whole repository",
    }
    found: list[Block] = []
    if call.id == "0" and start is not None:
        bounds = start.bounds
        held = [
            figures.dollars(bounds.dollars),
            f"{bounds.tokens:,} tokens" if bounds.tokens is not None else "",
            figures.count(bounds.calls, "call") if bounds.calls is not None else "",
            figures.seconds(bounds.seconds),
            f"depth {bounds.depth}",
        ]
        facts |= {
            "repository": f"{start.repository}@{start.commit}" if start.commit else start.repository,
            "root": start.root,
            "mode": start.mode,
            "route": f"{start.route}: {start.why}",
            "sub-calls": start.sub_model,
            "sandbox": start.sandbox,
            "bounds": " · ".join(part for part in held if part),
            "run": f"{start.run_id} · rlm-tui {start.version}",
        }
    found += [_fact(name, value) for name, value in facts.items()]
    found.append(Gap())
    if call.id == "0" and start is not None:
        if start.context:
            found += _titled("Handed in", start.context)
        for question, answer in start.history:
            found += _titled(f"Asked before: {' '.join(question.split())[:100]}", answer)
    return found


def _before(call: Call, step: Step) -> list[Block]:
    """Return the variables that a step found."""
    earlier = [each for each in call.steps if each.number < step.number and each.variables]
    return _titled("Variables before this step", "\n".join(earlier[-1].variables)) if earlier else []


def _files(call: Call, step: Step | None) -> list[Block]:
    steps = [step] if step is not None else call.steps
    looked = Counter(path for each in steps for used in each.tools for path in set(used.files))
    paths = looked.most_common(MOST_FILES) or [(path, 0) for path in call.files[:MOST_FILES]]
    if not paths:
        return []
    lines = [
        Content.assemble(plain(path), (f"  {figures.count(times, 'look')}" if times else "  remembered", MUTED))
        for path, times in paths
    ]
    more = [Flow(plain(f"and {len(looked) - MOST_FILES:,} more", MUTED))] if len(looked) > MOST_FILES else []
    return [Rule(f"looked at {figures.count(len(looked) or len(paths), 'file')}"), Lines(lines), *more, Gap()]


def _fact(name: str, value: str) -> Block:
    head = Content.styled(f"{name:<{_LABEL}}", MUTED)
    return Flow(plain(" ".join(value.split())), head, Content(" " * _LABEL))


def _titled(title: str, text: str) -> list[Block]:
    return [Rule(plain(title).plain), Lines(text_lines(text), words=True), Gap()]
