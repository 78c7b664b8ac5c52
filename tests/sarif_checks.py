"""Checks a report against what SARIF 2.1.0 demands: the properties each object may and must have, and their types.

Written by the standard's text (OASIS, sections 3.13 to 3.58) for the objects that we write; whatever is not listed is a problem.
"""

from __future__ import annotations

import re
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z")
_URI = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")

# object -> property -> (required, what it is): a type, a set of words, an object's name, or [an object's name] for a list.
OBJECTS: dict[str, dict[str, tuple[bool, Any]]] = {
    "log": {"$schema": (False, str), "version": (True, {"2.1.0"}), "runs": (True, ["run"])},
    "run": {
        "tool": (True, "tool"), "invocations": (False, ["invocation"]), "results": (False, ["result"]),
        "columnKind": (False, {"utf16CodeUnits", "unicodeCodePoints"}), "automationDetails": (False, "details"),
        "originalUriBaseIds": (False, dict), "versionControlProvenance": (False, ["provenance"]), "properties": (False, dict),
    },
    "tool": {"driver": (True, "component")},
    "component": {"name": (True, str), "version": (False, str), "rules": (False, ["rule"])},
    "rule": {"id": (True, str), "name": (False, str), "shortDescription": (False, "message")},
    "message": {"text": (True, str)},
    "details": {"id": (False, str)},
    "provenance": {"repositoryUri": (True, str), "revisionId": (False, str), "mappedTo": (False, "place")},
    "invocation": {
        "executionSuccessful": (True, bool), "startTimeUtc": (False, "time"), "endTimeUtc": (False, "time"),
        "exitCode": (False, int), "toolExecutionNotifications": (False, ["notification"]),
    },
    "notification": {"level": (False, {"none", "note", "warning", "error"}), "message": (True, "message")},
    "result": {
        "ruleId": (False, str), "ruleIndex": (False, int), "level": (False, {"none", "note", "warning", "error"}),
        "rank": (False, float), "message": (True, "message"), "locations": (False, ["location"]),
        "relatedLocations": (False, ["location"]), "partialFingerprints": (False, dict), "properties": (False, dict),
        "suppressions": (False, ["suppression"]),
    },
    "suppression": {
        "kind": (True, {"inSource", "external"}), "status": (False, {"accepted", "underReview", "rejected"}),
        "justification": (False, str),
    },
    "location": {
        "id": (False, int), "physicalLocation": (False, "physical"), "message": (False, "message"), "properties": (False, dict),
    },
    "physical": {"artifactLocation": (True, "place"), "region": (False, "region")},
    "place": {"uri": (False, "uri"), "uriBaseId": (False, str)},
    "region": {"startLine": (False, int), "endLine": (False, int), "snippet": (False, "message")},
}  # fmt: skip


def problems(report: Any) -> list[str]:
    """Return what is wrong with a report, each as a path into it and a word; [] for one that is valid."""
    found = _object(report, "log", "")
    for run in report.get("runs", []):
        rules = [rule["id"] for rule in run["tool"]["driver"].get("rules", [])]
        if len(set(rules)) < len(rules):
            found.append("two rules have one id")
        for result in run.get("results", []):
            if rules[result["ruleIndex"]] != result["ruleId"]:
                found.append(f"ruleIndex {result['ruleIndex']} is not {result['ruleId']}")
            if not 0 <= result["rank"] <= 100:
                found.append("rank is not within 0 and 100")
            for place in [*result["locations"], *result.get("relatedLocations", [])]:
                region = place["physicalLocation"]["region"]
                if not 1 <= region["startLine"] <= region["endLine"]:
                    found.append(f"region {region['startLine']}-{region['endLine']}")
    return found


def _object(value: Any, kind: str, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: no object"]
    known = OBJECTS[kind]
    found = [f"{at}.{name}: unknown" for name in value if name not in known]
    found += [f"{at}.{name}: missing" for name, (required, _) in known.items() if required and name not in value]
    for name, (_, what) in known.items():
        if name in value:
            found += _value(value[name], what, f"{at}.{name}")
    return found


def _value(value: Any, what: Any, at: str) -> list[str]:
    if isinstance(what, list):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [one for number, item in enumerate(value) for one in _value(item, what[0], f"{at}[{number}]")]
    if isinstance(what, set):
        return [] if value in what else [f"{at}: {value!r}"]
    if what == "time":
        return [] if isinstance(value, str) and _TIME.fullmatch(value) else [f"{at}: no time"]
    if what == "uri":
        return [] if isinstance(value, str) and _URI.fullmatch(value) else [f"{at}: no URI"]
    if isinstance(what, str):
        return _object(value, what, at)
    wrong = not isinstance(value, what) or (what is int and isinstance(value, bool))
    return [f"{at}: no {what.__name__}"] if wrong else []
