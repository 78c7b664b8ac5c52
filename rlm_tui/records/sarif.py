"""The findings of a run as SARIF 2.1.0 (OASIS), the form in which code hosts and editors show the results of checks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from rlm_tui.records.findings import Citation, Confidence, Finding, Severity
from rlm_tui.records.tree import Tree

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {"high": "error", "medium": "warning", "low": "note", "info": "note"}
_RANKS: Mapping[Confidence, float] = {"high": 90.0, "medium": 60.0, "low": 30.0}
_PLAIN = "finding"
"""The rule of findings that are of no kind."""


def as_sarif(tree: Tree) -> str:
    """Return the report as SARIF; what a second look refuted is in it, suppressed, with the reason."""
    start, end = tree.start, tree.end
    findings = [*tree.findings, *(tree.proposed[one] for one in tree.refuted)]
    rules = list(dict.fromkeys(_rule(one) for one in findings))
    run: dict[str, object] = {
        "tool": {
            "driver": {
                "name": "rlm-tui",
                "version": start.version if start else "",
                "rules": [
                    {"id": rule, "name": _name(rule), "shortDescription": {"text": _words(rule)}} for rule in rules
                ],
            }
        },
        "invocations": [_invocation(tree)],
        "results": [_result(one, rules, tree) for one in findings],
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": f"rlm-tui/{start.mode}/" if start else "rlm-tui/"},
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "properties": {
            "run": start.run_id if start else "",
            "model": start.model if start else "",
            "languageModel": start.language_model if start else False,
            "status": end.status if end else "unfinished",
        },
    }
    if start and start.remote and start.revision:
        run["versionControlProvenance"] = [
            {"repositoryUri": start.remote, "revisionId": start.revision, "mappedTo": {"uriBaseId": "SRCROOT"}}
        ]
    report = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _invocation(tree: Tree) -> dict[str, object]:
    start, end = tree.start, tree.end
    found: dict[str, object] = {"executionSuccessful": end is not None and end.status in ("done", "partial", "budget")}
    if start:
        found["startTimeUtc"] = _time(start.ts)
    if end:
        found["endTimeUtc"], found["exitCode"] = _time(end.ts), end.code
    notes = [
        {"level": "warning" if one.level == "warning" else "note", "message": _message(one.text)}
        for one in tree.notices
    ]
    if end and end.error:
        notes.append({"level": "error", "message": _message(end.error)})
    if notes:
        found["toolExecutionNotifications"] = notes
    return found


def _result(one: Finding, rules: list[str], tree: Tree) -> dict[str, object]:
    text = f"{one.title}\n\n{one.explanation.strip()}"
    if one.suggestion.strip():
        text += f"\n\nSuggestion: {one.suggestion.strip()}"
    here = [citation for citation in one.evidence if not citation.commit]
    first = (here or list(one.evidence))[:1]
    rest = [citation for citation in one.evidence if citation not in first]
    found: dict[str, object] = {
        "ruleId": _rule(one),
        "ruleIndex": rules.index(_rule(one)),
        "level": _LEVELS[one.severity],
        "rank": _RANKS[one.confidence],
        "message": _message(text),
        "locations": [_location(citation) for citation in first],
        "partialFingerprints": {"rlmTuiFinding/v1": one.id},
        "properties": {"severity": one.severity, "confidence": one.confidence, "patch": one.patch},
    }
    if rest:
        found["relatedLocations"] = [
            {"id": number, **_location(citation), "message": _message(citation.span)}
            for number, citation in enumerate(rest, 1)
        ]
    if one.id in tree.refuted:
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": tree.refuted[one.id]}]
    return found


def _message(text: str) -> dict[str, str]:
    """Return foreign text as a message in which nothing is a link (SARIF 2.1.0, 3.11.6)."""
    return {"text": re.sub(r"([\\\[\]])", r"\\\1", text)}


def _location(citation: Citation) -> dict[str, object]:
    region: dict[str, object] = {"startLine": citation.start, "endLine": citation.end}
    if citation.excerpt:
        region["snippet"] = {"text": citation.excerpt}
    place = {"uri": quote(citation.path), "uriBaseId": "SRCROOT"}
    location: dict[str, object] = {"physicalLocation": {"artifactLocation": place, "region": region}}
    if citation.commit:
        location["properties"] = {"commit": citation.commit}
    return location


def _rule(one: Finding) -> str:
    return re.sub(r"[^\w.-]+", "-", one.rule.strip().lower()).strip("-") or _PLAIN


def _name(rule: str) -> str:
    return "".join(word.capitalize() for word in re.split(r"[-_.]", rule) if word) or "Finding"


def _words(rule: str) -> str:
    words = re.sub(r"[-_.]+", " ", rule).strip()
    return f"{words[:1].upper()}{words[1:]}."


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
