"""The findings of a run as SARIF, as markdown, for a terminal and as a patch file."""

from __future__ import annotations

import json
from typing import Any

from finding_samples import citation, finding, stamp
from sarif_checks import problems

from rlm_tui.records.events import Bounds, Event, Noticed, Proposed, Refuted, RunEnded, RunStarted
from rlm_tui.records.export import rendered
from rlm_tui.records.tree import Tree

PATCH = "--- a/a.py\n+++ b/a.py\n@@ -3 +3 @@\n-x = 1\n+x = 2"


def reviewed(**more: Any) -> Tree:
    def at() -> dict[str, Any]:
        return stamp("")

    events: list[Event] = [
        RunStarted(
            **at(), version="1", question="Review", mode="review", repository="shop", root="/r", commit="c0ffee", files=1,
            scope=(), route="repl", why="small", model="navigator", sub_model="navigator", language_model=False,
            sandbox="sealed", bounds=Bounds(), **more,
        ),
        Proposed(**stamp("0"), finding=finding("Lock held", severity="low", rule="a rule", evidence=(
            citation(path="dir with blank/a.py"), citation(path="a.py", commit="abc1234"),
        ))),
        Proposed(**stamp("0"), finding=finding("Wrong `sum`", severity="high", patch=PATCH, suggestion="Use [it].",
                 evidence=(citation(link="https://github.com/o/r/blob/c/a.py#L3-L4"),))),
        Proposed(**stamp("0"), finding=finding("Nonsense", evidence=(citation(start=30, end=30),))),
        Refuted(**stamp("0"), finding=finding("Nonsense", evidence=(citation(start=30, end=30),)).id, reason="not so"),
        Noticed(**at(), level="warning", text="too long"),
        RunEnded(**at(), status="done", answer="Not ready."),
    ]  # fmt: skip
    return Tree.of(events)


def test_sarif_is_valid_and_says_all() -> None:
    report = json.loads(rendered(reviewed(remote="https://github.com/o/r", revision="c" * 40), "sarif"))
    assert problems(report) == []
    (run,) = report["runs"]
    assert [one["level"] for one in run["results"]] == ["error", "note", "warning"]
    assert [one["ruleId"] for one in run["results"]] == ["finding", "a-rule", "finding"]
    second = run["results"][1]
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dir%20with%20blank/a.py"
    assert second["relatedLocations"][0]["message"] == {"text": "a.py@abc1234:3-4"}
    assert run["results"][2]["suppressions"][0]["justification"] == "not so"
    assert run["versionControlProvenance"][0]["repositoryUri"] == "https://github.com/o/r"
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"] == {"text": "too long"}


def test_sarif_of_an_empty_record_is_valid() -> None:
    assert problems(json.loads(rendered(Tree(), "sarif"))) == []


def test_markdown_groups_findings_by_severity_with_links_excerpts_and_patches() -> None:
    report = rendered(reviewed(remote="https://github.com/o/r", revision="c" * 40), "markdown")
    for part in (
        "[`shop@c0ffee`](<https://github.com/o/r/commit/cccc", "2 findings (1 high, 1 low); 1 refuted by a second look.",
        "### High (1)\n\n#### Wrong \\`sum\\`", "[`a.py:3-4`](<https://github.com/o/r/blob/c/a.py#L3-L4>) ✓\n\n```py\nx = 1",
        "[`dir with blank/a.py:3-4`](<./dir%20with%20blank/a.py#L3-L4>) ✓", "`a.py@abc1234:3-4` (as it was) ✓",
        "```diff\n--- a/a.py", "**Suggestion.** Use [it].", "### Refuted by a second look\n\n- Nonsense: not so",
    ):  # fmt: skip
        assert part in report, part


def test_the_terminal_gets_the_answer_then_the_findings() -> None:
    text = rendered(reviewed(), "text")
    assert text.startswith(
        "Not ready.\n2 findings (1 high, 1 low); 1 refuted by a second look\n\nhigh · a.py:3-4 · Wrong"
    )
    assert "Nonsense" not in text


def test_patches_are_one_file() -> None:
    assert rendered(reviewed(), "patch") == PATCH + "\n"
