"""What the trace of a call or a step says under each of its tabs, as blocks of a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias, get_args

from textual.content import Content

from rlm_tui.records.events import Tokens, ToolCalled
from rlm_tui.records.findings import Finding
from rlm_tui.records.tree import Call, Step, Tree
from rlm_tui.ui import figures
from rlm_tui.ui.blocks import MUTED, Block, Flow, Gap, Lines, Listing, Rule, plain, shorten, text_lines
from rlm_tui.ui.highlighting import highlight
from rlm_tui.ui.markdown import blocks as markdown
from rlm_tui.ui.nodes import parent_key
from rlm_tui.ui.rows import COLOURS, MARKS, phase_of
from rlm_tui.ui.spawning import spawning_lines
from rlm_tui.ui.trace_context import context_blocks, raw_blocks

Tab: TypeAlias = Literal["Prompt", "Code", "Output", "Result", "Context", "Raw"]
TABS: tuple[Tab, ...] = get_args(Tab)


class Sheet(NamedTuple):
    """What stands under a tab; `marked` is the block to bring into view."""

    blocks: list[Block]
    marked: int | None = None


WHOLE = 200_000
"""Characters of an output of which the record may hold only the beginning."""
MOST_CHILDREN = 200
"""Calls of one cell that are listed under it."""


def breadcrumb(tree: Tree, key: str) -> Content:
    """Return `root ▸ step 2 ▸ auth ▸ step 1`."""
    names: list[Content] = []
    at: str | None = key
    while at is not None:
        call_id, _, number = at.partition("/")
        label = tree.calls[call_id].label if call_id in tree.calls else ""
        names.append(plain(f"step {number}" if number else label or call_id, "" if names else "bold"))
        at = parent_key(tree, at)
    return Content.styled(" ▸ ", MUTED).join(reversed(names))


def unused(tree: Tree, key: str) -> str:
    """Say that the answer uses nothing of a node."""
    return f"the answer cites nothing that {breadcrumb(tree, key).plain} found"


def summary(tree: Tree, call: Call, step: Step | None, now: float) -> Content:
    """Return one line of facts: phase, time, model, tokens, price; of a call with others below it, its own price too."""
    if step is not None:
        phase, began, ended, spent = phase_of(step), step.started, step.ended, step.tokens
    else:
        phase, began, ended, spent = call.phase, call.running or call.started, call.ended, tree.spent(call.id)
    parts = [f"{MARKS[phase]} {phase}", figures.seconds((ended or now) - began), call.model]
    if tree.start is None or tree.start.language_model:
        price = figures.dollars(spent.dollars)
        if step is None and call.children and price:
            price += f" (itself {figures.dollars(call.tokens.dollars) or '$0'})"
        parts += [_spent(spent), price]
    if step is None and call.scope:
        parts.append("scope " + " ".join(call.scope[:3]) + (" …" if len(call.scope) > 3 else ""))
    return Content(" · ").join(plain(part, COLOURS[phase] if part.endswith(phase) else MUTED) for part in parts if part)


def tab(tree: Tree, call: Call, step: Step | None, name: Tab, *, more: bool = False, started: str = "") -> Sheet:
    """Return what stands under a tab.

    `more` opens what the model thought and what was left out of an output; `started` names a call whose line is marked.
    """
    if name == "Code":
        sheet = _code(tree, call, step, thinking=more, started=tree.calls.get(started))
    elif name == "Output":
        sheet = Sheet(_output(call, step, more=more))
    else:
        sheet = Sheet(_OF[name](tree, call, step))
    return sheet if sheet.blocks else Sheet([Flow(Content.styled(_EMPTY[name], MUTED))])


_EMPTY: dict[Tab, str] = {
    "Prompt": "No prompt yet: the call waits for its slot.",
    "Code": "No code.",
    "Output": "No output.",
    "Result": "No result yet.",
    "Context": "Nothing was handed to it.",
    "Raw": "Nothing is recorded.",
}


def _prompt(tree: Tree, call: Call, step: Step | None) -> list[Block]:
    if step is not None and step.number > 1:
        before = call.steps[: step.number - 1]
        blocks: list[Block] = [
            Flow(
                plain(
                    f"The call's prompt, then its {figures.count(len(before), 'earlier step')}: the last one was", MUTED
                )
            )
        ]
        return [
            *blocks,
            *_titled("Code", highlight(before[-1].code, language="python")),
            *_output(call, before[-1]),
        ]
    found: list[Block] = []
    if call.task:
        found += _titled("Task", text_lines(call.task))
    if call.message and call.message != call.task:
        found += _titled("Message", text_lines(call.message))
    if call.system:
        found += _titled(f"System prompt, {len(call.system):,} characters", text_lines(call.system))
    return found


def _code(tree: Tree, call: Call, step: Step | None, *, thinking: bool, started: Call | None) -> Sheet:
    found: list[Block] = []
    marked: int | None = None
    for each in [step] if step else call.steps:
        parts: list[Block] = []
        if each.thinking:
            parts.append(Flow(plain(f"{'▾' if thinking else '▸'} thinking, {len(each.thinking):,} characters", MUTED)))
            if thinking:
                parts += [Lines(text_lines(each.thinking, f"{MUTED} italic"), words=True), Gap()]
        if each.code:
            if each.text:
                parts += [*markdown(each.text), Gap()]
            lines = spawning_lines(each.code, started) if started and started.id in each.children else range(0)
            if lines:
                marked = len(found) + (0 if step else 1) + len(parts) + 1
            parts += _marked_code(each.code, lines)
        elif each.retry:
            parts.append(Flow(plain(each.retry, "$text-warning")))
        elif step is not None and each.text:
            parts += [*_titled("No cell: this turn is text", text_lines(each.text))]
        if each.children:
            parts += [Gap(), Rule(f"started {figures.count(len(each.children), 'call')}")]
            children = [tree.calls[child] for child in each.children[:MOST_CHILDREN]]
            parts.append(Listing([_child(tree, child) for child in children], frozenset((2,))))
            if (left := len(each.children) - MOST_CHILDREN) > 0:
                parts.append(Flow(plain(f"and {left:,} more", MUTED)))
        if parts:
            found += [*([] if step else [Rule(f"step {each.number}")]), *parts, Gap()]
    return Sheet(found, marked)


def _marked_code(code: str, marked: range) -> list[Block]:
    """Return code in two blocks, the second from the first marked line on: so its place on the page is known."""
    lines = highlight(code.rstrip("\n"), language="python")
    before = marked.start - 1 if marked else 0
    digits = len(str(len(lines)))
    blocks = [Lines(lines[before:], first=before + 1, marked=marked, digits=digits)]
    return [Lines(lines[:before], first=1, digits=digits), *blocks] if marked else list(blocks)


def _child(tree: Tree, call: Call) -> Sequence[Content]:
    """Return a row of what a cell started: phase, label, time, and what was asked of it or how it failed."""
    label = " ".join((", ".join(call.scope) or call.label).split()) if call.kind == "agent" else call.label
    seconds = (call.ended if call.ended is not None else tree.last) - call.started
    return (
        Content.styled(MARKS[call.phase], COLOURS[call.phase]),
        plain(shorten(label[:200], 48)),
        plain(figures.seconds(seconds), MUTED),
        plain(" ".join((call.error or call.task)[:400].split()), "$text-error" if call.error else MUTED),
    )


def _output(call: Call, step: Step | None, *, more: bool = False) -> list[Block]:
    found: list[Block] = []
    for each in [step] if step else call.steps:
        parts: list[Block] = []
        if each.tools:
            parts += [Listing([_tool(used) for used in each.tools], frozenset((1,)), most=72), Gap()]
        if each.omitted:
            parts += [Flow(_left_out(each, more)), Gap()]
        if each.output:
            parts.append(Lines(text_lines(each.whole if more and each.whole else each.output)))
        if each.error:
            parts += [Gap(), Lines(text_lines(each.error, "$text-error"))]
        if parts:
            found += [*([] if step else [Rule(f"step {each.number}")]), *parts, Gap()]
    return found


def _left_out(step: Step, more: bool) -> Content:
    if not step.whole:
        return plain(
            f"{step.omitted:,} characters were left out for the model, and are not in the record", "$text-warning"
        )
    mark = "▾" if more else "▸"
    kept = "" if len(step.whole) < WHOLE else f", here the first {len(step.whole):,}"
    return plain(f"{mark} {step.omitted:,} characters were left out for the model{kept}", MUTED)


def _result(tree: Tree, call: Call, step: Step | None) -> list[Block]:
    if step is None:
        found: list[Block] = []
        if call.error:
            found += [Lines(text_lines(call.error, "$text-error")), Gap()]
        if proposed := tree.findings_of(call.id):
            found += [
                Rule(figures.count(len(proposed), "finding")),
                Listing([_finding(one) for one in proposed]),
                Gap(),
            ]
        return found + markdown(call.result)
    found = markdown(step.text) if step.text and not step.code else []
    if step.variables:
        found += _titled("Variables after this step", text_lines("\n".join(step.variables)))
    children = [tree.calls[child] for child in step.children]
    for child in children:
        found += _titled(f"{MARKS[child.phase]} {child.label}", text_lines(child.error or child.result or child.phase))
    return found


_OF: dict[str, Callable[[Tree, Call, Step | None], list[Block]]] = {
    "Prompt": _prompt,
    "Result": _result,
    "Context": context_blocks,
    "Raw": raw_blocks,
}


def _titled(title: str, lines: list[Content]) -> list[Block]:
    return [Rule(plain(title).plain), Lines(lines, words=True), Gap()]


def _finding(one: Finding) -> Sequence[Content]:
    where = one.evidence[0].span if one.evidence else ""
    return (plain(one.severity, _GRAVE.get(one.severity, MUTED)), plain(shorten(where, 48)), plain(one.title))


_GRAVE = {"high": "$text-error", "medium": "$text-warning"}


def _tool(used: ToolCalled) -> Sequence[Content]:
    shown = f"{used.tool}({used.arguments})"
    told = used.error or used.result
    return (
        plain(" ".join(shown.split())[:200], "$text-primary"),
        plain(figures.seconds(used.seconds), MUTED),
        plain(" ".join(told.split())[:400], "$text-error" if used.error else MUTED),
    )


def _spent(spent: Tokens) -> str:
    kept = [(spent.cache_read, "cached"), (spent.cache_write, "to cache")]
    told = ", ".join(f"{figures.tokens(number)} {word}" for number, word in kept if number)
    cached = f" ({told})" if told else ""
    whole = spent.input + spent.cache_read + spent.cache_write
    return f"{figures.tokens(whole)} in{cached} {figures.tokens(spent.output)} out" if whole or spent.output else ""
