"""The findings of a run as text: for a terminal, for a markdown report, and as one patch file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from rlm_tui.records.findings import SEVERITIES, Citation, Finding
from rlm_tui.records.markdown_text import code, contained, count, fenced, inline, language_of, linked
from rlm_tui.records.tree import Tree


def findings_markdown(tree: Tree) -> str:
    """Return the findings that stand, by severity, and what a second look did not let stand; "" without any."""
    blocks: list[str] = []
    for severity in SEVERITIES:
        found = [one for one in tree.findings if one.severity == severity]
        if found:
            blocks.append(f"### {severity.capitalize()} ({len(found)})")
            blocks += [_finding(one) for one in found]
    if tree.refuted:
        rows = [f"- {inline(tree.proposed[one].title)}: {inline(reason)}" for one, reason in tree.refuted.items()]
        blocks.append("### Refuted by a second look\n\n" + "\n".join(rows))
    return "\n\n".join(blocks)


def findings_brief(tree: Tree) -> str:
    """Return the findings that stand as short markdown, for a screen that opens what is cited; "" where none was proposed."""
    if not tree.proposed:
        return ""
    blocks = [f"## {summary(tree)}"]
    for one in tree.findings:
        blocks.append(f"### {one.severity.capitalize()}: {inline(one.title)}")
        places = ", ".join(code(citation.span) for citation in one.evidence)
        blocks.append(f"{one.explanation.strip()}\n\n{places} · {one.confidence} confidence")
        if one.suggestion.strip():
            blocks.append(f"**Suggestion.** {one.suggestion.strip()}")
        if one.patch.strip():
            blocks.append(fenced(one.patch, "diff"))
    blocks += [
        f"Refuted by a second look: {inline(tree.proposed[one].title)} ({inline(why)})"
        for one, why in tree.refuted.items()
    ]
    return "\n\n".join(blocks)


def findings_text(tree: Tree) -> str:
    """Return the findings for a terminal, the gravest first, a few lines each; "" without any."""
    run = tree.start.run_id if tree.start is not None else "RUN"
    return "\n\n".join("\n".join(_lines(one, run)) for one in tree.findings)


def summary(tree: Tree) -> str:
    """Return how many findings there are of each severity, in words."""
    counts = [(severity, sum(one.severity == severity for one in tree.findings)) for severity in SEVERITIES]
    told = [f"{number} {severity}" for severity, number in counts if number]
    refuted = f"; {len(tree.refuted)} refuted by a second look" if tree.refuted else ""
    by_severity = f" ({', '.join(told)})" if told else ""
    return f"{count(len(tree.findings), 'finding')}{by_severity}{refuted}"


def patches(tree: Tree) -> str:
    """Return the patches of the findings that stand, one after the other, as one patch file; "" without any."""
    return "".join(one.patch.rstrip("\n") + "\n" for one in tree.findings if one.patch.strip())


def _finding(one: Finding) -> str:
    kind = f" · {code(one.rule)}" if one.rule else ""
    blocks = [
        f"#### {inline(one.title)}",
        f"{one.confidence} confidence{kind} · {code(one.id)}",
        contained(one.explanation.strip()),
    ]
    blocks += [_evidence(citation) for citation in one.evidence]
    if one.suggestion.strip():
        blocks.append(f"**Suggestion.** {contained(one.suggestion.strip())}")
    if one.patch.strip():
        blocks.append(fenced(one.patch, "diff"))
    return "\n\n".join(blocks)


def _evidence(citation: Citation) -> str:
    head = linked(citation.span, citation.link or _relative(citation))
    was = " (as it was)" if citation.commit else ""
    mark = " ✓" if citation.ok else f" ✗ {inline(citation.reason)}"
    body = f"\n\n{fenced(citation.excerpt, language_of(citation.path))}" if citation.excerpt else ""
    return f"{head}{was}{mark}{body}"


def _relative(citation: Citation) -> str:
    """Return where the lines are for who reads the report in the repository; "" for those of another version."""
    if citation.commit or "\\" in citation.path:
        return ""
    lines = f"#L{citation.start}" + (f"-L{citation.end}" if citation.end > citation.start else "")
    return f"./{quote(citation.path)}{lines}"


def _lines(one: Finding, run: str) -> Iterator[str]:
    first = one.evidence[0].span if one.evidence else ""
    kind = f" [{one.rule}]" if one.rule else ""
    yield f"{one.severity} · {first} · {one.title}{kind} ({one.confidence} confidence)"
    for line in one.explanation.strip().splitlines():
        yield f"  {line}"
    if len(one.evidence) > 1:
        yield f"  see {', '.join(citation.span for citation in one.evidence[1:])}"
    for line in one.suggestion.strip().splitlines():
        yield f"  > {line}"
    if one.patch.strip():
        yield f"  patch: rlm-tui apply {run} --finding {one.id}"
