"""The findings of a run as SARIF, as markdown, for a terminal and as a patch file."""

from __future__ import annotations

import json

from finding_samples import PATCH, finding, reviewed, stamp
from sarif_checks import problems

from rlm_tui.records.events import Proposed
from rlm_tui.records.export import rendered
from rlm_tui.records.tree import Tree


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
    with_patch = next(one for one in reviewed().findings if one.patch)
    assert text.count("\n  patch: ") == 1 and f"\n  patch: rlm-tui apply r --finding {with_patch.id}" in text
    assert text.startswith(
        "Not ready.\n2 findings (1 high, 1 low); 1 refuted by a second look\n\nhigh · a.py:3-4 · Wrong"
    )
    assert "Nonsense" not in text


def test_patches_are_one_file() -> None:
    assert rendered(reviewed(), "patch") == PATCH + "\n"


def test_no_message_of_sarif_makes_a_link() -> None:
    title = r"See [here](http://e) or \x"
    tree = Tree.of([Proposed(**stamp("0"), finding=finding(title))])
    (result,) = json.loads(rendered(tree, "sarif"))["runs"][0]["results"]
    assert result["message"]["text"] == r"See \[here\](http://e) or \\x" + "\n\nbecause"
